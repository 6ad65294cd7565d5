"""Places that several ticket types share, set up in the console alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.models import AuditEntry
from eventhub.programme.queries import EventRow
from eventhub.registration import queries
from eventhub.registration import service as registration
from eventhub.registration.errors import SoldOut
from eventhub.registration.models import TicketType, WaitlistEntry
from eventhub.registration.queries.shared_quotas import SharedQuota, shared_quotas
from eventhub.registration.queries.type_set_up import type_set_ups
from eventhub.registration.service.shared_quotas import SaveShared, end_shared, save_shared
from tests.console.test_proposals import post
from tests.factories.programme import default_organisation, make_event
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people

C = "/console/e/loom/tickets"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_event(
        slug="loom", organisation_id=default_organisation(), is_registration_open=True
    )


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    return make_people(event.organisation_id).client(app, "alice")


@pytest.fixture
def types(event: EventRow) -> dict[str, int]:
    """Return the ids of three types: `press` and `buyer` with places of their own, `friend`."""
    for slug, places in (("press", 5), ("buyer", None), ("friend", 9)):
        make_ticket_type(event.id, slug=slug, places=places, max_group=3)
    registration.ensure_event_key(event.id)
    return dict(db.session.execute(select(TicketType.slug, TicketType.id)).all())


def register(event: EventRow, slug: str, name: str, *others: str) -> object:
    return registration.register(
        registration.Register(
            event_id=event.id,
            ticket_type=slug,
            name=name,
            lang="zh",
            email=f"{name}@example.com",
            others=others,
        )
    )


def hall(event: EventRow) -> SharedQuota:
    db.session.rollback()
    return shared_quotas(event.id)[0]


def own(event: EventRow, slug: str) -> list[tuple[int | None, int]]:
    """Return size and people of the places that a type has alone."""
    db.session.rollback()
    found = next(row for row in type_set_ups(event.id) if row.slug == slug)
    return [(quota.size, quota.taken) for quota in found.own]


def shared(event: EventRow, types: dict[str, int], *slugs: str, places: int, **more: str) -> str:
    return save_shared(
        SaveShared(
            event_id=event.id,
            name={"zh": "主厅", "en": "Hall"},
            type_ids=frozenset(types[slug] for slug in slugs),
            places=places,
            **more,  # type: ignore[arg-type]
        )
    )


def test_two_types_share_a_hall(alice: FlaskClient, event: EventRow, types: dict[str, int]) -> None:
    assert "No shared places yet" in alice.get(f"{C}/shared", headers=ENGLISH).text
    register(event, "press", "lin")
    both = [str(types["press"]), str(types["buyer"])]
    form = {"name_zh": "主厅", "name_en": "Hall", "places": "3", "types": both}
    assert post(alice, f"{C}/shared/form", **form).status_code == 303
    assert (hall(event).size, hall(event).taken) == (3, 1)

    register(event, "buyer", "wen", "he")
    assert (hall(event).taken, hall(event).over) == (3, 0)
    for slug in ("press", "buyer"):
        with pytest.raises(SoldOut):
            register(event, slug, "late")
    register(event, "friend", "zhao")
    assert queries.verify(event.id) == []
    page = alice.get(f"{C}/shared", headers=ENGLISH).text
    assert "3 of 3 taken" in page
    assert "Hall: 3 of 3 taken" in alice.get(C, headers=ENGLISH).text
    assert "Counts in the shared places" in alice.get(f"{C}/form/press", headers=ENGLISH).text


def test_fewer_places_than_are_taken_need_a_reason(
    alice: FlaskClient, event: EventRow, types: dict[str, int]
) -> None:
    for name in ("lin", "wen"):
        register(event, "press", name)
    register(event, "friend", "he")
    form = {"name_en": "Hall", "types": [str(types["press"]), str(types["buyer"])]}
    refused = post(alice, f"{C}/shared/form", **form, places="1")
    assert refused.status_code == 422
    assert "2 places are taken" in refused.text
    assert shared_quotas(event.id) == []
    assert post(alice, f"{C}/shared/form", **form, places="2").status_code == 303

    one = f"{C}/shared/form/hall"
    assert post(alice, one, **form, places="1").status_code == 422
    joined = form | {"types": [*form["types"], str(types["friend"])]}
    refused = post(alice, one, **joined, places="2")  # who joins brings people along
    assert refused.status_code == 422
    assert "3 places are taken" in refused.text
    assert [kind.slug for kind in hall(event).types] == ["press", "buyer"]
    assert post(alice, one, **joined, places="2", reason="Fire exit").status_code == 303
    assert (hall(event).taken, hall(event).over) == (3, 1)
    assert "over by 1" in alice.get(f"{C}/shared", headers=ENGLISH).text
    with pytest.raises(SoldOut):
        register(event, "buyer", "zhao")
    # what is over already may be saved again, and one more place is no lowering
    assert post(alice, one, **joined, places="2").status_code == 303
    told = select(AuditEntry.after).where(AuditEntry.action == "quota.save")
    assert db.session.scalars(told.order_by(AuditEntry.seq)).all()[1] == {
        "places": 2,
        "is_closed": False,
        "types": ["buyer", "friend", "press"],
        "reason": "Fire exit",
    }


def test_who_leaves_takes_its_people_along(event: EventRow, types: dict[str, int]) -> None:
    shared(event, types, "press", "buyer", "friend", places=4)
    register(event, "press", "lin")
    register(event, "friend", "wen", "he", "zhao")
    assert hall(event).taken == 4
    shared(event, types, "press", "buyer", places=4, slug="hall")
    assert hall(event).taken == 1
    assert own(event, "friend") == [(9, 3)]
    register(event, "buyer", "sun", "qian")
    assert queries.verify(event.id) == []


def test_a_type_without_own_places_never_leaves_into_the_open(
    alice: FlaskClient, event: EventRow, types: dict[str, int]
) -> None:
    """Without any quota a type would have places without end."""
    shared(event, types, "press", "buyer", "friend", places=4)
    db.session.execute(  # as an event that was made by a template or by a program has it
        text("DELETE FROM quota WHERE slug IN ('buyer', 'friend')")
    )
    db.session.commit()
    register(event, "buyer", "lin", "wen")
    assert own(event, "buyer") == []
    assert 'name="places"' not in alice.get(f"{C}/form/buyer").text
    shared(event, types, "press", "friend", places=4, slug="hall")
    assert own(event, "buyer") == [(2, 2)]
    with pytest.raises(SoldOut):
        register(event, "buyer", "he")
    assert 'name="places"' in alice.get(f"{C}/form/buyer").text

    assert post(alice, f"{C}/shared/hall/end").status_code == 303
    assert shared_quotas(event.id) == []
    assert own(event, "friend") == [(0, 0)]
    assert own(event, "press") == [(5, 0)]
    assert queries.verify(event.id) == []


def test_the_page_of_a_type_sets_its_own_places_only(
    alice: FlaskClient, event: EventRow, types: dict[str, int]
) -> None:
    shared(event, types, "press", "buyer", places=4)
    form = {"name_en": "Press", "tier": "", "visibility": "public", "approval": "none"}
    form |= {"waitlist": "off", "window": "0", "max_group": "1", "places": "2", "is_closed": "y"}
    assert post(alice, f"{C}/form/press", **form).status_code == 303
    assert own(event, "press") == [(2, 0)]
    assert (hall(event).size, hall(event).is_closed) == (4, False)
    register(event, "buyer", "lin")


def test_places_that_come_free_go_to_who_waits_first(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 1, 4, 0, tzinfo=UTC))  # before the event: lists make offers
    for slug in ("first", "second"):
        make_ticket_type(event.id, slug=slug, places=None, waitlist="auto")
    types = dict(db.session.execute(select(TicketType.slug, TicketType.id)).all())
    shared(event, types, "first", "second", places=1)
    make_registration(event.id, "first", name="王芳", email="fang@example.com")
    waits = make_registration(event.id, "second", name="林知夏", email="lin@example.com")
    assert waits.state == "waitlisted"
    shared(event, types, "first", "second", places=2, slug="hall")
    states = select(WaitlistEntry.state).where(WaitlistEntry.event_id == event.id)
    assert list(db.session.scalars(states)) == ["offered"]
    assert hall(event).taken == 2  # the place of the offer is kept
    assert queries.verify(event.id) == []


def test_bad_input_is_told_and_changes_nothing(
    alice: FlaskClient, event: EventRow, types: dict[str, int]
) -> None:
    both = [str(types["press"]), str(types["buyer"])]
    form = {"name_en": "Hall", "places": "3", "types": both}
    for change in (
        {"name_en": ""},
        {"places": "-1"},
        {"places": ""},
        {"types": both[:1]},
        {"types": [both[0], "77"]},
    ):
        assert post(alice, f"{C}/shared/form", **(form | change)).status_code == 422
    other = make_event()
    foreign = make_ticket_type(other.id, slug="foreign", places=1)
    with pytest.raises(Invalid):
        shared(event, types | {"foreign": foreign.id}, "press", "foreign", places=3)
    assert shared_quotas(event.id) == []
    assert alice.get(f"{C}/shared/form/moon").status_code == 404
    assert post(alice, f"{C}/shared/form/moon", **form).status_code == 404
    assert post(alice, f"{C}/shared/press/end").status_code == 404  # places of one type alone
    with pytest.raises(NotFound):
        end_shared(other.id, "hall")
