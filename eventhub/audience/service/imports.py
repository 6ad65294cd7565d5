"""Import a file of counter readings: good lines in, bad lines listed, same bytes once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.models import ImportBatch, Source
from eventhub.audience.rules import counters
from eventhub.audience.service.readings import RecordReadings, record_readings
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.audience.service.totals import RecordTotals, record_totals
from eventhub.audience.sources import counter_csv, counter_json, devices
from eventhub.audience.sources.reading import BadLine, CounterFile, UnreadableFile
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db

_SEQ_PER_BATCH = 1_000_000  # a later file wins over an earlier one, a later line over an earlier


class FileFormat(StrEnum):
    """Formats of counter files; the words of the command line."""

    COUNTER_CSV = "counter-csv"
    COUNTER_JSON = "counter-json"
    AXIS = "axis"
    XOVIS = "xovis"
    HIKVISION = "hikvision"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """
    A file to import into one event.

    `timezone` is that of times without an offset when the source has none of
    its own; `day_start` null means: as the source says, else as the file shows.
    """

    event_id: int
    source_name: str
    file_format: FileFormat
    file_name: str
    data: bytes
    timezone: str
    day_start: time | None = None
    imported_by: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """
    What an import did.

    Readings are counted, not lines: a line of a wide table has one per sensor.
    `missing` lists bins that no sensor of a wide file has, in UTC.
    """

    rows: int
    accepted: int
    duplicates: int
    revisions: int
    quarantined: int = 0
    rejected: tuple[BadLine, ...] = ()
    surplus: tuple[int, ...] = ()
    expected: int = 0
    received: int = 0
    missing: tuple[datetime, ...] = ()
    passages: Mapping[str, int] = field(default_factory=dict)
    day_start: time | None = None
    is_known: bool = False


def read_file(
    file_format: FileFormat,
    data: bytes,
    *,
    zone: ZoneInfo,
    counter: str = "",
    day_start: time | None = None,
) -> CounterFile:
    """
    Return the readings of a file; nothing is stored.

    Raises:
        UnreadableSource: The file can not be read at all.
    """
    try:
        match file_format:
            case FileFormat.COUNTER_CSV:
                return counter_csv.parse(data, zone=zone, counter=counter, day_start=day_start)
            case FileFormat.COUNTER_JSON:
                return counter_json.parse(data, zone=zone, counter=counter)
            case FileFormat.AXIS:
                return devices.axis(data, zone=zone, counter=counter)
            case FileFormat.XOVIS:
                return devices.xovis(data, zone=zone, counter=counter)
            case FileFormat.HIKVISION:
                return devices.hikvision(data, zone=zone, counter=counter)
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error


@command
def import_file(cmd: ImportFile) -> Imported:
    """
    Import a counter file; the same bytes again change nothing. Commits.

    Sensors of a wide file become sources `<source_name>/<sensor>`.

    Raises:
        UnreadableSource: The file can not be read at all; nothing was stored.
    """
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=cmd.source_name,
            kind=SourceKind.COUNTER,
            timezone=cmd.timezone,
            is_synthetic=cmd.is_synthetic,
        )
    )
    db.session.refresh(source, with_for_update=True)  # the same file twice at once: one waits
    zone = ZoneInfo(source.timezone or cmd.timezone)
    file = read_file(
        cmd.file_format,
        cmd.data,
        zone=zone,
        counter=cmd.source_name,
        day_start=cmd.day_start or source.file_day_start,
    )
    digest = hashlib.sha256(cmd.data).hexdigest()
    known = db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.source_id == source.id,
            ImportBatch.sha256 == digest,
            ImportBatch.undone_at.is_(None),
        )
    )
    if known is not None:
        return _known(known, file, zone)
    return _new(cmd, source, file, digest, zone)


def _known(batch: ImportBatch, file: CounterFile, zone: ZoneInfo) -> Imported:
    kept = batch.accepted_count + batch.duplicate_count + batch.revision_count
    return Imported(
        rows=batch.row_count,
        accepted=0,
        duplicates=kept,
        revisions=0,
        rejected=tuple(BadLine(item["line"], item["reason"]) for item in batch.rejected),
        is_known=True,
        **_summary(file, zone),
    )


def _new(
    cmd: ImportFile, source: Source, file: CounterFile, digest: str, zone: ZoneInfo
) -> Imported:
    batch = _batch(cmd, source, file.rows, digest)
    is_wide = file.day_start is not None
    done = record_readings(
        RecordReadings(
            event_id=cmd.event_id,
            readings=file.readings,
            prefix=f"{cmd.source_name}/" if is_wide else "",
            parent_id=source.id if is_wide else None,
            batch_id=batch.id,
            first_seq=batch.id * _SEQ_PER_BATCH,
            is_synthetic=cmd.is_synthetic,
        )
    )
    if file.totals:
        done = record_totals(
            RecordTotals(
                event_id=cmd.event_id,
                totals=file.totals,
                timezone=str(zone),
                batch_id=batch.id,
                is_synthetic=cmd.is_synthetic,
            )
        )
    late = [BadLine(refusal.index, refusal.reason) for refusal in done.rejected]
    rejected = sorted({*file.rejected, *late}, key=lambda bad: (bad.line, bad.reason))
    batch.accepted_count, batch.duplicate_count = done.accepted, done.duplicates
    batch.revision_count = done.revisions
    batch.rejected = [{"line": bad.line, "reason": bad.reason} for bad in rejected]
    db.session.flush()
    audit.record(
        "readings.import",
        f"source:{cmd.source_name[:80]}",
        event_id=cmd.event_id,
        after={"rows": file.rows, "accepted": done.accepted, "sha256": digest},
    )
    return Imported(
        rows=file.rows,
        accepted=done.accepted,
        duplicates=done.duplicates,
        revisions=done.revisions,
        quarantined=done.quarantined,
        rejected=tuple(rejected),
        **_summary(file, zone),
    )


def _batch(cmd: ImportFile, source: Source, rows: int, digest: str) -> ImportBatch:
    batch = ImportBatch(
        event_id=cmd.event_id,
        source_id=source.id,
        sha256=digest,
        file_name=cmd.file_name[-200:],
        file_format=cmd.file_format,
        row_count=rows,
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


def _summary(file: CounterFile, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the file itself says: surplus lines, coverage, passages per sensor."""
    last = {(row.counter, row.starts_at, row.duration_s): row for row in file.readings}
    passages: dict[str, int] = {}
    for row in last.values():
        count = row.passed if row.passed is not None else (row.entered or 0) + (row.left or 0)
        passages[row.counter] = passages.get(row.counter, 0) + count
    found: dict[str, Any] = {"surplus": file.surplus, "passages": passages}
    if file.day_start is None:
        return found
    days = counter_csv.file_days(file, zone)
    spans = [counters.file_day_bounds(day, file.day_start, zone) for day in days]
    covered = counters.coverage(
        counters.expected_starts(spans, counter_csv.HOUR_S),
        {row.starts_at for row in file.readings},
    )
    return found | {
        "expected": covered.expected,
        "received": covered.received,
        "missing": covered.missing,
        "day_start": file.day_start,
    }
