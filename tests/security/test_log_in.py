"""Log-in under attack: guessing at several workers, floods, replays, timing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.accounts import passwords, service
from eventhub.accounts.errors import SignInRefused
from eventhub.accounts.models import Person
from eventhub.kernel.db import db
from eventhub.kernel.errors import Limited
from eventhub.notify.models import OutboxMessage
from tests.people import PASSWORD, email_of, make_people, post

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def try_in(password: str) -> str:
    try:
        service.sign_in(service.SignIn(email_of("alice"), password, "192.0.2.1"))
    except SignInRefused:
        return "refused"
    except Limited:
        return "limited"
    return "in"


@pytest.mark.req("B-7", "R34")
def test_guesses_at_four_workers_share_one_limit(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_people()
    monkeypatch.setattr(passwords, "is_password", lambda _password, _stored: False)  # costs time
    found: Counter[str] = Counter()
    ready = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            ready.wait()
            for number in range(12):
                found[try_in(f"guess number {number}")] += 1
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == {"refused": 5, "limited": 43}


@pytest.mark.req("B-7")
def test_a_limit_that_looks_after_the_password_lets_more_through(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without counting first, four workers guess more than five times."""
    make_people()
    monkeypatch.setattr(passwords, "is_password", lambda _password, _stored: False)
    monkeypatch.setattr("eventhub.accounts.service.sessions._count_try", lambda _keys: [])
    assert Counter(try_in("guess") for _ in range(12)) == {"refused": 12}


@pytest.mark.req("B-4")
@pytest.mark.only("sqlite")
def test_a_session_ends_idle_after_half_an_hour_and_in_any_case_after_twelve(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(NOON)
    alice = make_people().client(app, "alice")
    clock(NOON + timedelta(minutes=29, seconds=59))
    assert alice.get("/console/me").status_code == 200
    clock(NOON + timedelta(minutes=59, seconds=59))
    assert alice.get("/console/me").status_code == 303
    alice = make_people_again(app)
    for half_hours in range(24):
        clock(NOON + timedelta(minutes=59, seconds=59) + half_hours * timedelta(minutes=29))
        assert alice.get("/console/me").status_code == 200
    clock(NOON + timedelta(hours=12, minutes=59, seconds=59))
    assert alice.get("/console/me").status_code == 303


def make_people_again(app: Flask) -> object:
    from tests.people import sign_in  # noqa: PLC0415 - this test only

    client = app.test_client()
    sign_in(app, client, email_of("alice"))
    return client


@pytest.mark.req("A-8", "B-5")
@pytest.mark.only("sqlite")
def test_a_person_who_was_switched_off_is_out_with_the_next_click(app: Flask) -> None:
    people = make_people()
    dana = people.client(app, "dana")
    assert dana.get("/console/me").status_code == 200
    service.set_active(person_id=people.ids["dana"], is_active=False)
    assert dana.get("/console/me").location.startswith("/login?")


@pytest.mark.req("B-10")
def test_a_flood_of_log_ins_hashes_two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = [0], [0]
    lock = threading.Lock()

    class Slow:
        def verify(self, _stored: str, _password: str) -> bool:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.005)
            with lock:
                running[0] -= 1
            return True

    passwords._nobody()
    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [
        threading.Thread(target=passwords.is_password, args=("x", "hash")) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


@pytest.mark.req("B-10")
def test_hashes_are_argon2id_of_at_least_19_mib_and_two_passes() -> None:
    assert passwords.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.req("B-11")
def test_an_installation_begins_without_any_account(app: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    fields = {"email": "admin@example.org", "password": "admin admin"}
    assert post(app.test_client(), "/login", fields).status_code == 401


@pytest.mark.req("B-9", "R33")
def test_asking_for_a_link_tells_nothing_about_the_account(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    """Same status, same body, and the same work: half the median of noise is the most."""
    make_people()
    client = app.test_client()
    answers, spent = {}, {"alice": [], "nobody": []}
    for number in range(8):
        clock(NOON + timedelta(hours=number))
        for name in ("alice", "nobody"):
            began = time.thread_time()
            service.mail_password_link(email_of(name), lang="en")
            spent[name].append(time.thread_time() - began)
    for name in ("alice", "nobody"):
        sent = post(client, "/password", {"email": email_of(name)})
        page = client.get(sent.location).get_data()
        answers[name] = (sent.status_code, sent.location, page)
    assert answers["alice"] == answers["nobody"]
    assert abs(median(spent["alice"]) - median(spent["nobody"])) < 0.005
    written = db.session.scalars(select(OutboxMessage.recipient)).all()
    assert set(written) == {email_of("alice")}


@pytest.mark.req("B-9")
def test_a_newer_link_ends_the_older_one(app: Flask, clock: Callable[[datetime], None]) -> None:
    make_people()
    clock(NOON + timedelta(minutes=29))
    service.mail_password_link(email_of("alice"), lang="en")
    clock(NOON + timedelta(minutes=31))
    service.mail_password_link(email_of("alice"), lang="en")
    texts = db.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id)).all()
    paths = [text[text.index("/password/") :].split()[0] for text in texts]
    client = app.test_client()
    assert [client.get(path).status_code for path in paths] == [410, 200]
    clock(NOON + timedelta(minutes=61))
    assert client.get(paths[1]).status_code == 410
