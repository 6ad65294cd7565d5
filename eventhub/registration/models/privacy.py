"""Proof of contacts, guardians, erasures, how long data is kept, mail texts and mail that stops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId


class ContactProof(Base):
    """
    A code that was sent to a contact to see whose it is; one per registration and purpose.

    `contact`: a new contact of the registration; `data`: the right to see and
    erase. The code itself is not kept, and a row dies with its success.
    """

    __tablename__ = "contact_proof"
    __table_args__ = (
        UniqueConstraint("registration_id", "purpose"),
        CheckConstraint("purpose IN ('contact', 'data')", name="purpose"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(10))  # email | phone
    value: Mapped[str] = mapped_column(String(320))  # normal form of what is to be proven
    code_hash: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    sent_count: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class GuardianConsent(Base):
    """The grown-up who agreed for a registration of somebody below the event's age."""

    __tablename__ = "guardian_consent"

    registration_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))  # empty after erasure
    age: Mapped[int]  # the age below which it was asked for
    at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(String(5))


class Erasure(Base):
    """
    One erased registration, known by a keyed hash only.

    Whoever restores an older backup applies these again; the same lines stand
    in `erasures.txt` beside the database, because a restore replaces this table.
    """

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("subject_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # null: the line came back with a restore, whose event nobody can tell
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    subject_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(10))  # self | staff | restore | retention


class RegistrationSetting(Base):
    """
    What an event decides for its registrations; no row means the defaults.

    `keep_days` maps field classes to days after the event (`rules.retention`);
    `guardian_age` 0 asks nobody; `work_bits` 0 asks browsers for no work.
    """

    __tablename__ = "registration_setting"
    __table_args__ = (
        CheckConstraint("guardian_age BETWEEN 0 AND 18", name="guardian_age"),
        CheckConstraint("work_bits BETWEEN 0 AND 22", name="work_bits"),
        CheckConstraint("waiting_per_min IS NULL OR waiting_per_min > 0", name="waiting_per_min"),
    )

    event_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    keep_days: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    guardian_age: Mapped[int] = mapped_column(default=14)
    work_bits: Mapped[int] = mapped_column(default=0)
    waiting_opens_at: Mapped[datetime | None]  # null = no waiting room
    waiting_per_min: Mapped[int | None]  # people let in
    waiting_seed: Mapped[str | None] = mapped_column(String(64))  # hex; published when it opens
    waiting_joined: Mapped[int] = mapped_column(default=0)  # numbers handed out, in blocks
    waiting_early: Mapped[int | None]  # of these before it opened; null until then


class RetentionRun(Base):
    """What one run of the retention job did; `report` counts per field class with its cut-off."""

    __tablename__ = "retention_run"
    __table_args__ = (Index("ix_retention_run_event", "event_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    report: Mapped[list[Any]] = mapped_column(JSON)


class BotNonce(Base):
    """A challenge that was used; the primary key lets each be used once."""

    __tablename__ = "bot_nonce"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MailTemplate(Base):
    """An organizer's words for one kind of message in one language; absent = ours."""

    __tablename__ = "mail_template"
    __table_args__ = (
        UniqueConstraint("event_id", "kind", "locale"),
        CheckConstraint("locale IN ('zh', 'en')", name="locale"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(4000))
    changed_at: Mapped[datetime]


class MailStop(Base):
    """An address that gets no more of some mail: it asked so, or mail to it bounces."""

    __tablename__ = "mail_stop"
    __table_args__ = (
        UniqueConstraint("event_id", "address_hash", "reason"),
        CheckConstraint("reason IN ('unsubscribed', 'bounced')", name="reason"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    address_hash: Mapped[str] = mapped_column(String(64))  # keyed, of the normal form
    reason: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(200), default="")  # what the server said, no address
    at: Mapped[datetime]
