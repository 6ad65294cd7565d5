"""Sources, imported files, observations, and what was revised or set apart."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventhub.kernel.db import Base, BigId, I18n

OPS = "'=', '>', '<', '~', '~<'"
_COUNTS = text("door_ref <> '' AND NOT is_spare")
_STANDS = text("undone_at IS NULL")


class Source(Base):
    """
    Where figures come from: a counter, a stream server, a platform, a document.

    `name` is the key that devices, files and the command line use. A counter
    with `is_cordon` sees every entry into its zone; any other one sees
    passages, which are never visits.
    """

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("period_s > 0", name="period"),
        CheckConstraint("width_m IS NULL OR width_m > 0", name="width"),
        CheckConstraint("door_ref <> '' OR NOT is_spare", name="spare"),
        Index(
            "uq_source_event_id_door_ref",
            "event_id",
            "door_ref",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("source.id")
    )  # file of several sensors
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))  # SourceKind
    title: Mapped[I18n]  # as printed beside a figure
    device: Mapped[I18n | None]  # make or method
    zone_id: Mapped[int] = mapped_column(BigId, default=0)  # zone.id; 0 = none, so no foreign key
    is_cordon: Mapped[bool] = mapped_column(default=False)
    timezone: Mapped[str] = mapped_column(String(64), default="")  # empty: that of the event
    file_day_start: Mapped[time | None]  # null: read from the file
    period_s: Mapped[int] = mapped_column(default=60)  # expected seconds between readings
    width_m: Mapped[float | None]  # of the door, for the physical limit
    door_ref: Mapped[str] = mapped_column(String(40), default="")  # two with the same see one door
    is_spare: Mapped[bool] = mapped_column(default=False)  # another counter of its door counts
    url_ref: Mapped[str] = mapped_column(String(500), default="")
    published_by: Mapped[str] = mapped_column(String(200), default="")
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ImportBatch(Base):
    """
    One imported file of one source; the same bytes are one batch.

    A batch that was taken back stays with its reason; its file may come again.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index(
            "uq_import_batch_source_id_sha256",
            "source_id",
            "sha256",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        CheckConstraint("(undone_at IS NULL) = (undone_reason = '')", name="undone"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    file_format: Mapped[str] = mapped_column(String(24))
    row_count: Mapped[int]
    accepted_count: Mapped[int]  # cells new to the database
    duplicate_count: Mapped[int]
    revision_count: Mapped[int]
    rejected: Mapped[list[Any]] = mapped_column(JSON)  # {"line": int, "reason": text}
    imported_by: Mapped[str] = mapped_column(String(120), default="")
    imported_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(120), default="")
    undone_reason: Mapped[str] = mapped_column(String(300), default="")


class ExportMap(Base):
    """Which header of a platform's export stands for which field; kept under a name."""

    __tablename__ = "export_map"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)


class Observation(Base):
    """
    One figure with source, unit, period and class.

    Invariants: a claim has a quotation and no error (`claim` constraint); no
    value is below 0; the key allows one current row per figure. `period` is an
    ISO interval, or the period as the source words it when it gives no
    instants; then `starts_at` and `ends_at` are null.
    """

    __tablename__ = "observation"
    __table_args__ = (
        UniqueConstraint("source_id", "metric", "zone_id", "stream_id", "period", "seq"),
        UniqueConstraint("event_id", "ref"),
        CheckConstraint("class IN ('measured', 'estimated', 'claimed')", name="class"),
        CheckConstraint(f"op IN ({OPS})", name="op"),
        CheckConstraint(
            "class <> 'claimed' OR (quote IS NOT NULL AND length(quote) > 0 AND rel_sd IS NULL)",
            name="claim",
        ),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("rel_sd IS NULL OR rel_sd >= 0", name="rel_sd"),
        CheckConstraint("coverage IS NULL OR (coverage >= 0 AND coverage <= 1)", name="coverage"),
        CheckConstraint("length(unit) > 0", name="unit"),
        CheckConstraint("length(period) > 0", name="period"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="period_whole"),
        CheckConstraint("ends_at >= starts_at", name="period_order"),
        Index("ix_observation_event_metric", "event_id", "metric"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    ref: Mapped[str] = mapped_column(String(64))  # public name of the figure
    metric: Mapped[str] = mapped_column(String(40))  # id of dictionary.METRICS
    def_version: Mapped[int]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    zone_id: Mapped[int] = mapped_column(BigId, default=0)  # zone.id; 0 = none
    stream_id: Mapped[int] = mapped_column(BigId, default=0)  # stream.id; 0 = none
    period: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    value: Mapped[float] = mapped_column(Double)  # whole numbers are exact up to 2**53
    op: Mapped[str] = mapped_column(String(2), default="=")
    unit: Mapped[str] = mapped_column(String(24))  # zh unit of the dictionary
    cls: Mapped[str] = mapped_column("class", String(10))
    rel_sd: Mapped[float | None] = mapped_column(Double)
    coverage: Mapped[float | None] = mapped_column(Double)  # received / expected, 0 to 1
    imputed_share: Mapped[float | None] = mapped_column(Double)
    label: Mapped[I18n | None]  # what the figure is, in the words of this event
    quote: Mapped[str | None] = mapped_column(Text)  # verbatim, in the language of the source
    number_text: Mapped[str | None] = mapped_column(String(40))  # the number as printed
    unit_stated: Mapped[str | None] = mapped_column(String(24))  # null: the source names no unit
    noun_stated: Mapped[str | None] = mapped_column(String(40))
    scope_text: Mapped[I18n | None]
    is_scope_stated: Mapped[bool | None]
    scope_note: Mapped[I18n | None]
    note: Mapped[I18n | None]
    evidence_sha256: Mapped[str] = mapped_column(String(64), default="")
    seq: Mapped[int] = mapped_column(default=0)
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"))
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    source: Mapped[Source] = relationship()


class Revision(Base):
    """A value that was replaced by a later one, kept for the auditor."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    table_name: Mapped[str] = mapped_column(String(24))
    row_key: Mapped[str] = mapped_column(String(120))
    old_value: Mapped[float] = mapped_column(Double)
    new_value: Mapped[float] = mapped_column(Double)
    old_seq: Mapped[int] = mapped_column(BigId)
    new_seq: Mapped[int] = mapped_column(BigId)
    revised_at: Mapped[datetime]


class Quarantine(Base):
    """A reading kept apart by a rule until a person decides; never counted."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("source_id", "row_key"),
        CheckConstraint("decision IN ('open', 'accept', 'drop')", name="decision"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    row_key: Mapped[str] = mapped_column(String(160))
    rule: Mapped[str] = mapped_column(String(16))  # QuarantineRule
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    decision: Mapped[str] = mapped_column(String(8), default="open")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
