"""Import what a platform's console exports: claims with the words of their row, curves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.models import ExportMap, ImportBatch, Observation, Stream
from eventhub.audience.rules import integrity
from eventhub.audience.service.claims import RecordClaim, record_claim
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.audience.sources import platform_export
from eventhub.audience.sources.platform_export import PlatformExport, ShowFigures
from eventhub.audience.sources.reading import BadLine, UnreadableFile
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db

FORMAT = "platform-export"
_MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportExport:
    """
    A file of one platform about one stream.

    `columns` names the header of a field where the usual ones fail; `map_name`
    keeps them under a name, or takes kept ones when `columns` is empty.
    """

    event_id: int
    slug: str
    platform: str
    file_name: str
    data: bytes
    timezone: str
    columns: Mapping[str, str] | None = None
    map_name: str = ""
    imported_by: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class ImportedExport:
    """What an import did; figures and samples are counted, not rows. `unused` lists headers."""

    rows: int
    accepted: int
    duplicates: int
    revisions: int
    quarantined: int
    rejected: tuple[BadLine, ...]
    unused: tuple[str, ...]
    is_known: bool = False


def read_export(
    data: bytes, *, zone: ZoneInfo, columns: Mapping[str, str] | None = None
) -> PlatformExport:
    """
    Return what an export says; nothing is stored.

    Raises:
        UnreadableSource: The file can not be read at all.
    """
    try:
        return platform_export.parse(data, zone=zone, columns=columns)
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error


@command
def import_export(cmd: ImportExport) -> ImportedExport:
    """
    Keep the figures of an export as claims; the same bytes again change nothing. Commits.

    A later file that says something else about a show supersedes the figure,
    which stays with its file.

    Raises:
        UnreadableSource: The file can not be read at all; nothing was stored.
    """
    columns = cmd.columns or _kept_columns(cmd)
    file = read_export(cmd.data, zone=ZoneInfo(cmd.timezone), columns=columns)
    if cmd.columns and cmd.map_name:
        _keep_columns(cmd)
    stream = _stream(cmd)
    digest = hashlib.sha256(cmd.data).hexdigest()
    known = db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.source_id == stream.source_id,
            ImportBatch.sha256 == digest,
            ImportBatch.undone_at.is_(None),
        )
    )
    if known is not None:
        kept = known.accepted_count + known.duplicate_count + known.revision_count
        bad = tuple(BadLine(item["line"], item["reason"]) for item in known.rejected)
        return ImportedExport(known.row_count, 0, kept, 0, 0, bad, file.unused, is_known=True)
    batch = _batch(cmd, stream, digest)
    done = _claims(cmd, stream, file, batch) if file.shows else _curve(cmd, stream, file, batch)
    _note(batch, stream, done)
    return done


def _kept_columns(cmd: ImportExport) -> Mapping[str, str] | None:
    return db.session.scalar(
        select(ExportMap.columns).where(
            ExportMap.event_id == cmd.event_id, ExportMap.name == cmd.map_name
        )
    )


def _keep_columns(cmd: ImportExport) -> None:
    row = db.session.scalar(
        select(ExportMap).where(ExportMap.event_id == cmd.event_id, ExportMap.name == cmd.map_name)
    )
    if row is None:
        row = ExportMap(event_id=cmd.event_id, name=cmd.map_name[:120])
        db.session.add(row)
    row.columns = dict(cmd.columns or {})
    db.session.flush()


def _stream(cmd: ImportExport) -> Stream:
    """Return the stream, locked: the same file twice at once counts once."""
    name = {"zh": cmd.platform, "en": cmd.platform}
    stream = ensure_stream(
        EnsureStream(
            event_id=cmd.event_id,
            slug=cmd.slug,
            name=name,
            platform=name,
            kind=SourceKind.PLATFORM,
            cls=EvidenceClass.CLAIMED,
            sample_every_s=_MINUTE_S,
            is_synthetic=cmd.is_synthetic,
        )
    )
    if stream.cls != EvidenceClass.CLAIMED:  # what is counted here takes no claim of another
        raise UnreadableSource(code="stream-is-counted")
    db.session.refresh(stream, with_for_update=True)
    return stream


def _claims(
    cmd: ImportExport, stream: Stream, file: PlatformExport, batch: ImportBatch
) -> ImportedExport:
    before = set(
        db.session.scalars(select(Observation.id).where(Observation.stream_id == stream.id))
    )
    new = same = revised = 0
    ahead: list[BadLine] = []
    now = clock.now()
    for show in file.shows:
        if fault := integrity.time_fault(show.starts_at, now):
            ahead.append(BadLine(show.line, f"start: {fault}"))
            continue
        for metric in show.figures:
            row = record_claim(_claim(cmd, stream, show, metric, batch))
            new += row.id not in before and row.seq == 0
            revised += row.id not in before and row.seq > 0
            same += row.id in before
    rejected = tuple(sorted((*file.rejected, *ahead), key=lambda bad: bad.line))
    return ImportedExport(file.rows, new, same, revised, 0, rejected, file.unused)


def _claim(
    cmd: ImportExport, stream: Stream, show: ShowFigures, metric: str, batch: ImportBatch
) -> RecordClaim:
    number = show.figures[metric]
    return RecordClaim(
        event_id=cmd.event_id,
        metric=metric,
        value=number.value,
        op=Op(number.op),
        quote=show.words,
        number_text=number.text[:40],
        source_name=f"platform:{cmd.platform}"[:120],
        source_title={"zh": cmd.platform, "en": cmd.platform},
        source_kind=SourceKind.PLATFORM,
        published_by=cmd.platform,
        starts_at=show.starts_at,
        ends_at=show.ends_at,
        stream_id=stream.id,
        evidence_sha256=batch.sha256,
        batch_id=batch.id,
        is_synthetic=cmd.is_synthetic,
    )


def _curve(
    cmd: ImportExport, stream: Stream, file: PlatformExport, batch: ImportBatch
) -> ImportedExport:
    done = record_samples(
        RecordSamples(
            event_id=cmd.event_id,
            samples=[
                SampleReading(
                    index=point.line,
                    stream=stream.slug,
                    at=point.at,
                    viewers=point.viewers,
                    raw_sha256=batch.sha256,
                )
                for point in file.points
            ],
            batch_id=batch.id,
            is_synthetic=cmd.is_synthetic,
        )
    )
    late = [BadLine(one.index, one.reason) for one in done.rejected]
    return ImportedExport(
        file.rows,
        done.accepted,
        done.duplicates,
        done.revisions,
        done.quarantined,
        tuple(sorted((*file.rejected, *late), key=lambda bad: bad.line)),
        file.unused,
    )


def _batch(cmd: ImportExport, stream: Stream, digest: str) -> ImportBatch:
    batch = ImportBatch(
        event_id=cmd.event_id,
        source_id=stream.source_id,
        sha256=digest,
        file_name=cmd.file_name[-200:],
        file_format=FORMAT,
        row_count=0,
        accepted_count=0,
        duplicate_count=0,
        revision_count=0,
        rejected=[],
        imported_by=cmd.imported_by,
        imported_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def _note(batch: ImportBatch, stream: Stream, done: ImportedExport) -> None:
    batch.row_count, batch.accepted_count = done.rows, done.accepted
    batch.duplicate_count, batch.revision_count = done.duplicates, done.revisions
    batch.rejected = [{"line": bad.line, "reason": bad.reason} for bad in done.rejected]
    db.session.flush()
    audit.record(
        "figures.import",
        f"stream:{stream.slug}",
        event_id=batch.event_id,
        after={"rows": done.rows, "accepted": done.accepted, "sha256": batch.sha256},
    )
