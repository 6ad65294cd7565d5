"""The outbox table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class OutboxMessage(Base):
    """
    One message to one person.

    Invariants: `dedupe_key` is unique, so one cause makes one message; a row
    is done at most once (guarded UPDATE in service).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        CheckConstraint(
            "state IN ('queued', 'sent', 'deferred', 'dead', 'suppressed', 'draft')", name="state"
        ),
        Index("ix_outbox_message_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_ref: Mapped[int] = mapped_column(BigId, index=True)  # event.id; events lie above notify
    kind: Mapped[str] = mapped_column(String(40))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    message_id: Mapped[str] = mapped_column(
        String(120), unique=True
    )  # stable Message-ID without host
    channel: Mapped[str] = mapped_column(String(10), default="email")  # email | sms
    recipient: Mapped[str] = mapped_column(String(320))  # address or E.164 number
    recipient_name: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    # where a mail program says one-click "no more of these"; null = mail about a ticket or account
    unsubscribe_url: Mapped[str | None] = mapped_column(String(300))
    attachments: Mapped[list[Any]] = mapped_column(JSON, default=list)  # {name, type, base64}
    state: Mapped[str] = mapped_column(String(12), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(40))
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    held_for: Mapped[str | None] = mapped_column(String(60), index=True)  # one approval for all
