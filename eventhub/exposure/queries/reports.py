"""Stored versions of reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.errors import NoReport
from eventhub.exposure.models import Report
from eventhub.kernel.db import db


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One version of a report; `text` is report.json byte for byte."""

    id: int
    event_id: int
    version: int
    definition_version: int
    status: ReportStatus
    text: str
    sha256: str
    content_sha256: str
    is_synthetic: bool
    note: str
    created_by: int | None
    created_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    review_note: str | None

    def document(self) -> dict[str, Any]:
        """Return report.json as a dictionary."""
        found: dict[str, Any] = json.loads(self.text)
        return found


def versions(event_id: int) -> list[ReportRow]:
    """Return all versions of an event's report, newest first."""
    return _rows(event_id, limit=None)


def latest(event_id: int) -> ReportRow | None:
    """Return the newest version of whatever status, None when there is none."""
    return next(iter(_rows(event_id, limit=1)), None)


def published(event_id: int) -> ReportRow | None:
    """Return the version that stands published, None when there is none."""
    found = _rows(event_id, limit=1, statuses=(ReportStatus.PUBLISHED,))
    return next(iter(found), None)


def version_of(event_id: int, version: int) -> ReportRow:
    """
    Return one version.

    Raises:
        NoReport: The event has no such version.
    """
    row = db.session.scalar(
        select(Report).where(Report.event_id == event_id, Report.version == version)
    )
    if row is None:
        raise NoReport()
    return as_row(row)


def public_version(event_id: int, *, is_synthetic: bool) -> ReportRow | None:
    """
    Return what the public page shows.

    That is the published version. Demonstration data can never be published:
    there it is the newest draft, which the page marks as such.
    """
    return latest(event_id) if is_synthetic else published(event_id)


def shown_versions() -> dict[str, int]:
    """Return by digest the id of the newest and of the published version of every event."""
    newest = (
        select(Report.event_id, func.max(Report.version).label("version"))
        .group_by(Report.event_id)
        .subquery()
    )
    found = db.session.execute(
        select(Report.sha256, Report.id)
        .join(newest, newest.c.event_id == Report.event_id)
        .where(
            or_(
                Report.version == newest.c.version,
                Report.status == ReportStatus.PUBLISHED.value,
            )
        )
        .order_by(Report.id)
    )
    return {row.sha256: row.id for row in found}


def document(report_id: int) -> dict[str, Any]:
    """Return report.json of a version by its id."""
    text = db.session.scalars(select(Report.document).where(Report.id == report_id)).one()
    found: dict[str, Any] = json.loads(text)
    return found


def _rows(
    event_id: int, *, limit: int | None, statuses: Sequence[ReportStatus] = ()
) -> list[ReportRow]:
    statement = select(Report).where(Report.event_id == event_id)
    if statuses:
        statement = statement.where(Report.status.in_([status.value for status in statuses]))
    statement = statement.order_by(Report.version.desc()).limit(limit)
    return [as_row(row) for row in db.session.scalars(statement)]


def as_row(row: Report) -> ReportRow:
    """Return a stored version as the row that other layers use."""
    return ReportRow(
        id=row.id,
        event_id=row.event_id,
        version=row.version,
        definition_version=row.definition_version,
        status=ReportStatus(row.status),
        text=row.document,
        sha256=row.sha256,
        content_sha256=row.content_sha256,
        is_synthetic=row.is_synthetic,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        review_note=row.review_note,
    )
