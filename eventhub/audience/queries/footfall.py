"""Footfall by counter, hour and day, and visits through the cordons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import and_, func, select

from eventhub.audience.enums import Direction, EvidenceClass, Op, SourceKind
from eventhub.audience.errors import PassagesAreNotVisits
from eventhub.audience.models import Calibration, CounterBin, Source
from eventhub.audience.rules import sums
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import EventRow, zones

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CounterRow:
    """
    A counter of an event.

    `k` is its calibration factor, 1 for manual counts and None when it was
    never calibrated; `first_at` and `last_at` bound its readings.
    """

    id: int
    name: str
    kind: SourceKind
    title: I18n
    device: I18n | None
    zone_id: int
    is_cordon: bool
    period_s: int
    width_m: float | None
    k: float | None
    k_se: float
    manual_counts: int
    first_at: datetime | None
    last_at: datetime | None
    is_synthetic: bool


def counters(event_id: int) -> list[CounterRow]:
    """Return all counters that have or expect readings, in order of making; one statement."""
    bounds = (
        select(
            CounterBin.source_id,
            func.min(CounterBin.starts_at).label("first"),
            func.max(CounterBin.starts_at).label("last"),
            func.max(CounterBin.duration_s).label("longest"),
        )
        .where(CounterBin.event_id == event_id)
        .group_by(CounterBin.source_id)
        .subquery()
    )
    children = select(Source.parent_id).where(Source.parent_id.is_not(None))
    found = db.session.execute(
        select(Source, Calibration, bounds.c.first, bounds.c.last, bounds.c.longest)
        .outerjoin(Calibration, and_(Calibration.source_id == Source.id, Calibration.band == "all"))
        .outerjoin(bounds, bounds.c.source_id == Source.id)
        .where(
            Source.event_id == event_id,
            Source.kind.in_([SourceKind.COUNTER, SourceKind.MANUAL]),
            Source.id.not_in(children),
        )
        .order_by(Source.id)
    )
    return [_counter(*row) for row in found]


def _counter(
    source: Source,
    calibration: Calibration | None,
    first: datetime | None,
    last: datetime | None,
    longest_s: int | None,
) -> CounterRow:
    is_manual = source.kind == SourceKind.MANUAL
    k = calibration.k if calibration else (1.0 if is_manual else None)
    return CounterRow(
        id=source.id,
        name=source.name,
        kind=SourceKind(source.kind),
        title=source.title,
        device=source.device,
        zone_id=source.zone_id,
        is_cordon=source.is_cordon,
        period_s=source.period_s,
        width_m=source.width_m,
        k=k,
        k_se=calibration.se if calibration else 0.0,
        manual_counts=calibration.manual_counts if calibration else 0,
        first_at=first,
        last_at=last + timedelta(seconds=longest_s) if last and longest_s else None,
        is_synthetic=source.is_synthetic,
    )


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
    statement = select(
        CounterBin.source_id,
        CounterBin.starts_at,
        CounterBin.duration_s,
        CounterBin.direction,
        CounterBin.passages,
        CounterBin.coverage,
        CounterBin.flags,
    ).where(CounterBin.event_id == event.id)
    if day is not None:
        start, end = event.day_bounds(day)
        statement = statement.where(CounterBin.starts_at >= start, CounterBin.starts_at < end)
    groups: dict[tuple[int, datetime], list[_Part]] = {}
    for row in db.session.execute(statement):
        part = _Part(row[2], row[3], row[4], row[5], row[6])
        groups.setdefault((row[0], _floor(row[1], event)), []).append(part)
    return [_hour(counter, at, parts) for (counter, at), parts in sorted(groups.items())]


@dataclass(frozen=True, slots=True)
class _Part:
    duration_s: int
    direction: str
    passages: int
    coverage: float
    flags: str


def _hour(counter_id: int, starts_at: datetime, parts: Sequence[_Part]) -> HourRow:
    covered = {
        length: sum(part.duration_s * part.coverage for part in parts if part.duration_s == length)
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


@dataclass(frozen=True, slots=True)
class FootfallDay:
    """
    One counter on one operating day.

    `entered`, `left` and `passed` are raw counts; `corrected` is `entered`
    times the calibration factor, rounded. `missing` lists hours (UTC) between
    the counter's first reading and `until` without any reading.
    """

    counter: CounterRow
    day: date
    entered: int
    left: int
    passed: int
    corrected: int
    coverage: float
    missing: tuple[datetime, ...]
    is_open: bool  # the day is not over

    @property
    def passages(self) -> int:
        """Return crossings in any direction."""
        return self.entered + self.left + self.passed


def footfall_days(event: EventRow, days: Collection[date] | None = None) -> list[FootfallDay]:
    """
    Return every counter on every day that has readings, by day and counter; two statements.

    Args:
        event: The event.

        days: Only these operating days; None for all.
    """
    rows = counters(event.id)
    by_day: dict[tuple[date, int], list[HourRow]] = {}
    for hour in counter_hours(event):
        day = event.operating_day(hour.starts_at)
        if days is None or day in days:
            by_day.setdefault((day, hour.counter_id), []).append(hour)
    order = {row.id: place for place, row in enumerate(rows)}
    known = {row.id: row for row in rows}
    return [
        _day(event, known[counter_id], day, hours)
        for (day, counter_id), hours in sorted(
            by_day.items(), key=lambda item: (item[0][0], order.get(item[0][1], 0))
        )
        if counter_id in known
    ]


def _day(event: EventRow, counter: CounterRow, day: date, hours: Sequence[HourRow]) -> FootfallDay:
    start, end = event.day_bounds(day)
    now = clock.now()
    until = min(end, now)
    first = max(start, _floor(counter.first_at or start, event))
    expected = list(_hours(first, until))
    received = {hour.starts_at: hour.coverage for hour in hours}
    entered = sum(hour.entered or 0 for hour in hours)
    return FootfallDay(
        counter=counter,
        day=day,
        entered=entered,
        left=sum(hour.left or 0 for hour in hours),
        passed=sum(hour.passed or 0 for hour in hours),
        corrected=round(entered * (counter.k or 1.0)),
        coverage=sum(received.get(at, 0.0) for at in expected) / len(expected) if expected else 1.0,
        missing=tuple(at for at in expected if at not in received),
        is_open=now < end,
    )


def _floor(at: datetime, event: EventRow) -> datetime:
    local = at.astimezone(event.zone)
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _hours(start: datetime, end: datetime) -> Iterable[datetime]:
    at = start
    while at + HOUR <= end:
        yield at
        at += HOUR


@dataclass(frozen=True, slots=True)
class VisitsRow:
    """
    Visits of one operating day through the event's cordons (`footfall.visits`).

    `op` is `>` when something that was expected is missing.
    """

    day: date
    count: int
    raw: int
    op: Op
    cls: EvidenceClass
    rel_sd: float
    coverage: float
    counter_names: tuple[str, ...]
    missing: tuple[tuple[str, datetime], ...]  # counter name and hour (UTC)
    is_open: bool


def visits(event: EventRow, days: Collection[date] | None = None) -> list[VisitsRow]:
    """Return visits by day over the cordon counters of the event; three statements."""
    paths = zone_paths(event.id)
    outer = outer_cordons(footfall_days(event, days), paths)
    return [
        visits_from(day, [row for row in outer if row.day == day], paths)
        for day in sorted({row.day for row in outer})
    ]


def visits_of(event: EventRow, names: Collection[str], day: date) -> VisitsRow:
    """
    Return visits of one day over counters that the caller names; three statements.

    Raises:
        PassagesAreNotVisits: One of them is no cordon counter, or lies inside
            the cordon of another (rule DC-1).
    """
    rows = [row for row in footfall_days(event, [day]) if row.counter.name in names]
    paths = zone_paths(event.id)
    if reason := sums.double_counted([_part(row, paths) for row in rows]):
        raise PassagesAreNotVisits(details={"rule": "DC-1", "reason": reason})
    return visits_from(day, rows, paths)


def zone_paths(event_id: int) -> Mapping[int, tuple[int, ...]]:
    """Return for each zone its id and those of the zones around it, nearest first."""
    parents = {zone.id: zone.parent_id for zone in zones(event_id)}
    paths: dict[int, tuple[int, ...]] = {}
    for zone_id in parents:
        path: list[int] = []
        at: int | None = zone_id
        while at is not None and at not in path:
            path.append(at)
            at = parents.get(at)
        paths[zone_id] = tuple(path)
    return paths


def outer_cordons(
    rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> list[FootfallDay]:
    """Return rows of counters of outermost cordons: those that may be added into visits."""
    placed = [row for row in rows if row.counter.is_cordon and paths.get(row.counter.zone_id)]
    return [row for row in placed if not _is_inside(row, placed, paths)]


def _is_inside(
    row: FootfallDay, rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> bool:
    around = paths[row.counter.zone_id][1:]
    return any(other.counter.zone_id in around for other in rows)


def _part(row: FootfallDay, paths: Mapping[int, tuple[int, ...]]) -> sums.CordonCount:
    return sums.CordonCount(
        source=row.counter.name,
        entries=row.entered,
        is_cordon=row.counter.is_cordon,
        zone_path=paths.get(row.counter.zone_id, ()),
        k=row.counter.k,
        k_se=row.counter.k_se,
    )


def visits_from(
    day: date, rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> VisitsRow:
    """Return the visits of `rows`, which `outer_cordons` or rule DC-1 has allowed."""
    coverage = sum(row.coverage for row in rows) / len(rows) if rows else 0.0
    total = sums.visits([_part(row, paths) for row in rows], coverage=coverage)
    missing = tuple((row.counter.name, at) for row in rows for at in row.missing)
    return VisitsRow(
        day=day,
        count=total.count,
        raw=total.raw,
        op=Op.OVER if missing else Op.EQUAL,
        cls=total.cls,
        rel_sd=total.rel_sd,
        coverage=coverage,
        counter_names=tuple(row.counter.name for row in rows),
        missing=missing,
        is_open=any(row.is_open for row in rows),
    )
