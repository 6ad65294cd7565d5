"""Registrations, the people in them, what they are known by and agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n
from eventhub.registration.models.ticket_type import TicketType

STATES = (
    "'held', 'awaiting_proof', 'pending_approval', 'waitlisted', "
    "'confirmed', 'declined', 'cancelled', 'expired'"
)


class Registration(Base):
    """
    One submission.

    `code` is for people and desks, unique per event, never a credential. The
    place of a confirmed registration is counted in `quota.used`.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        UniqueConstraint("event_id", "idempotency_key"),
        CheckConstraint("group_size >= 1", name="group_size"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        Index("ix_registration_event_state", "event_id", "state", "ticket_type_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(6))
    ticket_type_id: Mapped[int] = mapped_column(ForeignKey("ticket_type.id"), index=True)
    window_no: Mapped[int] = mapped_column(default=0)
    # the show the person came for; opens nothing by itself, the window does
    performance_id: Mapped[int | None] = mapped_column(ForeignKey("performance.id"))
    state: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(5))
    source: Mapped[str] = mapped_column(String(12))
    contact_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))  # normal form
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164
    group_size: Mapped[int] = mapped_column(default=1)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    idempotency_digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the body
    link_rev: Mapped[int] = mapped_column(default=0)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))  # name of the person who did
    decision_reason: Mapped[str | None] = mapped_column(String(500))  # for staff, never sent
    is_synthetic: Mapped[bool] = mapped_column(default=False)

    ticket_type: Mapped[TicketType] = relationship()
    attendees: Mapped[list[Attendee]] = relationship(
        order_by="Attendee.position", back_populates="registration"
    )


class Attendee(Base):
    """One person in a registration; position 0 is the contact."""

    __tablename__ = "attendee"
    __table_args__ = (UniqueConstraint("registration_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    display_name: Mapped[str] = mapped_column(String(200))
    latin_name: Mapped[str | None] = mapped_column(String(200))
    link_rev: Mapped[int] = mapped_column(default=0)
    erased_at: Mapped[datetime | None]  # then `display_name` is a pseudonym

    registration: Mapped[Registration] = relationship(back_populates="attendees")


class AttendeeIdentity(Base):
    """A contact that is taken in a scope; the partial unique index decides duplicates."""

    __tablename__ = "attendee_identity"
    __table_args__ = (
        Index(
            "uq_attendee_identity_active",
            "event_id",
            "scope",
            "kind",
            "value",
            unique=True,
            sqlite_where=text("is_active"),
            postgresql_where=text("is_active"),
        ),
        CheckConstraint("kind IN ('email', 'phone', 'id_number')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    attendee_id: Mapped[int] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), index=True
    )
    scope: Mapped[str] = mapped_column(String(80), default="event")
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(320))
    is_active: Mapped[bool] = mapped_column(default=True)


class ConsentText(Base):
    """
    One version of a text that people agree to.

    The words of a row never change, and it stays (triggers): who agreed to
    them can read them for ever. A new wording is a new row with the next
    `version`; the old one is `replaced_at` then. One row of a purpose is not
    replaced; forms show that one. `ended_at` = not asked any more. `made_at`
    null = made before dates were kept.
    """

    __tablename__ = "consent_text"
    __table_args__ = (
        UniqueConstraint("event_id", "purpose", "version"),
        CheckConstraint("kind IN ('notice', 'consent')", name="kind"),
        Index(
            "uq_consent_text_current",
            "event_id",
            "purpose",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(8))
    is_required: Mapped[bool]
    version: Mapped[int]
    title: Mapped[I18n]
    text: Mapped[I18n]
    sha256: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Consent(Base):
    """One answer to a consent text; append-only, a withdrawal is a new row."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    attendee_id: Mapped[int] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), index=True
    )
    consent_text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    is_given: Mapped[bool]
    at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(String(5))
    channel: Mapped[str] = mapped_column(String(10))
