"""What a signed-in supervisor does to scans: take back, let in, let quarantined ones count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.checkin.enums import ADMITTED, OVERRIDABLE, Direction, ScanResult
from eventhub.checkin.errors import ScanStays
from eventhub.checkin.models import Device, Scan
from eventhub.checkin.queries.config import EventConfig, load_config
from eventhub.checkin.rules import LoggedEntry
from eventhub.checkin.service import statements as sql
from eventhub.checkin.service.entry_answers import let_answer_count
from eventhub.checkin.service.overrides import checked_reason
from eventhub.checkin.service.projection import TicketFold, project
from eventhub.checkin.service.redeem import tell
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.registration.models import Ticket

_PASSED = ADMITTED | {ScanResult.OK_EXIT}


@dataclass(frozen=True, slots=True)
class CorrectScan:
    """A scan of the log, why it is corrected, and by whom."""

    event_id: int
    scan_id: int
    reason: str
    person_id: int


@command
def undo_scan(cmd: CorrectScan) -> None:
    """
    Take back an entry or exit of today; both rows stay in the log. Commits.

    Raises:
        NotFound: The event has no such scan.
        Invalid: No reason.
        ScanStays: The scan let nobody pass, or is of an earlier day.
    """
    reason, scan, config = _begin(cmd)
    if scan.result not in _PASSED or not _is_of_today(config, scan):
        raise ScanStays()
    _correct(config, scan, Direction.UNDO, ScanResult.UNDONE, cmd, reason)


@command
def let_in(cmd: CorrectScan) -> None:
    """
    Let somebody in whom a gate refused today; counted apart as an override. Commits.

    Raises:
        NotFound: The event has no such scan.
        Invalid: No reason.
        ScanStays: This refusal is not to be overridden, or is of an earlier day.
    """
    reason, scan, config = _begin(cmd)
    if scan.result not in OVERRIDABLE or not _is_of_today(config, scan):
        raise ScanStays()
    _correct(config, scan, Direction.IN, ScanResult.OK_OVERRIDE, cmd, reason)


@command
def release_scans(event_id: int, device: str, *, person_id: int) -> int:
    """
    Let the scans count that a device made after it was taken out of service.

    Commits. Returns how many entries and exits were released; refusals among
    them stay as they are. A second time releases nothing.

    Raises:
        NotFound: The event has no such device.
    """
    known = db.session.scalar(
        select(Device.id).where(Device.event_id == event_id, Device.public_id == device)
    )
    if known is None:
        raise NotFound()
    config = load_config(event_id)
    cmd = CorrectScan(event_id, 0, "", person_id)
    statement = select(Scan).where(
        Scan.device_id == known,
        Scan.result == ScanResult.DEVICE_REVOKED,
        Scan.local_result.in_([result.value for result in _PASSED]),
        Scan.ticket_id.is_not(None),
    )
    rows = db.session.scalars(statement.order_by(Scan.id)).all()
    done = [
        _correct(config, row, Direction.RELEASE, ScanResult.RELEASED, cmd, "quarantine")
        for row in rows
    ]
    _note(config, "gate-scans.release", {"device": device, "scans": sum(done)})
    return sum(done)


def _begin(cmd: CorrectScan) -> tuple[str, Scan, EventConfig]:
    reason = checked_reason(cmd.reason)
    scan = db.session.get(Scan, cmd.scan_id)
    if scan is None or scan.event_id != cmd.event_id:
        raise NotFound()
    return reason, scan, load_config(cmd.event_id)


def _is_of_today(config: EventConfig, scan: Scan) -> bool:
    start, end = config.event.day_bounds(config.event.operating_day(clock.now()))
    return start.timestamp() * 1000 <= scan.at_ms < end.timestamp() * 1000


def _correct(
    config: EventConfig,
    scan: Scan,
    direction: Direction,
    result: ScanResult,
    cmd: CorrectScan,
    reason: str,
) -> bool:
    """Write the row once, whoever else does the same; return whether it is new."""
    session = db.session()
    # a nonce that follows from scan and act: two supervisors correct once
    nonce = hashlib.sha256(scan.nonce + direction.encode() + b"supervisor").digest()[:16]
    seen = select(Scan.id).where(Scan.device_id == scan.device_id, Scan.nonce == nonce)
    if session.scalar(seen) is not None:
        return False
    by = f"person:{cmd.person_id}"
    row = _row(scan, direction, result, nonce) | {"override_by": by, "override_reason": reason}
    if not sql.record_many(session, [row]):
        return False
    if scan.ticket_id is not None:
        _fold(session, config, scan, row)
        if direction is Direction.RELEASE:
            let_answer_count(session, config, scan.device_id, scan.nonce, ticket_id=scan.ticket_id)
    if direction is not Direction.RELEASE:
        _note(config, f"gate-scan.{result.value}", {"scan": scan.id, "was": scan.result})
    return True


def _row(scan: Scan, direction: Direction, result: ScanResult, nonce: bytes) -> dict[str, Any]:
    now = clock.now()
    at_ms = int(now.timestamp() * 1000)
    copied = ("event_id", "device_id", "gate_id", "zone_id", "ticket_id", "code_kind", "scope")
    return {name: getattr(scan, name) for name in copied} | {
        "nonce": nonce,
        "n": 0,
        "boot_id": "console",
        "code_digest": scan.code_digest,
        "dir": direction.value,
        "persons": 1,
        "claimed_ms": at_ms,
        "offset_ms": 0,
        "at_ms": at_ms,
        "mono_ms": 0,
        "received_at": now,
        "is_offline": False,
        "is_unlisted": False,
        "local_result": None,
        "result": result.value,
        "overridden": scan.result if direction is Direction.IN else None,
        "answer": {"result": result.value},
        "body_digest": nonce,
        "undoes_nonce": scan.nonce,
    }


def _fold(session: Session, config: EventConfig, scan: Scan, row: Mapping[str, Any]) -> None:
    ticket = session.get_one(Ticket, scan.ticket_id)
    entry = LoggedEntry(
        device_id=row["device_id"],
        nonce=row["nonce"],
        n=row["n"],
        gate_id=row["gate_id"],
        at_ms=row["at_ms"],
        direction=row["dir"],
        persons=row["persons"],
        result=row["result"],
        undoes=scan.nonce,
        is_supervised=True,
    )
    fold_of = TicketFold(ticket.id, ticket.ticket_type_id, ticket.party)
    new: Iterable[LoggedEntry] = [entry]
    project(session, config, (ticket.id, scan.scope), fold_of, list(new))
    tell(session, config.event.id, ticket.id)


def _note(config: EventConfig, action: str, after: dict[str, Any]) -> None:
    event = config.event
    audit.record(
        action,
        f"event:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event.id,
        after=after,
    )
