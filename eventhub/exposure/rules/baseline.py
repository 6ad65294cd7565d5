"""A day of an event beside the same weekday of the weeks around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Any, Final

_WEEKS: Final = 4  # before and after
_DAYS_OF_A_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Baseline:
    """The median of the days compared with, and event day ÷ median; None without such days."""

    days: tuple[date, ...]
    median: int | None
    uplift: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as report.json prints it."""
        return {
            "baseline": self.median,
            "baseline_days": [day.isoformat() for day in self.days],
            "uplift": None if self.uplift is None else str(self.uplift),
        }


def against_baseline(day: date, value: int, usual: Mapping[date, int]) -> Baseline:
    """
    Return a day beside the same weekday of at most four weeks before and after.

    Args:
        day: A day of the event.

        value: Its visits.

        usual: Visits of days outside the event.
    """
    span = _WEEKS * _DAYS_OF_A_WEEK
    days = tuple(
        other
        for other in sorted(usual)
        if other.weekday() == day.weekday() and abs((other - day).days) <= span
    )
    if not days:
        return Baseline((), None, None)
    middle = Decimal(median(usual[other] for other in days))
    whole = int(middle.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    if not whole:
        return Baseline(days, whole, None)
    times = (Decimal(value) / middle).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    return Baseline(days, whole, times)
