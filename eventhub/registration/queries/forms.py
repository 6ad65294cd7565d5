"""Questions that people are asked, and what they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from eventhub.kernel import countries
from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.models import Gate
from eventhub.registration.models import Answer, AnswerFile, Attendee, FormQuestion, Question
from eventhub.registration.rules.forms import Ask, Kind

AT_REGISTRATION = "registration"
AT_CHECK_IN = "check_in"


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One of the answers to choose from."""

    value: str
    label: I18n


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question; `type_ids` are the ticket types whose form it stands in."""

    id: int
    slug: str
    kind: Kind
    label: I18n
    help: I18n | None
    is_required: bool
    options: tuple[OptionRow, ...]
    show_if: Mapping[str, Any] | None
    type_ids: frozenset[int]

    @property
    def ask(self) -> Ask:
        """Return the question as the rules see it."""
        values = tuple(option.value for option in self.options)
        return Ask(self.slug, self.kind, self.is_required, values, self.show_if)

    @property
    def choices(self) -> tuple[OptionRow, ...]:
        """Return what there is to choose from; countries have no options of their own."""
        if self.kind is not Kind.COUNTRY:
            return self.options
        return tuple(OptionRow(code, name) for code, name in countries.names().items())


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """
    One answer; `labels` are those of the chosen options.

    `file` is the public id of what `value` tells of, for kind `file`;
    `entry_gate` and `entry_at` are where and when it was given at a gate.
    """

    question: I18n
    kind: Kind
    value: Any
    labels: tuple[I18n, ...]
    entry_gate: I18n | None = None
    entry_at: datetime | None = None
    file: str | None = None


def questions(event_id: int) -> list[QuestionRow]:
    """Return the questions in any form of registration by position; one statement."""
    rows = db.session.execute(
        select(Question, FormQuestion.ticket_type_id)
        .join(FormQuestion, FormQuestion.question_id == Question.id)
        .where(Question.event_id == event_id, Question.ask_at == AT_REGISTRATION)
        .order_by(FormQuestion.position, Question.id)
    )
    found: dict[int, Question] = {}
    types: dict[int, set[int]] = defaultdict(set)
    for question, ticket_type_id in rows:
        found.setdefault(question.id, question)
        types[question.id].add(ticket_type_id)
    return [question_row(question, types[question.id]) for question in found.values()]


def form_of(ticket_type_id: int, ask_at: str = AT_REGISTRATION) -> list[QuestionRow]:
    """
    Return the questions in the form of a ticket type by position; one statement.

    Args:
        ticket_type_id: Whose form.

        ask_at: `registration`, or `check_in` for what is asked of who arrives.
    """
    rows = db.session.scalars(
        select(Question)
        .join(FormQuestion, FormQuestion.question_id == Question.id)
        .where(FormQuestion.ticket_type_id == ticket_type_id, Question.ask_at == ask_at)
        .order_by(FormQuestion.position, Question.id)
    )
    return [question_row(question, {ticket_type_id}) for question in rows]


def answers_of(registration_ids: Sequence[int]) -> dict[int, tuple[AnswerRow, ...]]:
    """Return the answers by registration, in the order they were given; one statement."""
    rows = db.session.execute(
        select(
            Attendee.registration_id,
            Answer.value,
            Question,
            Gate.name,
            Answer.entry_ms,
            AnswerFile.public_id,
        )
        .join(Attendee, Attendee.id == Answer.attendee_id)
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Gate, Gate.id == Answer.entry_gate_id)
        .outerjoin(AnswerFile, AnswerFile.answer_id == Answer.id)
        .where(Attendee.registration_id.in_(registration_ids))
        .order_by(Answer.id)
    )
    found: dict[int, list[AnswerRow]] = defaultdict(list)
    for registration_id, value, question, gate, entry_ms, file in rows:
        at = None if entry_ms is None else datetime.fromtimestamp(entry_ms / 1000, UTC)
        answer = replace(answer_row(question, value), entry_gate=gate, entry_at=at, file=file)
        found[registration_id].append(answer)
    return {key: tuple(answers) for key, answers in found.items()}


def answer_row(question: Question, value: Any) -> AnswerRow:
    """Return an answer with the words of what was chosen."""
    if question.kind == Kind.FILE:
        return AnswerRow(question.label, Kind.FILE, value, ())
    if question.kind == Kind.COUNTRY:
        name = countries.names().get(value)
        return AnswerRow(question.label, Kind.COUNTRY, value, (name,) if name else ())
    chosen = value if isinstance(value, list) else [value]
    labels = tuple(option["label"] for option in question.options if option["value"] in chosen)
    return AnswerRow(question.label, Kind(question.kind), value, labels)


def question_row(question: Question, type_ids: Collection[int]) -> QuestionRow:
    """Return a question as it is asked of the ticket types with these ids."""
    return QuestionRow(
        id=question.id,
        slug=question.slug,
        kind=Kind(question.kind),
        label=question.label,
        help=question.help,
        is_required=question.is_required,
        options=tuple(OptionRow(row["value"], row["label"]) for row in question.options),
        show_if=question.show_if,
        type_ids=frozenset(type_ids),
    )


def answer_file(event_id: int, public_id: str) -> AnswerFile:
    """
    Return a file that somebody answered with.

    Raises:
        NotFound: The event has no such file.
    """
    found = db.session.scalar(
        select(AnswerFile).where(AnswerFile.event_id == event_id, AnswerFile.public_id == public_id)
    )
    if found is None:
        raise NotFound()
    return found
