"""Ids and choices that follow from seed and day, so that loading can be repeated."""

from __future__ import annotations

import hashlib
import hmac
import random
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Final

from eventhub.kernel import crockford

_CODE_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_LENGTH: Final = 6
_PUBLIC_ID_BYTES: Final = 10
_NUMBER_BITS: Final = 63


@dataclass(frozen=True, slots=True)
class Draw:
    """
    Draws values by name instead of in a row: a new value changes no other one.

    What admits somebody (ticket numbers, keys) also depends on `secret`, which
    differs from one installation to the next: seed and code are public.
    """

    seed: int
    today: date
    secret: bytes

    def uuid(self, *parts: object) -> str:
        """Return the UUID of a thing."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self._name(parts)))

    def public_id(self, *parts: object) -> str:
        """Return 16 URL-safe characters."""
        return crockford.encode(self._digest(parts)[:_PUBLIC_ID_BYTES]).lower()

    def code(self, *parts: object) -> str:
        """Return six characters for desks and letters."""
        digest = self._digest(parts)
        return "".join(_CODE_ALPHABET[b % len(_CODE_ALPHABET)] for b in digest[:_CODE_LENGTH])

    def random(self, *parts: object) -> random.Random:
        """Return a generator of its own for one purpose."""
        return random.Random(self._name(parts))  # noqa: S311 - invented figures, no secrets

    def number(self, *parts: object) -> int:
        """Return a secret number, 1 to 2**63 - 1."""
        found = int.from_bytes(self.secret_bytes(8, *parts), "big") >> (64 - _NUMBER_BITS)
        return found or 1

    def secret_bytes(self, size: int, *parts: object) -> bytes:
        """Return up to 32 secret bytes."""
        return hmac.digest(self.secret, self._name(parts).encode(), "sha256")[:size]

    def _digest(self, parts: tuple[object, ...]) -> bytes:
        return hashlib.sha256(self._name(parts).encode()).digest()

    def _name(self, parts: tuple[object, ...]) -> str:
        words = ":".join(str(part) for part in parts)
        return f"eventhub-demo:{self.seed}:{self.today.isoformat()}:{words}"
