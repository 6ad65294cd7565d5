"""The answer to one scan as plain data: kept with the scan, given again to a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.queries.config import EventConfig
from eventhub.checkin.queries.options import EntryQuestion
from eventhub.checkin.rules import Verdict
from eventhub.kernel import crockford
from eventhub.kernel.db import I18n
from eventhub.kernel.format import time_text
from eventhub.programme.queries import GateRow

_GATES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as the gate sees it."""

    id: int
    type_id: int
    window: int
    rev: int
    party: int
    status: str
    seat: str | None
    name: str
    attendee_id: int


def nonce_text(nonce: bytes) -> str:
    """Return a nonce as 26 characters."""
    return crockford.encode(nonce)


def answer_of(
    config: EventConfig,
    *,
    nonce: bytes,
    verdict: Verdict,
    scope: str,
    ticket: TicketRow | None,
    now_ms: int,
    other_event: I18n | None = None,
    question: EntryQuestion | None = None,
) -> dict[str, Any]:
    """
    Return the answer of one redeem.

    Texts of organizers come in both languages, times as milliseconds and as
    wall-clock text of the event's zone; a gate shows them without asking again.
    """
    answer: dict[str, Any] = {
        "nonce": nonce_text(nonce),
        "result": verdict.result.value,
        "scope": scope,
        "persons": verdict.persons,
        "why": verdict.why or None,
        "first": _first(config, verdict),
        "at": _moment(config, verdict.at_ms),
        "event": other_event,
        "party": None,
        "show": None,
        "gates": [],
        "seconds": None,
        "question": None,
    }
    if verdict.result is ScanResult.NEED_ANSWER and question is not None:
        answer["question"] = question_data(question)
    if verdict.result is ScanResult.REPEAT and verdict.first is not None:
        answer["seconds"] = max(0, (now_ms - verdict.first.entered_ms) // 1000)
    if ticket is None:
        return answer
    kind = config.types[ticket.type_id]
    answer["party"] = {"used": verdict.used, "of": ticket.party}
    answer["show"] = {"name": ticket.name, "type": kind.name, "seat": ticket.seat, "note": None}
    if verdict.result in {ScanResult.WRONG_GATE, ScanResult.WRONG_PRODUCT}:
        answer["gates"] = _gates(config.gates_for(ticket.type_id))
    return answer


def question_data(question: EntryQuestion) -> dict[str, Any]:
    """Return a question as a gate asks it: texts in both languages, options by value."""
    row = question.row
    return {
        "slug": row.slug,
        "kind": row.kind.value,
        "label": row.label,
        "help": row.help,
        "required": row.is_required,
        "options": [{"value": option.value, "label": option.label} for option in row.options],
    }


def _first(config: EventConfig, verdict: Verdict) -> dict[str, Any] | None:
    if verdict.first is None:
        return None
    gate = config.gates.get(verdict.first.gate_id)
    moment = _moment(config, verdict.first.entered_ms) or {}
    return {
        "gate": gate.public_id if gate else None,
        "name": gate.name if gate else None,
        "at_ms": moment.get("ms"),
        "time": moment.get("time"),
    }


def _moment(config: EventConfig, at_ms: int | None) -> dict[str, Any] | None:
    if at_ms is None:
        return None
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return {"ms": at_ms, "time": time_text(at, config.event.zone)}


def _gates(gates: Sequence[GateRow]) -> list[I18n]:
    return [gate.name for gate in gates[:_GATES_SHOWN]]
