"""What the console shows of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from eventhub.kernel.db import db
from eventhub.kernel.errors import NotFound
from eventhub.notify.enums import OPEN, MessageState
from eventhub.notify.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as people see it."""

    id: int
    kind: str
    channel: str
    recipient: str
    recipient_name: str
    locale: str
    subject: str
    text: str
    html: str
    attachment_names: tuple[str, ...]
    state: MessageState
    attempts: int
    last_error: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    is_synthetic: bool


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A mail that could not be delivered, and what the server said."""

    event_id: int
    recipient: str
    said: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait, and since when the oldest has been due."""

    waiting: int
    dead: int
    oldest_due_at: datetime | None


def messages(event_id: int, limit: int = 50) -> list[MessageRow]:
    """Return the newest messages of an event, newest first."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.event_ref == event_id)
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return [_row(message) for message in found]


def held(held_for: str, limit: int = 50) -> list[MessageRow]:
    """Return the messages that one approval is about, in the order they were written."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.held_for == held_for)
        .order_by(OutboxMessage.id)
        .limit(limit)
    )
    return [_row(message) for message in found]


def messages_of(event_id: int, recipients: Sequence[str], *, about: str) -> list[MessageRow]:
    """Return the messages to some addresses, or about a public id, oldest first."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.event_ref == event_id,
            or_(
                OutboxMessage.recipient.in_(recipients),
                OutboxMessage.dedupe_key.contains(about, autoescape=True),
            ),
        )
        .order_by(OutboxMessage.id)
    )
    return [_row(message) for message in found]


def refused_mails(*, since: datetime) -> list[RefusedRow]:
    """Return the mails that a server refused for good since an instant, oldest first."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.state == MessageState.DEAD,
            OutboxMessage.channel == "email",
            OutboxMessage.recipient != "",
            OutboxMessage.done_at >= since,
        )
        .order_by(OutboxMessage.id)
    )
    return [RefusedRow(row.event_ref, row.recipient, row.last_error) for row in found]


def message(event_id: int, message_id: int) -> MessageRow:
    """
    Return one message of an event.

    Raises:
        NotFound: The event has no such message.
    """
    found = db.session.get(OutboxMessage, message_id)
    if found is None or found.event_ref != event_id:
        raise NotFound()
    return _row(found)


def backlog(event_id: int | None = None) -> Backlog:
    """Return what waits in the outbox of an event, or of all."""
    is_open = OutboxMessage.state.in_(OPEN)
    query = select(
        func.count().filter(is_open),
        func.count().filter(OutboxMessage.state == MessageState.DEAD),
        func.min(OutboxMessage.due_at).filter(is_open),
    )
    if event_id is not None:
        query = query.where(OutboxMessage.event_ref == event_id)
    waiting, dead, oldest = db.session.execute(query).one()
    return Backlog(waiting=waiting, dead=dead, oldest_due_at=oldest)


def _row(message: OutboxMessage) -> MessageRow:
    attachments: list[Any] = message.attachments
    return MessageRow(
        id=message.id,
        kind=message.kind,
        channel=message.channel,
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        locale=message.locale,
        subject=message.subject,
        text=message.text,
        html=message.html,
        attachment_names=tuple(item["name"] for item in attachments),
        state=MessageState(message.state),
        attempts=message.attempts,
        last_error=message.last_error,
        created_at=message.created_at,
        due_at=message.due_at,
        done_at=message.done_at,
        is_synthetic=message.is_synthetic,
    )
