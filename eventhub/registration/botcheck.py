"""
Tells people from robots without a third party: a trap, the time a form took, a little work.

The work is done by the browser while the form is filled in. Whoever has no
script answers a plain question instead: nothing to see, to hear or to drag.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from flask_babel import gettext as _

from eventhub.kernel import clock
from eventhub.kernel.i18n import N_
from eventhub.kernel.ids import new_nonce
from eventhub.kernel.signing import derive_key
from eventhub.registration.rules import work
from eventhub.settings import current_settings

MIN_FILL_S = 2.0  # nobody reads and fills the form faster; password managers come close
MAX_AGE_S = 86_400.0  # a form that lay open longer is served anew
_MAC_CHARS = 32
WORK_GOOD_FOR_S: Final = 86_400  # as long as the form that carries it
_LONGEST: Final = 400
_QUESTIONS: Final = (
    (N_("Which number comes after six?"), ("7", "seven", "七", "柒")),
    (N_("Which is colder, ice or fire?"), ("ice", "冰")),
    (N_("What do we see with, eyes or ears?"), ("eyes", "eye", "眼睛", "眼", "用眼睛")),
    (N_("How many days has a week?"), ("7", "seven", "七", "七天", "7天")),
    (N_("Is snow white or black?"), ("white", "白", "白色", "白的")),
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """Work that we asked for; `nonce` is good for one registration until `expires_at`."""

    nonce: str
    bits: int
    expires_at: datetime


def challenge(event_id: int, bits: int) -> str:
    """
    Return signed work for one form.

    Args:
        event_id: A challenge is good for one event.

        bits: Zero bits that the hash must begin with.
    """
    body = {
        "v": 1,
        "e": event_id,
        "n": _text(new_nonce()),
        "d": bits,
        "x": int(clock.now().timestamp()) + WORK_GOOD_FOR_S,
    }
    text = _text(orjson.dumps(body))
    return f"{text}.{_work_mac(text)}"


def done(event_id: int, challenged: str, solution: str) -> Challenge | None:
    """
    Return the challenge that a solution belongs to.

    Returns:
        None when it is not ours, too old, of another event, or not solved.
    """
    found = _read(event_id, challenged)
    if found is None or not (solution.isascii() and solution.isdecimal() and len(solution) < 17):
        return None
    if not work.is_done(_bytes(found.nonce), int(solution), found.bits):
        return None
    return found


def question(key: str) -> str:
    """Return the plain question that goes with a form."""
    return _(_question(key)[0])


def is_answer(key: str, typed: str) -> bool:
    """Tell whether a text answers the question of a form, in either language."""
    said = "".join(typed.lower().split()).strip("。.!！")
    return said in _question(key)[1]


def _question(key: str) -> tuple[str, tuple[str, ...]]:
    secret = derive_key(current_settings().secret_key, "form-question")
    return _QUESTIONS[hmac.digest(secret, key.encode(), "sha256")[0] % len(_QUESTIONS)]


def _read(event_id: int, challenged: str) -> Challenge | None:
    text, _dot, mac = challenged.partition(".")
    if len(challenged) > _LONGEST or not challenged.isascii():
        return None
    if not hmac.compare_digest(mac, _work_mac(text)):
        return None
    try:
        body = orjson.loads(_bytes(text))
        if body["v"] != 1 or body["e"] != event_id or body["x"] <= clock.now().timestamp():
            return None
        return Challenge(str(body["n"]), int(body["d"]), datetime.fromtimestamp(body["x"], UTC))
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def _work_mac(text: str) -> str:
    secret = derive_key(current_settings().secret_key, "form-work")
    return hmac.new(secret, text.encode(), "sha256").hexdigest()[:_MAC_CHARS]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


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
