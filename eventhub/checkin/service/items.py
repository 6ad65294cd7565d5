"""What a device hands in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.service.entry_answers import GivenAnswer


@dataclass(frozen=True, slots=True)
class OfflineScan:
    """
    One decision of a device.

    Exactly one of `idhash` and `code` is set. `undoes` is the nonce of the scan
    that a direction `undo` takes back; `answer` what was answered at entry.
    Times in Unix milliseconds of the device's clock; `offset_ms` is server
    minus device.
    """

    nonce: bytes
    n: int
    gate_number: int
    result: ScanResult
    claimed_ms: int
    kind: str = "GS"
    idhash: bytes | None = None
    code: str = ""
    direction: str = "in"
    persons: int = 1
    offset_ms: int = 0
    mono_ms: int = 0
    boot_id: str = ""
    is_unlisted: bool = False
    override_by: str | None = None  # hash of the card
    override_reason: str | None = None
    overridden: str | None = None
    undoes: bytes | None = None
    answer: GivenAnswer | None = None


def scan_digest(scan: OfflineScan) -> bytes:
    """Return what must be equal when a nonce comes again."""
    token = scan.idhash.hex() if scan.idhash is not None else scan.code
    parts = [token, scan.direction, str(scan.persons), str(scan.gate_number), scan.result.value]
    if scan.undoes is not None:
        parts.append(scan.undoes.hex())
    if scan.answer is not None:
        parts += scan.answer.parts
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).digest()[:16]
