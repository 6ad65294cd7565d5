"""Tables of the kernel: who leads, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


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


class AuditEntry(Base):
    """
    Who did what to which thing, with the values before and after.

    Append-only (triggers). `seq` has no gaps and `hash` covers the entry and the
    hash before it, so a changed, missing or inserted row shows. Personal values
    do not belong in `before` and `after`: name the fields that changed.
    """

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    organisation_ref: Mapped[int] = mapped_column(BigId, default=0)  # 0: the installation
    event_ref: Mapped[int] = mapped_column(BigId, default=0, index=True)  # 0: no one event
    actor: Mapped[str] = mapped_column(String(60))  # person:12, api_key:3, system
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    action: Mapped[str] = mapped_column(String(60))  # report.publish
    subject: Mapped[str] = mapped_column(String(120))  # report:demo/3
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """
    How far the chain was read and found whole; one row, number 1.

    Pages trust it up to `seq` and read only what is newer. A walk through the
    whole chain does not, and compares: a chain that was written anew from the
    first entry on has another hash there.
    """

    __tablename__ = "audit_checkpoint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)  # the newest entry that was read; 0: none
    hash: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime]  # when the chain was last read from its beginning
    first_bad: Mapped[int | None] = mapped_column(BigId)  # what that walk found
