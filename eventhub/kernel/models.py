"""The one table of the kernel: who leads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base


class LeaderLease(Base):
    """
    The lease of one lock; every gain of the lock takes the next `number`.

    Writes of a leader check the number, so that a process that was stopped and
    continued can not act on a lock that it has lost.
    """

    __tablename__ = "leader_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(String(120))  # host and process id
    taken_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written by the holder every few seconds
