"""Uploaded schedule files and kept column maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.errors import UnknownFile
from eventhub.programme.models import ColumnMap, ScheduleFile


@dataclass(frozen=True, slots=True)
class FileRow:
    """A schedule file with the report of its dry run; without its content."""

    public_id: str
    file_name: str
    format: str
    state: str
    report: Mapping[str, Any]
    created_at: datetime
    created_by: str
    applied_at: datetime | None


_COLUMNS = (
    ScheduleFile.public_id,
    ScheduleFile.file_name,
    ScheduleFile.format,
    ScheduleFile.state,
    ScheduleFile.report,
    ScheduleFile.created_at,
    ScheduleFile.created_by,
    ScheduleFile.applied_at,
)


def files(event_id: int, limit: int = 30) -> list[FileRow]:
    """Return the newest files of an event."""
    statement = (
        select(*_COLUMNS)
        .where(ScheduleFile.event_id == event_id)
        .order_by(ScheduleFile.id.desc())
        .limit(limit)
    )
    return [FileRow(*row) for row in db.session.execute(statement)]


def file_by_public_id(event_id: int, public_id: str) -> FileRow:
    """Return one file; raises UnknownFile."""
    statement = select(*_COLUMNS).where(
        ScheduleFile.event_id == event_id, ScheduleFile.public_id == public_id
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise UnknownFile()
    return FileRow(*row)


def column_maps(event_id: int) -> dict[str, dict[str, Any]]:
    """Return the kept maps of an event by name."""
    statement = (
        select(ColumnMap.name, ColumnMap.columns)
        .where(ColumnMap.event_id == event_id)
        .order_by(ColumnMap.name)
    )
    return {row.name: row.columns for row in db.session.execute(statement)}
