"""Figures, what they come from, and what was revised, refused or set apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.models import ImportBatch, Observation, Quarantine, Revision, Source
from eventhub.kernel.db import I18n, db


def number(value: float) -> int | float:
    """Return a stored value as an integer when it is a whole number."""
    return int(value) if value.is_integer() else value


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One current figure with its source; see `models.Observation` for the columns."""

    id: int
    event_id: int
    ref: str
    metric: str
    def_version: int
    source_id: int
    source_name: str
    source_kind: SourceKind
    source_title: I18n
    published_by: str
    url: str
    zone_id: int
    stream_id: int
    period: str
    starts_at: datetime | None
    ends_at: datetime | None
    value: int | float
    op: Op
    unit: str
    cls: EvidenceClass
    rel_sd: float | None
    coverage: float | None
    imputed_share: float | None
    label: I18n | None
    quote: str | None
    number_text: str | None
    unit_stated: str | None
    noun_stated: str | None
    scope_text: I18n | None
    is_scope_stated: bool | None
    scope_note: I18n | None
    note: I18n | None
    evidence_sha256: str
    seq: int
    is_synthetic: bool
    recorded_at: datetime


def observations(event_id: int) -> list[ObservationRow]:
    """Return all current figures of an event in the order they were recorded; one statement."""
    found = db.session.execute(
        select(Observation, Source)
        .join(Source, Observation.source_id == Source.id)
        .where(Observation.event_id == event_id, Observation.superseded_by_id.is_(None))
        .order_by(Observation.id)
    )
    return [_row(observation, source) for observation, source in found]


def observation(event_id: int, ref: str) -> ObservationRow | None:
    """Return the figure with this public name, or None."""
    found = db.session.execute(
        select(Observation, Source)
        .join(Source, Observation.source_id == Source.id)
        .where(Observation.event_id == event_id, Observation.ref == ref)
    ).one_or_none()
    return None if found is None else _row(found[0], found[1])


def _row(found: Observation, source: Source) -> ObservationRow:
    return ObservationRow(
        id=found.id,
        event_id=found.event_id,
        ref=found.ref,
        metric=found.metric,
        def_version=found.def_version,
        source_id=source.id,
        source_name=source.name,
        source_kind=SourceKind(source.kind),
        source_title=source.title,
        published_by=source.published_by,
        url=source.url_ref,
        zone_id=found.zone_id,
        stream_id=found.stream_id,
        period=found.period,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        value=number(float(found.value)),
        op=Op(found.op),
        unit=found.unit,
        cls=EvidenceClass(found.cls),
        rel_sd=found.rel_sd,
        coverage=found.coverage,
        imputed_share=found.imputed_share,
        label=found.label,
        quote=found.quote,
        number_text=found.number_text,
        unit_stated=found.unit_stated,
        noun_stated=found.noun_stated,
        scope_text=found.scope_text,
        is_scope_stated=found.is_scope_stated,
        scope_note=found.scope_note,
        note=found.note,
        evidence_sha256=found.evidence_sha256,
        seq=found.seq,
        is_synthetic=found.is_synthetic,
        recorded_at=found.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One imported file."""

    id: int
    source_name: str
    sha256: str
    file_name: str
    file_format: str
    rows: int
    accepted: int
    duplicates: int
    revisions: int
    rejected: list[Any]
    imported_at: datetime
    undone_at: datetime | None
    undone_by: str
    undone_reason: str


def batches(event_id: int) -> list[BatchRow]:
    """Return all imported files of an event, oldest first; one statement."""
    found = db.session.execute(
        select(ImportBatch, Source.name)
        .join(Source, ImportBatch.source_id == Source.id)
        .where(ImportBatch.event_id == event_id)
        .order_by(ImportBatch.id)
    )
    return [
        BatchRow(
            id=batch.id,
            source_name=name,
            sha256=batch.sha256,
            file_name=batch.file_name,
            file_format=batch.file_format,
            rows=batch.row_count,
            accepted=batch.accepted_count,
            duplicates=batch.duplicate_count,
            revisions=batch.revision_count,
            rejected=batch.rejected,
            imported_at=batch.imported_at,
            undone_at=batch.undone_at,
            undone_by=batch.undone_by,
            undone_reason=batch.undone_reason,
        )
        for batch, name in found
    ]


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """A reading that a rule set apart; it is in no total."""

    source_name: str
    row_key: str
    rule: str
    raw: dict[str, Any]
    recorded_at: datetime


def exclusions(event_id: int) -> list[ExclusionRow]:
    """Return readings set apart and not accepted since, oldest first; one statement."""
    found = db.session.execute(
        select(Quarantine, Source.name)
        .join(Source, Quarantine.source_id == Source.id)
        .where(Quarantine.event_id == event_id, Quarantine.decision != "accept")
        .order_by(Quarantine.id)
    )
    return [
        ExclusionRow(name, row.row_key, row.rule, row.raw, row.recorded_at) for row, name in found
    ]


def revision_counts(event_id: int) -> dict[str, int]:
    """
    Return how many values were replaced, by source name; one statement.

    What a file replaced that was taken back is replaced no more.
    """
    gone = select(ImportBatch.id).where(ImportBatch.undone_at.is_not(None))
    found = db.session.execute(
        select(Source.name, func.count())
        .join(Revision, Revision.source_id == Source.id)
        .where(
            Revision.event_id == event_id,
            or_(Revision.batch_id.is_(None), Revision.batch_id.not_in(gone)),
        )
        .group_by(Source.name)
        .order_by(Source.name)
    )
    return {row[0]: row[1] for row in found}
