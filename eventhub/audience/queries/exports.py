"""Files of platforms and logs of stream servers that were read, and kept column maps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventhub.audience.models import ExportMap, ImportBatch, Stream
from eventhub.kernel.db import I18n, db

_FORMATS = ("platform-export", "hls-log")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One file; figures are counted, lines in `rejected` are numbers with their reason."""

    name: I18n
    sha256: str
    file_name: str
    rows: int
    accepted: int
    duplicates: int
    revisions: int
    rejected: list[dict[str, Any]]
    imported_at: datetime
    undone_at: datetime | None
    undone_by: str
    undone_reason: str


def export_maps(event_id: int) -> dict[str, dict[str, str]]:
    """Return the kept columns by their name; one statement."""
    found = db.session.execute(
        select(ExportMap.name, ExportMap.columns)
        .where(ExportMap.event_id == event_id)
        .order_by(ExportMap.name)
    )
    return {row.name: row.columns for row in found}


def exports(event_id: int) -> list[ExportRow]:
    """Return the files of an event, newest first; one statement."""
    found = db.session.execute(
        select(ImportBatch, Stream.name)
        .join(Stream, Stream.source_id == ImportBatch.source_id)
        .where(ImportBatch.event_id == event_id, ImportBatch.file_format.in_(_FORMATS))
        .order_by(ImportBatch.id.desc())
    )
    return [
        ExportRow(
            name=name,
            sha256=row.sha256,
            file_name=row.file_name,
            rows=row.row_count,
            accepted=row.accepted_count,
            duplicates=row.duplicate_count,
            revisions=row.revision_count,
            rejected=row.rejected,
            imported_at=row.imported_at,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
            undone_reason=row.undone_reason,
        )
        for row, name in found
    ]
