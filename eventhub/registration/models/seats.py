"""Seat maps of stages, the blocks of a performance, and who sits where."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId, I18n

SEAT_KINDS = "'standard', 'accessible', 'companion', 'restricted', 'unsellable'"
STATES = "'held', 'assigned', 'released'"
ACTIONS = "'held', 'assigned', 'moved', 'released', 'protected', 'unprotected'"
LIVE = text("state <> 'released'")


class SeatMap(Base):
    """One version of the seats of a stage; it never changes, a new plan is a new version."""

    __tablename__ = "seat_map"
    __table_args__ = (UniqueConstraint("stage_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id", ondelete="CASCADE"))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    plan: Mapped[str] = mapped_column(Text)  # as typed, `rules.seat_plan` reads it
    created_at: Mapped[datetime]


class Seat(Base):
    """
    One seat; its label is `row_label`-`number`.

    `position` numbers the places of a row from one end: two seats are
    neighbours when their positions differ by 1, and an aisle leaves one out.
    """

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("map_id", "row_label", "number"),
        CheckConstraint(f"kind IN ({SEAT_KINDS})", name="kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("row_rank >= 1", name="row_rank"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    map_id: Mapped[int] = mapped_column(ForeignKey("seat_map.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(40), default="")  # a side of the runway, or none
    row_label: Mapped[str] = mapped_column(String(6))
    row_rank: Mapped[int]  # 1 is the row at the runway
    number: Mapped[int]
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10), default="standard")


class SeatPlan(Base):
    """Which map a performance uses; the row is locked by whoever allocates."""

    __tablename__ = "seat_plan"

    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performance.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    map_id: Mapped[int] = mapped_column(ForeignKey("seat_map.id"))
    release_min: Mapped[int | None]  # minutes before the start; null = no-shows keep their seat
    released_at: Mapped[datetime | None]  # when the seats of no-shows were freed


class SeatBlock(Base):
    """
    Seats of a performance kept for a tier, for a party's guests, or for both.

    With neither, only people who need an accessible seat get one of them.
    `release_min` (minutes before the start) overrides that of the plan.
    """

    __tablename__ = "seat_block"
    __table_args__ = (
        UniqueConstraint("performance_id", "slug"),
        CheckConstraint("release_min IS NULL OR release_min >= 0", name="release_min"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("seat_plan.performance_id", ondelete="CASCADE")
    )
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[I18n]
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tier.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    priority: Mapped[int] = mapped_column(default=0)  # higher first
    release_min: Mapped[int | None]
    released_at: Mapped[datetime | None]


class SeatBlockSeat(Base):
    """A seat in a block; the key puts a seat in at most one block of a performance."""

    __tablename__ = "seat_block_seat"

    performance_id: Mapped[int] = mapped_column(
        ForeignKey("seat_plan.performance_id", ondelete="CASCADE"), primary_key=True
    )
    seat_id: Mapped[int] = mapped_column(
        ForeignKey("seat.id", ondelete="CASCADE"), primary_key=True
    )
    block_id: Mapped[int] = mapped_column(
        ForeignKey("seat_block.id", ondelete="CASCADE"), index=True
    )


class SeatAssignment(Base):
    """
    Who has a seat; the two partial unique indexes are the truth.

    A held seat has no ticket yet and ends at `held_until`, null = by hand
    only. `is_protected` keeps it from being freed by rule or by the clock.
    """

    __tablename__ = "seat_assignment"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("state <> 'assigned' OR ticket_id IS NOT NULL", name="holder"),
        Index(
            "uq_seat_assignment_seat_live",
            "performance_id",
            "seat_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(
            "uq_seat_assignment_ticket_live",
            "performance_id",
            "ticket_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("seat_plan.performance_id", ondelete="CASCADE")
    )
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    ticket_id: Mapped[int | None] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(120), default="")  # whom a held seat is for
    held_until: Mapped[datetime | None]
    is_protected: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")  # why it was released


class SeatLog(Base):
    """One step of a seat: who did what, and why; append-only, without names of guests."""

    __tablename__ = "seat_log"
    __table_args__ = (
        CheckConstraint(f"action IN ({ACTIONS})", name="action"),
        Index("ix_seat_log_performance", "performance_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performance.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(12))
    ticket_id: Mapped[int | None] = mapped_column(
        BigInteger
    )  # no foreign key: the log outlives what it names
    action: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")
    actor: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]


class DayKey(Base):
    """
    The key of rotating codes of one operating day, AES-GCM encrypted.

    `kid` is its number in codes; gates get the key from a day before its day.
    """

    __tablename__ = "day_key"
    __table_args__ = (
        UniqueConstraint("event_id", "day"),
        UniqueConstraint("event_id", "kid"),
        CheckConstraint("kid BETWEEN 0 AND 255", name="kid"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kid: Mapped[int]
    day: Mapped[date]
    key_enc: Mapped[bytes] = mapped_column(LargeBinary)
