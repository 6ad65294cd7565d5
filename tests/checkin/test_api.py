"""The gate API: pairing, rights, verdicts, uploads, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.checkin import service
from eventhub.kernel import ids, signing
from eventhub.kernel.db import command, db
from eventhub.registration.models import EntryWindow, EntryWindowType, Ticket
from tests.assertions import assert_problem
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]
BASE = "/api/gate/v1"


class Phone:
    """A paired device that talks to the API."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(BASE + path, json=body, headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(BASE + path, headers=self.headers)

    def redeem(self, code: str, **values: Any) -> Any:
        return self.post("/redeem", {"nonce": new_nonce(), "code": code} | values)


def new_nonce() -> str:
    """Return a nonce as devices send it."""
    return signing.pairing_code(ids.new_nonce())[2:]


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event at noon of its first day."""
    clock(NOON)
    return make.make_house()


@pytest.fixture
def phone(house: make.House, client: FlaskClient) -> Phone:
    """Return a device paired with the north gate."""
    return Phone(client, make.pair_device(house).token)


def test_a_pairing_code_becomes_a_device_once(house: make.House, client: FlaskClient) -> None:
    pairing = service.create_pairing(house.gates["north"], None)
    assert pairing.url == f"http://localhost/gate/#{pairing.code}"
    answer = client.post(f"{BASE}/pair", json={"code": pairing.code.lower(), "ua": "Phone"})
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["gate"]["name"] == {"zh": "北门", "en": "North gate"}
    assert body["events"][0]["slug"] == "demo"
    assert Phone(client, body["token"]).get("/config").status_code == 200
    again = client.post(f"{BASE}/pair", json={"code": pairing.code})
    assert_problem(again, 409, "pairing-used")


def test_a_pairing_code_lasts_a_quarter_of_an_hour(
    house: make.House, client: FlaskClient, clock: Clock
) -> None:
    code = service.create_pairing(house.gates["north"], None).code
    clock(NOON + timedelta(minutes=15))
    assert_problem(client.post(f"{BASE}/pair", json={"code": code}), 410, "pairing-expired")


def test_other_texts_pair_nothing(house: make.House, client: FlaskClient) -> None:
    for code in ("", "GP00", "GR04HMASW9NF6YZC4P", signing.pairing_code(bytes(16))):
        answer = client.post(f"{BASE}/pair", json={"code": code})
        assert_problem(answer, 422, "pairing-unknown")


def test_without_a_token_nothing_answers(house: make.House, client: FlaskClient) -> None:
    paths = [
        ("get", "/config"),
        ("post", "/redeem"),
        ("post", "/scans"),
        ("post", "/heartbeat"),
        ("get", "/search?q=王芳"),
        ("get", "/stats"),
    ]
    for method, path in paths:
        for token in ("", "Bearer ", "Bearer wrong", "Basic abc"):
            answer = getattr(client, method)(BASE + path, headers={"Authorization": token})
            assert_problem(answer, 401, "device-unknown")


def test_a_revoked_device_may_only_hand_in(house: make.House, client: FlaskClient) -> None:
    paired = make.pair_device(house)
    service.revoke_device(paired.device.public_id)
    phone = Phone(client, paired.token)
    body = assert_problem(phone.get("/stats"), 401, "device-revoked")
    assert body["accept_scans"] is True
    assert phone.post("/scans", {"scans": []}).get_json()["results"] == []


def test_redeem_answers_what_the_screen_shows(house: make.House, phone: Phone) -> None:
    (ticket,) = make.make_tickets(house, 1, seat_label="F-12")
    answer = phone.redeem(make.gs_of(ticket))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert (body["result"], body["status"], body["persons"]) == ("ok", "recorded", 1)
    assert body["show"]["seat"] == "F-12"
    assert body["server_ms"] == int(NOON.timestamp() * 1000)
    assert len(body["seq"]) == 16


def test_bad_codes_are_answers_not_errors(house: make.House, phone: Phone) -> None:
    (ticket,) = make.make_tickets(house, 1)
    code = make.gs_of(ticket)
    edited = code[:60] + ("0" if code[60] != "0" else "1") + code[61:]
    expected = {
        edited: "bad_signature",
        code[:-2]: "unknown_code",
        "GR04HMASW9NF6YZC4Q": "bad_check",
        "\u0000" * 20: "unknown_code",
        "票" * 300: "unknown_code",
    }
    answers = {text: phone.redeem(text) for text in expected}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {text: a.get_json()["result"] for text, a in answers.items()} == expected


def test_what_is_not_json_is_a_400(phone: Phone) -> None:
    for path in ("/pair", "/redeem", "/scans", "/heartbeat"):
        answer = phone.client.post(
            BASE + path, data=b'{"nonce":', headers=phone.headers | {"Content-Type": "text/plain"}
        )
        assert_problem(answer, 400, "malformed-json")


def test_what_does_not_fit_is_a_422(phone: Phone) -> None:
    good = {"nonce": "0" * 26, "code": "GS"}
    changes: list[dict[str, Any]] = [
        {"nonce": "0" * 25},
        {"nonce": "0" * 25 + "1"},
        {"idhash": "4d6b93529a959344"},
        {"code": None, "idhash": "4d6b"},
        {"code": None},
        {"dir": "undo"},
        {"persons": 256},
        {"gate": 2},
        {"unheard_of": 1},
        {"claimed_ms": 10**30},
    ]
    for body in [{}, [], *(good | change for change in changes)]:
        assert_problem(phone.post("/redeem", body), 422, "invalid")


def test_a_nonce_with_another_code_is_a_409(house: make.House, phone: Phone) -> None:
    one, two = make.make_tickets(house, 2)
    nonce = new_nonce()
    first = phone.redeem(make.gs_of(one), nonce=nonce).get_json()
    again = phone.redeem(make.gs_of(one), nonce=nonce).get_json()
    assert (first["result"], again["result"], again["status"]) == ("ok", "ok", "replay")
    assert_problem(phone.redeem(make.gs_of(two), nonce=nonce), 409, "nonce-reused")


def test_an_upload_is_judged_item_by_item(house: make.House, phone: Phone) -> None:
    one, two = make.make_tickets(house, 2)

    def item(ticket: int, **values: Any) -> dict[str, Any]:
        known = db.session.get_one(Ticket, ticket).idhash.hex()
        return {
            "nonce": new_nonce(),
            "n": 1,
            "gate": 1,
            "idhash": known,
            "result": "ok",
            "claimed_ms": int(NOON.timestamp() * 1000),
        } | values

    good = item(one)
    answer = phone.post(
        "/scans",
        {
            "boot_id": "b1",
            "scans": [good, item(two, result="splendid"), "nothing"[:0] or {"n": 1}, item(two)],
        },
    )
    results = answer.get_json()["results"]
    assert [r["status"] for r in results] == ["recorded", "refused", "refused", "recorded"]
    assert [r.get("field") for r in results] == [None, "result", "nonce", None]
    again = phone.post("/scans", {"scans": [good] * 3}).get_json()["results"]
    assert [r["status"] for r in again] == ["replay"] * 3


def test_more_than_200_scans_are_too_many(phone: Phone) -> None:
    assert_problem(phone.post("/scans", {"scans": [{}] * 201}), 422, "invalid")


def test_the_footer_counts_the_zone_and_the_device(house: make.House, client: FlaskClient) -> None:
    tickets = make.make_tickets(house, 3)
    north = Phone(client, make.pair_device(house, "north").token)
    south = Phone(client, make.pair_device(house, "south").token)
    for phone, ticket in ((north, 0), (north, 1), (south, 2)):
        phone.redeem(make.gs_of(tickets[ticket]))
    south.redeem(make.gs_of(tickets[0]), dir="out")
    north.redeem("nonsense")
    body = north.get("/stats").get_json()
    del body["server_ms"], body["per_minute"]
    assert body == {
        "inside": 2,
        "admitted": 3,
        "capacity": 1200,
        "own": 2,
        "refused": {"unknown_code": 1},
    }


def test_a_person_is_found_by_name_code_and_phone(house: make.House, phone: Phone) -> None:
    (ticket,) = make.make_tickets(house, 1)
    attendee = db.session.get_one(Ticket, ticket).attendee
    registration = attendee.registration
    name, phone4 = attendee.display_name, (registration.phone or "")[-4:]
    queries = [name, attendee.latin_name, registration.code, phone4, (registration.email or "")[:7]]
    for text in queries:
        hits = phone.get(f"/search?q={text}").get_json()["hits"]
        assert [hit["name"] for hit in hits] == [name], text
    assert set(hits[0]) == {"idhash", "name", "type", "order", "phone4", "status", "state"}
    for text in ("", "a", "12", "%", "__"):
        assert (
            phone.client.get(
                f"{BASE}/search", query_string={"q": text}, headers=phone.headers
            ).get_json()["hits"]
            == []
        )


def test_a_hit_can_be_admitted_and_is_marked(house: make.House, phone: Phone) -> None:
    (ticket,) = make.make_tickets(house, 1)
    name = db.session.get_one(Ticket, ticket).attendee.display_name
    hit = phone.get(f"/search?q={name}").get_json()["hits"][0]
    body = {"nonce": new_nonce(), "idhash": hit["idhash"]}
    assert phone.post("/redeem", body).get_json()["result"] == "ok"
    found = phone.get(f"/search?q={name}").get_json()["hits"][0]
    assert (hit["state"], found["state"]) == ("out", "in")


def test_a_device_of_another_event_finds_nobody(house: make.House, client: FlaskClient) -> None:
    (ticket,) = make.make_tickets(house, 1)
    name = db.session.get_one(Ticket, ticket).attendee.display_name
    stranger = Phone(client, make.pair_device(make.make_house(slug="winter")).token)
    assert stranger.get(f"/search?q={name}").get_json()["hits"] == []


def test_the_configuration_holds_public_keys_and_no_secret(house: make.House, phone: Phone) -> None:
    answer = phone.get("/config")
    (event,) = answer.get_json()["events"]
    (key,) = event["keys"].values()
    assert (len(bytes.fromhex(key["pub"])), key["state"]) == (32, "active")
    assert "private" not in answer.get_data(as_text=True)
    etag = answer.headers["ETag"]
    again = phone.client.get(f"{BASE}/config", headers=phone.headers | {"If-None-Match": etag})
    assert again.status_code == 304
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_type_with_doors_of_its_own_is_in_the_configuration(
    house: make.House, phone: Phone
) -> None:
    make_type_window(house)
    make.forget_config()
    (event,) = phone.get("/config").get_json()["events"]
    (window,) = event["windows"]
    assert window["types"]["1"]["opens_ms"] == window["opens_ms"] - 600_000


@command
def make_type_window(house: make.House) -> None:
    """Open the doors ten minutes earlier for the type `public`."""
    hour = timedelta(hours=1)
    window = EntryWindow(
        event_id=house.event_id, number=3, kind="session", starts_at=NOON, ends_at=NOON + hour
    )
    db.session.add(window)
    db.session.flush()
    row = EntryWindowType(
        window_id=window.id, ticket_type_id=house.types["public"], opens_before_s=600
    )
    db.session.add(row)


def test_a_heartbeat_shows_on_the_board(house: make.House, phone: Phone) -> None:
    from eventhub.checkin.queries import event_config, gate_board  # noqa: PLC0415 - slow import

    answer = phone.post("/heartbeat", {"queue": 4, "battery": 0.7, "version": "1.0.0", "n": 9})
    assert answer.status_code == 200
    board = gate_board(event_config(house.event_id).event)
    assert [(row.gate.slug, row.devices, row.queue) for row in board] == [
        ("north", 1, 4),
        ("south", 0, 0),
    ]
