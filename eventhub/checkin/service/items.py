"""What a device hands in."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.checkin.enums import ScanResult


@dataclass(frozen=True, slots=True)
class OfflineScan:
    """
    One decision of a device.

    Exactly one of `idhash` and `code` is set. `undoes` is the nonce of the scan
    that a direction `undo` takes back. Times in Unix milliseconds of the
    device's clock; `offset_ms` is server minus device.
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
