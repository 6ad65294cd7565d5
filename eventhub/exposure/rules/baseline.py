"""
A day of an event beside the same weekday of the weeks around it, hour by hour.

Like is compared with like: only counters that stood in other weeks as well, and
only hours that the day and every one of these weeks has from all of them. A
running day is so compared up to its last hour, a day with a gap without it.

Source:
    docs/metrics.md#footfall.uplift: event day ÷ median of the same weekday of
    four weeks before and after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Any, Final

_WEEKS: Final = 4  # before and after
_DAYS_OF_A_WEEK: Final = 7
# Entries by counter and local hour of an operating day; an hour without a reading is left out.
CounterHours = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class HourBeside:
    """One hour of a day: its visits and the usual ones; None where either is not known."""

    hour: int  # 0 to 23, local
    value: int | None
    usual: int | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """
    A day beside other weeks; without such weeks everything but `left_out` is empty.

    `compared` is the day in `counters` and the hours that all weeks have,
    `median` the usual day in the same, `uplift` compared ÷ median.
    """

    days: tuple[date, ...] = ()
    left_out: tuple[date, ...] = ()  # the same weekday, but with gaps in what is compared
    counters: tuple[str, ...] = ()
    compared: int | None = None
    median: int | None = None
    uplift: Decimal | None = None
    hours: tuple[HourBeside, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as report.json prints it."""
        return {
            "baseline": self.median,
            "baseline_days": [day.isoformat() for day in self.days],
            "left_out": [day.isoformat() for day in self.left_out],
            "counters": list(self.counters),
            "compared": self.compared,
            "uplift": None if self.uplift is None else str(self.uplift),
            "hours": [
                {"hour": one.hour, "value": one.value, "usual": one.usual} for one in self.hours
            ],
        }


def against_baseline(
    day: date,
    own: CounterHours,
    others: Mapping[date, CounterHours],
    *,
    factors: Mapping[str, float],
    hours: Sequence[int],
) -> Baseline:
    """
    Return a day beside the same weekday of at most four weeks before and after.

    Args:
        day: A day of the event.

        own: What its outer cordon counters saw.

        others: The same of days outside the event.

        factors: Calibration factor by counter, 1 where it is missing.

        hours: The local hours of the day that are over, in their order.
    """
    span = _WEEKS * _DAYS_OF_A_WEEK
    near = {
        other: found
        for other, found in sorted(others.items())
        if other.weekday() == day.weekday() and abs((other - day).days) <= span
    }
    names = sorted(name for name in own if any(found.get(name) for found in near.values()))
    if not names:
        return Baseline()
    whole = [hour for hour in hours if all(hour in own[name] for name in names)]
    full = {
        other: found
        for other, found in near.items()
        if all(hour in found.get(name, {}) for name in names for hour in whole)
    }
    left_out = tuple(other for other in near if other not in full)
    if not full or not whole:
        return Baseline(left_out=left_out, counters=tuple(names))

    def visits(found: CounterHours, at: Sequence[int]) -> int:
        return sum(
            _rounded(sum(found[name][hour] for hour in at) * Decimal(str(factors.get(name, 1))))
            for name in names
        )

    usual = Decimal(median(visits(found, whole) for found in full.values()))
    compared = visits(own, whole)
    return Baseline(
        days=tuple(full),
        left_out=left_out,
        counters=tuple(names),
        compared=compared,
        median=_rounded(usual),
        uplift=_ratio(compared, usual) if usual else None,
        hours=tuple(
            HourBeside(
                hour=hour,
                value=visits(own, [hour]) if hour in whole else None,
                usual=_usual(
                    [
                        visits(found, [hour])
                        for found in full.values()
                        if all(hour in found[name] for name in names)
                    ]
                ),
            )
            for hour in hours
        ),
    )


def _usual(values: Sequence[int]) -> int | None:
    return _rounded(Decimal(median(values))) if values else None


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _ratio(value: int, usual: Decimal) -> Decimal:
    return (Decimal(value) / usual).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
