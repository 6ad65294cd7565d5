"""The only place that reads the time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("eventhub_fixed_now", default=None)


def now() -> datetime:
    """Return the current instant, aware and in UTC."""
    fixed = _fixed.get()
    return fixed if fixed is not None else datetime.now(UTC)


def now_ms() -> int:
    """Return the current instant in milliseconds since 1970, UTC."""
    return int(now().timestamp() * 1000)


def utc_text(at: datetime, timespec: str = "seconds") -> str:
    """
    Return an instant as `2026-09-24T08:00:00Z`, with four digits of the year always.

    `strftime` writes the year 201 in three digits, which nothing can read back.
    """
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def monotonic_s() -> float:
    """
    Return seconds of a clock that never goes back; only differences mean anything.

    While `fixed` holds the time, these seconds stand still as well.
    """
    held = _fixed.get()
    return held.timestamp() if held is not None else time.monotonic()


@contextlib.contextmanager
def fixed(at: datetime) -> Iterator[datetime]:
    """
    Hold `now()` at one instant inside the block.

    Args:
        at: Aware instant; converted to UTC.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("the fixed instant needs a time zone")
    token = _fixed.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _fixed.reset(token)
