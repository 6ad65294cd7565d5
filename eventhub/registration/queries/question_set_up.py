"""What organizers see and change of the questions of an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Answer, FormQuestion, Question, TicketType
from eventhub.registration.queries.forms import OptionRow
from eventhub.registration.rules.forms import Kind, named_in


@dataclass(frozen=True, slots=True)
class QuestionSetUp:
    """
    A question in its newest version, as its form shows it.

    `type_ids` are the ticket types that ask it; `answers` counts those to this
    version, `older` those to earlier ones, whose words they keep.
    """

    id: int
    slug: str
    kind: Kind
    label: I18n
    help: I18n | None
    is_required: bool
    options: tuple[OptionRow, ...]
    show_if: Mapping[str, Any] | None
    field_class: str
    is_staff_visible: bool
    ask_at: str
    version: int
    is_ended: bool
    type_ids: frozenset[int]
    answers: int
    older: int


@dataclass(frozen=True, slots=True)
class AskingType:
    """A ticket type that may ask questions."""

    id: int
    slug: str
    name: I18n
    visibility: str


def question_set_ups(event_id: int) -> list[QuestionSetUp]:
    """Return the questions of an event in their order, ended ones last; three statements."""
    asked = _asked(event_id)
    counts = _counts(event_id)
    found = db.session.scalars(
        select(Question)
        .where(Question.event_id == event_id, Question.replaced_at.is_(None))
        .order_by(Question.id)
        .execution_options(populate_existing=True)
    ).all()
    rows = [_row(one, asked.get(one.id, {}), counts.get(one.slug, {})) for one in found]
    places = {one.id: min(asked[one.id].values(), default=None) for one in found if one.id in asked}
    last = max((place for place in places.values() if place is not None), default=0) + 1
    rows.sort(key=lambda row: (row.is_ended, places.get(row.id) or last, row.id))
    return parents_first(rows)


def parents_first(rows: Sequence[QuestionSetUp]) -> list[QuestionSetUp]:
    """Return questions in their order, but none before one that its condition names."""
    waiting = {row.slug: row for row in rows}
    ordered: list[QuestionSetUp] = []

    def place(row: QuestionSetUp) -> None:
        if waiting.pop(row.slug, None) is None:
            return
        for slug in named_in(row.show_if):
            if slug in waiting:
                place(waiting[slug])
        ordered.append(row)

    for row in rows:
        place(row)
    return ordered


def asking_types(event_id: int) -> list[AskingType]:
    """Return the ticket types of an event by position and number."""
    rows = db.session.execute(
        select(TicketType.id, TicketType.slug, TicketType.name, TicketType.visibility)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
    )
    return [AskingType(*row) for row in rows]


def earlier(rows: Iterable[QuestionSetUp], slug: str) -> list[QuestionSetUp]:
    """Return the asked questions before one; all of them for one that is not there yet."""
    found: list[QuestionSetUp] = []
    for row in rows:
        if row.slug == slug:
            break
        if not row.is_ended:
            found.append(row)
    return found


def _asked(event_id: int) -> dict[int, dict[int, int]]:
    """Return the position in the form of each ticket type by question."""
    rows = db.session.execute(
        select(FormQuestion.question_id, FormQuestion.ticket_type_id, FormQuestion.position)
        .join(Question, Question.id == FormQuestion.question_id)
        .where(Question.event_id == event_id)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for question_id, type_id, position in rows:
        found[question_id][type_id] = position
    return found


def _counts(event_id: int) -> dict[str, dict[int, int]]:
    """Return the number of answers by question and version."""
    rows = db.session.execute(
        select(Question.slug, Question.version, func.count())
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.event_id == event_id)
        .group_by(Question.slug, Question.version)
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for slug, version, count in rows:
        found[slug][version] = count
    return found


def _row(found: Question, asked: Mapping[int, int], counts: Mapping[int, int]) -> QuestionSetUp:
    answers = counts.get(found.version, 0)
    return QuestionSetUp(
        id=found.id,
        slug=found.slug,
        kind=Kind(found.kind),
        label=found.label,
        help=found.help,
        is_required=found.is_required,
        options=tuple(OptionRow(row["value"], row["label"]) for row in found.options),
        show_if=found.show_if,
        field_class=found.field_class,
        is_staff_visible=found.is_staff_visible,
        ask_at=found.ask_at,
        version=found.version,
        is_ended=found.ended_at is not None,
        type_ids=frozenset(asked),
        answers=answers,
        older=sum(counts.values()) - answers,
    )
