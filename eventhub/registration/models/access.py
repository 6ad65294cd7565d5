"""When and where a ticket type opens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class EntryWindow(Base):
    """
    A span of time in which tickets of the window are admitted.

    `[starts_at - opens_before_s, ends_at or starts_at + closes_after_s)`;
    kind `show` follows its performance.
    """

    __tablename__ = "entry_window"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 65535", name="number"),
        CheckConstraint("kind IN ('event', 'day', 'show', 'session', 'custom')", name="kind"),
        CheckConstraint("ends_at > starts_at", name="length"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    performance_id: Mapped[int | None] = mapped_column(ForeignKey("performance.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens_before_s: Mapped[int] = mapped_column(default=0)
    closes_after_s: Mapped[int] = mapped_column(default=0)


class EntryWindowType(Base):
    """Earlier or later doors of one ticket type in a window."""

    __tablename__ = "entry_window_type"

    window_id: Mapped[int] = mapped_column(
        ForeignKey("entry_window.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_type_id: Mapped[int] = mapped_column(
        ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True
    )
    opens_before_s: Mapped[int] = mapped_column(default=0)
    closes_after_s: Mapped[int] = mapped_column(default=0)
    gate_group: Mapped[str | None] = mapped_column(String(40))


class GateAccess(Base):
    """Ticket types that a gate admits; a gate without rows admits all."""

    __tablename__ = "gate_access"

    gate_id: Mapped[int] = mapped_column(
        ForeignKey("gate.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_type_id: Mapped[int] = mapped_column(
        ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True
    )
