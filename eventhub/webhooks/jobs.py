"""Delivering what is due, outside any transaction."""

from __future__ import annotations

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from eventhub.kernel import clock, fetch
from eventhub.settings import current_settings
from eventhub.webhooks import rules, service
from eventhub.webhooks.service import Outgoing, Tried

BATCH: Final = 40
_AT_ONCE: Final = 8  # a slow endpoint must not hold up the others
_LIMITS: Final = fetch.Limits(connect_s=3, total_s=5, max_bytes=64 * 1024)


def deliver() -> int:
    """
    Send the deliveries that are due, at most one batch; return how many were taken.

    At least once: a process that dies after the endpoint answered sends the
    delivery again, with the same id.
    """
    claimed = service.claim(BATCH)
    if not claimed:
        return 0
    hosts, at = allowed_hosts(), int(clock.now().timestamp())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tried = list(pool.map(lambda one: attempt(one, hosts, at), claimed))
    service.note_tries(list(zip(claimed, tried, strict=True)))
    return sum(one.is_done for one in tried)


def allowed_hosts() -> frozenset[str]:
    """Return the private hosts that the operator lets deliveries go to."""
    return current_settings().fetch_hosts


def attempt(one: Outgoing, allowed: Collection[str], at: int) -> Tried:
    """Send one delivery, signed at `at` (Unix seconds); no error of the endpoint leaves."""
    began = time.monotonic()
    status, error = None, ""
    try:
        status = fetch.post(
            one.url,
            one.body,
            allowed=allowed,
            headers={
                "Content-Type": "application/json",
                "EventHub-Delivery": one.public_id,
                "EventHub-Event": one.kind,
                "EventHub-Signature": rules.signature(one.secret, at, one.body),
            },
            limits=_LIMITS,
        )
    except fetch.FetchFailed as refusal:
        error = refusal.code
    return Tried(status=status, error=error, took_ms=round((time.monotonic() - began) * 1000))
