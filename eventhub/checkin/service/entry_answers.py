"""
The one question at entry: whether it was answered, and what is kept of an answer.

An answer belongs to the person, as those of the registration do, and is kept
with the scan that let them in. Of two that two gates took without a network
the earlier one stays, in whatever order they are handed in; an answer of the
registration is never replaced. That of a scan in quarantine is held beside it
and counts when the scan does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, LargeBinary, bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from eventhub.checkin.queries.config import EventConfig
from eventhub.checkin.queries.options import EntryQuestion
from eventhub.checkin.service import statements as sql
from eventhub.kernel.errors import Invalid
from eventhub.registration.models import HeldAnswer, Question
from eventhub.registration.queries import QuestionRow
from eventhub.registration.rules.forms import checked
from eventhub.registration.service import FAULT_TEXTS
from eventhub.registration.service.answers import words_of

_ANSWERED: Final = text(
    "SELECT 1 FROM answer WHERE attendee_id = :attendee_id AND question_id IN :ids LIMIT 1"
).bindparams(bindparam("ids", expanding=True))
_KEEP: Final = text(
    "INSERT INTO answer (event_id, attendee_id, question_id, value, text,"
    " entry_ms, entry_nonce, entry_gate_id)"
    " VALUES (:event_id, :attendee_id, :question_id, :value, :text,"
    " :entry_ms, :entry_nonce, :entry_gate_id)"
    " ON CONFLICT (attendee_id, question_id) DO UPDATE SET value = excluded.value,"
    " text = excluded.text, entry_ms = excluded.entry_ms,"
    " entry_nonce = excluded.entry_nonce, entry_gate_id = excluded.entry_gate_id"
    " WHERE answer.entry_ms IS NOT NULL AND (excluded.entry_ms, excluded.entry_nonce)"
    " < (answer.entry_ms, answer.entry_nonce) RETURNING id"
).bindparams(
    bindparam("value", type_=JSON()),
    bindparam("entry_ms", type_=BigInteger()),
    bindparam("entry_nonce", type_=LargeBinary()),
)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered at a gate: the slug of the question and a value, None = passed over."""

    question: str
    value: Any = None

    @property
    def parts(self) -> list[str]:
        """Return what tells this answer from another one to the same scan."""
        return [self.question, repr(self.value)]


@dataclass(frozen=True, slots=True)
class AnswerAt:
    """An answer with the scan that it came with."""

    given: GivenAnswer
    ticket_id: int
    attendee_id: int
    gate_id: int
    at_ms: int
    nonce: bytes


def is_answered(session: Session, question: EntryQuestion, attendee_id: int) -> bool:
    """Tell whether a person has answered a question in any of its versions."""
    asked = {"attendee_id": attendee_id, "ids": list(question.ids)}
    return session.execute(_ANSWERED, asked).first() is not None


def fits(question: EntryQuestion | None, given: GivenAnswer | None) -> bool:
    """
    Tell whether an answer is one to the question that this ticket is asked.

    An answer to another question, as after a change, is none: the gate asks
    again. A question that is not required may be passed over.

    Raises:
        Invalid: It is the question, and this can not be its answer.
    """
    if question is None or given is None or given.question != question.row.slug:
        return False
    result = checked([question.row.ask], {given.question: given.value})
    if result.faults:
        fault = result.faults[given.question]
        raise Invalid(fields={"answer": [FAULT_TEXTS[fault]]})
    return True


def keep_answer(session: Session, config: EventConfig, at: AnswerAt) -> bool:
    """Keep what was answered; tell whether it is new, so that gates hear of it."""
    found = _value(config, at.given)
    if found is None:
        return False
    row, value = found
    kept = session.execute(
        _KEEP,
        {
            "event_id": config.event.id,
            "attendee_id": at.attendee_id,
            "question_id": row.id,
            "value": value,
            "text": words_of(row, value),
            "entry_ms": at.at_ms,
            "entry_nonce": at.nonce,
            "entry_gate_id": at.gate_id,
        },
    ).first()
    return kept is not None


def _value(config: EventConfig, given: GivenAnswer) -> tuple[QuestionRow, Any] | None:
    """Return question and answer; None = passed over, or no answer to what is asked now."""
    question = config.questions.get(given.question)
    if question is None:
        return None
    row = question.row
    value = checked([row.ask], {row.slug: given.value}).values.get(row.slug)
    return None if value is None else (row, value)


def hold_answers(
    session: Session, config: EventConfig, device_id: int, answers: Iterable[AnswerAt]
) -> None:
    """Hold what was answered to scans in quarantine; it counts nowhere yet."""
    rows = [
        {
            "event_id": config.event.id,
            "attendee_id": at.attendee_id,
            "question_id": found[0].id,
            "value": found[1],
            "entry_ms": at.at_ms,
            "entry_nonce": at.nonce,
            "entry_gate_id": at.gate_id,
            "device_id": device_id,
        }
        for at in answers
        if (found := _value(config, at.given)) is not None
    ]
    if rows:
        session.execute(insert(HeldAnswer), rows)


def let_answer_count(
    session: Session, config: EventConfig, device_id: int, nonce: bytes, *, ticket_id: int
) -> None:
    """Keep the answer that was held with a scan, if one was; it is held no more."""
    of_scan = (HeldAnswer.device_id == device_id, HeldAnswer.entry_nonce == nonce)
    held = session.execute(
        select(HeldAnswer, Question.slug)
        .join(Question, Question.id == HeldAnswer.question_id)
        .where(*of_scan)
    ).first()
    if held is None:
        return
    row, slug = held
    at = AnswerAt(
        given=GivenAnswer(slug, row.value),
        ticket_id=ticket_id,
        attendee_id=row.attendee_id,
        gate_id=row.entry_gate_id,
        at_ms=row.entry_ms,
        nonce=nonce,
    )
    session.execute(delete(HeldAnswer).where(*of_scan))
    keep_answers(session, config, [at])


def keep_answers(session: Session, config: EventConfig, answers: Iterable[AnswerAt]) -> None:
    """Keep answers in one order for all, and tell gates which tickets have one now."""
    rows = sorted(answers, key=lambda at: (at.ticket_id, at.at_ms, at.nonce))
    told = [at.ticket_id for at in rows if keep_answer(session, config, at)]
    if told:
        sql.tell_many(session, config.event.id, sorted(set(told)), kind="ticket")
