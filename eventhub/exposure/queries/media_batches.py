"""Imported monitoring files of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventhub.exposure.models import MediaBatch
from eventhub.kernel.db import db


@dataclass(frozen=True, slots=True)
class MediaBatchRow:
    """One imported monitoring file; `undone_at` is set when its rows were taken back."""

    sha256: str
    file_name: str
    file_format: str
    rows: int
    accepted: int
    duplicates: int
    rejected: list[Any]
    imported_by: str
    imported_at: datetime
    undone_at: datetime | None
    undone_by: str
    undone_reason: str


def media_batches(event_id: int) -> list[MediaBatchRow]:
    """Return the imported monitoring files of an event, newest first; one statement."""
    found = db.session.scalars(
        select(MediaBatch).where(MediaBatch.event_id == event_id).order_by(MediaBatch.id.desc())
    )
    return [
        MediaBatchRow(
            sha256=row.sha256,
            file_name=row.file_name,
            file_format=row.file_format,
            rows=row.row_count,
            accepted=row.accepted_count,
            duplicates=row.duplicate_count,
            rejected=row.rejected,
            imported_by=row.imported_by,
            imported_at=row.imported_at,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
            undone_reason=row.undone_reason,
        )
        for row in found
    ]
