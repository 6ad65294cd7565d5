"""What counters reported, by the hour of the event's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from eventhub.audience.enums import Direction
from eventhub.audience.models import Rollup
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow

HOUR = timedelta(hours=1)
PASSAGES = "footfall.passages"


@dataclass(frozen=True, slots=True)
class HourRow:
    """
    One counter in one hour from `starts_at` (UTC), as received.

    `entered`, `left` and `passed` are null where the device does not give
    them; `coverage` is the received share of the hour.
    """

    counter_id: int
    starts_at: datetime
    entered: int | None
    left: int | None
    passed: int | None
    coverage: float
    flags: frozenset[str]

    @property
    def passages(self) -> int:
        """Return crossings in any direction."""
        return (self.entered or 0) + (self.left or 0) + (self.passed or 0)


def counter_hours(event: EventRow, day: date | None = None) -> list[HourRow]:
    """
    Return hours with readings of one operating day, or of all time; one statement.

    Ordered by counter and time. Where a counter reports bins of several
    lengths for one hour, those that cover most of it count, of equal ones the
    finest.
    """
    return hours_between(event, None if day is None else event.day_bounds(day))


def hours_between(event: EventRow, span: tuple[datetime, datetime] | None) -> list[HourRow]:
    """Return hours with readings in a span, from the sums by quarter of an hour."""
    at = bucket(event)
    statement = (
        select(
            Rollup.scope_id,
            at,
            Rollup.duration_s,
            Rollup.direction,
            Rollup.flags,
            func.sum(Rollup.value),
            func.sum(Rollup.covered_s),
        )
        .where(Rollup.event_id == event.id, Rollup.metric == PASSAGES)
        .group_by(Rollup.scope_id, at, Rollup.duration_s, Rollup.direction, Rollup.flags)
    )
    if span is not None:
        first, last = (int(at.timestamp()) for at in span)
        statement = statement.where(Rollup.start_s >= first, Rollup.start_s < last)
    starts: dict[int, datetime] = {}
    groups: dict[tuple[int, datetime], list[_Part]] = {}
    for source_id, start_s, duration_s, direction, flags, passages, covered_s in db.session.execute(
        statement
    ):
        if start_s not in starts:
            starts[start_s] = floor_hour(datetime.fromtimestamp(start_s, UTC), event)
        part = _Part(duration_s, direction, int(passages), covered_s, flags)
        groups.setdefault((source_id, starts[start_s]), []).append(part)
    return [_hour(counter, at, parts) for (counter, at), parts in sorted(groups.items())]


def bucket(event: EventRow) -> ColumnElement[int]:
    """Return the UTC hour of a quarter, or the quarter where local hours begin elsewhere."""
    offsets = [
        event.zone.utcoffset(datetime(clock.now().year, month, 1)) or timedelta()  # noqa: DTZ001 - local
        for month in (1, 7)
    ]
    if any(offset % HOUR for offset in offsets):
        return Rollup.start_s.label("bucket")
    return (Rollup.start_s - Rollup.start_s % 3600).label("bucket")


@dataclass(frozen=True, slots=True)
class _Part:
    """Bins of one length, direction and set of flags in one hour, added up."""

    duration_s: int
    direction: str
    passages: int
    covered_s: float
    flags: str


def _hour(counter_id: int, starts_at: datetime, parts: Sequence[_Part]) -> HourRow:
    covered = {
        length: sum(part.covered_s for part in parts if part.duration_s == length)
        / len({part.direction for part in parts if part.duration_s == length})
        for length in {part.duration_s for part in parts}
    }
    length = max(covered, key=lambda one: (round(covered[one]), -one))
    kept = [part for part in parts if part.duration_s == length]

    def count(direction: Direction) -> int | None:
        found = [part.passages for part in kept if part.direction == direction]
        return sum(found) if found else None

    return HourRow(
        counter_id=counter_id,
        starts_at=starts_at,
        entered=count(Direction.IN),
        left=count(Direction.OUT),
        passed=count(Direction.BOTH),
        coverage=min(1.0, covered[length] / max(3600, length)),
        flags=frozenset(flag for part in kept for flag in part.flags.split(",") if flag),
    )


def floor_hour(at: datetime, event: EventRow) -> datetime:
    """Return the begin of the local hour that `at` lies in, UTC."""
    local = at.astimezone(event.zone)
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
