"""What one registers for, and how many places there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n


class Tier(Base):
    """Class of guests: front row, press, buyer, VIP, public, crew."""

    __tablename__ = "tier"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[I18n]
    priority: Mapped[int] = mapped_column(default=0)  # higher first
    letter: Mapped[str] = mapped_column(String(2), default="")
    color: Mapped[str] = mapped_column(String(7), default="#101312")


class TicketType(Base):
    """
    One kind of ticket.

    `transfer`: `none` or `free`, whether a holder may pass the ticket on.
    `number` is the product number in ticket codes. `is_per_day`: the person
    chooses one entry window of kind `day`, and quotas are per window.
    """

    __tablename__ = "ticket_type"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("number BETWEEN 1 AND 65535", name="number"),
        CheckConstraint("price_minor = 0", name="price_off"),
        CheckConstraint("visibility IN ('public', 'hidden', 'invitation')", name="visibility"),
        CheckConstraint("approval IN ('none', 'required')", name="approval"),
        CheckConstraint("waitlist IN ('off', 'manual', 'auto')", name="waitlist"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    slug: Mapped[str] = mapped_column(String(64))
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tier.id"))
    name: Mapped[I18n]
    description: Mapped[I18n | None]
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    approval: Mapped[str] = mapped_column(String(8), default="none")
    waitlist: Mapped[str] = mapped_column(String(6), default="off")
    sale_from: Mapped[datetime | None]
    sale_until: Mapped[datetime | None]
    cancel_until: Mapped[datetime | None]  # by the person; null = as long as the ticket is unused
    transfer: Mapped[str] = mapped_column(String(8), default="none", server_default="none")
    window_no: Mapped[int] = mapped_column(default=0)  # entry_window.number, 0 = whole event
    is_per_day: Mapped[bool] = mapped_column(default=False)
    max_group: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    is_seated: Mapped[bool] = mapped_column(default=False)
    counts_as_visitor: Mapped[bool] = mapped_column(default=True)  # false for crew and exhibitors
    code_kinds: Mapped[list[Any]] = mapped_column(JSON, default=lambda: ["GS", "GR"])
    position: Mapped[int] = mapped_column(default=0)

    tier: Mapped[Tier | None] = relationship()


class Quota(Base):
    """
    Places; moved only by guarded UPDATE (`service.capacity`).

    `window_no` 0 counts all windows, else only registrations of that window.
    """

    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("used >= 0", name="used"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("size IS NULL OR size >= 0", name="size"),
        UniqueConstraint("event_id", "slug", "window_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[I18n | None]  # of one that several types share; null = that of its type
    window_no: Mapped[int] = mapped_column(default=0)
    size: Mapped[int | None]  # places; null = unlimited
    used: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]


class QuotaTicketType(Base):
    """Which ticket types draw on a quota."""

    __tablename__ = "quota_ticket_type"

    quota_id: Mapped[int] = mapped_column(
        ForeignKey("quota.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_type_id: Mapped[int] = mapped_column(
        ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True
    )
