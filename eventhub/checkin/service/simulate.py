"""What a gate would say, without saying it: nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventhub.checkin.enums import ADMITTED, ScanResult
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.queries.options import EntryQuestion
from eventhub.checkin.rules import passed_checks
from eventhub.checkin.service.asking import Situation, decide, find, question, with_answer
from eventhub.checkin.service.reading import Reading, read_code
from eventhub.kernel.db import db

_NOBODY = bytes(16)
_GOOD = ADMITTED | {ScanResult.OK_EXIT}


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    The verdict on one code.

    `passed` are the checks in order: code, known, list, ticket, gate, window,
    place, question; `refused_by` is the next one, None when the ticket is let in.
    `question` is what the gate would ask first, None when it has nothing to ask.
    """

    result: ScanResult
    scope: str
    passed: tuple[str, ...]
    refused_by: str | None
    question: EntryQuestion | None = None


_CHECKS = ("code", "known", "list", "ticket", "gate", "window", "place", "question")


def simulate(
    event_id: int, *, code: str | bytes, gate_id: int, at: datetime, direction: str = "in"
) -> Simulation:
    """
    Return what a gate would answer to a code at a time.

    Args:
        event_id: Of the gate.

        code: Its text, or the `idhash` of a ticket that staff found by name.

        gate_id: Where it is shown.

        at: When; aware.

        direction: `in` or `out`.
    """
    config = load_config(event_id)
    reading = (
        read_code(config, code, at)
        if isinstance(code, str)
        else Reading(kind="search", idhash=code)
    )
    gate = config.gates[gate_id]
    situation = Situation(config, gate, reading, at, direction=direction)
    found = find(db.session(), event_id, reading, device_id=0, nonce=_NOBODY)
    found = with_answer(db.session(), situation, found)
    scope, decided = decide(situation, found)
    passed: list[str] = []
    if reading.refused is None:
        passed.append("code")
        if found.ticket is not None and scope:
            _scope, asked = question(situation, found, found.ticket)
            passed += ["known", *passed_checks(asked)]
    is_good = decided.result in _GOOD
    refused_by = None if is_good else next(name for name in _CHECKS if name not in passed)
    wanted = situation.asked(found) if decided.result is ScanResult.NEED_ANSWER else None
    return Simulation(decided.result, scope, tuple(passed), refused_by, wanted)
