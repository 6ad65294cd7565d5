"""Answers that the staff of a gate see of a person they have let in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eventhub.checkin.models import Scan
from eventhub.kernel.db import db
from eventhub.registration.models import Answer, Question, Ticket
from eventhub.registration.queries.forms import answer_row


def shows_answers(event_id: int) -> bool:
    """Return whether the organizers let gates see an answer of any question."""
    marked = select(Question.id).where(
        Question.event_id == event_id,
        Question.is_staff_visible.is_(True),
        Question.replaced_at.is_(None),
    )
    return db.session.scalar(marked.limit(1)) is not None


def shown_answers(device_id: int, nonce: bytes) -> list[dict[str, Any]]:
    """
    Return what the holder of a scanned ticket answered to the marked questions; one statement.

    The newest words of a question decide whether its answers are shown, also
    those that were given to earlier ones.

    Returns:
        Question and answer in both languages: labels of what was chosen, else
        `value` as it was given.
    """
    newest = aliased(Question)
    rows = db.session.execute(
        select(Question, Answer.value)
        .select_from(Scan)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(Answer, Answer.attendee_id == Ticket.attendee_id)
        .join(Question, Question.id == Answer.question_id)
        .join(newest, (newest.event_id == Question.event_id) & (newest.slug == Question.slug))
        .where(
            Scan.device_id == device_id,
            Scan.nonce == nonce,
            newest.replaced_at.is_(None),
            newest.is_staff_visible.is_(True),
        )
        .order_by(Answer.id)
    )
    told = [answer_row(question, value) for question, value in rows]
    return [
        {
            "question": one.question,
            "value": None if one.labels else one.value,
            "labels": list(one.labels),
        }
        for one in told
    ]
