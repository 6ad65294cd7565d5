"""From bodies of the gate API to the commands of the service."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from eventhub.checkin import schemas, service
from eventhub.checkin.enums import ItemStatus
from eventhub.checkin.service import OfflineScan
from eventhub.kernel import crockford


def nonce_of(text: str) -> bytes:
    """Return the 16 bytes of a nonce."""
    return crockford.decode(crockford.normalise(text), size=16)


def override_of(sent: schemas.RedeemBody) -> service.Override | None:
    """Return card and reason, None where nothing is overridden."""
    if sent.override is None:
        return None
    return service.Override(sent.override.card, sent.override.reason)


def answer_given(sent: schemas.AnswerBody | None) -> service.GivenAnswer | None:
    """Return the answer to the question at entry, None where none was asked."""
    if sent is None:
        return None
    return service.GivenAnswer(sent.question, sent.value if sent.values is None else sent.values)


def offline_scan(item: dict[str, Any], sent: schemas.ScansBody) -> OfflineScan | dict[str, Any]:
    """Return one scan of an upload, or the refusal of one that can not be read."""
    try:
        scan = schemas.ScanItem.model_validate(item)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        return {
            "nonce": str(item.get("nonce", ""))[:40],
            "status": ItemStatus.REFUSED.value,
            "reason": "malformed",
            "field": ".".join(str(part) for part in place),
        }
    return OfflineScan(
        nonce=nonce_of(scan.nonce),
        n=scan.n,
        gate_number=scan.gate,
        result=scan.result,
        claimed_ms=scan.claimed_ms,
        kind=scan.kind,
        idhash=bytes.fromhex(scan.idhash) if scan.idhash else None,
        code=scan.code or "",
        direction=scan.dir,
        persons=scan.persons,
        offset_ms=sent.offset_ms,
        mono_ms=scan.mono_ms,
        boot_id=sent.boot_id,
        is_unlisted=scan.unlisted,
        override_by=scan.override_by,
        override_reason=scan.override_reason,
        overridden=scan.overridden.value if scan.overridden else None,
        undoes=nonce_of(scan.undoes) if scan.undoes else None,
        answer=answer_given(scan.answer),
    )
