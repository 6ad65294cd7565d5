"""Tables of reports: versions, what was counted in them, and what overlaps."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventhub.exposure.errors import OverlappingParts, SamePersonApproves, SyntheticNotPublishable
from eventhub.kernel.db import Base, BigId, I18n, on_violation

_CHANNEL_METRICS: Final = (
    "(channel = 'A' AND metric_id IN ('footfall.visits', 'checkin.visits')) OR "
    "(channel = 'L' AND metric_id IN ('live.starts', 'live.views', 'live.viewers_claimed')) OR "
    "(channel = 'M' AND metric_id IN ('media.seen', 'media.potential')) OR "
    "(channel = 'K' AND metric_id = 'kol.impressions') OR "
    "(channel = 'O' AND metric_id = 'owned.impressions') OR "
    "(channel = 'H' AND metric_id = 'ooh.contacts')"
)


class Report(Base):
    """
    One version of an event's report.

    Invariants: a version number is used once; nobody approves an own report;
    nothing synthetic is published; a published or superseded version keeps its
    text (trigger on both databases).
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("event_id", "version"),
        CheckConstraint(
            "status IN ('draft', 'submitted', 'published', 'superseded')", name="status"
        ),
        CheckConstraint("approved_by <> created_by", name="second_person"),
        CheckConstraint("status <> 'published' OR NOT is_synthetic", name="not_synthetic"),
        CheckConstraint(
            "status NOT IN ('published', 'superseded') OR approved_by IS NOT NULL", name="approved"
        ),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]  # 1, 2, 3 ... per event
    definition_version: Mapped[int]  # of the metric dictionary
    status: Mapped[str] = mapped_column(String(10), default="draft")
    document: Mapped[str] = mapped_column(Text)  # report.json; every output is made of it
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes of `document`
    content_sha256: Mapped[str] = mapped_column(String(64))  # without version and digest
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: a command
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    review_note: Mapped[str | None] = mapped_column(String(300))  # why it came back


class GrossPart(Base):
    """One addend of gross exposure: a channel and scope has one metric, of its own kind."""

    __tablename__ = "gross_part"
    __table_args__ = (
        UniqueConstraint("report_id", "channel", "scope"),
        CheckConstraint(_CHANNEL_METRICS, name="channel_metric"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(1))
    scope: Mapped[str] = mapped_column(String(80), default="")  # '' = the whole event
    metric_id: Mapped[str] = mapped_column(String(40))


class Overlap(Base):
    """Two metrics of an event that overlap; `subset` pairs are never both counted."""

    __tablename__ = "overlap"
    __table_args__ = (
        UniqueConstraint("event_id", "inner_metric", "outer_metric"),
        CheckConstraint("kind IN ('subset', 'shared')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    inner_metric: Mapped[str] = mapped_column(String(40))
    outer_metric: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(6))
    note: Mapped[I18n | None]


class GrossExclusion(Base):
    """One row per counted metric and subset edge that it touches; a second one is refused."""

    __tablename__ = "gross_exclusion"
    __table_args__ = (UniqueConstraint("report_id", "overlap_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    overlap_id: Mapped[int] = mapped_column(ForeignKey("overlap.id", ondelete="CASCADE"))


class SourceText(Base):
    """The passage of a document that the figures of one source rest on, verbatim."""

    __tablename__ = "source_text"
    __table_args__ = (UniqueConstraint("event_id", "source"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(120))  # source.name of audience
    title: Mapped[I18n]
    language: Mapped[str] = mapped_column(String(16))  # of the passage, BCP 47
    text: Mapped[str] = mapped_column(Text)


class NotStated(Base):
    """Something that a reader would ask and the sources do not say."""

    __tablename__ = "not_stated"
    __table_args__ = (UniqueConstraint("event_id", "topic"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]  # 1-based order in the report
    topic: Mapped[str] = mapped_column(String(64))  # footfall.method, live.platforms, ...
    text: Mapped[I18n]


on_violation("uq_gross_exclusion_report_id_overlap_id", OverlappingParts)
on_violation("ck_report_second_person", SamePersonApproves)
on_violation("ck_report_not_synthetic", SyntheticNotPublishable)
