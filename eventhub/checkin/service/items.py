"""What a device hands in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from eventhub.checkin.enums import ADMITTED, ItemStatus, ScanResult
from eventhub.checkin.rules import LoggedEntry
from eventhub.checkin.service.entry_answers import AnswerAt, GivenAnswer
from eventhub.checkin.service.overrides import Grant
from eventhub.checkin.service.projection import TicketFold
from eventhub.programme.queries import GateRow

PASSING: Final = ADMITTED | {ScanResult.OK_EXIT}


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


@dataclass(slots=True)
class Item:
    """One scan on its way: what it is, where it counts, what is answered."""

    scan: OfflineScan
    digest: bytes
    at_ms: int
    gate: GateRow | None = None
    ticket: TicketFold | None = None
    scope: str = ""
    result: ScanResult | None = None
    status: ItemStatus = ItemStatus.RECORDED
    reason: str | None = None
    first: dict[str, Any] | None = None
    code_digest: bytes | None = None
    grant: Grant | None = None
    attendee_id: int = 0

    @property
    def passes(self) -> bool:
        """Tell whether it lets somebody with a ticket in or out."""
        return self.result in PASSING and self.ticket is not None

    @property
    def answered(self) -> AnswerAt | None:
        """Return what was answered to an entry, also to one that is held."""
        given, ticket, gate = self.scan.answer, self.ticket, self.gate
        result = self.scan.result if self.is_held else self.result
        if given is None or ticket is None or gate is None or result not in ADMITTED:
            return None
        return AnswerAt(given, ticket.id, self.attendee_id, gate.id, self.at_ms, self.scan.nonce)

    @property
    def is_held(self) -> bool:
        """Tell whether it waits in quarantine."""
        return self.status is ItemStatus.QUARANTINED

    @property
    def undoes(self) -> bytes | None:
        """Return the scan that it takes back, in quarantine too."""
        is_undo = self.result is ScanResult.UNDONE or self.is_held
        return self.scan.undoes if is_undo and self.ticket else None

    def entry(self, device_id: int) -> LoggedEntry:
        """Return it as the fold takes it."""
        assert self.gate is not None  # noqa: S101 - set before anything passes
        assert self.result is not None  # noqa: S101 - likewise
        return LoggedEntry(
            device_id=device_id,
            nonce=self.scan.nonce,
            n=self.scan.n,
            gate_id=self.gate.id,
            at_ms=self.at_ms,
            direction=self.scan.direction,
            persons=self.scan.persons,
            result=self.result,
            undoes=self.undoes,
            is_supervised=self.grant is not None,
            local_result=self.scan.result,
        )
