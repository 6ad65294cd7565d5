"""
Scans that were decided twice: the server's answer came too late, so the device decided alone.

Both used the same nonce. Where they agree that somebody passed, or that nobody
did, the upload is a repeat. Where the server refused and the device let
somebody in, the admission is real and is kept as a scan of its own, with a
nonce that follows from the first, so that the double entry is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.checkin.enums import ADMITTED, ItemStatus, ScanResult
from eventhub.checkin.models import Scan
from eventhub.checkin.queries.config import EventConfig
from eventhub.checkin.queries.device import DeviceRow
from eventhub.checkin.rules import following_nonce
from eventhub.checkin.service import statements as sql
from eventhub.checkin.service.answers import nonce_text
from eventhub.checkin.service.items import OfflineScan
from eventhub.checkin.service.reading import digest_of, read_code
from eventhub.kernel import clock
from eventhub.registration.models import Ticket

_PASSING = {result.value for result in ADMITTED} | {ScanResult.OK_EXIT.value}


@dataclass(frozen=True, slots=True)
class KeptScan:
    """What the log has under a nonce; `idhash` of its ticket, `code_digest` of a stranger's."""

    answer: dict[str, Any]
    digest: bytes
    is_offline: bool
    result: str
    direction: str
    idhash: bytes | None
    code_digest: bytes | None

    def again(self, config: EventConfig, scan: OfflineScan, digest: bytes) -> dict[str, Any]:
        """Return the answer to the same scan sent again, or the refusal of another one."""
        is_same = self.digest == digest or (not self.is_offline and self._is_of(config, scan))
        if is_same:
            return self.answer | {"status": ItemStatus.REPLAY.value}
        return {
            "nonce": nonce_text(scan.nonce),
            "status": ItemStatus.REFUSED.value,
            "reason": "nonce-reused",
        }

    def was_overruled(self, config: EventConfig, scan: OfflineScan) -> bool:
        """Tell whether the server refused what the device then let pass."""
        return (
            not self.is_offline
            and self.result not in _PASSING
            and scan.result.value in _PASSING
            and self._is_of(config, scan)
        )

    def _is_of(self, config: EventConfig, scan: OfflineScan) -> bool:
        if self.direction != scan.direction:
            return False
        if scan.idhash is not None:
            return scan.idhash == self.idhash
        if self.code_digest is not None:
            return self.code_digest == digest_of(scan.code)
        return (
            self.idhash is not None
            and read_code(config, scan.code, clock.now()).idhash == self.idhash
        )


def kept_scans(
    session: Session, device: DeviceRow, nonces: Sequence[bytes]
) -> dict[bytes, KeptScan]:
    """Return what the log has under the nonces of a device."""
    if not nonces:
        return {}
    statement = (
        select(
            Scan.nonce,
            Scan.answer,
            Scan.body_digest,
            Scan.is_offline,
            Scan.result,
            Scan.dir,
            Ticket.idhash,
            Scan.code_digest,
        )
        .outerjoin(Ticket, Ticket.id == Scan.ticket_id)
        .where(Scan.device_id == device.id, sql.among(session, Scan.nonce, nonces))
    )
    return {
        bytes(nonce): KeptScan(
            answer=answer,
            digest=bytes(digest),
            is_offline=is_offline,
            result=result,
            direction=direction,
            idhash=None if idhash is None else bytes(idhash),
            code_digest=None if code_digest is None else bytes(code_digest),
        )
        for nonce, answer, digest, is_offline, result, direction, idhash, code_digest in (
            session.execute(statement)
        )
    }


def with_own_nonces(
    config: EventConfig, scans: Sequence[OfflineScan], known: dict[bytes, KeptScan]
) -> list[OfflineScan]:
    """Return the scans; those that overrule the server under a nonce that follows from theirs."""
    return [
        replace(scan, nonce=following_nonce(scan.nonce))
        if scan.nonce in known and known[scan.nonce].was_overruled(config, scan)
        else scan
        for scan in scans
    ]
