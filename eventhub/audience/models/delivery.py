"""What files and devices delivered for one row, and what was taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class Delivery(Base):
    """
    What one file said of a row that another file or a device told of too.

    Kept only where two tell of the same row, so that what stands without a file
    is known when it is taken back. `batch_id` 0 is whatever came outside of
    files, so there is no foreign key.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_source_id_at", "source_id", "at"),)

    table_name: Mapped[str] = mapped_column(String(24), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(160), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(BigId, default=0)  # source.id; 0 = media
    at: Mapped[datetime | None]  # what it is for, null where rows have no instant
    seq: Mapped[int] = mapped_column(BigId, default=0)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)


class TakenBack(Base):
    """A row of a file that was taken back, as it stood; kept, and in no total."""

    __tablename__ = "taken_back"
    __table_args__ = (Index("ix_taken_back_batch", "table_name", "batch_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str] = mapped_column(String(24))
    batch_id: Mapped[int] = mapped_column(BigId)  # of import_batch or media_batch
    row_key: Mapped[str] = mapped_column(String(160))
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    taken_at: Mapped[datetime]
