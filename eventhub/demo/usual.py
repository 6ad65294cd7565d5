"""The same weekdays of the four weeks before: what the avenue saw without the festival."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from eventhub.audience.service import CounterReading, RecordReadings, record_readings
from eventhub.demo.frame import Frame
from eventhub.kernel import clock

_HOUR: Final = timedelta(hours=1)
# Entries of an ordinary day by hour from 06:00; the other two cordons stand for the festival only.
_USUAL: Final = {
    "avenue-north": (
        62, 171, 248, 263, 318, 402, 518, 497, 421, 436, 512, 688,
        742, 655, 541, 402, 268, 151, 74, 38, 19, 14, 21, 44,
    ),
    "avenue-south": (
        51, 138, 201, 224, 271, 341, 447, 426, 372, 369, 438, 571,
        618, 549, 452, 338, 221, 124, 61, 29, 15, 11, 18, 37,
    ),
}  # fmt: skip
# Week before, per mille of the ordinary day: rain, a school holiday, and two plain weeks.
_WEEKS: Final = {4: 1004, 3: 861, 2: 1087, 1: 982}
_FIRST_HOUR: Final = 6
_GAP: Final = ("avenue-south", 3, 17)  # counter, week, hour of the first day: a lost reading


def load(frame: Frame, days: tuple[int, ...] = (-1, 0)) -> None:
    """Record those weeks as they arrived then, inside the caller's command."""
    for weeks in _WEEKS:
        for offset in days:
            readings = list(_day(frame, offset, weeks))
            with clock.fixed(readings[-1].starts_at + _HOUR):
                record_readings(
                    RecordReadings(event_id=frame.event.id, readings=readings, is_synthetic=True)
                )


def _day(frame: Frame, offset: int, weeks: int) -> Iterator[CounterReading]:
    line = 0
    for place in range(24):
        hour = (_FIRST_HOUR + place) % 24
        for counter, usual in _USUAL.items():
            if (counter, weeks, hour) == _GAP and offset == -1:
                continue
            line += 1
            swing = 1000 + (place * 37 + weeks * 53 + offset * 29) % 61 - 30
            entered = usual[place] * _WEEKS[weeks] * swing // 1_000_000
            yield CounterReading(
                line=line,
                counter=counter,
                starts_at=frame.at(offset - 7 * weeks, f"{hour:02d}:00"),
                duration_s=int(_HOUR.total_seconds()),
                entered=entered,
                left=entered * (980 + place % 5 * 9) // 1000,
            )
