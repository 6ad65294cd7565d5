"""What a stage manager's word makes of a performance: when it really begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from eventhub.programme.enums import LiveState

OVERRUN: Final = timedelta(minutes=30)  # a show that nobody ended is over after this
LATE_FROM: Final = timedelta(minutes=5)  # a later start is a delay of its own
MAX_DELAY_MIN: Final = 720
_MINUTE: Final = timedelta(minutes=1)
_ON: Final = frozenset({LiveState.RUNNING, LiveState.HELD})
_OFF: Final = frozenset({"cancelled", "postponed"})


@dataclass(frozen=True, slots=True)
class Word:
    """What was said last: state, minutes later than released, and when it was said."""

    state: LiveState
    delay_min: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A performance as it is at one instant; `[starts_at, ends_at)` with the delay in it.

    `state` is one of ahead, live, held, past, cancelled, postponed.
    """

    state: str
    starts_at: datetime
    ends_at: datetime
    delay_min: int
    left_min: int


def seen(
    starts_at: datetime, ends_at: datetime, status: str, word: Word | None, at: datetime
) -> Seen:
    """
    Return what is true of a performance at `at`.

    Without a word the released times and the clock decide. A running one is on
    until somebody ends it, at most `OVERRUN` longer than planned; one that is
    held before its start has no new time and is neither on nor over.
    """
    if status in _OFF:
        return Seen(status, starts_at, ends_at, 0, 0)
    if word is None:
        return _by_clock(starts_at, ends_at, 0, at)
    if word.state is LiveState.CANCELLED:
        return Seen("cancelled", starts_at, ends_at, 0, 0)
    late = timedelta(minutes=word.delay_min)
    begins, ends = starts_at + late, ends_at + late
    if word.state is LiveState.ENDED:
        ended = max(min(ends, word.at), min(begins, word.at))
        return Seen("past", min(begins, ended - _MINUTE), ended, word.delay_min, 0)
    if word.state in _ON:
        return _said_on(begins, ends, word, at)
    return _by_clock(begins, ends, word.delay_min, at)


def measured_delay(starts_at: datetime, delay_min: int, at: datetime) -> int:
    """Return the delay of a show that begins at `at`: what was said, or more if it is later."""
    late = at - starts_at - timedelta(minutes=delay_min)
    if late < LATE_FROM:
        return delay_min
    return min(MAX_DELAY_MIN, int((at - starts_at) / _MINUTE))


def _said_on(begins: datetime, ends: datetime, word: Word, at: datetime) -> Seen:
    if word.state is LiveState.HELD and word.at < begins:
        if at >= ends + OVERRUN:
            return Seen("past", begins, ends, word.delay_min, 0)
        return Seen("held", max(begins, at + _MINUTE), max(ends, at + _MINUTE), word.delay_min, 0)
    begins = min(begins, word.at) if word.state is LiveState.RUNNING else begins
    if at >= ends + OVERRUN:
        return Seen("past", begins, ends, word.delay_min, 0)
    state = "held" if word.state is LiveState.HELD else "live"
    return Seen(state, begins, max(ends, at + _MINUTE), word.delay_min, _left(ends, at))


def _by_clock(begins: datetime, ends: datetime, delay_min: int, at: datetime) -> Seen:
    if ends <= at:
        return Seen("past", begins, ends, delay_min, 0)
    if begins <= at:
        return Seen("live", begins, ends, delay_min, _left(ends, at))
    return Seen("ahead", begins, ends, delay_min, 0)


def _left(ends: datetime, at: datetime) -> int:
    """Return the minutes until the end, the begun one counted; 0 in overrun."""
    return max(0, -int((at - ends) // _MINUTE))
