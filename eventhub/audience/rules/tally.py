"""Counting by hand: quarters of an hour, and which of them may still be changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventhub.audience.rules.totals import slot

QUARTER_S = 15 * 60
OPEN_FOR = timedelta(hours=24)  # a phone without connection hands in until then


def quarter(at: datetime) -> datetime:
    """Return the begin of the quarter of an hour that `at` lies in."""
    return slot(at, QUARTER_S)


def may_change(starts_at: datetime, now: datetime) -> bool:
    """Tell whether a count for this begin of a quarter is still taken."""
    return quarter(starts_at) == starts_at and now - OPEN_FOR <= starts_at <= now
