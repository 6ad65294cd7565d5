"""Many clients, several server processes, few places: each is sold once and none stays empty."""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import EntryState, RegistrationState
from eventhub.registration.jobs import serve_waitlists
from eventhub.registration.models import Quota, Registration, WaitlistEntry
from tests.conftest import DATABASES, Database
from tests.factories.programme import make_event
from tests.factories.registration import make_ticket_type
from tests.faults.server import Server

pytestmark = pytest.mark.processes

IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
CLIENTS, WORKERS = (64, 4) if IS_SOAK else (16, 2)
REQUESTS, PLACES = (500, 100) if IS_SOAK else (48, 10)
PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Door:
    """What everybody wants to get through."""

    event: EventRow
    key: str


@pytest.fixture
def door(app: Flask) -> Door:
    """Return an event in a month with few places and a waitlist, and a key for it."""
    return open_door()


@command
def open_door() -> Door:
    soon = clock.now().date() + timedelta(days=30)
    event = make_event("rush", is_registration_open=True, starts_on=soon, ends_on=soon)
    make_ticket_type(event.id, slug="free", places=PLACES, waitlist="auto")
    service.ensure_event_key(event.id)
    key = accounts.create_api_key(
        organisation_id=event.organisation_id,
        event_id=event.id,
        scopes=[Scope.REGISTRATIONS_WRITE.value],
    )
    return Door(event, key)


@contextmanager
def serving(database: Database, *, app: str = "wsgi:app") -> Iterator[int]:
    """Run server processes on the database; gives the port."""
    db.session.rollback()
    server = Server(database.settings(), workers=WORKERS, app=app)
    try:
        yield server.port
    finally:
        server.stop()


def rush(port: int, door: Door) -> Counter[str]:
    """Send all requests from all clients at once; return how many ended how."""
    barrier = threading.Barrier(CLIENTS)
    counted: Counter[str] = Counter()
    threads = [
        threading.Thread(
            target=_send_all, args=(port, door, range(n, REQUESTS, CLIENTS), barrier, counted)
        )
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    db.session.rollback()
    return counted


def _send_all(
    port: int,
    door: Door,
    numbers: Sequence[int],
    barrier: threading.Barrier,
    counted: Counter[str],
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as line:
        barrier.wait(PATIENCE_S)
        for number in numbers:
            body = {
                "ticket_type": "free",
                "contact": {"email": f"rush{number}@example.com"},
                "attendees": [{"name": f"Guest {number}"}],
            }
            line.request(
                "POST",
                f"/api/v1/events/{door.event.slug}/registrations",
                json.dumps(body),
                {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"},
            )
            answer = line.getresponse()
            told = json.loads(answer.read())
            counted[str(told.get("status") or answer.status)] += 1


def used() -> int:
    return db.session.scalars(select(Quota.used).where(Quota.size == PLACES)).one()


def confirmed() -> int:
    return db.session.scalars(
        select(func.count())
        .select_from(Registration)
        .where(Registration.state == RegistrationState.CONFIRMED)
    ).one()


def offered() -> list[int]:
    return list(
        db.session.scalars(
            select(WaitlistEntry.registration_id).where(WaitlistEntry.state == EntryState.OFFERED)
        )
    )


@pytest.mark.only(*(DATABASES if IS_SOAK else DATABASES[1:]))
def test_a_rush_over_http_sells_each_place_once_and_leaves_none_empty(
    door: Door, database: Database
) -> None:
    with serving(database) as port:
        counted = rush(port, door)
    assert counted == {"confirmed": PLACES, "waitlisted": REQUESTS - PLACES}
    assert (used(), confirmed()) == (PLACES, PLACES)
    assert queries.verify(door.event.id) == []
    _give_up_and_expire(door)
    assert (used(), confirmed(), offered()) == (PLACES, PLACES, [])
    assert queries.verify(door.event.id) == []


def _give_up_and_expire(door: Door) -> None:
    """Free some places, let the first offers of them lapse, and let the next people take them."""
    leaving = db.session.scalars(
        select(Registration.id)
        .where(Registration.state == RegistrationState.CONFIRMED)
        .limit(PLACES // 5)
    ).all()
    for registration_id in leaving:
        service.cancel(registration_id)
    lapsed = offered()
    assert len(lapsed) == len(leaving)
    with clock.fixed(clock.now() + timedelta(hours=25)):
        serve_waitlists()
        second = offered()
        assert len(second) == len(leaving)
        assert not set(second) & set(lapsed)
        for registration_id in second:
            service.take_offer(registration_id)
    db.session.rollback()


@pytest.mark.skipif(not IS_SOAK, reason="the suite has this control without servers")
def test_the_same_rush_without_the_guard_oversells(door: Door, database: Database) -> None:
    with serving(database, app="tests.registration.unguarded:app") as port:
        counted = rush(port, door)
    assert counted["confirmed"] > PLACES
    assert used() > PLACES
