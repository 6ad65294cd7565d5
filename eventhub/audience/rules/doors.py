"""Two counters at one door: one counts, the other stands in for it, how far they are apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from eventhub.audience.rules.rollup import QUARTER_S, starts_at
from eventhub.audience.rules.sums import UNCALIBRATED_REL_SE

STALE_PERIODS: Final = 3  # of its own without a reading: a counter is silent
_Z95: Final = 1.96


@dataclass(frozen=True, slots=True)
class DoorCount:
    """Corrected entries of one counter; `k` and `k_se` as in `sums.CordonCount`."""

    entries: int
    k: float | None
    k_se: float

    @property
    def sd(self) -> float:
        """Return the standard deviation of the entries, people."""
        rel = UNCALIBRATED_REL_SE if not self.k else self.k_se / self.k
        return self.entries * rel


def difference(counted: DoorCount, other: DoorCount) -> tuple[int, float | None, bool]:
    """
    Compare the counter of a door that counts with another one at it.

    Returns:
        How many more the other one has, people; as a share of the counted ones,
        None without any; and whether it is more than their joint 95 % interval
        explains.

    Source: two independent methods, docs/metrics.md.
    """
    apart = other.entries - counted.entries
    share = apart / counted.entries if counted.entries else None
    return apart, share, abs(apart) > _Z95 * math.hypot(counted.sd, other.sd)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter counted from `start_s` on, one or more whole quarters; null: not told."""

    start_s: int
    length_s: int
    entered: int
    left: int | None

    @property
    def quarters(self) -> range:
        """Return the begins of its quarters of an hour."""
        return range(self.start_s, self.start_s + self.length_s, QUARTER_S)


@dataclass(frozen=True, slots=True)
class StandIn:
    """
    A counter that counts a door while the one that should is silent.

    `silent` and `name` are names of counters; `parts` in order of time.
    """

    door: str
    silent: str
    name: str
    parts: tuple[Counted, ...]

    @property
    def quarters(self) -> frozenset[int]:
        """Return the begins of all quarters of an hour."""
        return frozenset(quarter for one in self.parts for quarter in one.quarters)

    @property
    def entered(self) -> int:
        """Return the entries, as counted."""
        return sum(one.entered for one in self.parts)

    @property
    def left(self) -> int:
        """Return the exits, as counted."""
        return sum(one.left or 0 for one in self.parts)

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """Return the times without a break, `[since, until)`."""
        found: list[tuple[int, int]] = []
        for one in self.parts:
            if found and found[-1][1] == one.start_s:
                found[-1] = (found[-1][0], one.start_s + one.length_s)
            else:
                found.append((one.start_s, one.start_s + one.length_s))
        return tuple((starts_at(since), starts_at(until)) for since, until in found)


def covered(bins: Iterable[tuple[int, int]]) -> set[int]:
    """Return the quarters that bins lie in, from their start and length in seconds."""
    return {
        quarter
        for start_s, duration_s in bins
        for quarter in range(start_s, start_s + max(QUARTER_S, duration_s), QUARTER_S)
    }


def standing_in(
    told: Collection[int], others: Sequence[Counted], *, until_s: int
) -> tuple[Counted, ...]:
    """
    Return what another counter of a door has of times of which the counting one says nothing.

    Args:
        told: Quarters of which the counting one, or somebody for it, says something.

        others: What the other one says, in order.

        until_s: Later ones may still come: the counter is not silent yet.
    """
    return tuple(
        one
        for one in others
        if one.start_s + one.length_s <= until_s
        and not any(quarter in told for quarter in one.quarters)
    )
