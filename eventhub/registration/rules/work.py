"""A little work that costs a browser a moment and a robot with a thousand forms a lot."""

from __future__ import annotations

import hashlib
from typing import Final

NONCE_BYTES: Final = 16
_COUNTER_BYTES: Final = 8
MAX_COUNTER: Final = 2**53 - 1  # what a browser can count exactly


def is_done(nonce: bytes, counter: int, bits: int) -> bool:
    """
    Tell whether SHA-256(nonce | counter as u64, big-endian) begins with `bits` zero bits.

    Any counter will do, not only the smallest: both cost the same to find.
    """
    if not 0 <= counter <= MAX_COUNTER:
        return False
    digest = hashlib.sha256(nonce + counter.to_bytes(_COUNTER_BYTES, "big")).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits) == 0


def solve(nonce: bytes, bits: int) -> int:
    """Return the smallest counter that is_done accepts; for tests and programs."""
    counter = 0
    while not is_done(nonce, counter, bits):
        counter += 1
    return counter
