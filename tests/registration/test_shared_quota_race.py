"""Ticket types join and leave shared places while people register for them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.kernel.errors import EventHubError
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.models import Quota, Registration, TicketType
from eventhub.registration.service import Register, shared_quotas
from eventhub.registration.service.shared_quotas import SaveShared, save_shared
from tests.conftest import Database
from tests.factories.registration import make_ticket_type
from tests.registration.contest import side_by_side

pytestmark = pytest.mark.processes

PROCESSES = 3  # the first changes who shares, the others register and give back
CHANGES = 24
MOST_RACES = 8  # until somebody is lost where nothing locks
SLUGS = ("first", "second")


@dataclass(frozen=True, slots=True)
class Hall:
    """A hall whose second type comes and goes; without `has_lock` nobody is held off meanwhile."""

    folder: Path
    url: str
    event_id: int
    type_ids: Sequence[int]
    places: int
    has_lock: bool = True
    has_guard: bool = True
    number: int = 0  # of the race, where several are run


def hall(event: EventRow, database: Database, places: int, *, has_lock: bool = True) -> Hall:
    for slug in (*SLUGS, "third"):
        make_ticket_type(event.id, slug=slug, places=None)
    service.ensure_event_key(event.id)
    by_slug = dict(db.session.execute(select(TicketType.slug, TicketType.id)).all())
    ids = [by_slug["first"], by_slug["third"], by_slug["second"]]
    save_shared(_with(event.id, ids[:2], places))
    db.session.rollback()
    return Hall(database.folder, database.url, event.id, ids, places, has_lock)


def _with(event_id: int, type_ids: Sequence[int], places: int, slug: str = "") -> SaveShared:
    return SaveShared(
        event_id=event_id,
        slug=slug,
        name={"en": "Hall"},
        type_ids=frozenset(type_ids),
        places=places,
        reason="a test",
    )


def work(race: Hall, place: int, barrier: threading.Barrier) -> Counter[str]:
    """Change who shares, or register until that has ended."""
    if not race.has_lock:
        setattr(shared_quotas, "hold_links", lambda: None)  # noqa: B010 - the planted fault
    over = race.folder / f"over-{race.number}"
    barrier.wait()
    if place:
        return _register(race, place, over)
    for turn in range(CHANGES):
        kinds = race.type_ids if turn % 2 == 0 else race.type_ids[:2]
        save_shared(_with(race.event_id, kinds, race.places, "hall"))
    save_shared(_with(race.event_id, race.type_ids, race.places, "hall"))
    over.touch()
    return Counter(changes=CHANGES)


def _register(race: Hall, place: int, over: Path) -> Counter[str]:
    counted: Counter[str] = Counter()
    mine: list[int] = []
    turn = 0
    while not over.exists():
        turn += 1
        name = f"guest-{race.number}-{place}-{turn}"
        wanted = Register(
            event_id=race.event_id,
            ticket_type=SLUGS[turn % 2],
            name=name,
            lang="zh",
            email=f"{name}@example.com",
        )
        try:
            if turn % 4 == 0 and mine:
                service.cancel(mine.pop())
                counted["given back"] += 1
            made = service.register(wanted)
        except EventHubError as error:
            counted[error.error_code] += 1
        except RuntimeError:  # the counters say less than is given back
            counted["broken"] += 1
        else:
            assert isinstance(made, service.Registered)
            mine.append(made.registration_id)
            counted[made.state] += 1
    return counted


def people() -> int:
    """Return who has a place with one of the types that share, from the rows."""
    db.session.rollback()
    return (
        db.session.scalar(
            select(func.count()).select_from(Registration).where(Registration.state == "confirmed")
        )
        or 0
    )


def counts() -> int:
    return db.session.scalars(select(Quota.used).where(Quota.slug == "hall")).one()


def test_nobody_is_lost_when_types_join_and_leave(event: EventRow, database: Database) -> None:
    counted = side_by_side(work, hall(event, database, 100_000), processes=PROCESSES)
    assert queries.verify(event.id) == []
    assert counts() == people()
    assert counted["confirmed"] > 0
    assert set(counted) <= {"changes", "confirmed", "given back"}


def test_nothing_is_oversold_when_types_join_and_leave(event: EventRow, database: Database) -> None:
    """The second type fills its own places while it is alone, so it may bring too many along."""
    race = hall(event, database, 20)
    for slug in SLUGS:  # of the hall the second type gets no more than what is left
        quota = db.session.scalars(select(Quota).where(Quota.slug == slug)).one()
        quota.size = 10
    db.session.commit()
    side_by_side(work, race, processes=PROCESSES)
    assert queries.verify(event.id) == []
    assert counts() == people() <= 20


@pytest.mark.only("postgresql")  # on SQLite the writer lock itself is the lock
def test_without_the_lock_people_are_lost(event: EventRow, database: Database) -> None:
    race = hall(event, database, 100_000, has_lock=False)
    for number in range(MOST_RACES):
        side_by_side(work, replace(race, number=number), processes=PROCESSES)
        db.session.rollback()
        if queries.verify(event.id):
            return
    raise AssertionError("nobody was ever lost")
