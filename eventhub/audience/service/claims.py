"""Record single figures: claims of others and observations of our own."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from eventhub.audience.dictionary import DEFINITION_VERSION, METRICS
from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.errors import ClaimHasNoInterval, UnknownMetric
from eventhub.audience.models import Observation
from eventhub.audience.service import deliveries
from eventhub.audience.service.deliveries import Said
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid

_REF_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClaim:
    """
    A figure that somebody published.

    `quote` is verbatim and holds the words the figure rests on; `number_text`
    is the number as printed; `unit_stated` is null when no measure word
    follows the number. Without instants `period` says when in the words of the
    source. `ref` is the public name of the figure in this event.
    """

    event_id: int
    metric: str
    value: float
    op: Op
    quote: str
    source_name: str
    source_title: I18n
    ref: str = ""
    label: I18n | None = None
    source_kind: SourceKind = SourceKind.DOCUMENT
    published_by: str = ""
    url: str = ""
    number_text: str | None = None
    unit_stated: str | None = None
    noun_stated: str | None = None
    period: str = "event"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone_id: int = 0
    stream_id: int = 0
    scope_text: I18n | None = None
    is_scope_stated: bool | None = None
    scope_note: I18n | None = None
    note: I18n | None = None
    evidence_sha256: str = ""
    batch_id: int | None = None
    is_synthetic: bool = False


@command
def record_claim(cmd: RecordClaim) -> Observation:
    """
    Keep a published figure with its quotation; the same claim again is the same row. Commits.

    Raises:
        ClaimHasNoInterval: The quotation is empty.
        UnknownMetric: Not in the dictionary, or it may not be claimed.
    """
    if not cmd.quote.strip():
        raise ClaimHasNoInterval()
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=cmd.source_name,
            kind=cmd.source_kind,
            title=cmd.source_title,
            published_by=cmd.published_by,
            url_ref=cmd.url,
            is_synthetic=cmd.is_synthetic,
        )
    )
    row = _row(cmd, EvidenceClass.CLAIMED, source.id, cmd.period)
    row.quote, row.number_text = cmd.quote, cmd.number_text
    row.unit_stated, row.noun_stated = cmd.unit_stated, cmd.noun_stated
    row.scope_text, row.scope_note = cmd.scope_text, cmd.scope_note
    row.is_scope_stated = cmd.is_scope_stated
    row.batch_id = cmd.batch_id
    return _keep(row)


@command
def enter_claim(cmd: RecordClaim) -> Observation:
    """
    Keep a published figure that somebody types in, with a line in the audit log. Commits.

    Raises:
        ClaimHasNoInterval: The quotation is empty.
        UnknownMetric: Not in the dictionary, or it may not be claimed.
    """
    row = record_claim(cmd)
    audit.record(
        "figure.claim",
        f"{cmd.metric}:{row.ref}",
        event_id=cmd.event_id,
        after={"value": cmd.value, "op": cmd.op.value, "source": cmd.source_name},
    )
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordObservation:
    """A measured or estimated figure of `[starts_at, ends_at)` from a known source."""

    event_id: int
    source_id: int
    metric: str
    value: float
    cls: EvidenceClass
    starts_at: datetime
    ends_at: datetime
    op: Op = Op.EQUAL
    ref: str = ""
    label: I18n | None = None
    zone_id: int = 0
    stream_id: int = 0
    rel_sd: float | None = None
    coverage: float | None = None
    imputed_share: float | None = None
    note: I18n | None = None
    evidence_sha256: str = ""
    is_synthetic: bool = False


@command
def record_observation(cmd: RecordObservation) -> Observation:
    """
    Keep a figure; the same key with another value supersedes the row before. Commits.

    Raises:
        ClaimHasNoInterval: The class is `claimed`; use `record_claim`.
        UnknownMetric: Not in the dictionary, or not with this class.
    """
    if cmd.cls is EvidenceClass.CLAIMED:
        raise ClaimHasNoInterval()
    row = _row(cmd, cmd.cls, cmd.source_id, "")
    row.rel_sd, row.coverage = cmd.rel_sd, cmd.coverage
    row.imputed_share = cmd.imputed_share
    return _keep(row)


def _row(
    cmd: RecordClaim | RecordObservation, cls: EvidenceClass, source_id: int, period: str
) -> Observation:
    definition = METRICS.get(cmd.metric)
    if definition is None or cls not in definition.classes:
        raise UnknownMetric(details={"metric": cmd.metric, "class": cls})
    if not 0 <= cmd.value < math.inf:
        raise Invalid(fields={"value": ["not a count"]})
    if cmd.starts_at is not None and cmd.ends_at is not None:
        period = f"{_stamp(cmd.starts_at)}/{_stamp(cmd.ends_at)}"
    key = f"{source_id}|{cmd.metric}|{cmd.zone_id}|{cmd.stream_id}|{period}"
    return Observation(
        event_id=cmd.event_id,
        ref=cmd.ref or hashlib.sha256(key.encode()).hexdigest()[:_REF_CHARS],
        metric=cmd.metric,
        def_version=DEFINITION_VERSION,
        source_id=source_id,
        zone_id=cmd.zone_id,
        stream_id=cmd.stream_id,
        period=period,
        starts_at=cmd.starts_at,
        ends_at=cmd.ends_at,
        value=float(cmd.value),
        op=cmd.op,
        unit=definition.unit.zh,
        cls=cls,
        label=cmd.label,
        note=cmd.note,
        evidence_sha256=cmd.evidence_sha256,
        seq=0,
        is_synthetic=cmd.is_synthetic,
        recorded_at=clock.now(),
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _keep(row: Observation) -> Observation:
    """Insert `row`, or return the current row of its key when it says the same."""
    current = db.session.scalar(
        select(Observation)
        .where(
            Observation.source_id == row.source_id,
            Observation.metric == row.metric,
            Observation.zone_id == row.zone_id,
            Observation.stream_id == row.stream_id,
            Observation.period == row.period,
        )
        .order_by(Observation.seq.desc())
        .limit(1)
    )
    if current is not None:
        if _says(current) == _says(row):
            _tell(current, row)
            return current
        row.seq = current.seq + 1
        row.ref = f"{row.ref}-{row.seq}"
    db.session.add(row)
    db.session.flush()
    if current is not None:
        current.superseded_by_id = row.id
        db.session.flush()
    return row


def _tell(current: Observation, arriving: Observation) -> None:
    """Note that another file says the same, so that the figure outlives its own file."""
    table, name = Observation.__tablename__, str(current.id)
    told = deliveries.load_keys(table, current.event_id, [name])
    raw = {"evidence_sha256": arriving.evidence_sha256}
    said = Said(0, raw, current.source_id)
    mine = Said(0, {"evidence_sha256": current.evidence_sha256}, current.source_id)
    told.note(name, (current.batch_id or 0, mine), (arriving.batch_id or 0, said))
    deliveries.write(table, current.event_id, told)


def _says(row: Observation) -> tuple[object, ...]:
    return (row.value, row.op, row.cls, row.quote, row.rel_sd, row.coverage)
