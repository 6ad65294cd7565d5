"""What counters reported, by the hour of the event's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, String, func, literal_column, select

from eventhub.audience.enums import Direction
from eventhub.audience.models import CounterBin
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow

HOUR = timedelta(hours=1)


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
    """Return hours with readings in a span; the database adds up what lies in one hour."""
    bucket = _bucket(event)
    statement = (
        select(
            CounterBin.source_id,
            bucket,
            CounterBin.duration_s,
            CounterBin.direction,
            CounterBin.flags,
            func.sum(CounterBin.passages),
            func.sum(CounterBin.coverage),
        )
        .where(CounterBin.event_id == event.id)
        .group_by(
            CounterBin.source_id,
            bucket,
            CounterBin.duration_s,
            CounterBin.direction,
            CounterBin.flags,
        )
    )
    if span is not None:
        statement = statement.where(CounterBin.starts_at >= span[0], CounterBin.starts_at < span[1])
    starts: dict[str, datetime] = {}
    groups: dict[tuple[int, datetime], list[_Part]] = {}
    for source_id, text, duration_s, direction, flags, passages, coverage in db.session.execute(
        statement
    ):
        if text not in starts:
            starts[text] = floor_hour(_instant(text), event)
        part = _Part(duration_s, direction, passages, duration_s * coverage, flags)
        groups.setdefault((source_id, starts[text]), []).append(part)
    return [_hour(counter, at, parts) for (counter, at), parts in sorted(groups.items())]


def _bucket(event: EventRow) -> ColumnElement[str]:
    """Return the UTC hour of a bin as text, or its minute where local hours begin elsewhere."""
    offsets = [
        event.zone.utcoffset(datetime(clock.now().year, month, 1)) or timedelta()  # noqa: DTZ001 - local
        for month in (1, 7)
    ]
    is_whole = not any(offset % HOUR for offset in offsets)
    if db.engine.dialect.name == "sqlite":
        return func.substr(
            CounterBin.starts_at, 1, literal_column("13" if is_whole else "16"), type_=String()
        )
    shown = "YYYY-MM-DD HH24" if is_whole else "YYYY-MM-DD HH24:MI"
    at_utc = func.timezone(literal_column("'UTC'"), CounterBin.starts_at)
    return func.to_char(at_utc, literal_column(f"'{shown}'"), type_=String())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text if ":" in text else f"{text}:00").replace(tzinfo=UTC)


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
