"""The second factor: each code once, also at several workers, and nothing around it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.accounts import queries, service, totp
from eventhub.accounts.errors import CodeRefused, LinkEnded
from eventhub.accounts.models import LoginSession, RecoveryCode, SecondFactor
from eventhub.kernel import audit, clock, ids
from eventhub.kernel.db import db
from eventhub.kernel.errors import Conflict, Limited
from tests.people import PASSWORD, People, csrf, email_of, make_people, post

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
Clock = Callable[[datetime], None]


def switch_on(person_id: int) -> tuple[str, list[str]]:
    """Switch the second factor of somebody on; return secret and recovery codes."""
    secret = service.begin_second_factor(person_id).secret
    return secret, service.confirm_second_factor(person_id, code_at(secret, clock.now()))


def code_at(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def half_in(name: str = "alice") -> str:
    """Enter a password and return the token that still awaits a code."""
    done = service.sign_in(service.SignIn(email_of(name), PASSWORD, "192.0.2.1"))
    assert done.needs_code
    return done.token


def enter(token: str, code: str) -> service.SignedIn:
    return service.enter_code(service.EnterCode(token=token, code=code, address="192.0.2.1"))


@pytest.mark.req("B-8")
def test_a_password_alone_opens_nothing_any_more(app: Flask, clock: Clock) -> None:
    clock(NOON)
    people = make_people()
    secret, _codes = switch_on(people.ids["alice"])
    browser = app.test_client()
    answer = post(browser, "/login", {"email": email_of("alice"), "password": PASSWORD})
    assert answer.location == "/login/code?next=/console/"
    assert browser.get("/console/me").location.startswith("/login?")
    half = browser.get_cookie("eventhub_login")
    clock(NOON + timedelta(minutes=1))
    wrong = post(browser, "/login/code", {"code": "000000"})
    assert wrong.status_code == 401
    right = post(browser, "/login/code", {"code": code_at(secret, NOON + timedelta(minutes=1))})
    assert right.location == "/console/"
    assert browser.get("/console/me").status_code == 200
    whole = browser.get_cookie("eventhub_login")
    assert half is not None
    assert whole is not None
    assert half.value != whole.value
    assert queries.session_by_hash(ids.token_hash(half.value)) is None


@pytest.mark.req("B-8")
def test_a_code_is_good_one_step_around_and_once(app: Flask, clock: Clock) -> None:
    clock(NOON)
    alice = make_people().ids["alice"]
    secret, _codes = switch_on(alice)
    clock(NOON + timedelta(minutes=5))
    now = NOON + timedelta(minutes=5)
    for off in (-2, 2):
        with pytest.raises(CodeRefused):
            service.take_code(alice, code_at(secret, now + timedelta(seconds=30 * off)))
    for off in (-1, 0, 1):  # in order: each later than the one before
        code = code_at(secret, now + timedelta(seconds=30 * off))
        service.take_code(alice, f" {code[:3]} {code[3:]} ")
        with pytest.raises(CodeRefused):
            service.take_code(alice, code)
    with pytest.raises(CodeRefused):  # an older one than the newest that was taken
        service.take_code(alice, code_at(secret, now))


@pytest.mark.req("B-8")
@pytest.mark.parametrize("kind", ["generator", "recovery"])
def test_the_same_code_at_two_workers_at_once_opens_once(app: Flask, kind: str) -> None:
    alice = make_people().ids["alice"]
    secret, codes = switch_on(alice)
    code = codes[0] if kind == "recovery" else code_at(secret, clock.now() + timedelta(seconds=30))
    ready, taken = threading.Barrier(4), []

    def work() -> None:
        with app.app_context():
            ready.wait()
            try:
                service.take_code(alice, code)
                taken.append(1)
            except CodeRefused:
                taken.append(0)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0, 0, 0, 1]


@pytest.mark.req("B-8", "K-6")
def test_neither_secret_nor_recovery_codes_stand_in_the_database(app: Flask) -> None:
    alice = make_people().ids["alice"]
    secret, codes = switch_on(alice)
    row = db.session.scalars(select(SecondFactor)).one()
    assert secret.encode() not in row.secret_enc
    hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(hashes)) == service.RECOVERY_CODES == len(set(codes))
    assert not set(hashes) & {ids.token_hash(code) for code in codes}
    assert all(re.fullmatch(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{5}", code) for code in codes)


@pytest.mark.req("B-8")
def test_a_recovery_code_opens_once_and_new_ones_replace_it(app: Flask) -> None:
    alice = make_people().ids["alice"]
    _secret, codes = switch_on(alice)
    assert enter(half_in(), codes[0].upper()).person_id == alice
    with pytest.raises(CodeRefused):
        enter(half_in(), codes[0])
    assert service.unused_recovery_codes(alice) == 9
    fresh = service.renew_recovery_codes(alice)
    with pytest.raises(CodeRefused):
        enter(half_in(), codes[1])
    assert enter(half_in(), fresh[0])
    acts = [row.action for row in audit.entries(0, limit=6)]
    assert acts.count("second_factor.recovery") == 2


@pytest.mark.req("B-7", "B-8")
def test_codes_are_limited_like_passwords(app: Flask) -> None:
    alice = make_people().ids["alice"]
    _secret, codes = switch_on(alice)
    token = half_in()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            enter(token, "000000")
    with pytest.raises(Limited):
        enter(token, codes[0])


def test_ten_minutes_after_the_password_it_begins_anew(app: Flask, clock: Clock) -> None:
    clock(NOON)
    _secret, codes = switch_on(make_people().ids["alice"])
    token = half_in()
    clock(NOON + timedelta(minutes=10))
    with pytest.raises(LinkEnded):
        enter(token, codes[0])
    with pytest.raises(LinkEnded):
        enter("never given", codes[0])


@pytest.mark.req("B-9")
def test_a_reset_keeps_the_second_factor(app: Flask) -> None:
    switch_on(make_people().ids["alice"])
    person = queries.person_by_email(email_of("alice"))
    assert person is not None
    token = service.password_token(person, good_for=timedelta(minutes=30))
    service.set_password_by_token(token, "warp, weft and water")
    done = service.sign_in(service.SignIn(email_of("alice"), "warp, weft and water", "192.0.2.1"))
    assert done.needs_code


def test_only_a_shown_secret_is_switched_on_and_only_once(app: Flask) -> None:
    alice = make_people().ids["alice"]
    with pytest.raises(CodeRefused):
        service.confirm_second_factor(alice, "123456")
    first = service.begin_second_factor(alice).secret
    second = service.begin_second_factor(alice).secret
    assert first != second
    with pytest.raises(CodeRefused):
        service.confirm_second_factor(alice, code_at(first, clock.now()))
    assert not queries.has_second_factor(alice)
    service.confirm_second_factor(alice, code_at(second, clock.now()))
    with pytest.raises(Conflict):
        service.begin_second_factor(alice)
    service.drop_second_factor(alice)
    assert db.session.scalars(select(RecoveryCode)).all() == []
    assert not service.sign_in(service.SignIn(email_of("alice"), PASSWORD, "::1")).needs_code


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "12345a", "１２３４５６", "٠١٢٣٤٥", " " * 6]
)
def test_only_six_digits_are_a_code(code: str) -> None:
    assert totp.step_of(code, totp.new_secret(), NOON) is None


# -- a fresh log-in ----------------------------------------------------------------------


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


SENSITIVE = (
    "/console/me/password",
    "/console/me/email",
    "/console/me/second-factor",
    "/console/me/second-factor/confirm",
    "/console/me/second-factor/off",
    "/console/me/recovery-codes",
    "/console/e/loom-week/access/keys",
)


@pytest.mark.req("B-12")
def test_an_old_log_in_is_asked_again_before_what_is_sensitive(
    app: Flask, people: People, clock: Clock
) -> None:
    from tests.world import make_world  # noqa: PLC0415 - this test only

    clock(NOON)
    make_world(people.organisation_id)
    alice = people.client(app, "alice")
    clock(NOON + timedelta(minutes=9, seconds=59))
    assert post(alice, SENSITIVE[2], {}, form_at="/console/me").status_code == 200
    clock(NOON + timedelta(minutes=10))
    for path in SENSITIVE:
        answer = post(alice, path, {}, form_at="/console/me")
        assert (answer.status_code, answer.location) == (303, "/confirm?next=%2Fconsole%2F"), path
    lists = "/console/e/loom-week/guest-lists"
    token = {"csrf_token": csrf(alice, lists)}
    sent = {"data": token, "headers": {"Referer": f"http://localhost{lists}"}}
    file = alice.post("/console/e/loom-week/guests.csv", **sent)
    assert file.location == "/confirm?next=%2Fconsole%2Fe%2Floom-week%2Fguest-lists"
    back = {"password": PASSWORD, "next": lists}
    assert post(alice, "/confirm", back | {"password": "no no no no"}).status_code == 401
    assert post(alice, "/confirm", back).location == back["next"]
    assert alice.post("/console/e/loom-week/guests.csv", **sent).status_code == 200


@pytest.mark.req("B-12")
def test_with_a_second_factor_the_proof_needs_a_code_too(
    app: Flask, people: People, clock: Clock
) -> None:
    clock(NOON)
    alice = people.client(app, "alice")
    _secret, codes = switch_on(people.ids["alice"])
    assert post(alice, "/confirm", {"password": PASSWORD, "code": ""}).status_code == 401
    done = post(alice, "/confirm", {"password": PASSWORD, "code": codes[0]})
    assert done.location == "/console/"


@pytest.mark.only("sqlite")
def test_an_installation_may_want_a_second_factor_of_everybody(database) -> None:  # type: ignore[no-untyped-def] - fixture of conftest
    from eventhub import create_app  # noqa: PLC0415 - another application than the fixture's

    app = create_app(database.settings(require_second_factor=True))
    with app.app_context():
        alice = make_people().client(app, "alice")
        assert alice.get("/console/").location == "/console/me?next=%2Fconsole%2F"
        assert alice.get("/console/me").status_code == 200
        db.session.remove()
        db.engine.dispose()


# -- own sessions, address ---------------------------------------------------------------


@pytest.mark.req("B-5")
def test_people_see_their_sessions_and_end_them(app: Flask, people: People) -> None:
    here, there = people.client(app, "alice"), people.client(app, "alice")
    stranger = people.client(app, "charlie")
    rows = queries.own_sessions(people.ids["alice"], clock.now() - timedelta(minutes=30))
    assert len(rows) == 2
    oldest = min(row.id for row in rows)
    path = f"/console/me/sessions/{oldest}/end"
    assert post(stranger, path, {}, form_at="/console/me").status_code == 404
    assert post(there, path, {}, form_at="/console/me").status_code == 303
    assert here.get("/console/me").status_code == 303
    assert there.get("/console/me").status_code == 200
    again = people.client(app, "alice")
    others = "/console/me/sessions/others/end"
    assert post(again, others, {}, form_at="/console/me").status_code == 303
    assert there.get("/console/me").status_code == 303
    assert again.get("/console/me").status_code == 200
    live = select(LoginSession.id).where(LoginSession.revoked_at.is_(None))
    assert len(db.session.scalars(live).all()) == 2  # again, and the stranger's


def link_in(text: str) -> str:
    found = re.search(r"/email/\S+", text)
    assert found is not None
    return found[0]


def test_an_address_changes_when_its_owner_opens_the_link(
    app: Flask, people: People, client: FlaskClient
) -> None:
    from eventhub.notify.models import OutboxMessage  # noqa: PLC0415 - this test only

    alice = people.client(app, "alice")
    form = {"new-email": email_of("charlie")}
    assert post(alice, "/console/me/email", form, form_at="/console/me").status_code == 409
    form = {"new-email": "Alice@loom.example"}
    assert post(alice, "/console/me/email", form, form_at="/console/me").status_code == 303
    db.session.rollback()
    mail = db.session.scalars(select(OutboxMessage)).one()
    path = link_in(mail.text)
    assert mail.recipient == "alice@loom.example"
    assert "loom" not in path  # the address is sealed
    assert client.get(path).status_code == 200
    assert queries.email_of(people.ids["alice"]) == email_of("alice")
    assert post(client, path, {}).status_code == 303
    db.session.rollback()
    assert queries.email_of(people.ids["alice"]) == "alice@loom.example"
    told = db.session.scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.id)).all()
    assert told == ["alice@loom.example", email_of("alice")]
    assert client.get(path).status_code == 410
    assert client.get(path[:-3] + "abc").status_code == 410
