"""Scans from elsewhere: demonstration data and logs of other systems."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from eventhub.checkin.enums import ADMITTED, ScanResult
from eventhub.checkin.models import Scan
from eventhub.checkin.queries.config import EventConfig, load_config
from eventhub.checkin.service.asking import scope_of
from eventhub.checkin.service.projection import Replay, rebuild
from eventhub.kernel.db import command, db
from eventhub.registration.models import Ticket

_CHUNK = 1_000  # rows of one INSERT
_NOT_CODES = frozenset({ScanResult.UNKNOWN_CODE, ScanResult.BAD_SIGNATURE, ScanResult.BAD_CHECK})


@dataclass(frozen=True, slots=True)
class LoggedScan:
    """One line of a scan log; `ticket_id` null for codes that were nobody's."""

    device_id: int
    gate_id: int
    ticket_id: int | None
    at: datetime
    result: str
    code_kind: str = "GS"
    direction: str = "in"
    persons: int = 1
    nonce: bytes | None = None  # from event, device and place in the log when missing


@command
def load_scans(event_id: int, rows: Iterable[LoggedScan]) -> Replay:
    """
    Keep a whole scan log and build admissions from it.

    Results are kept as given; admissions follow from those that let somebody
    in. Commits.

    Args:
        event_id: All rows belong to it.

        rows: Any order.
    """
    config = load_config(event_id)
    tickets = {
        row.id: (row.ticket_type_id, row.window_no)
        for row in db.session.execute(
            select(Ticket.id, Ticket.ticket_type_id, Ticket.window_no).where(
                Ticket.event_id == event_id
            )
        )
    }
    counts: dict[int, int] = {}
    values = [
        _values(config, row, tickets, counts)
        for row in sorted(rows, key=lambda row: (row.at, row.device_id))
    ]
    for start in range(0, len(values), _CHUNK):
        db.session.execute(insert(Scan), values[start : start + _CHUNK])
    return rebuild(event_id)


def _values(
    config: EventConfig,
    row: LoggedScan,
    tickets: dict[int, tuple[int, int]],
    counts: dict[int, int],
) -> dict[str, Any]:
    counts[row.device_id] = counts.get(row.device_id, 0) + 1
    at_ms = int(row.at.timestamp() * 1000)
    gate = config.gates[row.gate_id]
    scope = ""
    if row.ticket_id is not None and row.result not in _NOT_CODES:
        type_id, window = tickets[row.ticket_id]
        _policy, scope = scope_of(config, gate, type_id=type_id, window=window, at=row.at)
    nonce = row.nonce or _nonce(config.event.uuid, row.device_id, counts[row.device_id])
    return {
        "event_id": config.event.id,
        "device_id": row.device_id,
        "nonce": nonce,
        "n": counts[row.device_id],
        "gate_id": gate.id,
        "zone_id": gate.zone_id,
        "ticket_id": row.ticket_id,
        "code_kind": row.code_kind,
        "dir": row.direction,
        "persons": row.persons,
        "scope": scope,
        "claimed_ms": at_ms,
        "at_ms": at_ms,
        "received_at": row.at,
        "result": row.result,
        "answer": {"result": row.result, "admitted": row.result in ADMITTED},
        "body_digest": nonce,
    }


def _nonce(event_uuid: str, device_id: int, n: int) -> bytes:
    # the same log loaded into two databases has the same nonces
    return hashlib.sha256(f"{event_uuid}:{device_id}:{n}".encode()).digest()[:16]
