"""One snapshot of what is being counted now, for pages that many people poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eventhub.audience.enums import EvidenceClass
from eventhub.audience.queries.doors import with_stand_ins
from eventhub.audience.queries.footfall import FootfallDay, footfall_days
from eventhub.audience.queries.streams import (
    LatestRow,
    StreamRow,
    latest,
    stream_samples,
    streams,
)
from eventhub.audience.queries.visits import (
    VisitsRow,
    outer_cordons,
    visits_from,
    zone_paths,
)
from eventhub.audience.rules import samples as rules
from eventhub.audience.rules import sums
from eventhub.audience.rules.doors import STALE_PERIODS
from eventhub.audience.rules.samples import Point
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, cached_for
from eventhub.programme.queries import EventRow, zones

CURVE_S = 15


@dataclass(frozen=True, slots=True)
class StreamNow:
    """
    One stream at this moment.

    `viewers` is the latest number and `at` its time; when `is_stale` it is not
    the present. `points` are today's means, `peak` the largest of them.
    """

    stream: StreamRow
    viewers: int | None
    at: datetime | None
    is_stale: bool
    peak: int | None
    peak_at: datetime | None
    points: tuple[Point, ...]

    @property
    def is_live(self) -> bool:
        """Tell whether a number of the present is known."""
        return self.viewers is not None and not self.is_stale


@dataclass(frozen=True, slots=True)
class CordonNow:
    """Visits of the running day through one cordon; `last_at` is the end of the latest bin."""

    zone_id: int
    name: I18n
    visits: VisitsRow
    counter_count: int
    last_at: datetime | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """
    What is counted at `at`.

    `viewers` adds streams of our own measuring that have a number of the
    present, None without one; platforms' own figures stay beside it. `visits`
    adds the outer cordons of operating day `day`.
    """

    at: datetime
    day: date
    streams: tuple[StreamNow, ...]
    viewers: int | None
    viewers_cls: EvidenceClass | None
    cordons: tuple[CordonNow, ...]
    visits: VisitsRow | None
    others: tuple[FootfallDay, ...]  # counters that are in no total

    @property
    def complete_until(self) -> datetime | None:
        """Return the instant up to which all that still speaks has spoken: the watermark."""
        heard = [row.at for row in self.streams if row.is_live and row.at is not None]
        heard += [row.last_at for row in self.cordons if row.last_at and not row.is_stale]
        return min(heard, default=None)


@dataclass(frozen=True, slots=True)
class _Curve:
    """Means of one stream since the day began, and the largest of them."""

    points: tuple[Point, ...]
    peak: int | None
    peak_at: datetime | None


@cached_for(CURVE_S)
def _kept_curves(event: EventRow) -> Mapping[int, _Curve]:
    return _curves(event, streams(event.id))


def _curves(event: EventRow, rows: Sequence[StreamRow]) -> Mapping[int, _Curve]:
    """Return today's curve by stream id; one statement."""
    now = clock.now()
    start, _end = event.day_bounds(event.operating_day(now))
    samples = stream_samples(event.id, since=start, until=now + timedelta(seconds=1))
    return {row.id: _curve(row, samples.get(row.id, [])) for row in rows}


def _curve(stream: StreamRow, values: list[rules.Viewers]) -> _Curve:
    points = rules.series(values, grain_s=stream.grain_s)
    top = rules.top(points)
    return _Curve(
        points=tuple(points),
        peak=None if top is None or top.mean is None else round(top.mean),
        peak_at=None if top is None else top.at,
    )


def live(event: EventRow, curves: Mapping[int, _Curve] | None = None) -> LiveSnapshot:
    """
    Return the snapshot of this moment; seven statements whatever the event's size.

    Args:
        event: The event.

        curves: Today's curves, by default made now.
    """
    now = clock.now()
    day = event.operating_day(now)
    found = streams(event.id)
    drawn = _curves(event, found) if curves is None else curves
    newest = latest(event.id, now)
    nothing = _Curve((), None, None)
    rows = [_stream(row, drawn.get(row.id, nothing), newest.get(row.id), now) for row in found]
    own = [row for row in rows if row.is_live and row.stream.cls is not EvidenceClass.CLAIMED]
    counted = with_stand_ins(event, footfall_days(event, [day]))
    paths = zone_paths(event.id)
    outer = outer_cordons(counted, paths)
    return LiveSnapshot(
        at=now,
        day=day,
        streams=tuple(rows),
        viewers=sum(row.viewers or 0 for row in own) if own else None,
        viewers_cls=sums.weakest([row.stream.cls for row in own]) if own else None,
        cordons=_cordons(event, day, outer, paths, now),
        visits=visits_from(day, outer, paths) if outer else None,
        others=tuple(row for row in counted if row not in outer and not row.counter.is_spare),
    )


@cached_for(1)
def live_snapshot(event: EventRow) -> LiveSnapshot:
    """Return the snapshot, at most one second old, its curves at most fifteen; pages share it."""
    return live(event, _kept_curves(event))


def _stream(stream: StreamRow, curve: _Curve, newest: LatestRow | None, now: datetime) -> StreamNow:
    return StreamNow(
        stream=stream,
        viewers=newest.viewers if newest else None,
        at=newest.at if newest else None,
        is_stale=newest is not None and now - newest.at > stream.stale_after,
        peak=curve.peak,
        peak_at=curve.peak_at,
        points=curve.points,
    )


def _cordons(
    event: EventRow,
    day: date,
    outer: Sequence[FootfallDay],
    paths: Mapping[int, tuple[int, ...]],
    now: datetime,
) -> tuple[CordonNow, ...]:
    names = {zone.id: zone.name for zone in zones(event.id)}
    found: list[CordonNow] = []
    for zone_id in dict.fromkeys(row.counter.zone_id for row in outer):
        rows = [row for row in outer if row.counter.zone_id == zone_id]
        own = [_heard(row, rows) for row in rows if row.stood_in is None]
        lasts = [row.counter.last_at for row in own if row.counter.last_at is not None]
        found.append(
            CordonNow(
                zone_id=zone_id,
                name=names[zone_id],
                visits=visits_from(day, rows, paths),
                counter_count=len(own),
                last_at=min(lasts) if lasts else None,
                is_stale=any(_is_stale(row, now) for row in own),
            )
        )
    return tuple(found)


def _heard(row: FootfallDay, rows: Sequence[FootfallDay]) -> FootfallDay:
    """Return the one that was heard last of a counter and those that stand in for it."""
    helpers = [one for one in rows if one.stood_in and one.stood_in.silent == row.counter.name]
    heard = [one for one in (row, *helpers) if one.counter.last_at is not None]
    return max(heard, key=lambda one: str(one.counter.last_at), default=row)


def _is_stale(row: FootfallDay, now: datetime) -> bool:
    limit = timedelta(seconds=STALE_PERIODS * row.counter.period_s)
    return row.counter.last_at is None or now - row.counter.last_at > limit
