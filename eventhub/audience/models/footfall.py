"""Counter bins and calibrations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class CounterBin(Base):
    """
    Passages over one sensor line in one direction in `[starts_at, +duration_s)`.

    A bin that was not received has no row: 0 means counted and nobody came.
    """

    __tablename__ = "counter_bin"
    __table_args__ = (
        CheckConstraint("passages >= 0", name="passages"),
        CheckConstraint("duration_s > 0", name="duration"),
        CheckConstraint("coverage >= 0 AND coverage <= 1", name="coverage"),
        CheckConstraint("direction IN ('in', 'out', 'both')", name="direction"),
        Index("ix_counter_bin_event_start", "event_id", "starts_at"),
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    duration_s: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(4), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    passages: Mapped[int]
    coverage: Mapped[float] = mapped_column(Double, default=1.0)
    seq: Mapped[int] = mapped_column(BigId, default=0)
    flags: Mapped[str] = mapped_column(String(40), default="")  # BinFlag values, comma between
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class CounterTotal(Base):
    """
    What a device that counts on and on showed at the begin of one of its periods.

    The bins of `counter_bin` are the differences of consecutive rows.
    """

    __tablename__ = "counter_total"
    __table_args__ = (
        CheckConstraint("entered_total IS NULL OR entered_total >= 0", name="entered_total"),
        CheckConstraint("left_total IS NULL OR left_total >= 0", name="left_total"),
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    entered_total: Mapped[int | None]
    left_total: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class Calibration(Base):
    """Factor from device counts to manual counts for one counter and density band."""

    __tablename__ = "calibration"
    __table_args__ = (
        UniqueConstraint("source_id", "band"),
        CheckConstraint("k > 0", name="k"),
        CheckConstraint("se >= 0", name="se"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    band: Mapped[str] = mapped_column(String(16), default="all")
    manual_counts: Mapped[int]  # 15-minute counts it rests on
    k: Mapped[float] = mapped_column(Double)
    se: Mapped[float] = mapped_column(Double)
    evidence_sha256: Mapped[str] = mapped_column(String(64), default="")
    pairs: Mapped[list[Any] | None] = mapped_column(JSON)  # [start, device, manual] it rests on
    made_by: Mapped[str | None] = mapped_column(String(120))
    made_at: Mapped[datetime | None]


class Turnover(Base):
    """
    Visits of an open ground on one day, from people present and how long they stay.

    `counts` holds [instant, people present] as somebody counted them, in order;
    the figure itself is an observation of class `estimated`.
    """

    __tablename__ = "turnover"
    __table_args__ = (
        UniqueConstraint("event_id", "zone_id", "day"),
        CheckConstraint("dwell_min > 0", name="dwell"),
        CheckConstraint("dwell_sample >= 200", name="dwell_sample"),
        CheckConstraint("area_m2 > 0", name="area"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    area_m2: Mapped[float] = mapped_column(Double)
    counts: Mapped[list[Any]] = mapped_column(JSON)
    dwell_min: Mapped[float] = mapped_column(Double)
    dwell_sample: Mapped[int]  # people who were asked how long they stayed
    observation_id: Mapped[int] = mapped_column(ForeignKey("observation.id"))
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
