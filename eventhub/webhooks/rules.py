"""Signatures and waiting times of deliveries: pure."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final

ATTEMPTS: Final = 8
WINDOW_S: Final = 300  # how old a signature may be for a receiver that checks it
_STEPS: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)


def signature(secret: str, at: int, body: bytes) -> str:
    """
    Return the header that proves who sent a body, and when.

    Args:
        secret: Shared with the receiver.

        at: Unix seconds of this try; part of what is signed, so that an old
            delivery can not be sent again by somebody who recorded it.

        body: As sent.

    Returns:
        `t=SECONDS,v1=HEX`, HMAC-SHA-256 over `SECONDS.BODY`.
    """
    message = str(at).encode() + b"." + body
    return f"t={at},v1={hmac.digest(secret.encode(), message, 'sha256').hex()}"


def is_signed(secret: str, header: str, body: bytes, now: int) -> bool:
    """Return whether a header is ours and at most five minutes off; for receivers and tests."""
    head, _comma, _rest = header.partition(",")
    seconds = head.removeprefix("t=")
    if not seconds.isascii() or not seconds.isdecimal() or abs(now - int(seconds)) > WINDOW_S:
        return False
    expected = signature(secret, int(seconds), body)
    return hmac.compare_digest(expected.encode(), header.encode(errors="replace"))


def wait_for(attempts: int, jitter_share: float) -> timedelta | None:
    """
    Return how long to wait after so many failed tries; None gives up.

    Args:
        attempts: Tries so far, at least 1.

        jitter_share: 0 to 1; up to a tenth more, so that failures spread.
    """
    if attempts >= ATTEMPTS:
        return None
    return _STEPS[attempts - 1] * (1 + jitter_share / 10)
