"""Answers to the questions of organizers, checked and kept with the registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.ids import new_public_id
from eventhub.kernel.rows import insert_row
from eventhub.registration.models import Answer, AnswerFile
from eventhub.registration.queries import QuestionRow
from eventhub.registration.queries.house import house_form
from eventhub.registration.rules.forms import Fault, FileAnswer, checked

FAULT_TEXTS: Final = {
    Fault.MISSING: _l("Answer this question."),
    Fault.TOO_LONG: _l("This is too long."),
    Fault.NOT_OFFERED: _l("Choose one of the answers."),
    Fault.NOT_A_NUMBER: _l("Write a whole number in digits."),
    Fault.NOT_A_DATE: _l("Write the date as 2026-09-25."),
    Fault.NOT_A_PHONE: _l(
        "This is not a phone number, for example 138 0013 8000 or +44 20 7946 0018."
    ),
    Fault.NOT_AN_EMAIL: _l("Write the e-mail address as name@example.com."),
    Fault.NOT_A_FILE: _l("Send a picture (PNG, JPEG, WebP) or a PDF."),
    Fault.UNREADABLE: _l("This value can not be used."),
    Fault.NOT_ASKED: _l("This ticket does not ask this."),
}
_TEXT_CHARS: Final = 4000
_MOST_FAULTS: Final = 100  # named; thousands of wrong answers shall not cost a long one


def checked_answers(
    ticket_type_id: int, given: Mapping[str, Any], *, may_be_missing: bool
) -> list[tuple[QuestionRow, Any]]:
    """
    Return the questions that are asked with their answers in normal form.

    Args:
        ticket_type_id: Whose form.

        given: Answers by question.

        may_be_missing: Staff vouch for the person, so required answers may
            follow later.

    Raises:
        Invalid: A field `answers.<question>` per fault.
    """
    form = house_form(ticket_type_id)
    result = checked([question.ask for question in form], given)
    faults = {
        f"answers.{slug}": [FAULT_TEXTS[fault]]
        for slug, fault in result.faults.items()
        if not (may_be_missing and fault is Fault.MISSING)
    }
    if faults:
        raise Invalid(fields=dict(islice(faults.items(), _MOST_FAULTS)))
    return [(row, result.values[row.slug]) for row in form if row.slug in result.values]


def keep_answers(
    event_id: int, attendee_id: int, answers: Sequence[tuple[QuestionRow, Any]]
) -> None:
    """Write the answers of a new registration; they are those of its first person."""
    for question, value in answers:
        is_file = isinstance(value, FileAnswer)
        values = {
            "event_id": event_id,
            "attendee_id": attendee_id,
            "question_id": question.id,
            "value": value.told if is_file else value,
            "text": words_of(question, value.name if is_file else value),
        }
        answer_id = insert_row(Answer, values)
        if is_file:
            _keep_file(event_id, answer_id, value)


def _keep_file(event_id: int, answer_id: int, file: FileAnswer) -> None:
    values = {
        "answer_id": answer_id,
        "event_id": event_id,
        "public_id": new_public_id(),
        "name": file.name,
        "mimetype": file.mimetype,
        "sha256": file.sha256,
        "data": file.data,
    }
    db.session.execute(insert(AnswerFile).values(values))


def words_of(question: QuestionRow, value: Any) -> str:
    """Return an answer in the words that staff search it by, all languages."""
    chosen = value if isinstance(value, list) else [value]
    labels = [
        word
        for option in question.choices
        if option.value in chosen
        for word in option.label.values()
    ]
    return (" ".join(labels) or str(value))[:_TEXT_CHARS]
