"""From the text of a code to what it claims, with its origin checked; no query."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.queries.config import EventConfig, KeyFacts
from eventhub.kernel.db import I18n
from eventhub.kernel.signing import (
    DynamicVerdict,
    GdCode,
    GrCode,
    GsCode,
    UnreadableCode,
    idhash,
    parse_code,
    verify_gd,
    verify_gs,
)

_NO_KEY = bytes(32)  # stands for a day that is not known: whatever it says is forged
_EDGE = timedelta(minutes=1)  # a code at the very end of a day may be read a moment later
_VERIFIED = 4096  # signatures remembered per process


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What a code turned out to be.

    `refused` is set when the code itself is no good; `idhash` is then None.
    `is_key_revoked` limits the code to tickets that equal it.
    """

    kind: str
    refused: ScanResult | None = None
    idhash: bytes | None = None
    rev: int | None = None
    check_id: bool = False
    product: int = 0
    window: int = 0
    digest: bytes | None = None
    other_event: I18n | None = None
    is_key_revoked: bool = False


def read_code(config: EventConfig, text: str, at: datetime) -> Reading:
    """
    Return what `text` is at the gates of an event.

    A key that the server does not know never signed anything here, so such a
    code is forged; `key_unknown` is for devices, which may be behind.

    Args:
        config: Of the event whose gate read the code.

        text: As scanned or typed.

        at: When it was read; rotating codes hold for seconds.
    """
    try:
        code = parse_code(text)
    except UnreadableCode as error:
        return _refused(_kind(text), ScanResult(error.reason), text)
    if isinstance(code, GrCode) and config.salt:
        return Reading(kind="GR", idhash=idhash(config.salt, code.ticket))
    if isinstance(code, GdCode) and config.salt:
        return _rotating(config, code, text, at)
    if isinstance(code, GsCode):
        return _signed(config, code, text)
    return _refused(_kind(text), ScanResult.UNKNOWN_CODE, text)


def _rotating(config: EventConfig, code: GdCode, text: str, at: datetime) -> Reading:
    day = config.day_keys.get(code.kid)
    found = verify_gd(
        code,
        day_key=day.key if day is not None else _NO_KEY,
        event_uuid=config.event.uuid_bytes,
        at_s=int(at.timestamp()),
    )
    known = idhash(config.salt, code.ticket)
    is_good = found is DynamicVerdict.GOOD and day is not None
    if is_good and day is not None and day.opens_at - _EDGE <= at < day.closes_at + _EDGE:
        return Reading(kind="GD", idhash=known, rev=code.rev)
    if is_good or found is DynamicVerdict.STALE:
        # whose it is stays known: a supervisor may let a slow phone in
        return replace(_refused("GD", ScanResult.STALE_DYNAMIC, text), idhash=known)
    return _refused("GD", ScanResult.BAD_SIGNATURE, text)


def _signed(config: EventConfig, code: GsCode, text: str) -> Reading:
    key = config.keys.get(code.body.kid)
    if key is None or key.state == "retired" or not _verify(code, key):
        other = next(
            (k for k in config.other_keys if k.kid == code.body.kid and _verify(code, k)), None
        )
        if other is not None:
            return _refused("GS", ScanResult.WRONG_EVENT, text, other_event=other.event_name)
        return _refused("GS", ScanResult.BAD_SIGNATURE, text)
    body = code.body
    return Reading(
        kind="GS",
        idhash=idhash(config.salt, body.ticket),
        rev=body.rev,
        check_id=body.check_id,
        product=body.product,
        window=body.window,
        is_key_revoked=key.state == "revoked",
    )


def digest_of(text: str) -> bytes:
    """Return the 8 bytes that are kept of a code that is nobody's ticket."""
    return hashlib.sha256(text.encode(errors="replace")).digest()[:8]


def _refused(
    kind: str, result: ScanResult, text: str, *, other_event: I18n | None = None
) -> Reading:
    return Reading(kind=kind, refused=result, digest=digest_of(text), other_event=other_event)


def _kind(text: str) -> str:
    head = text.strip()[:2].upper()
    return head if head in {"GS", "GR", "GD", "GP", "GK"} else "none"


def _verify(code: GsCode, key: KeyFacts) -> bool:
    return _verified(code, key.event_uuid, key.public_key)


@functools.lru_cache(maxsize=_VERIFIED)
def _verified(code: GsCode, event_uuid: bytes, public_key: bytes) -> bool:
    return verify_gs(code, event_uuid=event_uuid, public_key=public_key)
