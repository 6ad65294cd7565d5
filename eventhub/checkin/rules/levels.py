"""How full a zone is: levels that rise at once and fall only after a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """What a reading of a zone can amount to."""

    BUSY = "busy"
    FULL = "full"
    OVER = "over"
    COUNTER_ERROR = "counter_error"


LEVELS: Final = (Level.BUSY, Level.FULL, Level.OVER, Level.COUNTER_ERROR)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one zone; shares of `capacity`, which None leaves without levels."""

    capacity: int | None
    warn_share: float = 0.80
    full_share: float = 0.95
    hysteresis_share: float = 0.05
    clear_after_s: int = 30


@dataclass(frozen=True, slots=True)
class Change:
    """
    What one reading does to one level.

    `act` is `raise`, `fall` (the first low reading in a row), `hold` (no longer
    low) or `clear`.
    """

    level: Level
    act: str


def changes(
    inside: int, at: datetime, raised: Mapping[Level, datetime | None], limits: Limits
) -> list[Change]:
    """
    Return what a reading changes.

    Args:
        inside: People inside.

        at: Of the reading.

        raised: The levels that are up, each with the first of its low readings
            in a row, None when the last one was not low.

        limits: Of the zone.
    """
    found = []
    for level in LEVELS:
        if level not in raised:
            if _is_high(level, inside, limits):
                found.append(Change(level, "raise"))
            continue
        since = raised[level]
        if not _is_low(level, inside, limits):
            if since is not None:
                found.append(Change(level, "hold"))
        elif since is None:
            found.append(Change(level, "fall"))
        elif at - since >= timedelta(seconds=limits.clear_after_s):
            found.append(Change(level, "clear"))
    return found


def _is_high(level: Level, inside: int, limits: Limits) -> bool:
    if level is Level.COUNTER_ERROR:
        return inside < 0
    if not limits.capacity:
        return False
    if level is Level.OVER:
        return inside > limits.capacity
    return inside >= _threshold(level, limits)


def _is_low(level: Level, inside: int, limits: Limits) -> bool:
    if level is Level.COUNTER_ERROR:
        return inside >= 0
    if not limits.capacity:
        return True
    return inside < round(_threshold(level, limits) - limits.hysteresis_share * limits.capacity, 6)


def _threshold(level: Level, limits: Limits) -> float:
    share = {Level.BUSY: limits.warn_share, Level.FULL: limits.full_share}.get(level, 1.0)
    return round(share * (limits.capacity or 0), 6)
