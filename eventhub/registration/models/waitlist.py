"""Waitlists: who waits, in which order, and the log that proves how the list was served."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId
from eventhub.registration.models.person import Registration

ENTRY_STATES = "'waiting', 'offered', 'accepted', 'expired', 'left', 'removed'"
LIVE = "state IN ('waiting', 'offered')"
ACTIONS = (
    "'joined', 'offered', 'skipped', 'accepted', 'declined', 'expired', 'left', 'removed', "
    "'paused', 'resumed'"
)


class Waitlist(Base):
    """
    The list of a ticket type and entry window (0 = whole event).

    Whoever changes the list holds this row, so that the order of the log is
    the order of the commits. `last_seq` and `last_hash` are those of the
    newest log row: a log that was cut short does not fit them.
    """

    __tablename__ = "waitlist"
    __table_args__ = (
        UniqueConstraint("ticket_type_id", "window_no"),
        CheckConstraint("max_passes >= 0", name="max_passes"),
        CheckConstraint("offer_for_s >= 900", name="offer_for"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    ticket_type_id: Mapped[int] = mapped_column(ForeignKey("ticket_type.id"))
    window_no: Mapped[int] = mapped_column(default=0)
    next_no: Mapped[int] = mapped_column(default=1)
    closes_at: Mapped[datetime | None]  # no offer from here on; null = never
    is_paused: Mapped[bool] = mapped_column(default=False)
    max_passes: Mapped[int] = mapped_column(default=10)  # then a group blocks the list; 0 = strict
    offer_for_s: Mapped[int] = mapped_column(default=86_400)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(String(64), default="")


class WaitlistEntry(Base):
    """
    One registration that waits, or waited.

    The order is `(tier_priority DESC, number ASC)`; both stay as they were at
    joining. `number` is handed out under the list's row. `passes` counts how
    often a smaller group was served first.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        CheckConstraint(f"state IN ({ENTRY_STATES})", name="state"),
        CheckConstraint("group_size >= 1", name="group_size"),
        Index(
            "uq_waitlist_entry_live",
            "registration_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_waitlist_entry_list_state", "list_id", "state", "number"),
        Index("ix_waitlist_entry_expiry", "state", "offer_expires_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("waitlist.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    number: Mapped[int]
    tier_priority: Mapped[int] = mapped_column(default=0)  # higher first
    group_size: Mapped[int]
    joined_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    passes: Mapped[int] = mapped_column(default=0)
    offered_at: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship()


class WaitlistLog(Base):
    """
    One step of a list; append-only.

    `hash` is the SHA-256 of `prev_hash` and the row (`rules.waitlist.chained`).
    `entry_no` is the entry's number, null for steps of the list as a whole;
    `free_places` is null when places are unlimited or do not matter; `actor`
    names the person who did it, null for the person who waits and the clock.
    """

    __tablename__ = "waitlist_log"
    __table_args__ = (
        UniqueConstraint("list_id", "seq"),
        CheckConstraint(f"action IN ({ACTIONS})", name="action"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("waitlist.id", ondelete="CASCADE"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(String(8))
    entry_no: Mapped[int | None]
    group_size: Mapped[int | None]
    tier_priority: Mapped[int | None]
    free_places: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
