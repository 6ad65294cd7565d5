"""Tables of webhooks; events lie above and are referred to without a foreign key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class WebhookEndpoint(Base):
    """An address of another program that is told what happens in one event."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_ref: Mapped[int] = mapped_column(BigInteger, index=True)  # event.id
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[Any]] = mapped_column(JSON)
    secret_enc: Mapped[bytes]  # sealed; signing needs it in clear
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """
    One thing told to one endpoint; all its tries carry `public_id`.

    Invariant: a row is done at most once (guarded UPDATE in service).
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'deferred', 'delivered', 'dead')", name="state"),
        Index("ix_webhook_delivery_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    endpoint_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)  # JSON as it is sent, codes and states, no names
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One try of a delivery: what the endpoint answered, or why it did not."""

    __tablename__ = "webhook_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    status: Mapped[int | None]  # HTTP status; null: no answer
    error: Mapped[str] = mapped_column(String(80), default="")  # code of kernel.fetch
    took_ms: Mapped[int]
