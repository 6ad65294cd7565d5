"""What gates do beyond scanning: welcome screens, walk-ins, badges, the question at entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from eventhub.checkin.models import CheckinSetting, GateSetting
from eventhub.kernel.db import db
from eventhub.programme.models import Gate
from eventhub.registration.models import FormQuestion, Question
from eventhub.registration.queries import QuestionRow
from eventhub.registration.queries.forms import AT_CHECK_IN, question_row
from eventhub.registration.rules.forms import AT_GATES


@dataclass(frozen=True, slots=True)
class GateOptions:
    """What a gate does beyond scanning; `asks_question` False lets people pass unasked."""

    shows_welcome: bool = False
    walk_in_type_id: int | None = None
    asks_question: bool = True
    prints_badges: bool = False
    finds_names: bool = True


@dataclass(frozen=True, slots=True)
class EntryQuestion:
    """
    A question that is asked of who arrives.

    `ids` are all versions of it: an answer to an older wording is an answer.
    """

    row: QuestionRow
    ids: frozenset[int]


def options_of_gates(event_id: int) -> dict[int, GateOptions]:
    """Return what gates do beyond scanning; gates without a setting are left out."""
    statement = (
        select(
            GateSetting.gate_id,
            GateSetting.shows_welcome,
            GateSetting.walk_in_type_id,
            GateSetting.asks_question,
            GateSetting.prints_badges,
            GateSetting.finds_names,
        )
        .join(Gate, Gate.id == GateSetting.gate_id)
        .where(Gate.event_id == event_id)
    )
    return {
        row.gate_id: GateOptions(
            shows_welcome=row.shows_welcome,
            walk_in_type_id=row.walk_in_type_id,
            asks_question=row.asks_question,
            prints_badges=row.prints_badges,
            finds_names=row.finds_names,
        )
        for row in db.session.execute(statement)
    }


def override_reasons(event_id: int) -> tuple[str, ...]:
    """Return the reasons for overrides that gates of an event offer."""
    kept = db.session.scalar(
        select(CheckinSetting.override_reasons).where(CheckinSetting.event_id == event_id)
    )
    return tuple(kept or ())


def entry_questions(event_id: int) -> Mapping[str, EntryQuestion]:
    """Return the questions asked at gates by slug, in the order of the forms they stand in."""
    rows = db.session.execute(
        select(Question, FormQuestion.ticket_type_id)
        .outerjoin(FormQuestion, FormQuestion.question_id == Question.id)
        .where(
            Question.event_id == event_id,
            Question.ask_at == AT_CHECK_IN,
            Question.replaced_at.is_(None),
            Question.ended_at.is_(None),
            Question.kind.in_([kind.value for kind in AT_GATES]),
        )
        .order_by(FormQuestion.position, Question.id)
    ).all()
    if not rows:
        return {}
    found: dict[str, Question] = {}
    types: dict[str, set[int]] = defaultdict(set)
    for question, type_id in rows:
        found.setdefault(question.slug, question)
        types[question.slug] |= {type_id} - {None}
    versions: dict[str, set[int]] = defaultdict(set)
    named = select(Question.slug, Question.id).where(
        Question.event_id == event_id, Question.slug.in_(found)
    )
    for slug, question_id in db.session.execute(named):
        versions[slug].add(question_id)
    return {
        slug: EntryQuestion(_row(question, types[slug]), frozenset(versions[slug]))
        for slug, question in found.items()
    }


def _row(question: Question, type_ids: set[int]) -> QuestionRow:
    # a gate does not know what was answered before
    return replace(question_row(question, type_ids), show_if=None)
