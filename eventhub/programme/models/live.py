"""What happens to a release after it: states of the moment, and rounds of notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class LiveStatus(Base):
    """
    What a stage manager said of a performance; the newest row counts.

    Invariants: rows are only added (trigger on both databases); a release is
    never changed by them.
    """

    __tablename__ = "live_status"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'held', 'ended', 'cancelled')", name="state"
        ),
        CheckConstraint("delay_min BETWEEN 0 AND 720", name="delay"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performance.id"))
    state: Mapped[str] = mapped_column(String(9))
    delay_min: Mapped[int]  # later than released
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))  # as the actor is called


class NoticeRound(Base):
    """
    The messages that one release causes for one audience.

    `waiting`: the domain of the audience has not written them yet; `draft`:
    they wait in the outbox for approval. `unreachable` are those who are
    concerned and have no address.
    """

    __tablename__ = "notice_round"
    __table_args__ = (
        UniqueConstraint("schedule_id", "audience"),
        CheckConstraint("audience IN ('parties', 'registrants')", name="audience"),
        CheckConstraint("state IN ('waiting', 'draft', 'approved', 'discarded')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(String(11))
    state: Mapped[str] = mapped_column(String(9))
    written: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
