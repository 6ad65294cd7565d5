"""Footfall by counter, hour and day, and visits through the cordons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select

from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.errors import PassagesAreNotVisits
from eventhub.audience.models import Calibration, CounterBin, Source
from eventhub.audience.queries.hours import HourRow, floor_hour, hours_between
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
    door_ref: str
    is_spare: bool
    k: float | None
    k_se: float
    manual_counts: int
    first_at: datetime | None
    last_at: datetime | None
    is_synthetic: bool

    @property
    def counts_visits(self) -> bool:
        """Tell whether it sees every entry of a zone and no other counter counts its door."""
        return self.is_cordon and not self.is_spare


def counters(event_id: int) -> list[CounterRow]:
    """Return all counters that have or expect readings, in order of making; one statement."""
    of_source = CounterBin.source_id == Source.id
    newest = CounterBin.starts_at.desc(), CounterBin.duration_s.desc()
    first = select(func.min(CounterBin.starts_at)).where(of_source).scalar_subquery()
    last = select(func.max(CounterBin.starts_at)).where(of_source).scalar_subquery()
    length = (
        select(CounterBin.duration_s).where(of_source).order_by(*newest).limit(1).scalar_subquery()
    )
    children = select(Source.parent_id).where(Source.parent_id.is_not(None))
    found = db.session.execute(
        select(Source, Calibration, first, last, length)
        .outerjoin(Calibration, and_(Calibration.source_id == Source.id, Calibration.band == "all"))
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
    length_s: int | None,
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
        door_ref=source.door_ref,
        is_spare=source.is_spare,
        k=k,
        k_se=calibration.se if calibration else 0.0,
        manual_counts=calibration.manual_counts if calibration else 0,
        first_at=first,
        last_at=last + timedelta(seconds=length_s) if last and length_s else None,
        is_synthetic=source.is_synthetic,
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
    if days is not None and not days:
        return []
    span = (event.day_bounds(min(days))[0], event.day_bounds(max(days))[1]) if days else None
    rows = counters(event.id)
    by_day: dict[tuple[date, int], list[HourRow]] = {}
    for hour in hours_between(event, span):
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
    first = max(start, floor_hour(counter.first_at or start, event))
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
        PassagesAreNotVisits: One of them is no cordon counter, lies inside the
            cordon of another, or is not the one that counts at its door (rule DC-1).
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
    placed = [row for row in rows if row.counter.counts_visits and paths.get(row.counter.zone_id)]
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
        is_cordon=row.counter.counts_visits,
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
