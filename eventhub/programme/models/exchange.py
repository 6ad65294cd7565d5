"""What was imported from where."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class ImportedItem(Base):
    """A performance that a file made; a later file of this source may take it away again."""

    __tablename__ = "imported_item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(300))  # address or name that the file gives itself
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performance.id", ondelete="CASCADE"), unique=True
    )
