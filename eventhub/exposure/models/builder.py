"""Tables of the report builder: targets, priors, notes of days, logos, links for readers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.kernel.db import Base, BigId, I18n


class MetricDefinition(Base):
    """
    One metric of one version of the dictionary, as it was when first used.

    Append-only (trigger on both databases): a changed definition is a new version.
    """

    __tablename__ = "metric_def"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[I18n]
    definition: Mapped[I18n]
    unit: Mapped[I18n]
    kind: Mapped[str] = mapped_column(String(12))  # UnitKind: what may be added to what
    aggregation: Mapped[str] = mapped_column(String(8))
    rule: Mapped[I18n]  # what may be counted twice, and how that is prevented
    classes: Mapped[str] = mapped_column(String(40))  # comma-separated
    digits: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the canonical row


class VisibilityPrior(Base):
    """
    The share of an audience that sees a piece, as a range of 90 %; the newest version counts.

    `is_active` false withdraws it. Older versions stay for the reports made with them.
    """

    __tablename__ = "visibility_prior"
    __table_args__ = (
        UniqueConstraint("event_id", "kind", "version"),
        CheckConstraint("kind IN ('print', 'news', 'followers')", name="kind"),
        CheckConstraint("low > 0 AND low <= high AND high <= 1", name="range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))  # PriorKind
    version: Mapped[int]
    low: Mapped[float] = mapped_column(Double)
    high: Mapped[float] = mapped_column(Double)
    is_active: Mapped[bool] = mapped_column(default=True)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class Target(Base):
    """What an event set out to reach in one metric; one set before the opening stays."""

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("event_id", "metric"),
        CheckConstraint("value > 0", name="value"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    metric: Mapped[str] = mapped_column(String(40))  # id of dictionary.METRICS
    value: Mapped[float] = mapped_column(Double)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class DayNote(Base):
    """What a reader should know of one day: weather, a closed road, a late opening."""

    __tablename__ = "day_note"
    __table_args__ = (UniqueConstraint("event_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    day: Mapped[date]
    text: Mapped[I18n]


class ReportLogo(Base):
    """A logo as it was drawn anew from an upload; versions name it by its hash."""

    __tablename__ = "report_logo"
    __table_args__ = (
        UniqueConstraint("event_id", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))  # of `png`
    png: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    made_at: Mapped[datetime]


class ReportLink(Base):
    """An address that shows one version to whoever holds it, until it expires or is revoked."""

    __tablename__ = "report_link"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        CheckConstraint("length(token_sha256) = 64", name="token_sha256"),
        CheckConstraint("expires_at > created_at", name="expires"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(80))  # whom it is for: an office, never a person
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AdmissionSummary(Base):
    """What a report counts of an event's admissions, kept while `fingerprint` holds."""

    __tablename__ = "admission_summary"
    __table_args__ = (CheckConstraint("length(fingerprint) = 64", name="fingerprint"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fingerprint: Mapped[str] = mapped_column(String(64))
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
