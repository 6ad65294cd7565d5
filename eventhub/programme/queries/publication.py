"""What all releases together have told about each performance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import PerformanceKind
from eventhub.programme.models import Performance, Schedule, Slot
from eventhub.programme.queries.event import EventRow
from eventhub.programme.queries.performance import PerformanceRow, programme, withdrawn
from eventhub.programme.rules.publication import Publication, PublishedSlot
from eventhub.programme.rules.publication import publications as fold


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A performance and what all releases together have told about it."""

    performance: PerformanceRow
    publication: Publication


def publications(event_id: int) -> dict[int, Publication]:
    """Return the public state of every performance that any release placed, by its id."""
    statement = (
        select(Schedule, Slot)
        .outerjoin(
            Slot,
            (Slot.schedule_id == Schedule.id) & Slot.is_visible & Slot.starts_at.is_not(None),
        )
        .outerjoin(Performance, Performance.id == Slot.performance_id)
        .where(
            Schedule.event_id == event_id,
            Schedule.released_at.is_not(None),
            (Performance.kind == PerformanceKind.SHOW) | Performance.id.is_(None),
        )
        .order_by(Schedule.released_at, Schedule.id)
    )
    releases: dict[int, datetime] = {}
    slots = []
    for schedule, slot in db.session.execute(statement):
        if schedule.released_at is not None:
            releases[schedule.id] = schedule.released_at
        if slot is not None:
            slots.append(_published(schedule, slot))
    return fold(releases.items(), slots)


def published(event: EventRow) -> list[PublishedRow]:
    """
    Return everything the public was ever told of, by start.

    What the newest release left out comes as cancelled, so that calendars
    which know it take it away.
    """
    told = publications(event.id)
    rows = programme(event)
    gone = [state.slot_id for state in told.values() if state.is_gone]
    if gone:
        rows += withdrawn(event, gone)
    rows.sort(key=lambda row: (row.starts_at, row.stage_position, row.public_no))
    return [PublishedRow(row, told[row.performance_id]) for row in rows]


def _published(schedule: Schedule, slot: Slot) -> PublishedSlot:
    assert schedule.released_at  # noqa: S101 - the statement asks for it
    assert slot.starts_at  # noqa: S101 - the statement asks for it
    assert slot.ends_at  # noqa: S101 - stands when the start does
    return PublishedSlot(
        schedule_id=schedule.id,
        released_at=schedule.released_at,
        slot_id=slot.id,
        performance_id=slot.performance_id,
        stage_id=slot.stage_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=slot.status,
    )
