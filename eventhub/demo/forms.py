"""Questions of the festival's forms and what invented people answered."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from sqlalchemy import select

from eventhub.demo.frame import Frame
from eventhub.demo.people import insert_rows
from eventhub.demo.tickets import Tickets
from eventhub.kernel.db import db
from eventhub.registration.models import Answer, Attendee, FormQuestion, Question, Registration
from eventhub.registration.queries import QuestionRow, form_of
from eventhub.registration.rules.forms import Kind, shows
from eventhub.registration.service import words_of

# Kinds that the forms do not have are asked as text; files are not asked for at all.
_AS_TEXT: Final = {"country": "text", "phone": "text"}
_LEFT_OUT: Final = frozenset({"file", "picture"})
# The form asks for the day itself.
_ASKED_BY_TICKET: Final = frozenset({"visit_day", "night_day"})
_OPTIONAL_SHARE: Final = 0.6
_YES_SHARE: Final = {"access_need": 0.04, "with_child": 0.12, "plus_one": 0.5, "camera": 0.4}


def load(frame: Frame, tickets: Tickets) -> None:
    """Add questions, forms and answers inside the caller's command."""
    questions = _questions(frame)
    for row in frame.content["ticket_types"]:
        kind = tickets.types[row["slug"]]
        db.session.add_all(
            FormQuestion(ticket_type_id=kind.id, question_id=questions[slug].id, position=position)
            for position, slug in enumerate(row["questions"], 1)
            if slug in questions
        )
    db.session.flush()
    insert_rows(Answer, _answers(frame, tickets), has_ids=False)


def _questions(frame: Frame) -> dict[str, Question]:
    rows = {
        row["id"]: Question(
            event_id=frame.event.id,
            slug=row["id"],
            kind=_AS_TEXT.get(row["kind"], row["kind"]),
            label=row["label"],
            help=row.get("help"),
            is_required=row["required"],
            options=row.get("options", []),
            show_if=row.get("show_if"),
            field_class=row["field_class"],
            is_staff_visible=row["staff_visible"],
        )
        for row in frame.content["questions"]
        if row["kind"] not in _LEFT_OUT and row["id"] not in _ASKED_BY_TICKET
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return rows


def _answers(frame: Frame, tickets: Tickets) -> Iterator[dict[str, Any]]:
    forms = {kind.id: form_of(kind.id) for kind in tickets.types.values()}
    rng = frame.draw.random("answers")
    people = db.session.execute(
        select(Attendee.id, Registration.ticket_type_id, Registration.locale)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.event_id == frame.event.id)
        .order_by(Attendee.id)
    )
    for attendee_id, ticket_type_id, locale in people:
        given: dict[str, Any] = {}
        for question in forms[ticket_type_id]:
            if not shows(question.show_if, given):
                continue
            value = _value(frame, question, locale, rng)
            if value is None:
                continue
            given[question.slug] = value
            yield {
                "event_id": frame.event.id,
                "attendee_id": attendee_id,
                "question_id": question.id,
                "value": value,
                "text": words_of(question, value),
            }


def _value(frame: Frame, question: QuestionRow, locale: str, rng: Random) -> Any:
    """Return an invented answer, None for a question that is left open."""
    if not question.is_required and rng.random() > _OPTIONAL_SHARE:
        return None
    values = [option.value for option in question.options]
    match question.kind:
        case Kind.YES_NO:
            return rng.random() < _YES_SHARE.get(question.slug, 0.3)
        case Kind.CHOICE:
            return locale if question.slug == "lang_pref" else rng.choice(values)
        case Kind.MANY:
            return [value for value in values if rng.random() < 0.4] or values[:1]
        case Kind.NUMBER:
            return rng.randint(1, 3)
        case Kind.DATE:
            return f"{rng.randint(1962, 2008)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case Kind.TEXT | Kind.LONG_TEXT:
            ready = frame.content["answers"].get(question.slug)
            if not ready:
                return None
            chosen = rng.choice(ready)
            return chosen if isinstance(chosen, str) else chosen[locale]
