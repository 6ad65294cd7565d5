"""The answers of guests as columns of a list: one per question, words in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.i18n import pick
from eventhub.registration.models import Answer, Question
from eventhub.registration.queries.forms import AnswerRow, answer_row
from eventhub.registration.rules.forms import Kind


class AnswerColumns:
    """The questions of an event that have answers, and the cells of people."""

    def __init__(self, event_id: int) -> None:
        """Read the questions: the newest words of each, in the order they were made."""
        answered = select(Answer.id).where(Answer.question_id == Question.id).exists()
        self._event_id = event_id
        self._questions = {
            row.id: row
            for row in db.session.scalars(select(Question).where(Question.event_id == event_id))
        }
        has_answers = set(
            db.session.scalars(select(Question.slug).where(Question.event_id == event_id, answered))
        )
        newest = [row for row in self._questions.values() if row.replaced_at is None]
        self._slugs = {
            row.slug: pick(row.label)
            for row in sorted(newest, key=lambda row: row.id)
            if row.slug in has_answers
        }
        self._places = {slug: place for place, slug in enumerate(self._slugs)}

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
            question = self._questions[question_id]
            found[attendee_id][self._places[question.slug]] = told(answer_row(question, value))
        return found


def told(answer: AnswerRow) -> str:
    """Return an answer in words: labels, yes or no, the name of a file, or as it was given."""
    if answer.kind is Kind.YES_NO:
        return _("Yes") if answer.value else _("No")
    if answer.kind is Kind.FILE:
        return str(answer.value["name"])
    return "; ".join(pick(label) for label in answer.labels) or str(answer.value)
