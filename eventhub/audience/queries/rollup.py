"""What the sums by quarter of an hour say, and how they were changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, select

from eventhub.audience.models import Adjustment, Rollup, RollupState, Source
from eventhub.audience.queries.hours import bucket, floor_hour
from eventhub.audience.rules import rollup as rules
from eventhub.checkin.models import Scan
from eventhub.checkin.queries import HourRow as GateHour
from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow

NIGHT = time(4, 0)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ENTRIES = "checkin.entries"


def gate_hours(event: EventRow, span: tuple[datetime, datetime] | None = None) -> list[GateHour]:
    """Return entries by gate and hour of the event's zone, by time and gate; one statement."""
    at = bucket(event)
    statement = (
        select(at, Rollup.scope_id, func.sum(Rollup.value))
        .where(Rollup.event_id == event.id, Rollup.metric == _ENTRIES)
        .group_by(at, Rollup.scope_id)
    )
    if span is not None:
        first, last = (int(one.timestamp()) for one in span)
        statement = statement.where(Rollup.start_s >= first, Rollup.start_s < last)
    hours: dict[tuple[datetime, int], int] = {}
    for start_s, gate_id, count in db.session.execute(statement):
        key = (floor_hour(rules.starts_at(start_s), event), gate_id)
        hours[key] = hours.get(key, 0) + int(count)
    return [GateHour(at, gate, count) for (at, gate), count in sorted(hours.items())]


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """
    A change of a quarter of an hour that had been closed for a day.

    `delta` is what was added; the value before is the present one without it.
    """

    scope_id: int
    title: I18n
    starts_at: datetime
    direction: str
    delta: int
    reason: str
    at: datetime


def adjustments(event_id: int, *, limit: int = 500) -> list[AdjustmentRow]:
    """Return the changes of closed quarters of counters, latest first; one statement."""
    found = db.session.execute(
        select(Adjustment, Source.title)
        .join(Source, Source.id == Adjustment.scope_id)
        .where(Adjustment.event_id == event_id)
        .order_by(Adjustment.id.desc())
        .limit(limit)
    )
    return [
        AdjustmentRow(
            scope_id=row.scope_id,
            title=title,
            starts_at=rules.starts_at(row.start_s),
            direction=row.direction,
            delta=row.delta,
            reason=row.reason,
            at=row.adjusted_at,
        )
        for row, title in found
    ]


def events_behind() -> list[int]:
    """Return the events with scans that the sums do not have yet; one statement."""
    newer = exists().where(
        Scan.event_id == Event.id, Scan.id > func.coalesce(RollupState.through_id, 0)
    )
    statement = (
        select(Event.id)
        .outerjoin(
            RollupState, and_(RollupState.event_id == Event.id, RollupState.metric == _ENTRIES)
        )
        .where(newer)
        .order_by(Event.id)
    )
    return list(db.session.scalars(statement))


def events_to_rebuild(now: datetime) -> list[int]:
    """Return the events whose rebuild of tonight, at 04:00 there, is to come; one statement."""
    oldest = func.min(func.coalesce(RollupState.rebuilt_at, _NEVER))
    rows = db.session.execute(
        select(Event.id, Event.timezone, oldest)
        .outerjoin(RollupState, RollupState.event_id == Event.id)
        .group_by(Event.id, Event.timezone)
        .order_by(Event.id)
    )
    return [event_id for event_id, zone, at in rows if at < _night(now, ZoneInfo(zone))]


def _night(now: datetime, zone: tzinfo) -> datetime:
    night = now.astimezone(zone).replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StateRow:
    """When the sums of a metric were last made anew, and how many differed then."""

    metric: str
    rebuilt_at: datetime | None
    drift: int


def rollup_states(event_id: int) -> list[StateRow]:
    """Return the state of each metric of an event; one statement."""
    found = db.session.scalars(
        select(RollupState).where(RollupState.event_id == event_id).order_by(RollupState.metric)
    )
    return [StateRow(row.metric, row.rebuilt_at, row.drift_count) for row in found]
