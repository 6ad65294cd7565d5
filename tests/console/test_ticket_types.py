"""Ticket types set up in the console alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import EventRow
from eventhub.registration import service as registration
from eventhub.registration.errors import SoldOut
from eventhub.registration.models import WaitlistEntry
from eventhub.registration.queries.type_set_up import TypeSetUp, type_set_ups
from eventhub.registration.service.type_set_up import SaveType, save_type
from tests.console.test_proposals import post
from tests.factories.programme import default_organisation, make_event
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people

C = "/console/e/loom"
FORM = {
    "tier": "",
    "visibility": "public",
    "approval": "none",
    "waitlist": "off",
    "window": "0",
    "max_group": "1",
}


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_event(
        slug="loom", organisation_id=default_organisation(), is_registration_open=True
    )


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    return make_people(event.organisation_id).client(app, "alice")


def row(event: EventRow) -> TypeSetUp:
    return type_set_ups(event.id)[0]


def register(event: EventRow, name: str) -> object:
    return registration.register(
        registration.Register(
            event_id=event.id,
            ticket_type="front-row",
            name=name,
            lang="zh",
            email=f"{name}@example.com",
        )
    )


def test_a_ticket_type_is_made_registered_for_lowered_and_closed(
    alice: FlaskClient, event: EventRow
) -> None:
    english = {"Accept-Language": "en"}
    assert "No ticket type yet" in alice.get(f"{C}/tickets", headers=english).text
    named = FORM | {"name_zh": "前排", "name_en": "Front row"}
    assert post(alice, f"{C}/tickets/form", **named, places="3", is_rotating="y").status_code == 303
    made = row(event)
    assert (made.slug, made.is_rotating, made.quotas[0].size) == ("front-row", True, 3)
    for name in ("lin", "wen"):
        register(event, name)

    one = f"{C}/tickets/form/front-row"
    refused = post(alice, one, **named, places="1")
    assert refused.status_code == 422
    assert "2 places are taken" in refused.text
    assert row(event).quotas[0].size == 3
    assert post(alice, one, **named, places="1", reason="Fire exit").status_code == 303
    assert row(event).over == 1
    assert "over by 1" in alice.get(f"{C}/tickets", headers=english).text
    with pytest.raises(SoldOut):
        register(event, "he")
    assert post(alice, one, **named, places="9", is_closed="y").status_code == 303
    with pytest.raises(SoldOut):
        register(event, "he")
    assert (row(event).is_closed, row(event).is_rotating) == (True, False)
    assert post(alice, one, **named, places="").status_code == 303
    register(event, "he")
    assert (row(event).quotas[0].size, row(event).quotas[0].taken) == (None, 3)


def test_bad_input_is_told_and_changes_nothing(alice: FlaskClient, event: EventRow) -> None:
    named = FORM | {"name_en": "Front row"}
    late = {"sale_from": "2026-11-02T10:00", "sale_until": "2026-11-01T10:00"}
    bad = ({"name_en": ""}, {"places": "-1"}, {"tier": "77"}, {"window": "9"}, late)
    for change in bad:
        assert post(alice, f"{C}/tickets/form", **(named | change)).status_code == 422
    assert type_set_ups(event.id) == []
    assert alice.get(f"{C}/tickets/form/moon").status_code == 404
    other = {"event_id": event.id, "name": {"en": "x"}}
    for wrong in ({"tier_id": 77}, {"window_no": 9}):
        with pytest.raises(Invalid):
            save_type(SaveType(**(other | wrong)))  # type: ignore[arg-type]


def test_places_that_differ_by_day_are_left_alone(alice: FlaskClient, event: EventRow) -> None:
    make_ticket_type(event.id, slug="days", places=4, day_windows=(1, 2))
    form = {name: value for name, value in FORM.items() if name != "window"} | {"name_en": "Days"}
    assert post(alice, f"{C}/tickets/form/days", **form, places="5").status_code == 303
    assert [quota.size for quota in row(event).quotas] == [5, 5]
    assert row(event).is_per_day


def test_new_places_go_to_who_waits_first(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 1, 4, 0, tzinfo=UTC))  # before the event: lists make offers
    make_ticket_type(event.id, slug="front-row", places=1, waitlist="auto")
    make_registration(event.id, "front-row", name="王芳", email="fang@example.com")
    waits = make_registration(event.id, "front-row", name="林知夏", email="lin@example.com")
    assert waits.state == "waitlisted"
    save_type(
        SaveType(
            event_id=event.id,
            slug="front-row",
            name={"zh": "前排", "en": "Front row"},
            waitlist="auto",
            places=2,
        )
    )
    states = select(WaitlistEntry.state).where(WaitlistEntry.event_id == event.id)
    assert list(db.session.scalars(states)) == ["offered"]
