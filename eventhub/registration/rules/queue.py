"""
The waiting room: a fair draw for those who came early, then the order of arrival.

Admission is arithmetic, so that a million people who wait cost no write and no
lock: number n is let in at `opens_at + n / rate`.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Room:
    """When a room opens, how many people a minute it lets in, and who came before it opened."""

    opens_at: datetime
    per_min: int
    early: int

    def turn_at(self, number: int) -> datetime:
        """Return when a number, counted from 0, is let in."""
        return self.opens_at + timedelta(minutes=number / self.per_min)

    def let_in(self, at: datetime) -> int:
        """Return how many numbers have been let in at an instant."""
        passed = (at - self.opens_at) / timedelta(minutes=1)
        return max(0, int(passed * self.per_min) + 1) if passed >= 0 else 0


def drawn(seed: bytes, visitor: str, early: int) -> int:
    """
    Return the number of somebody who came before the room opened.

    `floor(u x early)` with u from HMAC-SHA-256(seed, visitor): nobody can
    choose it, and everybody can check it once the seed is told. Two people may
    draw the same number and are let in together.

    Args:
        seed: Secret until the room opens; its SHA-256 is told before.

        visitor: Random id of the visitor.

        early: How many came before.
    """
    if early <= 0:
        return 0
    first = hmac.digest(seed, visitor.encode(), "sha256")[:8]
    return int.from_bytes(first, "big") * early >> 64
