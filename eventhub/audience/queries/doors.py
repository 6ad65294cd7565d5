"""Doors that two counters see: both are kept, one counts, the difference is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eventhub.audience.queries.footfall import CounterRow, FootfallDay
from eventhub.audience.rules.doors import DoorCount, difference


@dataclass(frozen=True, slots=True)
class DoorDay:
    """
    One door on one day: what counts, what another counter says, corrected.

    `apart` is how many more people the other one has, `share` that of those who
    count. `is_apart`: more than their joint 95 % interval explains.
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


def door_days(rows: Sequence[FootfallDay]) -> list[DoorDay]:
    """Return doors with two counters by day and door, from days of `footfall_days`."""
    counted = {
        (row.day, row.counter.door_ref): row
        for row in rows
        if row.counter.door_ref and not row.counter.is_spare
    }
    found = []
    for row in rows:
        one = counted.get((row.day, row.counter.door_ref))
        if one is None or not row.counter.is_spare:
            continue
        apart, share, is_apart = difference(_count(one), _count(row))
        found.append(
            DoorDay(
                door=row.counter.door_ref,
                day=row.day,
                counter=one.counter,
                entered=one.corrected,
                other=row.counter,
                other_entered=row.corrected,
                apart=apart,
                share=share,
                is_apart=is_apart,
            )
        )
    return sorted(found, key=lambda one: (one.day, one.door, one.other.id))


def _count(row: FootfallDay) -> DoorCount:
    return DoorCount(row.corrected, row.counter.k, row.counter.k_se)
