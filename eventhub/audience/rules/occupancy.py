"""People inside a cordon from entries and exits, and what does not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from eventhub.audience.rules.sums import MIN_COVERAGE

BALANCE: Final = 0.05  # of the entries of a day that may be missing at its exits
DENSE_PER_M2: Final = 2.5  # more people on a square metre are not safe
PACKED_PER_M2: Final = 4.3  # more do not fit


@dataclass(frozen=True, slots=True)
class Flow:
    """People over the lines of a cordon in one bucket, corrected."""

    entered: float
    left: float


def inside(flows: Sequence[Flow]) -> int:
    """Return how many are inside after all flows, at least 0."""
    return max(0, round(sum(flow.entered - flow.left for flow in flows)))


def curve(flows: Sequence[Flow], *, is_closed: bool) -> list[int]:
    """
    Return how many are inside at the end of each bucket, at least 0.

    Args:
        flows: Of one day, in order of time.

        is_closed: Nobody is inside at the end, so that what is left over is
            error; it is spread over the day in proportion to the flow.
    """
    drift = sum(flow.entered - flow.left for flow in flows) if is_closed else 0.0
    total = sum(flow.entered + flow.left for flow in flows)
    found: list[int] = []
    at = passed = 0.0
    for flow in flows:
        at += flow.entered - flow.left
        passed += flow.entered + flow.left
        error = drift * passed / total if total else 0.0
        found.append(max(0, round(at - error)))
    return found


def imbalance(entered: float, left: float) -> float | None:
    """Return the share of entries that no exit answers for, None without entries."""
    return abs(entered - left) / entered if entered else None


class QualityFlag(StrEnum):
    """What a reader must know about the figure of one counter and day."""

    PASSAGES = "passages"  # no cordon: never a visit
    UNCALIBRATED = "uncalibrated"
    THIN = "thin"  # less than 90 % was received
    PROVISIONAL = "provisional"  # may still change without a listed adjustment
    UNBALANCED = "unbalanced"  # entries and exits of a closed day differ by more than 5 %
    IMPLAUSIBLE = "implausible"  # fewer entries than people who checked in behind the line
    CONFLICTING = "conflicting"
    RESET = "reset"
    IMPUTED = "imputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What the flags of one day of a counter, or of a whole cordon, follow from."""

    is_cordon: bool
    is_calibrated: bool
    coverage: float
    is_open: bool
    entered: float
    left: float | None  # null: the device does not count exits
    check_ins: int = 0
    bin_flags: frozenset[str] = frozenset()


def flags(facts: DayFacts) -> list[QualityFlag]:
    """Return what is to be said of a day, the gravest first."""
    is_out_of_balance = (
        facts.is_cordon
        and not facts.is_open
        and facts.left is not None
        and (imbalance(facts.entered, facts.left) or 0.0) > BALANCE
    )
    found = {
        QualityFlag.IMPLAUSIBLE: facts.is_cordon and facts.entered < facts.check_ins,
        QualityFlag.UNBALANCED: is_out_of_balance,
        QualityFlag.THIN: facts.coverage < MIN_COVERAGE,
        QualityFlag.CONFLICTING: "conflicting" in facts.bin_flags,
        QualityFlag.RESET: "reset" in facts.bin_flags,
        QualityFlag.IMPUTED: "imputed" in facts.bin_flags,
        QualityFlag.UNCALIBRATED: not facts.is_calibrated,
        QualityFlag.PASSAGES: not facts.is_cordon,
        QualityFlag.PROVISIONAL: facts.is_open,
    }
    return [flag for flag, holds in found.items() if holds]


def turnover(area_m2: float, density: float, hours: float, dwell_min: float) -> tuple[int, float]:
    """
    Return visits of an open ground, and their relative standard deviation.

    Visits are people present times hours over mean dwell; the density is known
    to 15 % and a dwell of few questions to 15 minutes.

    Raises:
        ValueError: More people than fit, or no dwell.
    """
    if not 0 <= density <= PACKED_PER_M2 or dwell_min <= 0:
        raise ValueError("more people than fit, or no dwell")
    visits = area_m2 * density * hours * 60 / dwell_min
    return round(visits), (0.15**2 + (15 / dwell_min) ** 2) ** 0.5


def turnover_of(
    densities: Sequence[tuple[float, float]], area_m2: float, dwell_min: float
) -> tuple[int, float]:
    """
    Return visits of an open ground between its first and last count, and their deviation.

    Args:
        densities: (hour, people on a square metre) in order of time, two or more;
            between two counts the density changes evenly.

        area_m2: Of the ground.

        dwell_min: How long people stay on average.

    Raises:
        ValueError: Fewer than two, not in order, more people than fit, or no dwell.
    """
    pairs = list(pairwise(densities))
    if not pairs or any(later[0] <= earlier[0] for earlier, later in pairs):
        raise ValueError("needs two counts in order of time")
    if any(not 0 <= density <= PACKED_PER_M2 for _hour, density in densities):
        raise ValueError("more people than fit")
    hours = densities[-1][0] - densities[0][0]
    whole = sum((later[0] - one[0]) * (one[1] + later[1]) / 2 for one, later in pairs)
    return turnover(area_m2, whole / hours, hours, dwell_min)
