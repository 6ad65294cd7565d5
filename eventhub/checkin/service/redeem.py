"""
One scan, decided and kept while the person waits.

A new admission takes four statements, a duplicate two, a repeated request one.
The unique key of `admission` decides, not the prior read: two gates that read
"free" at the same time can not both insert.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.errors import NonceReused
from eventhub.checkin.queries.changes import seq_text
from eventhub.checkin.queries.config import EventConfig, event_config
from eventhub.checkin.queries.device import DeviceRow
from eventhub.checkin.rules import Verdict
from eventhub.checkin.service import statements as sql
from eventhub.checkin.service.answers import TicketRow, answer_of
from eventhub.checkin.service.asking import (
    Found,
    Situation,
    decide,
    find,
    override,
    with_answer,
)
from eventhub.checkin.service.entry_answers import AnswerAt, GivenAnswer, keep_answers
from eventhub.checkin.service.overrides import Grant, Override, granted
from eventhub.checkin.service.reading import Reading, read_code
from eventhub.kernel import clock, commit_queue
from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, Unavailable
from eventhub.programme.queries import GateRow

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Redeem:
    """
    One scan that wants an answer now.

    Exactly one of `code` (text as read) and `idhash` (a search hit) is set.
    `persons` 0 stands for all places left. Times in milliseconds; `claimed_ms`
    is evidence, the server's own time decides. `answer` is the one to the
    question that an earlier verdict asked.
    """

    nonce: bytes
    code: str = ""
    idhash: bytes | None = None
    direction: str = "in"
    persons: int = 0
    gate_number: int | None = None
    n: int = 0
    claimed_ms: int | None = None
    offset_ms: int = 0
    mono_ms: int = 0
    boot_id: str = ""
    override: Override | None = None
    answer: GivenAnswer | None = None


class _Again(Exception):
    """Another process was faster in the middle of this scan; it is tried again as a whole."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What stays the same through one redeem."""

    device: DeviceRow
    config: EventConfig
    gate: GateRow
    command: Redeem
    reading: Reading
    digest: bytes
    received: datetime
    grant: Grant | None

    @property
    def now_ms(self) -> int:
        return int(self.received.timestamp() * 1000)


def redeem(device: DeviceRow, command: Redeem) -> dict[str, Any]:
    """
    Decide one scan, keep it, and return the answer.

    Commits. The same device and nonce get the first answer again, with
    `status` `replay`.

    Raises:
        Invalid: The gate is not the device's, nor of its group; an override
            without a supervisor's card or a reason; no answer to the question.
        NonceReused: The nonce belongs to a scan with another body.
        Unavailable: No turn at the database within the time of a person's patience.
    """
    config = event_config(device.event_id)
    gate = gate_of(config, device, command.gate_number)
    received = clock.now()
    case = _Case(
        device=device,
        config=config,
        gate=gate,
        command=command,
        reading=_read(config, command, received),
        digest=body_digest(command, gate.number),
        received=received,
        grant=granted(config, command.override, received) if command.override else None,
    )
    end_reading()
    for _ in range(_TRIES):
        try:
            return commit_queue.submit(lambda session: _settle(session, case))
        except _Again:
            continue
    raise Unavailable(code="try-again")


def end_reading() -> None:
    """Let the session forget its snapshot: another thread is about to write what it reads next."""
    if not db.session().info.get("in_command"):
        db.session.rollback()


def gate_of(config: EventConfig, device: DeviceRow, number: int | None) -> GateRow:
    """
    Return the gate that a scan counts for: the device's, or one of its group.

    Raises:
        Invalid: Another gate, or none.
    """
    own = config.gates[device.gate_id]
    if number is None or number == own.number:
        return own
    for gate in config.gates.values():
        if gate.number == number and gate.gate_group and gate.gate_group == own.gate_group:
            return gate
    raise Invalid(fields={"gate": [str(number)]})


def body_digest(command: Redeem, gate_number: int) -> bytes:
    """Return what must be equal when a nonce comes again."""
    token = command.idhash.hex() if command.idhash is not None else command.code
    parts = [token, command.direction, str(command.persons), str(gate_number)]
    if command.override is not None:
        parts += [command.override.card, command.override.reason]
    if command.answer is not None:
        parts += command.answer.parts
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).digest()[:16]


def _read(config: EventConfig, command: Redeem, at: datetime) -> Reading:
    if command.idhash is not None:
        return Reading(kind="search", idhash=command.idhash)
    return read_code(config, command.code, at)


def _settle(session: Session, case: _Case) -> dict[str, Any]:
    found = _find(session, case)
    if found.answer is not None:
        if found.digest != case.digest:
            raise NonceReused()
        return found.answer | {"status": "replay"}
    scope, decided = _decide(case, found)
    if decided.enter and not _enter(session, case, found.ticket, scope, decided):
        found = _find(session, case)  # lost the race: what is there now says why
        if found.answer is not None:
            raise _Again
        scope, decided = _decide(case, found)
        if decided.enter and not _enter(session, case, found.ticket, scope, decided):
            decided = replace(decided, result=ScanResult.TRY_AGAIN, enter=(), leave=())
    _leave(session, case, found.ticket, scope, decided)
    answer = answer_of(
        case.config,
        nonce=case.command.nonce,
        verdict=decided,
        scope=scope,
        ticket=found.ticket,
        now_ms=case.now_ms,
        other_event=case.reading.other_event,
        question=_situation(case).asked(found),
    )
    if session.execute(sql.RECORD, _scan(case, found, scope, decided, answer)).first() is None:
        raise _Again
    _keep_answer(session, case, found, decided)
    if found.ticket is not None and (decided.enter or decided.leave):
        number = tell(session, case.device.event_id, found.ticket.id)
        answer |= {"seq": seq_text(case.config.salt, number)}
    return answer | {"status": "recorded"}


def _find(session: Session, case: _Case) -> Found:
    nonce = case.command.nonce
    found = find(session, case.device.event_id, case.reading, device_id=case.device.id, nonce=nonce)
    return with_answer(session, _situation(case), found)


def _situation(case: _Case) -> Situation:
    return Situation(
        config=case.config,
        gate=case.gate,
        reading=case.reading,
        at=case.received,
        device_id=case.device.id,
        direction=case.command.direction,
        persons=case.command.persons,
        given=case.command.answer,
    )


def _decide(case: _Case, found: Found) -> tuple[str, Verdict]:
    situation = _situation(case)
    decided = decide(situation, found)
    if case.grant is None:
        return decided
    return override(situation, found, decided[1]) or decided


def _enter(
    session: Session, case: _Case, ticket: TicketRow | None, scope: str, decided: Verdict
) -> bool:
    if ticket is None:
        return False
    for done, move in enumerate(decided.enter):
        row = {
            "event_id": case.device.event_id,
            "ticket_id": ticket.id,
            "scope": scope,
            "place": move.place,
            "turn": move.turn,
            "entered_at_ms": case.now_ms,
            "entered_device_id": case.device.id,
            "entered_gate_id": case.gate.id,
            "entered_nonce": case.command.nonce,
            "kind": "override" if decided.result is ScanResult.OK_OVERRIDE else "normal",
        }
        if session.execute(sql.ENTER, row).first() is None:
            if done:
                raise _Again  # part of a group is in already: all or nothing
            return False
    return True


def _keep_answer(session: Session, case: _Case, found: Found, decided: Verdict) -> None:
    """Keep the answer of somebody who came in with it; that of a refused scan is nobody's."""
    given, ticket = case.command.answer, found.ticket
    if given is None or ticket is None or not decided.enter or found.is_answered:
        return
    at = AnswerAt(
        given, ticket.id, ticket.attendee_id, case.gate.id, case.now_ms, case.command.nonce
    )
    keep_answers(session, case.config, [at])


def _leave(
    session: Session, case: _Case, ticket: TicketRow | None, scope: str, decided: Verdict
) -> None:
    if ticket is None:
        return
    for move in decided.leave:
        row = {
            "event_id": case.device.event_id,
            "ticket_id": ticket.id,
            "scope": scope,
            "place": move.place,
            "turn": move.turn,
            "left_at_ms": case.now_ms,
            "left_nonce": case.command.nonce,
        }
        session.execute(sql.LEAVE, row)


def _scan(
    case: _Case, found: Found, scope: str, decided: Verdict, answer: dict[str, Any]
) -> dict[str, Any]:
    command = case.command
    grant = case.grant if decided.result is ScanResult.OK_OVERRIDE else None
    return {
        "event_id": case.device.event_id,
        "device_id": case.device.id,
        "nonce": command.nonce,
        "n": command.n,
        "boot_id": command.boot_id,
        "gate_id": case.gate.id,
        "zone_id": case.gate.zone_id,
        "ticket_id": found.ticket.id if found.ticket else None,
        "code_kind": case.reading.kind,
        "code_digest": None if found.ticket else case.reading.digest,
        "dir": command.direction,
        "persons": max(1, decided.persons or len(decided.leave)),
        "scope": scope,
        "claimed_ms": case.now_ms if command.claimed_ms is None else command.claimed_ms,
        "offset_ms": command.offset_ms,
        "at_ms": case.now_ms,
        "mono_ms": command.mono_ms,
        "received_at": case.received,
        "is_offline": False,
        "is_unlisted": decided.why == "unlisted",
        "local_result": None,
        "result": decided.result.value,
        "override_by": grant.by if grant else None,
        "override_reason": grant.reason if grant else None,
        "overridden": decided.why if grant else None,
        "answer": answer,
        "body_digest": case.digest,
    }


def tell(session: Session, event_id: int, ticket_id: int) -> int:
    """Write that a ticket's admissions changed; return the number of the change."""
    dialect = session.get_bind().dialect.name
    row = {"event_id": event_id, "ticket_id": ticket_id, "kind": "admission"}
    return int(session.execute(sql.CHANGE[dialect], row).scalar_one())
