"""Tells people from robots without a third party: a trap field and the time a form took."""

from __future__ import annotations

import hmac

from eventhub.kernel import clock
from eventhub.kernel.signing import derive_key
from eventhub.settings import current_settings

MIN_FILL_S = 2.0  # nobody reads and fills the form faster; password managers come close
MAX_AGE_S = 86_400.0  # a form that lay open longer is served anew
_MAC_CHARS = 32


def stamp(key: str) -> str:
    """
    Return a signed note of when a form was shown.

    Args:
        key: The idempotency key of the same form; a stamp fits no other form.
    """
    shown_ms = str(clock.now_ms())
    return f"{shown_ms}.{_mac(key, shown_ms)}"


def fill_time_s(key: str, stamped: str) -> float | None:
    """Return the seconds between showing and now; None for a stamp that is not ours."""
    shown_ms, _dot, mac = stamped.partition(".")
    if not mac.isascii() or not shown_ms.isdecimal():
        return None
    if not hmac.compare_digest(mac, _mac(key, shown_ms)):
        return None
    return (clock.now_ms() - int(shown_ms)) / 1000


def _mac(key: str, shown_ms: str) -> str:
    secret = derive_key(current_settings().secret_key, "form-stamp")
    return hmac.new(secret, f"{key}|{shown_ms}".encode(), "sha256").hexdigest()[:_MAC_CHARS]
