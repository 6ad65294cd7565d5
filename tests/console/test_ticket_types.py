"""Ticket types set up in the console alone."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.models import AuditEntry
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration import service as registration
from eventhub.registration.errors import SoldOut
from eventhub.registration.models import GateAccess, TicketType, WaitlistEntry
from eventhub.registration.queries.type_set_up import TypeSetUp, type_set_ups
from eventhub.registration.queries.type_zones import zone_entrances
from eventhub.registration.service import type_zones
from eventhub.registration.service.type_set_up import SaveType, save_type
from tests.console.test_proposals import post
from tests.factories.checkin import (
    forget_config,
    gs_of,
    make_house,
    make_tickets,
    make_type,
    pair_device,
    scan,
)
from tests.factories.programme import default_organisation, make_event, make_gate, make_zone
from tests.factories.registration import let_in, make_registration, make_ticket_type
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


def named(gate_ids: Iterable[int]) -> list[set[str]]:
    """Return which ticket types each gate names."""
    db.session.rollback()
    return [
        set(
            db.session.scalars(
                select(TicketType.slug)
                .join(GateAccess, GateAccess.ticket_type_id == TicketType.id)
                .where(GateAccess.gate_id == gate_id)
            )
        )
        for gate_id in gate_ids
    ]


def test_a_type_opens_the_zones_that_are_ticked_and_no_gate_is_left_open(
    alice: FlaskClient, event: EventRow
) -> None:
    hall, deck = make_zone(event, "hall"), make_zone(event, "deck")
    gates = [
        make_gate(event, "door", zone_id=hall),
        make_gate(event, "lane", zone_id=hall),
        make_gate(event, "stairs", zone_id=deck),
        make_gate(event, "exit", zone_id=deck, direction="out"),
    ]
    press = make_ticket_type(event.id, slug="press", places=9)
    make_ticket_type(event.id, slug="crew", places=9)
    let_in(gates[1], press.id)
    form = FORM | {"name_en": "Press", "name_zh": "媒体", "places": "9"}
    one = f"{C}/tickets/form/press"

    page = alice.get(one, headers={"Accept-Language": "en"}).text
    assert len(re.findall('name="zones" value="[0-9]+" checked', page)) == 2
    for zones in ([], ["77"]):
        refused = post(alice, one, **form, zones=zones)
        assert (refused.status_code, 'href="#zones"' in refused.text) == (422, True)
    assert named(gates) == [set(), {"press"}, set(), set()]

    # out of the hall: the door names the others; the lane would name nobody
    refused = post(alice, one, **form, zones=[str(deck)])
    assert (refused.status_code, "names no other ticket" in refused.text) == (422, True)
    assert named(gates) == [set(), {"press"}, set(), set()]
    crew = FORM | {"name_en": "Crew", "places": "9"}
    assert post(alice, f"{C}/tickets/form/crew", **crew, zones=[str(hall)]).status_code == 303
    # the hall is open to the crew by the door, so its lane stays; the deck names the rest
    assert named(gates) == [set(), {"press"}, {"press"}, set()]
    let_in(gates[1], db.session.scalars(select(TicketType.id).filter_by(slug="crew")).one())
    assert post(alice, one, **form, zones=[str(deck)]).status_code == 303
    assert named(gates) == [{"crew"}, {"crew"}, {"press"}, set()]
    listed = alice.get(f"{C}/tickets", headers={"Accept-Language": "en"}).text
    assert ("opens: deck" in listed, "opens: hall" in listed) == (True, True)

    # a new type is ticked where everybody is let in, which is nowhere now
    fresh = alice.get(f"{C}/tickets/form").text
    assert re.findall('name="zones" value="[0-9]+"( checked)?', fresh) == ["", ""]
    guest = FORM | {"name_en": "Guest", "places": "9"}
    assert post(alice, f"{C}/tickets/form", **guest, zones=[str(hall)]).status_code == 303
    assert named(gates) == [{"crew", "guest"}, {"crew", "guest"}, {"press"}, set()]
    log = select(AuditEntry.after).where(AuditEntry.action == "ticket-type.save")
    told = [row.get("gates_in") for row in db.session.scalars(log.order_by(AuditEntry.seq))]
    assert told[-1] == ["door", "lane"]


@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_last_names_do_not_go_at_once(
    app: Flask, event: EventRow, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    hall, deck = make_zone(event, "hall"), make_zone(event, "deck")
    gates = [make_gate(event, "door", zone_id=hall), make_gate(event, "stairs", zone_id=deck)]
    for slug in ("press", "crew"):
        let_in(gates[0], make_ticket_type(event.id, slug=slug, places=9).id)
    if db.engine.dialect.name == "sqlite" and not is_guarded:
        pytest.skip("one writer at a time: there is nothing to guard")
    meeting = threading.Barrier(2, timeout=2 if is_guarded else 20)

    def looked(event_id: int) -> Any:
        found = zone_entrances(event_id)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait()  # both have looked, if nothing keeps one of them out
        return found

    monkeypatch.setattr(type_zones, "zone_entrances", looked)
    if not is_guarded:
        monkeypatch.setattr(type_zones, "lock_gates", lambda event_id: None)

    def leave_the_hall(slug: str) -> str:
        with app.app_context():
            cmd = SaveType(event_id=event.id, slug=slug, name={"en": slug}, zones=frozenset({deck}))
            try:
                return save_type(cmd)
            except Invalid:
                return "refused"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(leave_the_hall, ["press", "crew"]))
    assert (said[-1] == "refused") is is_guarded
    assert len(named(gates)[0]) == (1 if is_guarded else 0)  # without the lock it opens to all


def test_gates_learn_which_types_they_admit(app: Flask) -> None:
    house = make_house()
    event = event_by_id(house.event_id)
    make_type(house, "crew")
    deck = make_zone(event, "deck")
    make_gate(event, "stairs", zone_id=deck)
    paired = pair_device(house)
    headers = {"Authorization": f"Bearer {paired.token}"}
    asked = ("/api/gate/v1/config", app.test_client())
    assert asked[1].get(asked[0], headers=headers).json["gate"]["products"] is None
    name = {"en": "Crew"}
    save_type(
        SaveType(
            event_id=event.id, slug="crew", name=name, sets_places=False, zones=frozenset({deck})
        )
    )
    forget_config()  # what a process keeps for two seconds
    assert asked[1].get(asked[0], headers=headers).json["gate"]["products"] == [1]
    (ticket,) = make_tickets(house, 1, type_slug="crew")
    assert scan(paired.device, gs_of(ticket))["result"] == "wrong_product"
