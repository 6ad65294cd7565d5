"""From a code, its ticket and a gate to the question that the rules decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventhub.checkin.enums import OVERRIDABLE, ScanResult
from eventhub.checkin.queries.config import EventConfig
from eventhub.checkin.queries.options import EntryQuestion
from eventhub.checkin.queries.zones import inside_of_zone
from eventhub.checkin.rules import (
    CodeFacts,
    PlaceFacts,
    PolicyFacts,
    Question,
    TicketFacts,
    Verdict,
    overridden,
    scope_key,
    verdict,
)
from eventhub.checkin.service import statements as sql
from eventhub.checkin.service.answers import TicketRow
from eventhub.checkin.service.entry_answers import GivenAnswer, fits, is_answered
from eventhub.checkin.service.reading import Reading
from eventhub.programme.queries import GateRow


@dataclass(frozen=True, slots=True)
class Found:
    """What the first statement said."""

    ticket: TicketRow | None
    places: dict[str, tuple[PlaceFacts, ...]]
    answer: dict[str, Any] | None
    digest: bytes | None
    is_answered: bool = False  # the question that this gate asks


@dataclass(frozen=True, slots=True)
class Situation:
    """One code at one gate at one time; `device_id` 0 is nobody's."""

    config: EventConfig
    gate: GateRow
    reading: Reading
    at: datetime
    device_id: int = 0
    direction: str = "in"
    persons: int = 0
    given: GivenAnswer | None = None

    def asked(self, found: Found) -> EntryQuestion | None:
        """Return the question that the gate has for a ticket."""
        return self.config.asked(self.gate, found.ticket.type_id) if found.ticket else None


def find(
    session: Session, event_id: int, reading: Reading, *, device_id: int, nonce: bytes
) -> Found:
    """Return ticket, admissions and an earlier answer to the same nonce in one statement."""
    rows = session.execute(
        sql.FIND,
        {
            "event_id": event_id,
            "idhash": reading.idhash,
            "device_id": device_id,
            "nonce": nonce,
        },
    ).all()
    return _found(rows)


def _found(rows: Sequence[Any]) -> Found:
    head = rows[0]
    ticket = None
    if head.id is not None:
        ticket = TicketRow(
            id=head.id,
            type_id=head.ticket_type_id,
            window=head.window_no,
            rev=head.rev,
            party=head.party,
            status=head.status,
            seat=head.seat_label,
            name=head.display_name,
            attendee_id=head.attendee_id,
        )
    places: dict[str, list[PlaceFacts]] = {}
    for row in rows:
        if row.scope is not None:
            places.setdefault(row.scope, []).append(
                PlaceFacts(
                    place=row.place,
                    turn=row.turn,
                    device_id=row.entered_device_id,
                    gate_id=row.entered_gate_id,
                    entered_ms=row.entered_at_ms,
                    left_ms=row.left_at_ms,
                )
            )
    return Found(ticket, {k: tuple(v) for k, v in places.items()}, head.answer, head.body_digest)


def with_answer(session: Session, situation: Situation, found: Found) -> Found:
    """Return what was found with whether the gate's question was answered before."""
    asked = situation.asked(found)
    if asked is None or found.ticket is None or situation.direction == "out":
        return found
    return replace(found, is_answered=is_answered(session, asked, found.ticket.attendee_id))


def decide(situation: Situation, found: Found) -> tuple[str, Verdict]:
    """Return scope and verdict; the scope is empty where the code is nobody's."""
    reading, ticket, config = situation.reading, found.ticket, situation.config
    if reading.refused is not None:
        return "", Verdict(reading.refused)
    if ticket is None:
        return "", _not_listed(reading)
    if reading.is_key_revoked and not _equals(reading, ticket, config):
        return "", Verdict(ScanResult.BAD_SIGNATURE)
    scope, asked = question(situation, found, ticket)
    return scope, verdict(asked)


def override(situation: Situation, found: Found, refused: Verdict) -> tuple[str, Verdict] | None:
    """
    Return scope and entry that a supervisor grants against a refusal; None where nobody may.

    A code without a ticket, lost here or sold since, is let in and counted,
    but takes no place: there is none to take.
    """
    if refused.result not in OVERRIDABLE:
        return None
    if found.ticket is None:
        if situation.reading.refused is not None:
            return None
        return "", Verdict(ScanResult.OK_OVERRIDE, why=refused.result.value)
    scope, asked = question(situation, found, found.ticket)
    granted = overridden(asked, refused.result)
    return None if granted is None else (scope, granted)


def question(situation: Situation, found: Found, ticket: TicketRow) -> tuple[str, Question]:
    """Return scope and question of a listed ticket."""
    config, reading = situation.config, situation.reading
    policy, scope = scope_of(
        config, situation.gate, type_id=ticket.type_id, window=ticket.window, at=situation.at
    )
    entry = situation.asked(found)
    policy = replace(policy, ask=entry.row.slug if entry else None)
    asked = Question(
        code=CodeFacts(reading.kind, reading.rev, reading.check_id),
        ticket=TicketFacts(
            product=config.types[ticket.type_id].number,
            window=ticket.window,
            rev=ticket.rev,
            party=ticket.party,
            status=ticket.status,
        ),
        gate=config.gate_facts(situation.gate),
        policy=policy,
        window=config.window(ticket.window, ticket.type_id),
        places=found.places.get(scope, ()),
        device_id=situation.device_id,
        now_ms=int(situation.at.timestamp() * 1000),
        direction=situation.direction,
        persons=situation.persons,
        is_full=_is_full(config, situation.gate),
        has_answer=found.is_answered or fits(entry, situation.given),
    )
    return scope, asked


def _is_full(config: EventConfig, gate: GateRow) -> bool:
    """Tell whether a zone is at a capacity that may not be passed, as of the last second."""
    zone = config.zones[gate.zone_id]
    if not zone.is_hard_limit or not zone.capacity:
        return False
    return inside_of_zone(config.event.id, zone.id) >= zone.capacity


def scope_of(
    config: EventConfig, gate: GateRow, *, type_id: int, window: int, at: datetime
) -> tuple[PolicyFacts, str]:
    """Return the rules of a ticket type at a gate and the scope of a scan at that time."""
    policy, is_zone_own = config.policy(type_id, gate.zone_id)
    key = scope_key(
        policy.once,
        day=config.event.operating_day(at),
        show=config.show_at(
            window=window, stage_id=gate.stage_id, at_ms=int(at.timestamp() * 1000)
        ),
        window=window,
        zone=gate.zone_public_id if is_zone_own else None,
    )
    return policy, key


def _not_listed(reading: Reading) -> Verdict:
    # The server's list is whole: a signed code without a ticket means lost data, and
    # nothing could hold its place. People decide, whatever devices may do offline.
    if reading.kind == "GS":
        return Verdict(ScanResult.NEED_SUPERVISOR, why="unlisted")
    return Verdict(ScanResult.UNKNOWN_CODE)


def _equals(reading: Reading, ticket: TicketRow, config: EventConfig) -> bool:
    listed = (config.types[ticket.type_id].number, ticket.window, ticket.rev)
    return (reading.product, reading.window, reading.rev) == listed
