"""One version of a schedule, whether the public sees it now or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.programme.enums import ScheduleState
from eventhub.programme.errors import UnknownVersion
from eventhub.programme.models import Schedule, Slot
from eventhub.programme.queries.event import EventRow, released
from eventhub.programme.queries.performance import PerformanceRow, programme_of
from eventhub.programme.queries.publication import PublishedRow, publications, published
from eventhub.programme.rules.publication import Publication

WORKING_COPY = "wip"
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A release, or the working copy as its release would be; rows by start."""

    schedule_id: int
    name: str
    is_draft: bool
    is_newest: bool
    changed_at: datetime | None
    rows: tuple[PerformanceRow, ...]


def version(event: EventRow, name: str | None = None) -> VersionRow:
    """
    Return a version by its name.

    Args:
        name: Of a release, or `wip`; None and `latest` are the newest release,
            and the working copy before the first one.

    Raises:
        UnknownVersion: The event has no such version.
    """
    newest = released(event.id)
    if name in {None, LATEST}:
        name = newest.name if newest else WORKING_COPY
    is_draft = name == WORKING_COPY
    wanted = Schedule.state == ScheduleState.WIP if is_draft else Schedule.name == name
    found = db.session.scalar(select(Schedule).where(Schedule.event_id == event.id, wanted))
    if found is None:
        raise UnknownVersion()
    changed_at = found.released_at or db.session.scalar(
        select(func.max(Slot.updated_at)).where(Slot.schedule_id == found.id)
    )
    return VersionRow(
        schedule_id=found.id,
        name=found.name,
        is_draft=is_draft,
        is_newest=newest is not None and newest.id == found.id,
        changed_at=changed_at,
        rows=tuple(programme_of(event, found.id, is_draft=is_draft)),
    )


def published_in(event: EventRow, chosen: VersionRow) -> list[PublishedRow]:
    """Return the rows of a version with what was told of each; of the newest all ever told."""
    if chosen.is_newest:
        return published(event)
    told = publications(event.id)
    return [
        PublishedRow(row, told.get(row.performance_id) or _untold(row, chosen))
        for row in chosen.rows
    ]


def _untold(row: PerformanceRow, chosen: VersionRow) -> Publication:
    at = chosen.changed_at or row.starts_at
    return Publication(
        performance_id=row.performance_id,
        slot_id=0,
        sequence=0,
        first_published_at=at,
        last_published_at=at,
        stage_id=row.stage_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
    )
