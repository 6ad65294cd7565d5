"""Devices, scans and what they amount to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId

_DIRECTIONS = "dir IN ('in', 'out', 'undo', 'release')"


def _one_per(name: str, columns: tuple[str, ...], where: str) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class EntryPolicy(Base):
    """
    How often and when a ticket type admits at the gates of a zone.

    The most particular row counts: type and zone, then type, then zone, then
    the event's. A policy of a zone counts entries of that zone alone. Four
    partial unique indexes keep one row per target, because NULLs differ from
    each other in a plain unique key.
    """

    __tablename__ = "entry_policy"
    __table_args__ = (
        CheckConstraint("once IN ('event', 'day', 'show', 'window', 'unlimited')", name="once"),
        CheckConstraint("reentry IN ('no', 'after_exit', 'free')", name="reentry"),
        CheckConstraint("unlisted IN ('accept', 'ask', 'refuse')", name="unlisted"),
        CheckConstraint("unpaid IN ('refuse', 'ask')", name="unpaid"),
        CheckConstraint("party IN ('partial', 'whole')", name="party"),
        _one_per(
            "uq_entry_policy_both",
            ("event_id", "ticket_type_id", "zone_id"),
            "ticket_type_id IS NOT NULL AND zone_id IS NOT NULL",
        ),
        _one_per(
            "uq_entry_policy_type",
            ("event_id", "ticket_type_id"),
            "ticket_type_id IS NOT NULL AND zone_id IS NULL",
        ),
        _one_per(
            "uq_entry_policy_zone",
            ("event_id", "zone_id"),
            "ticket_type_id IS NULL AND zone_id IS NOT NULL",
        ),
        _one_per(
            "uq_entry_policy_event", ("event_id",), "ticket_type_id IS NULL AND zone_id IS NULL"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_type.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    once: Mapped[str] = mapped_column(String(10), default="event")
    reentry: Mapped[str] = mapped_column(String(10), default="no")
    reentry_max: Mapped[int | None]  # re-entries of one place; null = any number
    reentry_gap_s: Mapped[int] = mapped_column(default=0)  # seconds after the exit
    unlisted: Mapped[str] = mapped_column(String(8), default="ask")
    unpaid: Mapped[str] = mapped_column(String(8), default="refuse")
    kinds: Mapped[list[Any] | None] = mapped_column(JSON)  # null = those of the ticket type
    party: Mapped[str] = mapped_column(String(8), default="partial")
    ask: Mapped[str | None] = mapped_column(String(40))  # question at entry in place of the form's


class Device(Base):
    """A phone or scanner bound to a gate; only the hash of its token is kept."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="hash_length"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[str] = mapped_column(String(200), default="")
    paired_at: Mapped[datetime]
    paired_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    version: Mapped[str] = mapped_column(String(24), default="")  # of the scanner
    offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)  # server minus device clock
    queue_count: Mapped[int] = mapped_column(default=0)  # scans not handed in yet
    battery_share: Mapped[float | None]
    seq: Mapped[int] = mapped_column(BigInteger, default=0)  # newest change it has
    last_n: Mapped[int] = mapped_column(default=0)  # newest scan number heard of
    is_synthetic: Mapped[bool] = mapped_column(default=False)


class PairingCode(Base):
    """One chance to become a gate; claimed by a guarded UPDATE of `used_at`."""

    __tablename__ = "pairing_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Scan(Base):
    """
    What a device read: the truth of check-in.

    Append-only (triggers refuse UPDATE and DELETE). `at_ms` is the claimed
    time plus the device's offset, never later than `received_at`. Unknown
    codes leave 8 bytes of their SHA-256, never themselves.
    """

    __tablename__ = "scan"
    __table_args__ = (
        UniqueConstraint("device_id", "nonce"),
        CheckConstraint(_DIRECTIONS, name="dir"),
        CheckConstraint("persons BETWEEN 1 AND 255", name="persons"),
        Index("ix_scan_event_at", "event_id", "at_ms"),
        Index("ix_scan_ticket", "ticket_id", "scope"),
        Index("ix_scan_gate_at", "gate_id", "at_ms"),
        Index(
            "ix_scan_undoes",
            "device_id",
            "undoes_nonce",
            sqlite_where=text("undoes_nonce IS NOT NULL"),
            postgresql_where=text("undoes_nonce IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    n: Mapped[int]  # number of the scan on its device
    boot_id: Mapped[str] = mapped_column(String(32), default="")
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    code_kind: Mapped[str] = mapped_column(String(8))
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    dir: Mapped[str] = mapped_column(String(8))
    persons: Mapped[int] = mapped_column(default=1)
    scope: Mapped[str] = mapped_column(String(80), default="")
    claimed_ms: Mapped[int] = mapped_column(BigInteger)
    offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    mono_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    received_at: Mapped[datetime]
    is_offline: Mapped[bool] = mapped_column(default=False)
    is_unlisted: Mapped[bool] = mapped_column(default=False)
    local_result: Mapped[str | None] = mapped_column(String(24))  # decided by the device
    result: Mapped[str] = mapped_column(String(24))
    override_by: Mapped[str | None] = mapped_column(String(80))
    override_reason: Mapped[str | None] = mapped_column(String(200))
    overridden: Mapped[str | None] = mapped_column(String(24))  # the refusal it went against
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)  # given again when the nonce comes again
    body_digest: Mapped[bytes] = mapped_column(
        LargeBinary(16)
    )  # tells a repeat from a reused nonce
    undoes_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class Admission(Base):
    """
    One place of a ticket, taken once in a scope; `turn` counts re-entries.

    A projection of `scan`. Its unique key is what makes an admission single.
    """

    __tablename__ = "admission"
    __table_args__ = (
        UniqueConstraint("event_id", "ticket_id", "scope", "place", "turn"),
        CheckConstraint("place >= 1", name="place"),
        CheckConstraint("turn >= 0", name="turn"),
        CheckConstraint("kind IN ('normal', 'override')", name="kind"),
        Index("ix_admission_ticket", "ticket_id"),
        Index("ix_admission_gate_at", "event_id", "entered_at_ms"),
        Index("ix_admission_entered_gate", "entered_gate_id", "left_at_ms"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    scope: Mapped[str] = mapped_column(String(80))
    place: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    entered_at_ms: Mapped[int] = mapped_column(BigInteger)
    entered_device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    entered_gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    entered_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    left_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    left_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8), default="normal")


class Conflict(Base):
    """An admission that found no free place: two gates let the same ticket in."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("loser_device_id", "loser_nonce"),
        CheckConstraint(
            "state IN ('open', 'same_person', 'two_people', 'staff_error')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    scope: Mapped[str] = mapped_column(String(80))
    winner_device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    winner_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    loser_device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    loser_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    state: Mapped[str] = mapped_column(String(12), default="open")
    note: Mapped[str | None] = mapped_column(String(200))
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class GateChange(Base):
    """
    One change that devices must hear of; `seq` only grows within an event.

    SQLite counts under the write lock; PostgreSQL takes the transaction's
    number, so that a reader may stop at the oldest one still running.
    """

    __tablename__ = "gate_change"
    __table_args__ = (
        Index("ix_gate_change_event_seq", "event_id", "seq"),
        CheckConstraint("kind IN ('ticket', 'admission')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(9))


class GateScope(Base):
    """
    Number of a scope on devices: admission lists carry two bytes instead of a text.

    Numbers are given in the order in which scopes are first used and never change.
    """

    __tablename__ = "gate_scope"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "key"),
        CheckConstraint("number BETWEEN 0 AND 65535", name="number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))


class StaffCard(Base):
    """A card with 128 random bits; only SHA-256(event salt | secret) is kept, here and on gates."""

    __tablename__ = "staff_card"
    __table_args__ = (CheckConstraint("length(secret_hash) = 64", name="hash_length"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    may_override: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class GateSetting(Base):
    """What one gate does beyond scanning; a gate without a row does nothing more."""

    __tablename__ = "gate_setting"

    gate_id: Mapped[int] = mapped_column(
        ForeignKey("gate.id", ondelete="CASCADE"), primary_key=True
    )
    shows_welcome: Mapped[bool] = mapped_column(default=False)  # name and seat large
    walk_in_type_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_type.id"))
    asks_question: Mapped[bool] = mapped_column(default=True, server_default=true())
    prints_badges: Mapped[bool] = mapped_column(default=False, server_default=false())
    finds_names: Mapped[bool] = mapped_column(default=True, server_default=true())


class CheckinSetting(Base):
    """What holds at all gates of an event."""

    __tablename__ = "checkin_setting"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    override_reasons: Mapped[list[Any]] = mapped_column(JSON)


class ZoneReading(Base):
    """
    The newest figure of a zone and who gave it.

    `inside` is None while a source is stale; `last_inside` and `at` are then the
    last figure that was known.
    """

    __tablename__ = "zone_reading"

    zone_id: Mapped[int] = mapped_column(
        ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    inside: Mapped[int | None]
    last_inside: Mapped[int | None]
    at: Mapped[datetime | None]
    checked_at: Mapped[datetime]
    stale: Mapped[list[Any]] = mapped_column(JSON)  # names of the sources that are silent
    is_counted: Mapped[bool] = mapped_column(default=False)  # by counters, not by scans


class ZoneAlert(Base):
    """
    A level that a zone has reached; open until it has fallen for long enough.

    `falling_since` is the first of the readings in a row that were low enough.
    """

    __tablename__ = "zone_alert"
    __table_args__ = (
        CheckConstraint("level IN ('busy', 'full', 'over', 'counter_error')", name="level"),
        _one_per("uq_zone_alert_open", ("zone_id", "level"), "cleared_at IS NULL"),
        Index("ix_zone_alert_event", "event_id", "raised_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(14))
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    falling_since: Mapped[datetime | None]
    inside: Mapped[int]
    capacity: Mapped[int | None]
    cause: Mapped[list[Any]] = mapped_column(JSON)  # names of the sources behind the figure
