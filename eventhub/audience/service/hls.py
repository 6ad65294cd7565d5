"""Keep what the access log of an HLS server says, minute by minute, as a file that can go again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.models import ImportBatch, Stream
from eventhub.audience.rules import integrity
from eventhub.audience.service.readings import Recorded
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.audience.sources import hls_log
from eventhub.audience.sources.hls_log import HlsLog, HlsStream
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db

FORMAT: Final = "hls-log"
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHlsLog:
    """The log of one event's server; its streams become `<slug>` or `<slug>-<name>`."""

    event_id: int
    slug: str
    data: bytes
    file_name: str = ""
    target_s: float | None = None
    imported_by: str = ""
    is_synthetic: bool = False


def read_hls_log(data: bytes, *, target_s: float | None = None) -> HlsLog:
    """
    Return what a log says; lines of the future are left out, nothing is stored.

    Raises:
        UnreadableSource: The file can not be read at all.
    """
    until = (clock.now() + integrity.MAX_AHEAD).timestamp()
    try:
        return hls_log.parse(data, target_s=target_s, until=until)
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error


@command
def import_hls_log(cmd: ImportHlsLog) -> Recorded:
    """
    Keep one sample per minute and stream; the same log again changes nothing. Commits.

    The file belongs to its first stream and may be taken back by `undo_file`.

    Raises:
        UnreadableSource: The file can not be read at all; nothing was stored.
    """
    found = read_hls_log(cmd.data, target_s=cmd.target_s)
    digest = hashlib.sha256(cmd.data).hexdigest()
    streams = [_stream(cmd, found, one) for one in found.streams]
    if not streams:
        return Recorded()
    db.session.refresh(streams[0], with_for_update=True)  # the same log twice at once counts once
    known = db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.source_id == streams[0].source_id,
            ImportBatch.sha256 == digest,
            ImportBatch.undone_at.is_(None),
        )
    )
    if known is not None:
        kept = known.accepted_count + known.duplicate_count + known.revision_count
        return Recorded(duplicates=kept)
    batch = _batch(cmd, streams[0], digest)
    samples: list[SampleReading] = []
    for stream, one in zip(streams, found.streams, strict=True):
        samples += _samples(stream.slug, one, len(samples), digest)
    done = record_samples(
        RecordSamples(
            event_id=cmd.event_id,
            samples=samples,
            batch_id=batch.id,
            is_synthetic=cmd.is_synthetic,
        )
    )
    _note(batch, found, samples, done)
    return done


def _stream(cmd: ImportHlsLog, found: HlsLog, one: HlsStream) -> Stream:
    slug = cmd.slug if len(found.streams) == 1 else f"{cmd.slug}-{one.name}"
    return ensure_stream(
        EnsureStream(
            event_id=cmd.event_id,
            slug=slug[:64],
            kind=SourceKind.IMPORT,
            cls=one.cls,
            sample_every_s=_MINUTE_S,
            is_synthetic=cmd.is_synthetic,
        )
    )


def _batch(cmd: ImportHlsLog, stream: Stream, digest: str) -> ImportBatch:
    batch = ImportBatch(
        event_id=cmd.event_id,
        source_id=stream.source_id,
        sha256=digest,
        file_name=(cmd.file_name or f"{cmd.slug}.log")[-200:],
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


def _note(
    batch: ImportBatch, found: HlsLog, samples: Sequence[SampleReading], done: Recorded
) -> None:
    batch.row_count, batch.accepted_count = found.lines, done.accepted
    batch.duplicate_count, batch.revision_count = done.duplicates, done.revisions
    bad = [
        {"line": 0, "reason": f"{samples[one.index].at.isoformat()}: {one.reason}"}
        for one in done.rejected
    ]
    if found.left_out:
        bad.append({"line": 0, "reason": f"{hls_log.BAD_LINES}: {found.left_out}"})
    batch.rejected = bad
    db.session.flush()
    audit.record(
        "figures.import",
        f"file:{batch.sha256[:16]}",
        event_id=batch.event_id,
        after={"rows": found.lines, "accepted": done.accepted, "sha256": batch.sha256},
    )


def _samples(slug: str, stream: HlsStream, first: int, digest: str) -> list[SampleReading]:
    return [
        SampleReading(
            index=first + index,
            stream=slug,
            at=datetime.fromtimestamp(minute * _MINUTE_S, UTC),
            viewers=round(mean),
            raw_sha256=digest,
        )
        for index, (minute, mean) in enumerate(stream.minutes)
    ]
