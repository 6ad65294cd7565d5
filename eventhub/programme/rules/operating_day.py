"""The operating day: which day of the programme an instant belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)
_ONE_MINUTE = timedelta(minutes=1)
_LONGEST_GAP_MIN = 2 * 24 * 60  # Apia left out the whole of 30 December 2011


def operating_day(at: datetime, zone: ZoneInfo, day_start: time) -> date:
    """
    Return the operating day that contains an instant.

    Decided on the local wall clock, so that a day of 23 or 25 hours is right.

    Args:
        at: Aware instant.

        zone: Zone of the event.

        day_start: Local time at which an operating day begins.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    local = at.astimezone(zone)
    day = local.date() if local.time() >= day_start else local.date() - _ONE_DAY
    # A start inside a repeated hour counts from its first occurrence.
    return day + _ONE_DAY if at >= local_instant(day + _ONE_DAY, day_start, zone) else day


def day_window(day: date, zone: ZoneInfo, day_start: time) -> tuple[datetime, datetime]:
    """Return the half-open span of an operating day, aware and in UTC."""
    return local_instant(day, day_start, zone), local_instant(day + _ONE_DAY, day_start, zone)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """
    Return the UTC instant at which the wall clock shows `clock` on a calendar date.

    A time that does not exist moves forward to the first existing minute, one
    that exists twice takes the first occurrence.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    for _ in range(_LONGEST_GAP_MIN):
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            return at
        wall = (wall + _ONE_MINUTE).replace(second=0, microsecond=0)
    raise ValueError("the zone has no such local time")


def instant_of(day: date, clock: time, zone: ZoneInfo, day_start: time) -> datetime:
    """
    Return the UTC instant of a wall-clock time of an operating day.

    A time before `day_start` is on the following calendar date.
    """
    return local_instant(day + _ONE_DAY if clock < day_start else day, clock, zone)


def minutes_of_day(at: datetime, day: date, zone: ZoneInfo) -> int:
    """Return minutes of wall clock after 00:00 of `day`; 02:00 on the next date is 1560."""
    local = at.astimezone(zone)
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute
