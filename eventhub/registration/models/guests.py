"""Guest files, what staff know about a guest, campaigns and their invitations."""

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
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId, I18n


class GuestDetail(Base):
    """
    What a guest file says of a person beyond name and contact; for staff only.

    `extra` keeps the columns that mean nothing to us, by their headings.
    """

    __tablename__ = "guest_detail"
    __table_args__ = (UniqueConstraint("event_id", "external_ref"),)

    attendee_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    external_ref: Mapped[str | None] = mapped_column(String(80))  # key in the organizer's own list
    company: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    extra: Mapped[dict[str, Any]]


class AttendeeSearch(Base):
    """
    Keys that a person is found by; written by the job `index-names`.

    `name` is the display name that the keys were made of: another one means
    that they are out of date. Keys of several readings stand side by side,
    each between `|`.
    """

    __tablename__ = "attendee_search"

    attendee_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_norm: Mapped[str] = mapped_column(String(200))  # folded, without blanks and dots
    readings: Mapped[str] = mapped_column(String(2000))  # |wang fang|wang fang|


class GuestFileBatch(Base):
    """One guest file: what it says, what it would do, what it did."""

    __tablename__ = "guest_file"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'applied', 'undone')", name="state"),
        Index("ix_guest_file_event", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(12))
    mapping: Mapped[dict[str, Any]]  # heading -> field, "" for a column that is kept as it is
    default_type: Mapped[str | None] = mapped_column(String(64))  # of rows that name none
    state: Mapped[str] = mapped_column(String(10), default="previewed")
    created_by: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class GuestFileLine(Base):
    """
    One line of a guest file.

    `parsed` is the guest in normal form, `changes` the fields of an update as
    `[before, after]`. `outcome` null is a row that was not applied (yet), else
    `done`, a reason, `undone`, or `kept` when undoing left it alone.
    """

    __tablename__ = "guest_file_line"
    __table_args__ = (
        CheckConstraint(
            "verdict IN ('new', 'update', 'unchanged', 'duplicate', 'error')", name="verdict"
        ),
        UniqueConstraint("batch_id", "line_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("guest_file.id", ondelete="CASCADE"))
    line_no: Mapped[int]
    parsed: Mapped[dict[str, Any]]
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(200), default="")  # the value or line it is about
    attendee_id: Mapped[int | None] = mapped_column(
        ForeignKey("attendee.id", ondelete="SET NULL"), index=True
    )
    changes: Mapped[dict[str, Any]]
    outcome: Mapped[str | None] = mapped_column(String(40))


class Campaign(Base):
    """People who are asked to come with one ticket type; answers count until `answer_by`."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("plus_ones_max >= 0", name="plus_ones_max"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(120))  # for staff
    ticket_type_id: Mapped[int] = mapped_column(ForeignKey("ticket_type.id"))
    text: Mapped[I18n]  # what the invitation says
    answer_by: Mapped[datetime]
    reminder_days: Mapped[list[Any]] = mapped_column(JSON)  # days before the deadline
    plus_ones_max: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Invitation(Base):
    """
    One invited person; only they can accept.

    `state` holds the steps that people take. Sent, bounced, expired, arrived
    and no-show follow from mail, time and ticket (`rules.invitations.shown`).
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("campaign_id", "email"),
        UniqueConstraint("campaign_id", "phone"),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="contact"),
        CheckConstraint(
            "state IN ('draft', 'queued', 'opened', 'accepted', 'declined', 'withdrawn')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))  # normal form
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164
    locale: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="SET NULL"), index=True
    )
    link_rev: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]  # when its mail was written
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    reminded_count: Mapped[int] = mapped_column(default=0)
    last_reminded_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(String(500), default="")
