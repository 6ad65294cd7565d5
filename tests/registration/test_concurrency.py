"""Several processes, one database: the last places and the same contact at once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.models import (
    AttendeeIdentity,
    Quota,
    QuotaTicketType,
    Registration,
    Ticket,
)
from eventhub.registration.service import Register
from tests.conftest import Database
from tests.factories.registration import make_ticket_type
from tests.registration.contest import Contest, run

PROCESSES = 3
ROUNDS = 10
PLACES = 13

pytestmark = pytest.mark.processes


def rush(event: EventRow, database: Database, *, has_guard: bool = True) -> Contest:
    """Return a contest of 30 people in two types for 13 places that both types share."""
    first = make_ticket_type(event.id, slug="first", places=PLACES, waitlist="auto")
    second = make_ticket_type(event.id, slug="second", places=None)
    shared = db.session.scalars(select(QuotaTicketType).filter_by(ticket_type_id=first.id)).one()
    db.session.add(QuotaTicketType(quota_id=shared.quota_id, ticket_type_id=second.id))
    db.session.commit()
    service.ensure_event_key(event.id)
    rounds = [
        [submission(event, f"guest-{turn}-{place}", place) for place in range(PROCESSES)]
        for turn in range(ROUNDS)
    ]
    return Contest(database.folder, database.url, rounds, has_guard)


def submission(event: EventRow, name: str, place: int) -> Register:
    return Register(
        event_id=event.id,
        ticket_type="first" if place % 2 else "second",
        name=name,
        lang="zh",
        email=f"{name}@example.com",
    )


def sold() -> int:
    db.session.rollback()
    return db.session.scalars(select(Quota.used).where(Quota.size == PLACES)).one()


def test_the_last_places_are_sold_once_each(event: EventRow, database: Database) -> None:
    counted = run(rush(event, database), processes=PROCESSES)
    assert counted["confirmed"] == PLACES
    assert counted.total() == PROCESSES * ROUNDS
    assert set(counted) <= {"confirmed", "waitlisted", "sold-out"}
    assert sold() == PLACES
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == PLACES
    assert queries.verify(event.id) == []


def test_without_the_guard_the_same_rush_oversells(event: EventRow, database: Database) -> None:
    counted = run(rush(event, database, has_guard=False), processes=PROCESSES)
    assert counted["confirmed"] > PLACES
    assert sold() > PLACES


def test_one_contact_at_the_same_moment_is_one_registration(
    event: EventRow, database: Database
) -> None:
    make_ticket_type(event.id, slug="public", places=None)
    service.ensure_event_key(event.id)
    rounds = [
        [
            Register(
                event_id=event.id,
                ticket_type="public",
                name=f"person {place}",
                lang="zh",
                email=f"contact{turn}@example.com",
                phone=f"+86138001380{turn:02d}",
            )
            for place in range(PROCESSES)
        ]
        for turn in range(ROUNDS)
    ]
    counted = run(Contest(database.folder, database.url, rounds), processes=PROCESSES)
    assert counted == {"confirmed": ROUNDS, "duplicate": ROUNDS * (PROCESSES - 1)}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Registration)) == ROUNDS
    own = AttendeeIdentity.scope == "event"
    assert db.session.scalar(select(func.count()).select_from(AttendeeIdentity).where(own)) == (
        2 * ROUNDS
    )
    assert queries.verify(event.id) == []


def test_one_key_at_the_same_moment_is_one_registration(
    event: EventRow, database: Database
) -> None:
    make_ticket_type(event.id, slug="public", places=None)
    service.ensure_event_key(event.id)
    same = [
        Register(
            event_id=event.id,
            ticket_type="public",
            name="陈欣怡",
            lang="zh",
            email=f"key{turn}@example.com",
            idempotency_key=f"form:{turn}",
        )
        for turn in range(ROUNDS)
    ]
    rounds = [[submission] * PROCESSES for submission in same]
    counted = run(Contest(database.folder, database.url, rounds), processes=PROCESSES)
    assert counted == {"confirmed": ROUNDS * PROCESSES}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Registration)) == ROUNDS
    assert queries.verify(event.id) == []
