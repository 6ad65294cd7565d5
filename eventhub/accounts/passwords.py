"""Argon2id hashes of passwords; at most two are computed at once per process."""

from __future__ import annotations

import functools
import threading
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP password storage, argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_LIST = Path(__file__).parent / "common_passwords.txt"  # made by tools/common_passwords.py
_turns = threading.BoundedSemaphore(2)  # a flood of log-ins must not fill the memory


def hash_password(password: str) -> str:
    """Return the argon2id hash in its usual text form."""
    with _turns:
        return _hasher.hash(password)


@functools.cache
def _nobody() -> str:
    return hash_password("the hash that unknown accounts are compared with")


def is_password(password: str, stored: str | None) -> bool:
    """
    Return whether `password` belongs to the stored hash.

    Without a stored hash the same work is done and the answer is no, so that
    time does not tell whether an account exists.
    """
    nobody = _nobody()
    try:
        with _turns:
            _hasher.verify(stored or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def is_common(password: str) -> bool:
    """Return whether the list of common passwords has this one, in any case."""
    return password.casefold() in _common()


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text(encoding="utf-8").split())
