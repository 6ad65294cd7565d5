"""
What a count or an instant must be before it is kept.

A reason is a short stable text; None means that the value may be kept.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from eventhub.audience.enums import QuarantineRule

MAX_COUNT: Final = 2**31
MAX_AHEAD: Final = timedelta(seconds=120)
PEOPLE_PER_M_S: Final = 1.3  # physical limit of a door, people per metre of width and second
WIDEST_M: Final = 100.0  # of a door whose width nobody has given
MOST_VIEWERS: Final = 100_000_000  # more have never watched one stream
JUMP_FACTOR: Final = 50
JUMP_FLOOR: Final = 1_000
JUMP_WINDOW: Final = timedelta(seconds=60)


def count_fault(value: object) -> str | None:
    """Return why `value` is no count of people, or None when it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "not-a-number"
    if isinstance(value, float) and not math.isfinite(value):
        return "not-a-number"
    if value < 0:
        return "negative"
    if isinstance(value, float) and not value.is_integer():
        return "fraction"
    if value > MAX_COUNT:
        return "too-large"
    return None


def time_fault(at: datetime, now: datetime) -> str | None:
    """Return `future` when `at` lies more than 120 s after `now`, else None."""
    return "future" if at - now > MAX_AHEAD else None


def exceeds_width(passages: int, width_m: float | None, duration_s: int) -> QuarantineRule | None:
    """
    Tell whether more people passed than fit through the door.

    Args:
        passages: People in one direction of one bin.

        width_m: Width of the door in metres; None when unknown, then 100.

        duration_s: Length of the bin in seconds.
    """
    if passages <= PEOPLE_PER_M_S * (width_m or WIDEST_M) * duration_s:
        return None
    return QuarantineRule.OVER_WIDTH


def too_many(viewers: int) -> QuarantineRule | None:
    """Tell whether a stream is said to have more viewers than any has ever had."""
    return QuarantineRule.TOO_MANY if viewers > MOST_VIEWERS else None


def jumps(viewers: int, before: int | None, elapsed: timedelta) -> QuarantineRule | None:
    """
    Tell whether viewers rose more than fiftyfold within a minute to above 1,000.

    Args:
        viewers: The new value.

        before: The value kept before it, None when there is none.

        elapsed: Time between the two.
    """
    if before is None or elapsed > JUMP_WINDOW or viewers <= JUMP_FLOOR:
        return None
    return QuarantineRule.JUMP if viewers > JUMP_FACTOR * before else None
