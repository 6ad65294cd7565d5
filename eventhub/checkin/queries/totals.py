"""How many came in: entries, visits and visitors, by operating day and by hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from eventhub.checkin.enums import NOT_REFUSALS, ScanResult
from eventhub.checkin.models import Admission, Scan
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.models import Ticket, TicketType

_BUCKET_MS = 900_000  # 15 minutes: every zone's hours begin on one of these
_PASSED = [result.value for result in NOT_REFUSALS]
_REPEAT = ScanResult.REPEAT.value


@dataclass(frozen=True, slots=True)
class ScanTotals:
    """
    Counts of one operating day, or of the whole event when `day` is None.

    entries: places taken, re-entries included. visits: persons per operating
    day. visitors: distinct persons; crew and exhibitors are in entries alone.
    Always entries >= visits >= visitors. refused: scans that let nobody pass,
    repeats on the same device aside.
    """

    day: date | None
    entries: int
    visits: int
    visitors: int
    refused: int


@dataclass(frozen=True, slots=True)
class HourRow:
    """Entries of one clock hour at one gate; `starts_at` in UTC."""

    starts_at: datetime
    gate_id: int
    entries: int


def entries(event_id: int) -> list[ScanTotals]:
    """Return the totals of every operating day on which anything was scanned, in order."""
    event = event_by_id(event_id)
    return [_totals(event, day, _persons(event, day)) for day in _days(event, _scan_buckets(event))]


def totals(event_id: int) -> ScanTotals:
    """Return the totals of the whole event."""
    event = event_by_id(event_id)
    days = [_persons(event, day) for day in _days(event, _scan_buckets(event))]
    persons = set().union(*days) if days else set()
    whole = _totals(event, None, persons)
    return ScanTotals(
        day=None,
        entries=whole.entries,
        visits=sum(len(found) for found in days),
        visitors=len(persons),
        refused=whole.refused,
    )


def admissions_by_hour(event: EventRow) -> list[HourRow]:
    """Return entries per clock hour of the event's zone and gate, by time and gate."""
    bucket = (Admission.entered_at_ms - Admission.entered_at_ms % _BUCKET_MS).label("bucket")
    rows = db.session.execute(
        select(bucket, Admission.entered_gate_id, func.count())
        .where(Admission.event_id == event.id)
        .group_by(bucket, Admission.entered_gate_id)
    )
    hours: dict[tuple[datetime, int], int] = {}
    for start_ms, gate_id, count in rows:
        local = datetime.fromtimestamp(start_ms / 1000, event.zone)
        hour = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        hours[hour, gate_id] = hours.get((hour, gate_id), 0) + count
    return [HourRow(hour, gate, count) for (hour, gate), count in sorted(hours.items())]


def refused_by_result(event_id: int, day: date | None = None) -> dict[str, int]:
    """Return how often each result refused somebody, most frequent first."""
    event = event_by_id(event_id)
    statement = (
        select(Scan.result, func.count())
        .where(Scan.event_id == event_id, Scan.result.not_in(_PASSED))
        .group_by(Scan.result)
    )
    if day is not None:
        start, end = _bounds_ms(event, day)
        statement = statement.where(Scan.at_ms >= start, Scan.at_ms < end)
    counts = dict(db.session.execute(statement).all())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _scan_buckets(event: EventRow) -> list[int]:
    bucket = (Scan.at_ms - Scan.at_ms % _BUCKET_MS).label("bucket")
    return list(
        db.session.scalars(
            select(bucket).where(Scan.event_id == event.id).group_by(bucket).order_by(bucket)
        )
    )


def _days(event: EventRow, buckets: Iterable[int]) -> list[date]:
    return sorted({event.operating_day(datetime.fromtimestamp(ms / 1000, UTC)) for ms in buckets})


def _bounds_ms(event: EventRow, day: date) -> tuple[int, int]:
    start, end = event.day_bounds(day)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


def _persons(event: EventRow, day: date) -> set[tuple[int, int]]:
    """Return the people of one day as (ticket, place), crew and exhibitors left out."""
    start, end = _bounds_ms(event, day)
    statement = (
        select(Admission.ticket_id, Admission.place)
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(
            Admission.event_id == event.id,
            Admission.entered_at_ms >= start,
            Admission.entered_at_ms < end,
            TicketType.counts_as_visitor,
        )
        .distinct()
    )
    return set(db.session.execute(statement))


def _totals(event: EventRow, day: date | None, persons: set[tuple[int, int]]) -> ScanTotals:
    entered = select(func.count()).where(Admission.event_id == event.id)
    refused = select(func.count()).where(
        Scan.event_id == event.id, Scan.result.not_in([*_PASSED, _REPEAT])
    )
    if day is not None:
        start, end = _bounds_ms(event, day)
        entered = entered.where(Admission.entered_at_ms >= start, Admission.entered_at_ms < end)
        refused = refused.where(Scan.at_ms >= start, Scan.at_ms < end)
    return ScanTotals(
        day=day,
        entries=db.session.scalar(entered) or 0,
        visits=len(persons),
        visitors=len(persons),
        refused=db.session.scalar(refused) or 0,
    )
