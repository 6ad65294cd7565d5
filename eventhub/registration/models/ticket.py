"""Tickets and the keys that sign them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId
from eventhub.registration.models.person import Attendee
from eventhub.registration.models.ticket_type import TicketType


class Ticket(Base):
    """
    One admission right.

    `number` is random and never reused. `idhash` = first 8 bytes of
    SHA-256(event salt | number as u64), which devices look up by. A reissue
    raises `rev`; older codes are then refused.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("event_id", "idhash"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("rev BETWEEN 0 AND 255", name="rev"),
        CheckConstraint("party BETWEEN 1 AND 255", name="party"),
        CheckConstraint(
            "status IN ('valid', 'unpaid', 'not_approved', 'blocked', 'cancelled')", name="status"
        ),
        Index(
            "uq_ticket_live",
            "attendee_id",
            unique=True,
            sqlite_where=text("status <> 'cancelled'"),
            postgresql_where=text("status <> 'cancelled'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(BigInteger)
    idhash: Mapped[bytes] = mapped_column(LargeBinary(8))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[int] = mapped_column(ForeignKey("ticket_type.id"), index=True)
    window_no: Mapped[int] = mapped_column(default=0)
    rev: Mapped[int] = mapped_column(default=0)
    kid: Mapped[int]
    party: Mapped[int] = mapped_column(default=1)  # places on it
    status: Mapped[str] = mapped_column(String(12), default="valid")
    seat_label: Mapped[str | None] = mapped_column(String(24))
    issued_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    first_entry_at: Mapped[datetime | None]  # written by check-in

    attendee: Mapped[Attendee] = relationship()
    ticket_type: Mapped[TicketType] = relationship()


class EventKey(Base):
    """
    One Ed25519 pair of an event; the private half is AES-GCM encrypted.

    `salt` of `idhash` is the same on all keys of an event.
    """

    __tablename__ = "event_key"
    __table_args__ = (
        UniqueConstraint("event_id", "kid"),
        CheckConstraint("kid BETWEEN 0 AND 255", name="kid"),
        CheckConstraint("state IN ('next', 'active', 'retired', 'revoked')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kid: Mapped[int]
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    private_key_enc: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    state: Mapped[str] = mapped_column(String(8))
    not_before: Mapped[datetime]
    not_after: Mapped[datetime | None]
