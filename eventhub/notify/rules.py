"""When a message is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

MAX_ATTEMPTS: Final = 8
_FIRST_WAIT_S: Final = 60
_LONGEST_WAIT_S: Final = 4 * 3600
_SPREAD: Final = 0.25


def is_last(attempts: int) -> bool:
    """Tell whether a message is given up after `attempts` failed tries."""
    return attempts >= MAX_ATTEMPTS


def next_try_at(attempts: int, failed_at: datetime, *, key: int) -> datetime:
    """
    Return when the next try is due: the wait doubles from 1 minute to 4 hours.

    Args:
        attempts: Failed tries so far, the one just now included; >= 1.

        failed_at: Instant of the failure.

        key: Any number of the message; spreads messages that failed together
            over a quarter of the wait, always the same way for one message.
    """
    if attempts < 1:
        raise ValueError("nothing has failed yet")
    wait_s = min(_FIRST_WAIT_S * 2 ** (attempts - 1), _LONGEST_WAIT_S)
    share = (key * 2_654_435_761 % 2**32) / 2**32  # Knuth's multiplicative hash
    return failed_at + timedelta(seconds=wait_s * (1 + _SPREAD * share))
