"""The time zone that a reader chose to see times in; days stay those of the event."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flask import request

from eventhub.programme.queries import EventRow

OFFERED: Final = (
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
    "UTC",
)


def chosen(event: EventRow) -> ZoneInfo:
    """Return the zone of `?tz=`, that of the event when there is none or it is unknown."""
    asked = request.args.get("tz", "")
    return ZoneInfo(asked) if asked in _known() else event.zone


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def offered(event: EventRow) -> list[str]:
    """Return the zones that a form offers: the event's, the one in use, and common ones."""
    return list(dict.fromkeys((event.timezone, chosen(event).key, *OFFERED)))
