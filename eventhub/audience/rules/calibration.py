"""
Factor from what a device counted to what people counted beside it.

Source: ratio estimator over paired 15-minute counts; docs/metrics.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MIN_COUNTS: Final = 6
# Two-sided 95 % quantiles of Student's t by degrees of freedom.
_T95: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip
_T95_LIMIT: Final = 1.96


@dataclass(frozen=True, slots=True)
class Fit:
    """
    Result of a calibration.

    `apd`, `aapd` and `wapd` are the mean, mean absolute and weighted absolute
    deviation of the device from the manual counts, as shares of 1.
    """

    k: float
    se: float
    counts: int
    apd: float
    aapd: float
    wapd: float
    r: float

    def corrected(self, raw: int) -> tuple[int, int, int]:
        """Return value, low and high (95 %) of a raw device count."""
        t = t95(self.counts - 1)
        low, high = (self.k - t * self.se), (self.k + t * self.se)
        return round(raw * self.k), round(raw * low), round(raw * high)


def t95(degrees: int) -> float:
    """Return the two-sided 95 % quantile of Student's t."""
    return _T95[degrees - 1] if degrees <= len(_T95) else _T95_LIMIT


def fit(device: Sequence[int], manual: Sequence[int]) -> Fit:
    """
    Return the factor between paired counts.

    Args:
        device: What the counter said, one per 15 minutes, each above 0.

        manual: What a person counted in the same 15 minutes, each above 0.

    Raises:
        ValueError: Unequal lengths, fewer than 6 pairs, or a count that is not above 0.
    """
    if len(device) != len(manual) or len(device) < MIN_COUNTS:
        raise ValueError("needs at least 6 pairs")
    if min(*device, *manual) <= 0:
        raise ValueError("counts must be above 0")
    n = len(device)
    k = sum(manual) / sum(device)
    pairs = list(zip(device, manual, strict=True))
    residual = sum((m - k * a) ** 2 for a, m in pairs)
    se = math.sqrt(residual / (n - 1) / n) / statistics.fmean(device)
    return Fit(
        k=k,
        se=se,
        counts=n,
        apd=statistics.fmean((a - m) / m for a, m in pairs),
        aapd=statistics.fmean(abs(a - m) / m for a, m in pairs),
        wapd=sum(abs(a - m) for a, m in pairs) / sum(manual),
        r=statistics.correlation(device, manual),
    )
