"""Schedule versions and their slots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
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
    updated_by: Mapped[str | None] = mapped_column(String(200))  # as the actor is called
    is_pinned: Mapped[bool] = mapped_column(default=False, server_default=false())  # stays put
    # what a release said of the show, because shows are edited in place; null in a working copy
    told_title: Mapped[I18n | None] = mapped_column(JSON(none_as_null=True))
    told_status: Mapped[str | None] = mapped_column(String(10))
    told_cast: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # party uuids

    performance: Mapped[Performance] = relationship()
    stage: Mapped[Stage | None] = relationship()


class ScheduleChange(Base):
    """What a release changed for one performance; several kinds may stand beside each other."""

    __tablename__ = "schedule_change"
    __table_args__ = (
        UniqueConstraint("schedule_id", "performance_id", "kind"),
        CheckConstraint(
            "kind IN ('new', 'moved', 'resized', 'retitled', 'cast', "
            "'cancelled', 'restored', 'removed')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(
        ForeignKey("schedule.id", ondelete="CASCADE"), index=True
    )
    performance_id: Mapped[int] = mapped_column(ForeignKey("performance.id"), index=True)
    kind: Mapped[str] = mapped_column(String(9))
    old: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class EditLog(Base):
    """
    One changed row of the working copy; a batch is one action of a person.

    `before` and `after` are the slot's columns, null where it did not exist.
    """

    __tablename__ = "edit_log"
    __table_args__ = (UniqueConstraint("batch_id", "performance_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(
        ForeignKey("schedule.id", ondelete="CASCADE"), index=True
    )
    batch_id: Mapped[str] = mapped_column(String(24), index=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performance.id"))
    actor: Mapped[str] = mapped_column(String(200))
    op: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]
    is_undone: Mapped[bool] = mapped_column(default=False, server_default=false())
