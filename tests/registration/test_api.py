"""The API of registration: shape, errors, idempotency, keys."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventhub.accounts.service import create_api_key
from eventhub.kernel.db import db
from eventhub.kernel.signing import parse_code
from eventhub.notify.models import OutboxMessage
from eventhub.registration.models import Registration
from tests.assertions import assert_problem
from tests.factories.registration import make_consent_text, make_ticket_type
from tests.registration.conftest import Place, make_place

URL = "/api/v1/events/yunan/registrations"


@pytest.fixture
def headers(place: Place) -> dict[str, str]:
    """Return the header of a key that may read and write registrations."""
    return key_for(place, "registrations:read", "registrations:write")


def key_for(place: Place, *scopes: str) -> dict[str, str]:
    key = create_api_key(
        organisation_id=place.event.organisation_id, event_id=place.event.id, scopes=scopes
    )
    return {"Authorization": f"Bearer {key}"}


def body(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "ticket_type": "public",
        "lang": "zh",
        "contact": {"email": "Xinyi@Example.com", "phone": None},
        "attendees": [{"name": "陈欣怡"}, {"name": "喆堃"}],
        "answers": {},
        "consents": ["entry", {"purpose": "news", "given": False}],
    }
    return values | changes


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def test_a_registration_has_the_written_shape(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    make_consent_text(place.event.id, "entry")
    make_consent_text(place.event.id, "news")
    answer = client.post(URL, json=body(), headers=headers)
    assert answer.status_code == 201, answer.text
    data = answer.get_json()
    assert sorted(data) == [
        "attendees",
        "consents",
        "day",
        "lang",
        "manage_url",
        "registration",
        "status",
        "ticket_type",
        "waitlist_position",
    ]
    assert (data["status"], data["consents"]) == ("confirmed", ["entry"])
    assert answer.headers["Location"] == f"/api/v1/registrations/{data['registration']}"
    assert data["manage_url"].startswith("http://localhost/t/")
    assert [person["name"] for person in data["attendees"]] == ["陈欣怡", "喆堃"]
    for person in data["attendees"]:
        ticket = person["ticket"]
        assert sorted(ticket) == ["code", "token", "url"]
        assert ticket["url"] == f"http://localhost/t/{ticket['token']}"
        assert len(ticket["code"]) == 129
        assert parse_code(ticket["code"])
        assert client.get(f"/t/{ticket['token']}").status_code == 200
    read = client.get(answer.headers["Location"], headers=headers)
    assert read.get_json() == data


def test_the_same_key_is_the_same_result_and_another_body_a_conflict(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    keyed = headers | {"Idempotency-Key": "abc"}
    first = client.post(URL, json=body(), headers=keyed)
    second = client.post(URL, json=body(), headers=keyed)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert rows() == 1
    other = body(attendees=[{"name": "别人"}])
    assert_problem(client.post(URL, json=other, headers=keyed), 409, "idempotency-mismatch")


def test_a_known_contact_is_a_conflict_and_gets_its_link(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    made = client.post(URL, json=body(), headers=headers).get_json()
    again = client.post(
        URL,
        json=body(contact={"email": " xinyi@example.COM "}, attendees=[{"name": "别人"}]),
        headers=headers,
    )
    assert_problem(again, 409, "already-registered")
    for secret in ("陈欣怡", made["registration"], made["manage_url"].rpartition("/")[2]):
        assert secret not in again.text
    assert rows() == 1
    kinds = db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds == ["registration_confirmed", "registration_link"]


def test_states_without_a_ticket_carry_none(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="press", approval="required")
    make_ticket_type(place.event.id, slug="full", places=0, waitlist="auto")
    for slug, status in (("press", "pending"), ("full", "waitlisted")):
        sent = body(ticket_type=slug, contact={"email": f"{slug}@a.cn"}, attendees=[{"name": "甲"}])
        data = client.post(URL, json=sent, headers=headers).get_json()
        assert (data["status"], data["attendees"]) == (status, [{"name": "甲", "ticket": None}])


def test_a_sold_out_type_without_a_list_is_a_conflict(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", places=1, max_group=2)
    assert_problem(client.post(URL, json=body(), headers=headers), 409, "sold-out")
    assert rows() == 0


def test_a_closed_type_is_a_conflict(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", visibility="hidden", max_group=2)
    problem = assert_problem(client.post(URL, json=body(), headers=headers), 409, "not-on-sale")
    assert problem["reason"] == "not-on-sale"


def test_text_that_is_not_json_is_a_bad_request(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    for data in ("{", "", "name=1", "\x00"):
        answer = client.post(URL, data=data, headers=headers, content_type="application/json")
        assert_problem(answer, 400, "malformed-json")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"ticket_type": "nothing"}, "ticket_type"),
    ({"ticket_type": None}, "ticket_type"),
    ({"lang": "fr"}, "lang"),
    ({"contact": {}}, "contact"),
    ({"contact": {"email": "nobody"}}, "contact.email"),
    ({"contact": {"phone": "12"}}, "contact.phone"),
    ({"contact": {"fax": "1"}}, "contact.fax"),
    ({"attendees": []}, "attendees"),
    ({"attendees": [{"name": ""}]}, "attendees.0.name"),
    ({"attendees": [{"name": "a\u202eb"}]}, "attendees.0.name"),
    ({"attendees": [{"name": "甲"}] * 3}, "attendees"),
    ({"answers": {"diet": "none"}}, "answers.diet"),
    ({"day": "2026-02-31"}, "day"),
    ({"surprise": 1}, "surprise"),
]


def test_a_wrong_value_is_named(place: Place, client: FlaskClient, headers: dict[str, str]) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    for changes, field in WRONG:
        answer = client.post(URL, json=body(**changes), headers=headers)
        assert list(assert_problem(answer, 422, "invalid")["fields"]) == [field], changes
    assert rows() == 0


def test_only_a_key_with_the_scope_may_write(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    assert_problem(client.post(URL, json=body()), 401, "not-signed-in")
    wrong = {"Authorization": "Bearer nothing"}
    assert_problem(client.post(URL, json=body(), headers=wrong), 401, "not-signed-in")
    reader = key_for(place, "registrations:read")
    assert_problem(client.post(URL, json=body(), headers=reader), 403, "not-allowed")
    assert rows() == 0


def test_a_key_of_another_event_sees_nothing(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    code = client.post(URL, json=body(), headers=headers).get_json()["registration"]
    other = key_for(make_place("other"), "registrations:read", "registrations:write")
    assert client.get(f"/api/v1/registrations/{code}", headers=other).status_code == 404
    assert client.post(URL, json=body(), headers=other).status_code == 404


def test_an_unknown_event_is_not_found(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/events/nowhere/registrations", json=body(), headers=headers)
    assert answer.status_code == 404
    assert client.get("/api/v1/registrations/AAAAAA", headers=headers).status_code == 404


def test_a_program_cancels_once(place: Place, client: FlaskClient, headers: dict[str, str]) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    code = client.post(URL, json=body(), headers=headers).get_json()["registration"]
    done = client.delete(f"/api/v1/registrations/{code}", headers=headers)
    assert (done.status_code, done.get_json()["status"]) == (200, "cancelled")
    again = client.delete(f"/api/v1/registrations/{code}", headers=headers)
    assert_problem(again, 409, "illegal-transition")


def test_names_and_language_can_be_corrected(
    place: Place, client: FlaskClient, headers: dict[str, str]
) -> None:
    make_ticket_type(place.event.id, slug="public", max_group=2)
    made = client.post(URL, json=body(), headers=headers).get_json()
    address = f"/api/v1/registrations/{made['registration']}"
    change = {"lang": "en", "attendees": [{"name": "陈欣悦"}, {"name": "堃"}]}
    data = client.patch(address, json=change, headers=headers).get_json()
    assert (data["lang"], [person["name"] for person in data["attendees"]]) == (
        "en",
        ["陈欣悦", "堃"],
    )
    assert [p["ticket"] for p in data["attendees"]] == [p["ticket"] for p in made["attendees"]]
    few = client.patch(address, json={"attendees": [{"name": "甲"}]}, headers=headers)
    assert list(assert_problem(few, 422, "invalid")["fields"]) == ["attendees"]
    bad = {"attendees": [{"name": "\u202e"}, {"name": "堃"}]}
    wrong = client.patch(address, json=bad, headers=headers)
    assert list(assert_problem(wrong, 422, "invalid")["fields"]) == ["attendees.0.name"]
    reader = key_for(place, "registrations:read")
    assert_problem(client.patch(address, json={}, headers=reader), 403, "not-allowed")
