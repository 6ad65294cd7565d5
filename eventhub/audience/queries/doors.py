"""Doors that two counters see: one counts, the other stands in, the difference is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from eventhub.audience.enums import Direction
from eventhub.audience.models import Rollup, Source
from eventhub.audience.queries.footfall import (
    CounterRow,
    FootfallDay,
    counters,
    helped,
    silent_day,
)
from eventhub.audience.queries.hours import PASSAGES
from eventhub.audience.rules.doors import (
    STALE_PERIODS,
    Counted,
    DoorCount,
    StandIn,
    covered,
    difference,
    standing_in,
)
from eventhub.audience.rules.rollup import QUARTER_S
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class DoorDay:
    """
    One door on one day: what counts, what another counter says, corrected.

    `apart` is how many more people the other one has, `share` that of those who
    count. `is_apart`: more than their joint 95 % interval explains. `stood_in`: when
    the other one counted for the silent one, `stood_in_entered` people, corrected.
    """

    door: str
    day: date
    counter: CounterRow
    entered: int
    other: CounterRow
    other_entered: int
    apart: int
    share: float | None
    is_apart: bool
    stood_in: StandIn | None = None
    stood_in_entered: int = 0


def with_stand_ins(event: EventRow, rows: Sequence[FootfallDay]) -> list[FootfallDay]:
    """
    Return days with those of counters that stood in for a silent one at their door.

    Nothing is stored: who was silent is told from the readings, so that what comes
    late stands the other one back. No statement without a second counter, else two.

    Args:
        event: The event.

        rows: Of `footfall_days`.
    """
    spares = [row for row in rows if row.counter.is_spare and row.counter.is_cordon]
    if not spares:
        return list(rows)
    first_s, last_s = _span(event, spares)
    counting = {
        one.door_ref: one for one in counters(event.id) if one.door_ref and not one.is_spare
    }
    said = _quarters(event, first_s, last_s)
    told = {one.id: covered(said[one.id]) for one in counting.values()}
    days = {(row.day, row.counter.id): row for row in rows}
    found: list[FootfallDay] = []
    for row in sorted(spares, key=lambda one: (one.day, one.counter.id)):
        silent = counting.get(row.counter.door_ref)
        if silent is None or not silent.is_cordon:
            continue
        start_s, end_s = (int(at.timestamp()) for at in event.day_bounds(row.day))
        ready_s = int(clock.now().timestamp()) - STALE_PERIODS * silent.period_s
        own = [one for one in _told(said[row.counter.id]) if start_s <= one.start_s < end_s]
        parts = standing_in(told[silent.id], own, until_s=min(end_s, ready_s))
        if not parts:
            continue
        stood_in = StandIn(row.counter.door_ref, silent.name, row.counter.name, parts)
        told[silent.id] |= stood_in.quarters
        found.append(_stood_in(row, stood_in))
        before = days.get((row.day, silent.id)) or silent_day(event, silent, row.day)
        days[row.day, silent.id] = helped(event, before, stood_in)
    return [*days.values(), *found]


Said = dict[tuple[int, int], dict[str, int]]  # by start and length of bins, by direction


def _span(event: EventRow, rows: Sequence[FootfallDay]) -> tuple[int, int]:
    days = [row.day for row in rows]
    span = event.day_bounds(min(days))[0], event.day_bounds(max(days))[1]
    return int(span[0].timestamp()), int(span[1].timestamp())


def _quarters(event: EventRow, first_s: int, last_s: int) -> Mapping[int, Said]:
    found: dict[int, Said] = defaultdict(dict)
    rows = db.session.execute(
        select(Rollup.scope_id, Rollup.start_s, Rollup.duration_s, Rollup.direction, Rollup.value)
        .join(Source, Source.id == Rollup.scope_id)
        .where(
            Rollup.event_id == event.id,
            Rollup.metric == PASSAGES,
            Rollup.start_s >= first_s,
            Rollup.start_s < last_s,
            Source.door_ref != "",
        )
    )
    for counter_id, start_s, duration_s, direction, value in rows:
        ways = found[counter_id].setdefault((start_s, duration_s), {})
        ways[direction] = ways.get(direction, 0) + value
    return found


def _told(said: Said) -> list[Counted]:
    """Return what bins say by the quarter, and by the bin where one is longer than that."""
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for (start_s, duration_s), ways in said.items():
        own = found[start_s, max(QUARTER_S, duration_s)]
        for direction, value in ways.items():
            own[direction] = own.get(direction, 0) + value
    return [
        Counted(start_s, length_s, ways.get(Direction.IN, 0), ways.get(Direction.OUT))
        for (start_s, length_s), ways in sorted(found.items())
    ]


def _stood_in(row: FootfallDay, found: StandIn) -> FootfallDay:
    return replace(
        row,
        entered=found.entered,
        left=found.left,
        passed=0,
        corrected=round(found.entered * (row.counter.k or 1.0)),
        missing=(),
        stood_in=found,
    )


def door_days(rows: Sequence[FootfallDay]) -> list[DoorDay]:
    """
    Return doors with two counters by day and door, from days of `with_stand_ins`.

    Where one stood in for the other, only the time in which both counted is compared.
    """
    counted = {
        (row.day, row.counter.door_ref): row
        for row in rows
        if row.counter.door_ref and not row.counter.is_spare
    }
    stood_in = {(row.day, row.counter.id): row for row in rows if row.stood_in is not None}
    found = []
    for row in rows:
        one = counted.get((row.day, row.counter.door_ref))
        if one is None or not row.counter.is_spare or row.stood_in is not None:
            continue
        alone = stood_in.get((row.day, row.counter.id))
        beside = row.corrected - (alone.corrected if alone else 0)
        other = DoorCount(beside, row.counter.k, row.counter.k_se)
        apart, share, is_apart = difference(_count(one), other)
        found.append(
            DoorDay(
                door=row.counter.door_ref,
                day=row.day,
                counter=one.counter,
                entered=one.corrected,
                other=row.counter,
                other_entered=beside,
                apart=apart,
                share=share,
                is_apart=is_apart,
                stood_in=alone.stood_in if alone else None,
                stood_in_entered=alone.corrected if alone else 0,
            )
        )
    return sorted(found, key=lambda one: (one.day, one.door, one.other.id))


def _count(row: FootfallDay) -> DoorCount:
    return DoorCount(row.corrected, row.counter.k, row.counter.k_se)
