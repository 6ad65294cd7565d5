"""What each release told the public that the one before it had not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import PerformanceKind, ShowState
from eventhub.programme.models import Performance, Schedule, ScheduleChange, Show, Slot

_PUBLIC_STATES = (ShowState.CONFIRMED, ShowState.CANCELLED)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of one public performance; `starts_at` as this release has it."""

    kind: str
    show_code: str
    title: I18n
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReleaseChanges:
    """A release with its public changes in order of kind and number."""

    name: str
    released_at: datetime
    comment: I18n | None
    changes: tuple[ChangeRow, ...]


def release_changes(event_id: int, limit: int = 20) -> list[ReleaseChanges]:
    """Return releases, newest first; rehearsals, drafts and embargoed shows are left out."""
    statement = (
        select(Schedule)
        .where(Schedule.event_id == event_id, Schedule.released_at.is_not(None))
        .order_by(Schedule.released_at.desc(), Schedule.id.desc())
        .limit(limit)
    )
    releases = db.session.scalars(statement).all()
    changes = _changes([release.id for release in releases])
    return [
        ReleaseChanges(one.name, one.released_at, one.comment, tuple(changes.get(one.id, ())))
        for one in releases
        if one.released_at is not None
    ]


def _changes(schedule_ids: list[int]) -> dict[int, list[ChangeRow]]:
    statement = (
        select(ScheduleChange, Show, Slot)
        .join(Performance, Performance.id == ScheduleChange.performance_id)
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(
            Slot,
            (Slot.schedule_id == ScheduleChange.schedule_id)
            & (Slot.performance_id == ScheduleChange.performance_id),
        )
        .where(
            ScheduleChange.schedule_id.in_(schedule_ids),
            Performance.kind == PerformanceKind.SHOW,
            Show.state.in_(_PUBLIC_STATES),
            Show.embargo_until.is_(None) | (Show.embargo_until <= clock.now()),
            Slot.id.is_(None) | Slot.is_visible,
        )
        .order_by(ScheduleChange.kind, Performance.public_no)
    )
    found: dict[int, list[ChangeRow]] = {}
    for change, show, slot in db.session.execute(statement):
        title = (slot.told_title if slot else None) or show.title
        row = ChangeRow(change.kind, show.code, title, slot.starts_at if slot else None)
        found.setdefault(change.schedule_id, []).append(row)
    return found
