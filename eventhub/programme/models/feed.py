"""Calendars of one's own shows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class PersonalFeed(Base):
    """
    Which shows one calendar address has; nothing says whose it is.

    Two secrets: the address reads, the key, which stays in the browser that
    made it, changes and revokes. Only hashes of both are kept, and no time of
    day, so that nobody can be found by when they asked.
    """

    __tablename__ = "personal_feed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the address
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    numbers: Mapped[list[int]] = mapped_column(JSON)  # public numbers of performances, sorted
    created_on: Mapped[date]
