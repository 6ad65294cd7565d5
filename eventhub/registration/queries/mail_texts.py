"""Organizers' words for messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.settled import settled
from eventhub.registration.models import MailTemplate

KINDS = (
    "registration_confirmed",
    "registration_waitlisted",
    "registration_pending",
    "registration_offered",
    "registration_declined",
    "registration_cancelled",
)


@dataclass(frozen=True, slots=True)
class MailTextRow:
    """Subject and body of one kind in one language."""

    kind: str
    locale: str
    subject: str
    body: str
    changed_at: datetime


@settled("mail_template")
def mail_texts(event_id: int) -> Mapping[tuple[str, str], MailTextRow]:
    """Return the texts of an event by kind and language; what is absent is ours."""
    rows = db.session.scalars(select(MailTemplate).where(MailTemplate.event_id == event_id))
    return {
        (row.kind, row.locale): MailTextRow(
            row.kind, row.locale, row.subject, row.body, row.changed_at
        )
        for row in rows
    }
