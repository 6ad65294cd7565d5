"""Rows of registration for tests: one plain function per model, no surprises."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.registration.models import (
    ConsentText,
    EntryWindow,
    FormQuestion,
    GateAccess,
    Question,
    Quota,
    QuotaTicketType,
    TicketType,
)
from eventhub.registration.service import Register, Registered, ensure_event_key, register

_numbers = itertools.count(1)


@command
def make_ticket_type(
    event_id: int, *, places: int | None = 10, day_windows: tuple[int, ...] = (), **columns: Any
) -> TicketType:
    """
    Make a public ticket type and its quota.

    Args:
        event_id: The event.

        places: Size of the quota; None is unlimited.

        day_windows: Entry windows that each get a quota of `places`; the type
            is then per day.

        columns: Other columns of the type.
    """
    number = next(_numbers)
    values = {"slug": f"type-{number}", "name": {"zh": f"票 {number}", "en": f"Ticket {number}"}}
    kind = TicketType(
        event_id=event_id,
        number=number,
        is_per_day=bool(day_windows),
        **(values | columns),
    )
    db.session.add(kind)
    db.session.flush()
    for window_no in day_windows or (0,):
        quota = Quota(event_id=event_id, slug=kind.slug, window_no=window_no, size=places)
        db.session.add(quota)
        db.session.flush()
        db.session.add(QuotaTicketType(quota_id=quota.id, ticket_type_id=kind.id))
    return kind


@command
def make_window(
    event_id: int,
    number: int,
    starts_at: datetime,
    *,
    kind: str = "day",
    lasts: timedelta = timedelta(hours=12),
    **columns: Any,
) -> EntryWindow:
    """Make an entry window that starts at an aware instant."""
    window = EntryWindow(
        event_id=event_id,
        number=number,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        **columns,
    )
    db.session.add(window)
    db.session.flush()
    return window


@command
def make_consent_text(event_id: int, purpose: str, **columns: Any) -> ConsentText:
    """Make version 1 of an optional consent text; a later version replaces those before."""
    db.session.execute(
        update(ConsentText)
        .where(
            ConsentText.event_id == event_id,
            ConsentText.purpose == purpose,
            ConsentText.replaced_at.is_(None),
        )
        .values(replaced_at=clock.now())
    )
    values = {
        "kind": "consent",
        "is_required": False,
        "version": 1,
        "title": {"zh": f"同意 {purpose}", "en": f"Consent {purpose}"},
        "text": {"zh": f"条文 {purpose}", "en": f"Text of {purpose}"},
        "sha256": "0" * 64,
    }
    text = ConsentText(event_id=event_id, purpose=purpose, **(values | columns))
    db.session.add(text)
    db.session.flush()
    return text


@command
def make_question(kind_of_ticket: TicketType, slug: str, **columns: Any) -> Question:
    """Make a text question at the end of the form of a ticket type."""
    values = {"kind": "text", "label": {"zh": f"问 {slug}", "en": f"Question {slug}"}}
    question = Question(event_id=kind_of_ticket.event_id, slug=slug, **(values | columns))
    db.session.add(question)
    db.session.flush()
    row = FormQuestion(
        ticket_type_id=kind_of_ticket.id, question_id=question.id, position=next(_numbers)
    )
    db.session.add(row)
    return question


@command
def let_in(gate_id: int, ticket_type_id: int) -> None:
    """Let a gate admit a ticket type; a gate without any admits all."""
    db.session.add(GateAccess(gate_id=gate_id, ticket_type_id=ticket_type_id))


def make_registration(event_id: int, ticket_type: str, **values: Any) -> Registered:
    """Register one person through the service; a contact nobody else has by default."""
    number = next(_numbers)
    given = {"name": "陈欣怡", "lang": "zh", "email": f"guest{number}@example.com"} | values
    ensure_event_key(event_id)
    made = register(Register(event_id=event_id, ticket_type=ticket_type, **given))
    assert isinstance(made, Registered)
    return made


def in_days(days: float) -> datetime:
    """Return an instant some days from now."""
    return clock.now() + timedelta(days=days)
