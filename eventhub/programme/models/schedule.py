"""Schedule versions and their slots."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n
from eventhub.programme.models.place import Stage
from eventhub.programme.models.show import Performance


class Schedule(Base):
    """
    One version of the schedule.

    Invariants: exactly one working copy per event (partial unique index);
    releases and their slots never change (triggers on both databases).
    """

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("state IN ('wip', 'released', 'archived')", name="state"),
        Index(
            "uq_schedule_one_wip",
            "event_id",
            unique=True,
            sqlite_where=text("state = 'wip'"),
            postgresql_where=text("state = 'wip'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    released_at: Mapped[datetime | None]
    comment: Mapped[I18n | None]
    base_schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"))


class Slot(Base):
    """Where and when a performance stands in one schedule; `[starts_at, ends_at)`."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("schedule_id", "performance_id"),
        CheckConstraint("ends_at > starts_at", name="length"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="whole"),
        CheckConstraint(
            "status IN ('scheduled', 'tentative', 'cancelled', 'postponed')", name="status"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(
        ForeignKey("schedule.id", ondelete="CASCADE"), index=True
    )
    performance_id: Mapped[int] = mapped_column(ForeignKey("performance.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(10), default="scheduled")
    is_visible: Mapped[bool] = mapped_column(default=True)
    note_public: Mapped[I18n | None]
    row_version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    performance: Mapped[Performance] = relationship()
    stage: Mapped[Stage | None] = relationship()
