"""The waiting room: nobody gains by coming early or by forging, holders of places never wait."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventhub.kernel.clock import now
from eventhub.registration import service
from eventhub.registration.queries.invitations import campaign_by_name, invitations
from eventhub.registration.queries.question_set_up import asking_types
from eventhub.registration.rules.guests import Guest
from eventhub.registration.rules.queue import Room, drawn
from eventhub.registration.service.shared_quotas import SaveShared, save_shared
from tests.assertions import assert_problem
from tests.factories.registration import in_days, make_registration, make_ticket_type
from tests.people import csrf
from tests.registration.conftest import NOW, Place
from tests.registration.test_api import URL, body, key_for
from tests.registration.test_botcheck import DAYS
from tests.registration.test_holder import link
from tests.registration.test_views import FORM, rows

pytestmark = pytest.mark.only("sqlite")
OPENS = NOW + timedelta(hours=1)
JSON = "/e/yunan/waiting.json"
SEED = bytes(range(32))


@pytest.fixture
def room(place: Place) -> Place:
    """Return a place whose form opens in an hour and lets one person a minute in."""
    make_ticket_type(place.event.id, slug="public")
    service.save_settings(
        service.SaveSettings(
            event_id=place.event.id,
            keep_days=DAYS,
            guardian_age=0,
            work_bits=0,
            waiting_opens_at=OPENS,
            waiting_per_min=1,
        )
    )
    return place


def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_draw_is_even_and_can_be_checked() -> None:
    counted = Counter(drawn(SEED, f"visitor{n}", 10) for n in range(20_000))
    assert set(counted) == set(range(10))
    assert max(counted.values()) < 1.1 * min(counted.values())
    assert drawn(SEED, "a", 10) == drawn(SEED, "a", 10)
    assert drawn(SEED, "a", 0) == 0


def test_admission_is_arithmetic() -> None:
    room = Room(OPENS, per_min=30, early=100)
    assert room.turn_at(0) == OPENS
    assert room.turn_at(30) == OPENS + timedelta(minutes=1)
    assert room.let_in(OPENS - timedelta(seconds=1)) == 0
    for number in (0, 1, 29, 30, 77):
        assert room.let_in(room.turn_at(number)) == number + 1


@pytest.mark.only("sqlite", "postgresql")
def test_early_visitors_are_drawn_and_late_ones_come_behind_them(
    room: Place, app: Flask, clock: Callable[[datetime], None]
) -> None:
    early, late = browser(app), browser(app)
    assert "SHA-256" in early.get(f"{FORM}?lang=en").text
    before = early.get(JSON).get_json()
    assert (before["open"], before["seed"], before["early"]) == (False, None, None)
    clock(OPENS)
    late.get(FORM)
    number = re.search(r'data-number="(\d+)"', late.get(FORM).text)
    assert number is not None
    after = late.get(JSON).get_json()
    assert int(number.group(1)) >= after["early"] == 100
    told = hashlib.sha256(bytes.fromhex(after["seed"])).hexdigest()
    assert told == before["seed_sha256"]
    clock(OPENS + timedelta(minutes=99))  # every drawn number is below 100
    assert 'name="ticket_type"' in early.get(FORM).text
    assert 'name="ticket_type"' not in late.get(FORM).text
    clock(OPENS + timedelta(minutes=int(number.group(1))))
    assert 'name="ticket_type"' in late.get(FORM).text


def test_neither_a_kept_form_nor_a_forged_number_overtakes(
    room: Place, app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(OPENS)
    first, client = browser(app), browser(app)
    assert 'name="ticket_type"' in first.get(FORM).text
    clock(OPENS + timedelta(seconds=5))
    assert 'name="ticket_type"' in first.get(FORM).text  # whoever was let in stays in
    client.get(FORM)
    cookie = client.get_cookie("eventhub_queue", path="/e/yunan/")
    assert cookie is not None
    visitor, _number, mac = cookie.value.split(".")
    for forged in (f"{visitor}.0.{mac}", f"{visitor}.-1.{mac}", "a.b.c", "1.1", "é.0.0"):
        client.set_cookie("eventhub_queue", forged, path="/e/yunan/")
        assert 'name="ticket_type"' not in client.get(FORM).text
    values = {"ticket_type": "public", "name": "陈欣怡", "email": "xinyi@example.com"}
    assert client.post(FORM, data=values).status_code in {200, 400}
    assert rows() == 0


def test_whoever_holds_a_place_never_waits(
    room: Place, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    made = make_registration(room.event.id, "public")
    for path in ("", "/change", "/data", "/cancel"):
        assert client.get(f"{link(made)}{path}").status_code == 200
    assert client.get_cookie("eventhub_queue", path="/e/yunan/") is None


def test_the_figures_are_one_answer_for_everybody(room: Place, client: FlaskClient) -> None:
    first = client.get(JSON)
    assert "max-age=2" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers
    assert client.get(JSON, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.only("sqlite", "postgresql")
def test_numbers_are_given_once(room: Place) -> None:
    firsts = [service.take_numbers(room.event.id) for _ in range(3)]
    assert firsts == [0, 100, 200]


def test_without_a_room_the_form_is_open(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    assert 'name="ticket_type"' in client.get(FORM).text
    assert client.get(JSON).get_json() == {"open": True}


@pytest.mark.only("sqlite", "postgresql")
def test_programs_stand_in_the_same_line_with_one_token_for_each_guest(
    room: Place, app: Flask, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    key = key_for(room, "registrations:write", "registrations:read")

    def send(
        email: str, *, token: str = "", by: dict[str, str] = key, again: str = ""
    ) -> TestResponse:
        sent = body(contact={"email": email}, attendees=[{"name": "陈欣怡"}], consents=[])
        more = {"Waiting-Token": token, "Idempotency-Key": again or email}
        return client.post(URL, json=sent, headers=by | more)

    def told(answer: TestResponse) -> dict[str, Any]:
        problem = assert_problem(answer, 429, "not-your-turn")
        due = problem["turn_at"] or problem["opens_at"]
        left = datetime.fromisoformat(due) - now()
        assert int(answer.headers["Retry-After"]) == max(1, math.ceil(left.total_seconds()))
        return problem

    early = told(send("early@example.com"))
    assert (early["number"], early["ahead"], early["turn_at"]) == (None, None, None)
    # asking again, under another way to write the address too, is the same number in the draw
    assert told(send("Early+again@example.com"))["token"].split(".")[0] in early["token"]
    assert rows() == 0
    clock(OPENS)
    late, last = told(send("late@example.com")), told(send("last@example.com"))
    assert (late["number"], last["number"]) == (100, 101)  # behind those who came early
    assert (late["ahead"], last["ahead"]) == (99, 100)
    ends = late["token"].rpartition(".")
    clock(OPENS + timedelta(minutes=late["number"]))  # every drawn number is below 100
    stranger = key_for(room, "registrations:write")
    for forged, by in (
        (early["token"], key),
        (late["token"], stranger),
        (ends[0].replace(".100", ".0") + f".{ends[2]}", key),
        (f"{ends[0].split('.')[0]}.{'9' * 5000}.{ends[2]}", key),
        ("é.0.0", key),
    ):
        told(send("other@example.com", token=forged, by=by))
    told(send("late@example.com", token=late["token"], by=stranger))
    assert rows() == 0
    assert send("early@example.com", token=early["token"]).status_code == 201
    made = send("late@example.com", token=late["token"])
    assert made.status_code == 201
    assert told(send("last@example.com", token=last["token"]))["ahead"] == 0
    # whoever has a place is answered without a token
    assert send("late@example.com").get_json() == made.get_json()
    place = made.headers["Location"]
    assert client.get(place, headers=key).status_code == 200
    assert client.delete(place, headers=key).status_code == 200
    wrong = client.post(URL, json=body(contact={}), headers=key)
    assert_problem(wrong, 422, "invalid")  # what can not be registered is not made to wait


@pytest.fixture
def invited(room: Place) -> Callable[[str], str]:
    """Return a function that invites 王芳 to a ticket type and gives the address of the link."""

    def invite(ticket_type: str) -> str:
        service.create_campaign(
            service.CreateCampaign(
                event_id=room.event.id,
                name=ticket_type,
                ticket_type=ticket_type,
                text={"zh": "请来看秀。", "en": "Please come."},
                answer_by=in_days(10),
            )
        )
        campaign = campaign_by_name(room.event.id, ticket_type)
        service.add_invitees(campaign.id, [Guest("王芳", "", "zh", email="fang@example.com")])
        service.send_invitations(campaign.id)
        (row,) = invitations(campaign.id)
        return f"/i/{service.invitation_token(row.public_id, 0)}"

    return invite


def yes(client: FlaskClient, address: str) -> TestResponse:
    """Say yes with the token of a page that is there for everybody."""
    form = {"csrf_token": csrf(client, "/e/yunan/lost-ticket"), "contact": "fang@example.com"}
    return client.post(f"{address}/accept", data=form)


@pytest.mark.only("sqlite", "postgresql")
def test_an_invitation_with_a_place_kept_for_it_never_waits(
    room: Place, app: Flask, invited: Callable[[str], str]
) -> None:
    make_ticket_type(room.event.id, slug="front", visibility="invitation", places=2)
    service.ensure_event_key(room.event.id)
    address = invited("front")
    client = browser(app)
    assert "SHA-256" not in client.get(f"{address}?lang=en").text
    assert "/t/" in yes(client, address).headers["Location"]
    assert rows() == 1


@pytest.mark.only("sqlite", "postgresql")
def test_an_invitation_to_what_others_can_have_waits_as_they_do(
    room: Place, app: Flask, invited: Callable[[str], str], clock: Callable[[datetime], None]
) -> None:
    service.ensure_event_key(room.event.id)
    address = invited("public")
    client, other = browser(app), browser(app)
    assert "SHA-256" in client.get(f"{address}?lang=en").text
    assert yes(client, address).headers["Location"] == address  # the waiting room
    assert rows() == 0
    ids = {
        re.findall(r"<code>([^<]+)</code>", one.get(f"{address}?lang=en").text)[-1]
        for one in (client, other)
    }
    assert len(ids) == 1  # another browser draws the same number
    assert "SHA-256" in other.get(f"{FORM}?lang=en").text  # a place in line opens one link only
    clock(OPENS + timedelta(hours=4))  # numbers come in blocks of a hundred
    assert "SHA-256" not in client.get(f"{address}?lang=en").text
    assert "/t/" in yes(client, address).headers["Location"]
    assert rows() == 1
    assert "SHA-256" not in browser(app).get(f"{address}?lang=en").text  # the place is in hand


def test_who_shares_places_with_the_public_has_none_in_hand(
    room: Place, app: Flask, invited: Callable[[str], str]
) -> None:
    make_ticket_type(room.event.id, slug="front", visibility="invitation", places=2)
    kinds = [row.id for row in asking_types(room.event.id)]
    save_shared(
        SaveShared(
            event_id=room.event.id, name={"en": "Hall"}, type_ids=frozenset(kinds), places=50
        )
    )
    assert "SHA-256" in browser(app).get(f"{invited('front')}?lang=en").text
