"""Who counts as the same person, and when two submissions are the same one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventhub.kernel.text import email_limit_key
from eventhub.registration.enums import IdentityKind

EVENT_SCOPE = "event"
LIMIT_SCOPE = "limit"  # one place per mailbox, however its address is written


@dataclass(frozen=True, slots=True, order=True)
class IdentityKey:
    """One contact in its normal form; no two people share one in a scope."""

    kind: IdentityKind
    value: str
    scope: str = EVENT_SCOPE


def identity_keys(*, email: str | None, phone: str | None) -> tuple[IdentityKey, ...]:
    """
    Return the keys that a person is known by, in the order they are claimed in.

    Args:
        email: Normal form of `kernel.text.normalise_email`, or None.

        phone: E.164, or None.

    Returns:
        Sorted, so that two submissions that share both contacts claim them in
        the same order and never wait for each other in a circle.
    """
    keys = []
    if email:
        keys.append(IdentityKey(IdentityKind.EMAIL, email))
    if phone:
        keys.append(IdentityKey(IdentityKind.PHONE, phone))
    return tuple(sorted(keys))


def limit_keys(email: str | None) -> tuple[IdentityKey, ...]:
    """
    Return the key of the mailbox behind an address, which limits count by.

    `fang+a@gmail.com` and `f.ang@gmail.com` are one person for a limit, never
    for identity: nobody is shown or given what another address holds. Claimed
    after `identity_keys`, so the order of all claims stays the same.
    """
    if not email:
        return ()
    return (IdentityKey(IdentityKind.EMAIL, email_limit_key(email), LIMIT_SCOPE),)


def body_digest(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex of a submission, independent of the order of its keys."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
