"""Proposals of the planner and schedule files that were read, each waiting for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from eventhub.kernel.db import Base, BigId


class PlanProposal(Base):
    """
    Places that the planner proposes for the working copy.

    `waiting` until a job takes it (`running`), then `open` until a person takes
    it over or drops it (`closed`); `stopped` before it was ready; `failed`.
    """

    __tablename__ = "plan_proposal"
    __table_args__ = (
        CheckConstraint("kind IN ('repair', 'autoplan')", name="kind"),
        CheckConstraint(
            "state IN ('waiting', 'running', 'open', 'closed', 'stopped', 'failed')", name="state"
        ),
        CheckConstraint("limit_s > 0", name="limit_s"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)  # of a repair: stage_id and day
    seed: Mapped[int]
    limit_s: Mapped[int]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None]


class ScheduleFile(Base):
    """
    A schedule file that somebody uploaded: read, then taken over, then perhaps taken back.

    `data` is the packed file while it waits; `undo` says afterwards what the
    shows were before and which ones the file made.
    """

    __tablename__ = "schedule_file"
    __table_args__ = (CheckConstraint("state IN ('read', 'applied', 'undone')", name="state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(10))
    columns: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(8))
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[datetime | None]
    batch_id: Mapped[str | None] = mapped_column(String(24))

    @validates("file_name")
    def _cut_name(self, _key: str, value: str) -> str:
        return value[-200:]


class ColumnMap(Base):
    """Which header of a table of somebody stands for which field; kept under a name."""

    __tablename__ = "column_map"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
