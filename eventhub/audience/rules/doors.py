"""Two counters at one door: one counts, and how far the other is from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from eventhub.audience.rules.sums import UNCALIBRATED_REL_SE

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
