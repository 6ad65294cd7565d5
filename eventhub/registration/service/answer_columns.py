"""The answers of guests as columns of a list: one per question, words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.i18n import pick
from eventhub.registration.models import Answer, Question
from eventhub.registration.queries.forms import AnswerRow, answer_row
from eventhub.registration.rules.forms import Kind

_AS_GIVEN: Final = frozenset(
    {Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.DATE, Kind.PHONE, Kind.EMAIL}
)


class AnswerColumns:
    """The questions of an event that have answers, and the cells of people."""

    def __init__(self, event_id: int) -> None:
        """Read the questions: the newest words of each, in the order they were made."""
        answered = select(Answer.id).where(Answer.question_id == Question.id).exists()
        self._event_id = event_id
        questions = db.session.scalars(select(Question).where(Question.event_id == event_id)).all()
        has_answers = set(
            db.session.scalars(select(Question.slug).where(Question.event_id == event_id, answered))
        )
        newest = [row for row in questions if row.replaced_at is None]
        self._slugs = {
            row.slug: pick(row.label)
            for row in sorted(newest, key=lambda row: row.id)
            if row.slug in has_answers
        }
        places = {slug: place for place, slug in enumerate(self._slugs)}
        self._cells = {
            row.id: (places[row.slug], _teller(row)) for row in questions if row.slug in places
        }

    @property
    def headings(self) -> list[str]:
        """Return the questions in words."""
        return list(self._slugs.values())

    def cells(self, attendee_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the answers of people, a cell per column; one statement, none without any."""
        found = {attendee_id: [""] * len(self._slugs) for attendee_id in attendee_ids}
        if not self._slugs:
            return found
        rows = db.session.execute(
            select(Answer.attendee_id, Answer.question_id, Answer.value).where(
                Answer.event_id == self._event_id, Answer.attendee_id.in_(attendee_ids)
            )
        )
        for attendee_id, question_id, value in rows:
            place, tell = self._cells[question_id]
            found[attendee_id][place] = tell(value)
        return found


def _teller(question: Question) -> Callable[[Any], str]:
    """Return what puts an answer in words: labels, yes or no, a file's name, or as it is."""
    if question.kind in _AS_GIVEN:  # most answers, and there are many: nothing to look up
        return str
    return lambda value: _told(answer_row(question, value))


def _told(answer: AnswerRow) -> str:
    if answer.kind is Kind.YES_NO:
        return _("Yes") if answer.value else _("No")
    if answer.kind is Kind.FILE:
        return str(answer.value["name"])
    return "; ".join(pick(label) for label in answer.labels) or str(answer.value)
