"""
Scans that a device decided by itself, handed in later, in any order, any number of times.

Every item gets a status of its own; one bad item never blocks the rest. The
state after all uploads depends on the set of scans alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.checkin.enums import Direction, ItemStatus, ScanResult
from eventhub.checkin.queries.config import EventConfig, event_config
from eventhub.checkin.queries.device import DeviceRow
from eventhub.checkin.service import statements as sql
from eventhub.checkin.service.answers import nonce_text
from eventhub.checkin.service.asking import scope_of
from eventhub.checkin.service.entry_answers import hold_answers, keep_answers
from eventhub.checkin.service.items import PASSING, Item, OfflineScan, scan_digest
from eventhub.checkin.service.late import kept_scans, with_own_nonces
from eventhub.checkin.service.overrides import granted_offline
from eventhub.checkin.service.projection import Target, TicketFold, project
from eventhub.checkin.service.reading import read_code
from eventhub.checkin.service.redeem import end_reading, gate_of
from eventhub.checkin.service.taking_back import not_plain, undone_targets
from eventhub.kernel import clock, commit_queue
from eventhub.kernel.errors import Invalid, Unavailable
from eventhub.registration.models import Ticket

_TRIES = 3
_RESULT_OF = {result.value: result for result in ScanResult} | {
    "no-override": ScanResult.NEED_SUPERVISOR
}


class _Again(Exception):
    """A place was taken in between; the whole upload is tried again."""


def record_scans(device: DeviceRow, scans: Sequence[OfflineScan]) -> list[dict[str, Any]]:
    """
    Keep scans that a device has decided; return one status per scan, in order.

    Commits. Statuses: `recorded`; `replay` with the first answer; `conflict`
    with the admission it lost to; `quarantined` when made after the device was
    revoked; `refused` with a reason.

    Raises:
        Unavailable: No turn at the database in time; send the same scans again.
    """
    config = event_config(device.event_id)
    end_reading()
    for _ in range(_TRIES):
        try:
            return commit_queue.submit(lambda session: _settle(session, device, config, scans))
        except _Again:
            continue
    raise Unavailable(code="try-again")


def _settle(
    session: Session, device: DeviceRow, config: EventConfig, scans: Sequence[OfflineScan]
) -> list[dict[str, Any]]:
    received = clock.now()
    received_ms = int(received.timestamp() * 1000)
    given, known = scans, kept_scans(session, device, [scan.nonce for scan in scans])
    if known:
        scans = with_own_nonces(config, scans, known)
        moved = [scan.nonce for scan in scans if scan.nonce not in known]
        known |= kept_scans(session, device, moved)
    digests = [scan_digest(scan) for scan in scans]
    fresh: dict[bytes, Item] = {}
    for scan, digest in zip(scans, digests, strict=True):
        if scan.nonce not in known and scan.nonce not in fresh:
            at_ms = min(scan.claimed_ms + scan.offset_ms, received_ms)
            fresh[scan.nonce] = Item(scan, digest, at_ms)
    items = list(fresh.values())
    _place(session, device, config, items)
    _admit(session, device, config, items)
    answers = {item.scan.nonce: _answer(item) for item in items}
    _keep(session, device, items, answers, received)
    answered = [(item.is_held, at) for item in items if (at := item.answered)]
    keep_answers(session, config, [at for is_held, at in answered if not is_held])
    hold_answers(session, config, device.id, [at for is_held, at in answered if is_held])
    results = []
    for first, scan, digest in zip(given, scans, digests, strict=True):
        item = fresh.get(scan.nonce)
        if scan.nonce in known:
            result = known[scan.nonce].again(config, scan, digest)
        elif item is not None and item.scan is scan:
            result = answers[scan.nonce]
        else:  # twice in one upload
            result = _twice(scan, digest, item, answers)
        results.append(result | {"nonce": nonce_text(first.nonce)})
    return results


def _keep(
    session: Session,
    device: DeviceRow,
    items: Sequence[Item],
    answers: Mapping[bytes, dict[str, Any]],
    received: datetime,
) -> None:
    kept = [item for item in items if item.gate is not None]
    if kept:
        rows = [_row(device, item, answers[item.scan.nonce], received) for item in kept]
        if sql.record_many(session, rows) != len(rows):
            raise _Again  # the server's own answer to one of them was under way until now
    tickets = sorted(
        {item.ticket.id for item in kept if item.ticket and (item.passes or item.undoes)}
    )
    if tickets:
        sql.tell_many(session, device.event_id, tickets)


def _twice(
    scan: OfflineScan,
    digest: bytes,
    item: Item | None,
    answers: Mapping[bytes, dict[str, Any]],
) -> dict[str, Any]:
    if item is not None and item.digest == digest:
        return answers[scan.nonce] | {"status": ItemStatus.REPLAY.value}
    return {"status": ItemStatus.REFUSED.value, "reason": "nonce-reused"}


def _place(session: Session, device: DeviceRow, config: EventConfig, items: Sequence[Item]) -> None:
    """Find gate, ticket, scope and result of every item."""
    hashes: dict[int, bytes] = {}
    for at, item in enumerate(items):
        found = _hash_of(config, item)
        if found is not None:
            hashes[at] = found
    tickets = _tickets(session, device.event_id, set(hashes.values()))
    for at, item in enumerate(items):
        row = tickets.get(hashes.get(at, b""))
        try:
            gate = gate_of(config, device, item.scan.gate_number)
        except Invalid:
            _refuse(item, "wrong-gate")
            continue
        item.gate = gate
        item.result = item.result or item.scan.result
        _supervise(config, item)
        if row is None and item.result in PASSING and not _is_lost(item):
            _refuse(item, ScanResult.UNKNOWN_CODE.value)
        if row is not None:
            item.ticket = TicketFold(row.id, row.ticket_type_id, row.party)
            item.attendee_id = row.attendee_id
            moment = datetime.fromtimestamp(item.at_ms / 1000, UTC)
            _policy, item.scope = scope_of(
                config, gate, type_id=row.ticket_type_id, window=row.window_no, at=moment
            )
        if device.revoked_at is not None and item.at_ms >= device.revoked_at.timestamp() * 1000:
            item.status, item.result = ItemStatus.QUARANTINED, ScanResult.DEVICE_REVOKED


def _supervise(config: EventConfig, item: Item) -> None:
    """Check what only a supervisor may do, and name them."""
    scan = item.scan
    is_undo = scan.direction == Direction.UNDO
    if is_undo:
        item.result = ScanResult.UNDONE
    if item.result is not ScanResult.OK_OVERRIDE and not (is_undo and scan.override_by):
        return
    at = datetime.fromtimestamp(item.at_ms / 1000, UTC)
    try:
        item.grant = granted_offline(config, scan.override_by, scan.override_reason, at)
    except Invalid:
        if not is_undo:  # an undo without a card holds for the first seconds
            _refuse(item, "no-override")


def _is_lost(item: Item) -> bool:
    """Tell whether a supervisor let a rightly signed code in that is on no list."""
    return item.grant is not None and item.scan.kind == "GS" and item.code_digest is None


def _hash_of(config: EventConfig, item: Item) -> bytes | None:
    if item.scan.idhash is not None:
        return item.scan.idhash
    at = datetime.fromtimestamp(item.at_ms / 1000, UTC)
    reading = read_code(config, item.scan.code, at)
    item.code_digest = reading.digest
    if reading.refused is not None:
        item.result = reading.refused
        if item.scan.result in PASSING:  # the device let somebody in on a code that is no good
            _refuse(item, reading.refused.value)
    return reading.idhash


def _tickets(session: Session, event_id: int, hashes: set[bytes]) -> dict[bytes, Any]:
    if not hashes:
        return {}
    statement = select(
        Ticket.id,
        Ticket.idhash,
        Ticket.ticket_type_id,
        Ticket.window_no,
        Ticket.party,
        Ticket.attendee_id,
    ).where(Ticket.event_id == event_id, sql.among(session, Ticket.idhash, hashes))
    return {bytes(row.idhash): row for row in session.execute(statement)}


def _refuse(item: Item, reason: str) -> None:
    item.status, item.reason = ItemStatus.REFUSED, reason
    item.result = _RESULT_OF.get(reason, item.result)


def _admit(session: Session, device: DeviceRow, config: EventConfig, items: Sequence[Item]) -> None:
    """Write admissions: at once where nothing is in the way, by the fold elsewhere."""
    groups = _groups(session, device, items)
    if not groups:
        return
    taken = not_plain(session, device.event_id, {target[0] for target in groups})
    plain = {
        target: group[0]
        for target, group in groups.items()
        if target not in taken
        and (target[0], "*") not in taken
        and len(group) == 1
        and group[0].result is not ScanResult.OK_OVERRIDE
        and group[0].scan.persons == 1
        and group[0].scan.direction == "in"
    }
    _enter(session, device, plain)
    for target in sorted(groups.keys() - plain.keys()):
        group = groups[target]
        ticket = group[0].ticket
        assert ticket is not None  # noqa: S101 - grouped by it
        made = project(session, config, target, ticket, [i.entry(device.id) for i in group])
        for item in group:
            lost = made.conflicts.get((device.id, item.scan.nonce))
            if lost is not None:
                item.status = ItemStatus.CONFLICT
                item.first = _winner(config, made.places, lost)


def _groups(session: Session, device: DeviceRow, items: Sequence[Item]) -> dict[Target, list[Item]]:
    """Return what passed and what was undone by ticket and scope; undos go where their scan is."""
    groups: dict[Target, list[Item]] = {}
    for item in items:
        if item.passes and item.ticket is not None:
            groups.setdefault((item.ticket.id, item.scope), []).append(item)
    undos = [item for item in items if item.undoes is not None]
    if not undos:
        return groups
    here = {item.scan.nonce: target for target, group in groups.items() for item in group}
    kept = undone_targets(session, device.id, [item.undoes for item in undos if item.undoes])
    for item in undos:
        target = kept.get(item.undoes or b"") or here.get(item.undoes or b"")
        if target is not None:  # else its scan is still under way, and the fold finds the undo
            groups.setdefault(target, []).append(item)
    return groups


def _enter(session: Session, device: DeviceRow, plain: Mapping[Target, Item]) -> None:
    if not plain:
        return
    rows = [
        {
            "event_id": device.event_id,
            "ticket_id": target[0],
            "scope": target[1],
            "place": 1,
            "turn": 0,
            "entered_at_ms": item.at_ms,
            "entered_device_id": device.id,
            "entered_gate_id": item.gate.id if item.gate else 0,
            "entered_nonce": item.scan.nonce,
            "kind": "normal",
        }
        for target, item in sorted(plain.items())  # one order for all: none wait in a circle
    ]
    if sql.enter_many(session, rows) != len(rows):
        raise _Again


def _winner(config: EventConfig, places: Sequence[Any], ref: tuple[int, bytes]) -> dict[str, Any]:
    for place in places:
        if place.entered.ref == ref:
            gate = config.gates.get(place.entered.gate_id)
            return {"gate": gate.public_id if gate else None, "at_ms": place.entered.at_ms}
    return {"gate": None, "at_ms": None}


def _answer(item: Item) -> dict[str, Any]:
    answer: dict[str, Any] = {"nonce": nonce_text(item.scan.nonce), "status": item.status.value}
    if item.reason is not None:
        answer["reason"] = item.reason
    if item.first is not None:
        answer["first"] = item.first
    return answer


def _row(
    device: DeviceRow, item: Item, answer: Mapping[str, Any], received: datetime
) -> dict[str, Any]:
    scan, gate = item.scan, item.gate
    assert gate is not None  # noqa: S101 - only placed items are kept
    return {
        "event_id": device.event_id,
        "device_id": device.id,
        "nonce": scan.nonce,
        "n": scan.n,
        "boot_id": scan.boot_id,
        "gate_id": gate.id,
        "zone_id": gate.zone_id,
        "ticket_id": item.ticket.id if item.ticket else None,
        "code_kind": scan.kind,
        "code_digest": item.code_digest,
        "dir": scan.direction,
        "persons": scan.persons,
        "scope": item.scope,
        "claimed_ms": scan.claimed_ms,
        "offset_ms": scan.offset_ms,
        "at_ms": item.at_ms,
        "mono_ms": scan.mono_ms,
        "received_at": received,
        "is_offline": True,
        "is_unlisted": scan.is_unlisted,
        "local_result": scan.result.value,
        "result": (item.result or scan.result).value,
        "override_by": item.grant.by if item.grant else None,
        "override_reason": item.grant.reason if item.grant else None,
        "overridden": scan.overridden if item.grant else None,
        "undoes_nonce": scan.undoes,
        "answer": dict(answer),
        "body_digest": item.digest,
    }
