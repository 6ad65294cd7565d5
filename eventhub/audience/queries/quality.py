"""How each figure of the counters came about: method, factor, balance, flags, occupancy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from eventhub.audience.enums import Direction
from eventhub.audience.models import PlanMark, Rollup, SitePlan
from eventhub.audience.queries.doors import DoorDay, door_days, with_stand_ins
from eventhub.audience.queries.footfall import (
    CounterRow,
    FootfallDay,
    counters,
    footfall_days,
)
from eventhub.audience.queries.hours import counter_hours
from eventhub.audience.queries.rollup import gate_hours
from eventhub.audience.queries.visits import zone_paths
from eventhub.audience.rules import occupancy as rules
from eventhub.audience.rules import rollup as quarters
from eventhub.audience.rules.occupancy import DayFacts, Flow, QualityFlag
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import EventRow, gates, zones


@dataclass(frozen=True, slots=True)
class QualityDay:
    """
    One counter on one operating day with all that its figure rests on.

    `share` is the entries that no exit answers for, null where exits are not counted.
    """

    row: FootfallDay
    flags: tuple[QualityFlag, ...]
    share: float | None


@dataclass(frozen=True, slots=True)
class CordonDay:
    """
    All counters of one closed cordon on one day: the test and the people inside.

    `check_ins` are entries at gates of the zone and of zones inside it: the
    floor that counted entries can not lie under.
    """

    zone_id: int
    name: I18n
    day: date
    entered: int
    left: int | None
    share: float | None
    peak_inside: int | None
    peak_at: datetime | None
    check_ins: int
    flags: tuple[QualityFlag, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """What the page of the counters shows, latest day first."""

    counters: tuple[CounterRow, ...]
    days: tuple[QualityDay, ...]
    cordons: tuple[CordonDay, ...]
    doors: tuple[DoorDay, ...]


def quality(event: EventRow) -> Quality:
    """Return days, tests and flags of all counters; nine statements, eleven with spare ones."""
    rows = with_stand_ins(event, footfall_days(event))
    marks: dict[tuple[int, date], set[str]] = defaultdict(set)
    for hour in counter_hours(event):
        marks[hour.counter_id, event.operating_day(hour.starts_at)] |= hour.flags
    days = [
        _day(row, frozenset(marks[row.counter.id, row.day])) for row in rows if not row.stood_in
    ]
    return Quality(
        counters=tuple(counters(event.id)),
        days=tuple(sorted(days, key=lambda one: (-one.row.day.toordinal(), one.row.counter.id))),
        cordons=tuple(_cordons(event, rows)),
        doors=tuple(door_days(rows)[::-1]),
    )


def _day(row: FootfallDay, marks: frozenset[str]) -> QualityDay:
    left = row.left if row.left or row.counter.is_cordon else None
    facts = DayFacts(
        is_cordon=row.counter.is_cordon,
        is_calibrated=row.counter.k is not None,
        coverage=row.coverage,
        is_open=row.is_open,
        entered=row.entered,
        left=None,  # one line of several does not balance; the cordon must
        bin_flags=marks,
    )
    share = None if left is None else rules.imbalance(row.entered, left)
    return QualityDay(row, tuple(rules.flags(facts)), share)


def _cordons(event: EventRow, rows: Sequence[FootfallDay]) -> list[CordonDay]:
    names = {zone.id: zone.name for zone in zones(event.id)}
    paths = zone_paths(event.id)
    check_ins = _check_ins(event, paths)
    flows = _flows(event)
    groups: dict[tuple[date, int], list[FootfallDay]] = defaultdict(list)
    for row in rows:
        is_counted = row.counter.counts_visits or row.stood_in is not None
        if is_counted and row.counter.zone_id in names:
            groups[row.day, row.counter.zone_id].append(row)
    return [
        _cordon(event, zone_id, names[zone_id], day, mine, check_ins, flows)
        for (day, zone_id), mine in sorted(
            groups.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1])
        )
    ]


def _check_ins(
    event: EventRow, paths: Mapping[int, tuple[int, ...]]
) -> Mapping[tuple[date, int], int]:
    zone_of = {gate.id: gate.zone_id for gate in gates(event.id)}
    found: dict[tuple[date, int], int] = defaultdict(int)
    for hour in gate_hours(event):
        day = event.operating_day(hour.starts_at)
        for zone_id in paths.get(zone_of.get(hour.gate_id) or 0, ()):
            found[day, zone_id] += hour.entries
    return found


Flows = Mapping[tuple[int, int], Mapping[str, int]]  # by counter and quarter, by direction


def _flows(event: EventRow) -> Flows:
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    rows = db.session.execute(
        select(Rollup.scope_id, Rollup.start_s, Rollup.direction, Rollup.value).where(
            Rollup.event_id == event.id, Rollup.metric == "footfall.passages"
        )
    )
    for counter_id, start_s, direction, value in rows:
        ways = found[counter_id, start_s]
        ways[direction] = ways.get(direction, 0) + value
    return found


def _cordon(
    event: EventRow,
    zone_id: int,
    name: I18n,
    day: date,
    rows: Sequence[FootfallDay],
    check_ins: Mapping[tuple[date, int], int],
    flows: Flows,
) -> CordonDay:
    own = [row for row in rows if row.stood_in is None]
    factors = {row.counter.id: row.counter.k or 1.0 for row in own}
    start, end = (int(at.timestamp()) for at in event.day_bounds(day))
    by_quarter: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    has_exits = True
    for (counter_id, start_s), ways in flows.items():
        if counter_id in factors and start <= start_s < end:
            has_exits = has_exits and (Direction.OUT in ways or Direction.IN not in ways)
            by_quarter[start_s][0] += ways.get(Direction.IN, 0) * factors[counter_id]
            by_quarter[start_s][1] += ways.get(Direction.OUT, 0) * factors[counter_id]
    for found in (row.stood_in for row in rows if row.stood_in is not None):
        factor = next(row.counter.k or 1.0 for row in rows if row.stood_in is found)
        for part in found.parts:
            has_exits = has_exits and part.left is not None
            by_quarter[part.start_s][0] += part.entered * factor
            by_quarter[part.start_s][1] += (part.left or 0) * factor
    is_open = any(row.is_open for row in rows)
    entered = sum(row.corrected for row in rows)
    left = round(sum(row.left * (row.counter.k or 1.0) for row in rows)) if has_exits else None
    times = sorted(by_quarter)
    people = rules.curve([Flow(*by_quarter[at]) for at in times], is_closed=not is_open)
    peak = max(people, default=None) if has_exits else None
    facts = DayFacts(
        is_cordon=True,
        is_calibrated=all(row.counter.k is not None for row in rows),
        coverage=sum(row.coverage for row in own) / len(own),
        is_open=is_open,
        entered=entered,
        left=left,
        check_ins=check_ins.get((day, zone_id), 0),
    )
    return CordonDay(
        zone_id=zone_id,
        name=name,
        day=day,
        entered=entered,
        left=left,
        share=None if left is None else rules.imbalance(entered, left),
        peak_inside=peak,
        peak_at=quarters.starts_at(times[people.index(peak)] + 900) if peak is not None else None,
        check_ins=facts.check_ins,
        flags=tuple(rules.flags(facts)),
    )


def paired_quarters(event_id: int, counter_id: int, post_id: int) -> list[tuple[int, int, int]]:
    """
    Return (start, device, by hand) of entries in quarters that both have whole; one statement.

    Args:
        event_id: The event.

        counter_id: The device.

        post_id: The place where somebody counted beside it.
    """
    counts: dict[int, dict[int, list[float]]] = defaultdict(dict)
    rows = db.session.execute(
        select(Rollup.scope_id, Rollup.start_s, Rollup.value, Rollup.covered_s).where(
            Rollup.event_id == event_id,
            Rollup.metric == "footfall.passages",
            Rollup.scope_id.in_([counter_id, post_id]),
            Rollup.direction == Direction.IN,
            Rollup.duration_s <= quarters.QUARTER_S,
        )
    )
    for scope_id, start_s, value, covered_s in rows:
        kept = counts[start_s].setdefault(scope_id, [0, 0.0])
        kept[0] += value
        kept[1] += covered_s
    return [
        (start_s, int(pair[counter_id][0]), int(pair[post_id][0]))
        for start_s, pair in sorted(counts.items())
        if len(pair) == 2 and all(kept[1] >= 0.99 * quarters.QUARTER_S for kept in pair.values())
    ]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A box or point on the plan, in thousandths of it."""

    kind: str
    ref_id: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The plan of the site; without a picture its shape is 3 by 2."""

    has_picture: bool
    width: int
    height: int
    marks: tuple[MarkRow, ...]


def site_plan(event_id: int) -> PlanRow:
    """Return the plan and what is drawn on it; two statements."""
    size = db.session.execute(
        select(SitePlan.width, SitePlan.height).where(SitePlan.event_id == event_id)
    ).first()
    rows = db.session.scalars(
        select(PlanMark)
        .where(PlanMark.event_id == event_id)
        .order_by(PlanMark.kind.desc(), PlanMark.ref_id)
    )
    return PlanRow(
        has_picture=size is not None,
        width=size[0] if size else 1500,
        height=size[1] if size else 1000,
        marks=tuple(
            MarkRow(row.kind, row.ref_id, row.x, row.y, row.width, row.height) for row in rows
        ),
    )


def plan_picture(event_id: int) -> bytes | None:
    """Return the picture under the plan as PNG; one statement."""
    return db.session.scalar(select(SitePlan.picture).where(SitePlan.event_id == event_id))
