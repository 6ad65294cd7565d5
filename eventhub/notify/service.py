"""Writing messages into the outbox, claiming them, and noting what became of them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, case, or_, select, update

from eventhub.kernel import clock, ids, locks, metrics
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.rows import insert_all_unless_taken, insert_unless_taken
from eventhub.notify import rules
from eventhub.notify.enums import OPEN, MessageState
from eventhub.notify.models import OutboxMessage

CLAIM_FOR: Final = timedelta(minutes=5)  # longer than one message can take
_ERROR_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a message."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person; see `post` for the meaning of the fields."""

    event_id: int
    kind: str
    dedupe_key: str
    recipient: str
    recipient_name: str
    locale: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    channel: str = "email"
    is_synthetic: bool = False
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message, as the transport needs it."""

    id: int
    claim: str
    message_id: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    is_synthetic: bool
    unsubscribe_url: str | None


@command
def enqueue(**message: Any) -> OutboxMessage | None:
    """Write one message as `post` does; return the new row, or None."""
    new_id = post(**message)
    return None if new_id is None else db.session.get(OutboxMessage, new_id)


@command
def post(
    *,
    event_id: int,
    kind: str,
    dedupe_key: str,
    recipient: str,
    recipient_name: str,
    locale: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    channel: str = "email",
    is_synthetic: bool = False,
    unsubscribe_url: str | None = None,
) -> int | None:
    """
    Write one message in the transaction of its cause.

    Args:
        dedupe_key: Names the cause; a second message of it is not written.

        is_synthetic: Belongs to the demonstration: shown, never sent.

        unsubscribe_url: Of mail that people may refuse: an address that takes
            the one-click POST of RFC 8058. None for service mail.

    Returns:
        The id of the new row, or None when the cause has its message already.
    """
    message = Message(
        event_id=event_id,
        kind=kind,
        dedupe_key=dedupe_key,
        recipient=recipient,
        recipient_name=recipient_name,
        locale=locale,
        subject=subject,
        text=text,
        html=html,
        attachments=tuple(attachments),
        channel=channel,
        is_synthetic=is_synthetic,
        unsubscribe_url=unsubscribe_url,
    )
    values = _values(message, clock.now()) | {"state": MessageState.QUEUED}
    return insert_unless_taken(OutboxMessage, values)


@command
def post_all(messages: Iterable[Message], *, held_for: str, as_drafts: bool) -> None:
    """
    Write many messages of one cause in its transaction, one statement for all.

    Args:
        messages: Those whose `dedupe_key` is taken are left out.

        held_for: Names what `decide` decides about together.

        as_drafts: They wait for `decide` instead of being due now.
    """
    now = clock.now()
    state = MessageState.DRAFT if as_drafts else MessageState.QUEUED
    rows = [_values(message, now) | {"held_for": held_for, "state": state} for message in messages]
    insert_all_unless_taken(OutboxMessage, rows)


@command
def decide(held_for: str, *, is_approved: bool) -> int:
    """Let all drafts of one cause be sent, or none of them; return how many there were. Commits."""
    now = clock.now()
    values: dict[str, Any] = {"state": MessageState.QUEUED, "due_at": now}
    if not is_approved:
        values = {"state": MessageState.SUPPRESSED, "done_at": now, "last_error": "discarded"}
    result = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.held_for == held_for, OutboxMessage.state == MessageState.DRAFT)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return int(cast(CursorResult[Any], result).rowcount)


@command
def claim(limit: int) -> list[Outgoing]:
    """
    Take up to `limit` due mails for this process, oldest first. Commits.

    The claim ends by itself after `CLAIM_FOR`, so a process that dies with
    messages in hand delays them and loses none.
    """
    locks.check_lease()
    now = clock.now()
    mark = ids.new_public_id()
    due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.due_at <= now,
            OutboxMessage.state.in_(OPEN),
            OutboxMessage.channel == "email",
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until < now),
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = db.session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(due))
        .values(claimed_until=now + CLAIM_FOR, claim=mark)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    ordered = sorted(taken, key=lambda message: (message.due_at, message.id))
    return [_outgoing(message, mark) for message in ordered]


@command
def mark_sent(message: Outgoing) -> None:
    """Note that the mail server took a claimed message. Commits."""
    _finish(message, MessageState.SENT, "")


@command
def mark_suppressed(message: Outgoing, reason: str) -> None:
    """Note that a claimed message must not be sent. Commits."""
    _finish(message, MessageState.SUPPRESSED, reason)


@command
def mark_failed(message: Outgoing, reason: str, *, is_final: bool) -> MessageState:
    """
    Note a failed try of a claimed message: another one later, or none. Commits.

    Args:
        is_final: The server refused it for good.

    Returns:
        `DEFERRED`, or `DEAD` after the last try.
    """
    attempts = db.session.scalar(
        select(OutboxMessage.attempts).where(OutboxMessage.id == message.id)
    )
    tried = (attempts or 0) + 1
    if is_final or rules.is_last(tried):
        _finish(message, MessageState.DEAD, reason, attempts=tried)
        return MessageState.DEAD
    due_at = rules.next_try_at(tried, clock.now(), key=message.id)
    _change(
        message,
        state=MessageState.DEFERRED,
        attempts=tried,
        due_at=due_at,
        claimed_until=None,
        claim=None,
        last_error=reason[:_ERROR_CHARS],
    )
    return MessageState.DEFERRED


@command
def give_back(messages: Iterable[Outgoing], reason: str) -> None:
    """Note that the mail server can not be reached: due again in a minute, no try counted."""
    for message in messages:
        _change(
            message,
            due_at=rules.next_try_at(1, clock.now(), key=message.id),
            claimed_until=None,
            claim=None,
            last_error=reason[:_ERROR_CHARS],
        )


@command
def send_again(event_id: int, message_id: int) -> None:
    """
    Let a message be tried from the start, now. Commits.

    Raises:
        NotFound: The event has no such message, or it is not dead or deferred.
    """
    result = db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.event_ref == event_id,
            OutboxMessage.state.in_((MessageState.DEAD, MessageState.DEFERRED)),
        )
        .values(state=MessageState.QUEUED, attempts=0, due_at=clock.now(), done_at=None)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        raise NotFound()


@command
def erase_messages(event_id: int, *, recipient: str | None = None, about: str | None = None) -> int:
    """
    Empty the messages to an address, or about a thing, and send none of them any more.

    Commits. Rows stay with kind, state and times, so that totals stay equal.

    Args:
        event_id: The event.

        recipient: The address or number.

        about: What their `dedupe_key` holds, such as a public id.

    Returns:
        How many there are.
    """
    conditions = [OutboxMessage.event_ref == event_id]
    if recipient is not None:
        conditions.append(OutboxMessage.recipient == recipient)
    if about is not None:
        conditions.append(OutboxMessage.dedupe_key.contains(about, autoescape=True))
    is_open = OutboxMessage.state.in_((*OPEN, MessageState.DRAFT))
    result = db.session.execute(
        update(OutboxMessage)
        .where(*conditions)
        .values(
            recipient="",
            recipient_name="",
            subject="",
            text="",
            html="",
            unsubscribe_url=None,
            attachments=[],
            last_error="",
            state=case((is_open, MessageState.SUPPRESSED), else_=OutboxMessage.state),
        )
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], result).rowcount


def _finish(
    message: Outgoing, state: MessageState, reason: str, *, attempts: int | None = None
) -> None:
    values: dict[str, Any] = {} if attempts is None else {"attempts": attempts}
    _change(
        message,
        state=state,
        done_at=clock.now(),
        claimed_until=None,
        claim=None,
        last_error=reason[:_ERROR_CHARS],
        **values,
    )
    metrics.count("messages", state=state)


def _change(message: Outgoing, **values: Any) -> None:
    """Change a message that this claim still holds; another claim has it otherwise."""
    locks.check_lease()
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.claim == message.claim)
        .values(**values)
    )


def _values(message: Message, now: datetime) -> dict[str, Any]:
    """Return the columns of a new row but for its state."""
    return {
        "event_ref": message.event_id,
        "kind": message.kind,
        "dedupe_key": message.dedupe_key,
        "message_id": ids.new_public_id(),
        "channel": message.channel,
        "recipient": message.recipient,
        "recipient_name": message.recipient_name,
        "locale": message.locale,
        "subject": " ".join(message.subject.split()),
        "text": message.text,
        "html": message.html,
        "unsubscribe_url": message.unsubscribe_url,
        "attachments": [_pack(attachment) for attachment in message.attachments],
        "attempts": 0,
        "due_at": now,
        "last_error": "",
        "created_at": now,
        "is_synthetic": message.is_synthetic,
    }


def _pack(attachment: Attachment) -> dict[str, str]:
    return {
        "name": attachment.name,
        "type": attachment.media_type,
        "base64": base64.b64encode(attachment.data).decode(),
    }


def unpacked(packed: Iterable[Any]) -> tuple[Attachment, ...]:
    """Return the files of a message as they travel."""
    return tuple(
        Attachment(item["name"], item["type"], base64.b64decode(item["base64"])) for item in packed
    )


def _outgoing(message: OutboxMessage, claim_mark: str) -> Outgoing:
    return Outgoing(
        id=message.id,
        claim=claim_mark,
        message_id=message.message_id,
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        subject=message.subject,
        text=message.text,
        html=message.html,
        attachments=unpacked(message.attachments),
        is_synthetic=message.is_synthetic,
        unsubscribe_url=message.unsubscribe_url,
    )
