"""Footfall by counter, hour and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select

from eventhub.audience.enums import SourceKind
from eventhub.audience.models import Calibration, CounterBin, Source
from eventhub.audience.queries.hours import HourRow, floor_hour, hours_between
from eventhub.audience.rules.doors import StandIn
from eventhub.audience.rules.rollup import QUARTER_S
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import EventRow

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
    the counter's first reading and `until` without any reading. With `stood_in`
    it is the time that a counter stood in for the silent one of its door.
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
    stood_in: StandIn | None = None

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


def silent_day(event: EventRow, counter: CounterRow, day: date) -> FootfallDay:
    """Return a day of a counter that has no reading of it."""
    return _day(event, counter, day, ())


def helped(event: EventRow, row: FootfallDay, found: StandIn) -> FootfallDay:
    """Return a day of a silent counter with the time that another one stood in for it."""
    start, end = event.day_bounds(row.day)
    first = max(start, floor_hour(row.counter.first_at or start, event))
    expected = len(list(_hours(first, min(end, clock.now()))))
    steps = range(0, int(HOUR.total_seconds()), QUARTER_S)

    def is_missing(at: datetime) -> bool:
        return any(int(at.timestamp()) + step not in found.quarters for step in steps)

    share = len(found.quarters) * QUARTER_S / HOUR.total_seconds() / expected if expected else 0.0
    return replace(
        row,
        coverage=min(1.0, row.coverage + share),
        missing=tuple(at for at in row.missing if is_missing(at)),
    )


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
