"""Sums by quarter of an hour, and what was changed in them afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class Rollup(Base):
    """
    One metric of one counter or gate in the quarter of an hour from `start_s`.

    Quarters are those of UTC, so that hours and days of every zone are whole
    numbers of them. The zone is not in the key: a counter that is placed
    elsewhere takes its past along. Rows of counters are kept apart by length,
    direction and flags of their bins, so that each is a plain sum.
    """

    __tablename__ = "rollup"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("parts > 0", name="parts"),
        CheckConstraint("start_s % 900 = 0", name="quarter"),
        Index("ix_rollup_event_metric_start", "event_id", "metric", "start_s"),
    )

    metric: Mapped[str] = mapped_column(String(40), primary_key=True)  # id of dictionary.METRICS
    scope_id: Mapped[int] = mapped_column(BigId, primary_key=True)  # source.id or gate.id
    start_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # seconds since 1970
    direction: Mapped[str] = mapped_column(String(4), primary_key=True, default="")
    duration_s: Mapped[int] = mapped_column(primary_key=True, default=0, autoincrement=False)
    flags: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    value: Mapped[int] = mapped_column(BigInteger)
    parts: Mapped[int]  # rows that it is the sum of
    covered_s: Mapped[float] = mapped_column(Double, default=0.0)
    rev: Mapped[int] = mapped_column(default=0)  # times that it was changed


class RollupState(Base):
    """How far the roll-ups of one metric are, and what the latest rebuild found."""

    __tablename__ = "rollup_state"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    metric: Mapped[str] = mapped_column(String(40), primary_key=True)
    through_id: Mapped[int] = mapped_column(BigId, default=0)  # newest scan.id taken in
    rebuilt_at: Mapped[datetime | None]
    drift_count: Mapped[int] = mapped_column(default=0)  # rows that differed then


class Adjustment(Base):
    """A change of a quarter that was frozen: it ended more than a day before."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("reason IN ('late', 'revised', 'accepted', 'undone')", name="reason"),
        CheckConstraint("delta <> 0", name="delta"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    metric: Mapped[str] = mapped_column(String(40))
    scope_id: Mapped[int] = mapped_column(BigId)
    start_s: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[str] = mapped_column(String(4), default="")
    delta: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(8))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    adjusted_at: Mapped[datetime]
