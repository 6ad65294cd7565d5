"""Registrations that wait for approval, and who stands behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Answer, Attendee, Registration, TicketType
from eventhub.registration.queries import AnswerRow, answers_of

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class ApprovalFilter:
    """What the queue is narrowed to; empty values narrow nothing."""

    text: str = ""
    ticket_type: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One registration that waits, with the answers staff decide by."""

    code: str
    name: str
    contact: str
    group_size: int
    type_name: I18n
    locale: str
    created_at: datetime
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class ApprovalQueue:
    """The oldest of those who wait, at most `PAGE_SIZE`, and how many there are."""

    rows: tuple[ApprovalRow, ...]
    total: int


def approval_queue(event_id: int, wanted: ApprovalFilter) -> ApprovalQueue:
    """Return those who wait for approval, the oldest first, in three statements."""
    narrowed = [
        Registration.event_id == event_id,
        Registration.state == RegistrationState.PENDING_APPROVAL,
    ]
    if wanted.ticket_type:
        narrowed.append(TicketType.slug == wanted.ticket_type)
    if text := wanted.text.strip():
        columns = (Registration.contact_name, Registration.email, Registration.phone)
        matches = [column.icontains(text, autoescape=True) for column in columns]
        narrowed.append(or_(Registration.code == text.upper(), *matches))
    if answer := wanted.answer.strip():
        told = (
            select(Attendee.registration_id)
            .join(Answer, Answer.attendee_id == Attendee.id)
            .where(Attendee.event_id == event_id, Answer.text.icontains(answer, autoescape=True))
        )
        narrowed.append(Registration.id.in_(told))
    base = select(Registration, TicketType.name).join(
        TicketType, TicketType.id == Registration.ticket_type_id
    )
    total = db.session.scalar(
        select(func.count())
        .select_from(Registration)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(*narrowed)
    )
    found = db.session.execute(
        base.where(*narrowed).order_by(Registration.created_at, Registration.id).limit(PAGE_SIZE)
    ).all()
    answers = answers_of([row.id for row, _name in found])
    rows = tuple(_row(row, name, answers.get(row.id, ())) for row, name in found)
    return ApprovalQueue(rows, total or 0)


def _row(found: Registration, type_name: I18n, answers: tuple[AnswerRow, ...]) -> ApprovalRow:
    return ApprovalRow(
        code=found.code,
        name=found.contact_name,
        contact=found.email or found.phone or "",
        group_size=found.group_size,
        type_name=type_name,
        locale=found.locale,
        created_at=found.created_at,
        answers=answers,
    )
