"""The working copy as the editor shows it: slots, versions, edits, differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import (
    PerformanceKind,
    ScheduleState,
    ShowState,
    SlotStatus,
)
from eventhub.programme.errors import UnknownVersion
from eventhub.programme.models import (
    EditLog,
    Party,
    Performance,
    Schedule,
    Show,
    ShowParty,
    ShowType,
    Slot,
    Stage,
    Track,
)
from eventhub.programme.queries.event import EventRow, released
from eventhub.programme.queries.planning import working_copy_id
from eventhub.programme.queries.version import LATEST, WORKING_COPY
from eventhub.programme.rules.diff import Diff, Shown, diff

_DEFAULT_MINUTES = 60
_TOLD_STATES = (ShowState.CONFIRMED, ShowState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSlot:
    """
    A performance in the editor, placed or not.

    `minutes` is the length to place it with; `row_version` 0 says that the
    working copy has no row of it.
    """

    performance_id: int
    uuid: str
    public_no: int
    show_id: int
    show_code: str
    kind: str
    for_performance_id: int | None
    title: I18n
    type_slug: str
    type_color: str | None
    track_slug: str
    track_color: str | None
    show_state: str
    parties: tuple[I18n, ...]
    expected_audience: int | None
    minutes: int
    stage_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    status: str
    is_pinned: bool
    row_version: int
    updated_at: datetime | None
    updated_by: str | None


@dataclass(frozen=True, slots=True)
class EditRow:
    """One changed slot in the edit log; a batch has one or more."""

    id: int
    batch: str
    actor: str
    op: str
    performance_id: int
    at: datetime
    is_undone: bool


@dataclass(frozen=True, slots=True)
class VersionHead:
    """A version of the schedule, without its rows."""

    id: int
    name: str
    state: str
    released_at: datetime | None
    comment: I18n | None


def working_grid(
    event: EventRow, *, numbers: Collection[int] | None = None, ids: Collection[int] | None = None
) -> list[GridSlot]:
    """
    Return performances of an event as the working copy has them, in order of number.

    Args:
        event: Whose working copy.

        numbers: Only those with these public numbers; None: all.

        ids: Only these; None: all.
    """
    on_slot = (Slot.performance_id == Performance.id) & (
        Slot.schedule_id == working_copy_id(event.id)
    )
    statement = (
        select(*_GRID)
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(ShowType, ShowType.id == Show.type_id)
        .outerjoin(Track, Track.id == Show.track_id)
        .outerjoin(Slot, on_slot)
        .where(Performance.event_id == event.id, ~Performance.is_dropped)
        .order_by(Performance.public_no)
    )
    if numbers is not None:
        statement = statement.where(Performance.public_no.in_(numbers))
    if ids is not None:
        statement = statement.where(Performance.id.in_(ids))
    rows = db.session.execute(statement).all()
    is_part = numbers is not None or ids is not None
    names = _party_names(event.id, {row.show_id for row in rows} if is_part else None)
    return [_grid_slot(row, names.get(row.show_id, ())) for row in rows]


def edits_since(event_id: int, cursor: int = 0, limit: int = 500) -> list[EditRow]:
    """Return the edits of the working copy after a cursor, oldest first."""
    statement = (
        select(EditLog)
        .where(EditLog.schedule_id == working_copy_id(event_id), EditLog.id > cursor)
        .order_by(EditLog.id)
        .limit(limit)
    )
    return [
        EditRow(row.id, row.batch_id, row.actor, row.op, row.performance_id, row.at, row.is_undone)
        for row in db.session.scalars(statement)
    ]


def latest_edit(event_id: int) -> int:
    """Return the cursor after the newest edit of the working copy, 0 before the first."""
    newest = select(func.max(EditLog.id)).where(EditLog.schedule_id == working_copy_id(event_id))
    return db.session.scalar(newest) or 0


def versions(event_id: int) -> list[VersionHead]:
    """Return the working copy and all releases, newest first."""
    statement = (
        select(Schedule)
        .where(Schedule.event_id == event_id)
        .order_by(Schedule.released_at.is_not(None), Schedule.released_at.desc())
    )
    return [
        VersionHead(row.id, row.name, row.state, row.released_at, row.comment)
        for row in db.session.scalars(statement)
    ]


def compare(event: EventRow, before: str, after: str) -> Diff:
    """
    Return what changes between two versions, as the public sees it.

    Args:
        before: Name of a release, `latest` or `wip`.

        after: Likewise.

    Raises:
        UnknownVersion: The event has no such version.
    """
    earlier, later = _version(event, before), _version(event, after)
    return diff(shown(earlier), shown(later))


def unreleased(event: EventRow) -> tuple[int, datetime | None]:
    """
    Return how many public performances the working copy changes, and since when.

    The age is that of the oldest step that was not taken back; (0, None) when
    the public sees all of it, or nothing was released yet.
    """
    oldest = select(func.min(EditLog.at)).where(
        EditLog.schedule_id == working_copy_id(event.id), ~EditLog.is_undone
    )
    since = db.session.scalar(oldest)
    if since is None or released(event.id) is None:
        return 0, None
    count = len(compare(event, LATEST, WORKING_COPY).performance_ids())
    return (count, since) if count else (0, None)


def shown(schedule: Schedule) -> dict[int, Shown]:
    """Return what a version shows, or would show, by performance id; public performances only."""
    is_draft = schedule.state == ScheduleState.WIP
    statement = (
        select(Slot, Performance, Show, Stage.slug)
        .join(Performance, Performance.id == Slot.performance_id)
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(Stage, Stage.id == Slot.stage_id)
        .where(
            Slot.schedule_id == schedule.id,
            Slot.starts_at.is_not(None),
            Performance.kind == PerformanceKind.SHOW,
            Show.state.in_(_TOLD_STATES) if is_draft else Slot.is_visible,
        )
    )
    cast = public_cast(schedule.event_id)
    return {
        performance.id: _shown(slot, performance, show, stage, tuple(cast.get(show.id, ())))
        for slot, performance, show, stage in db.session.execute(statement)
    }


def public_cast(event_id: int) -> dict[int, list[str]]:
    """Return the uuids of the public parties per show id, sorted."""
    statement = (
        select(ShowParty.show_id, Party.uuid)
        .join(Party, Party.id == ShowParty.party_id)
        .where(Party.event_id == event_id, ShowParty.is_public, Party.is_public)
        .order_by(Party.uuid)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(statement):
        found[row.show_id].append(row.uuid)
    return found


def _version(event: EventRow, name: str) -> Schedule:
    if name == LATEST:
        newest = released(event.id)
        name = newest.name if newest else name
    wanted = Schedule.state == ScheduleState.WIP if name == WORKING_COPY else Schedule.name == name
    found = db.session.scalar(select(Schedule).where(Schedule.event_id == event.id, wanted))
    if found is None:
        raise UnknownVersion()
    return found


def _shown(
    slot: Slot, performance: Performance, show: Show, stage: str | None, cast: tuple[str, ...]
) -> Shown:
    assert slot.starts_at  # noqa: S101 - the statement asks for it
    assert slot.ends_at  # noqa: S101 - the statement asks for it
    status = SlotStatus.CANCELLED if show.state == ShowState.CANCELLED else slot.status
    return Shown(
        performance_id=performance.id,
        uuid=performance.uuid,
        show_code=show.code,
        title=slot.told_title or show.title,
        stage=stage or "",
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=slot.told_status or status,
        cast=cast if slot.told_cast is None else tuple(slot.told_cast),
    )


def _party_names(event_id: int, show_ids: set[int] | None) -> dict[int, tuple[I18n, ...]]:
    statement = (
        select(ShowParty.show_id, Party.name)
        .join(Party, Party.id == ShowParty.party_id)
        .where(Party.event_id == event_id)
        .order_by(ShowParty.show_id, ShowParty.position, ShowParty.id)
    )
    if show_ids is not None:
        statement = statement.where(ShowParty.show_id.in_(show_ids))
    found: dict[int, tuple[I18n, ...]] = {}
    for row in db.session.execute(statement):
        found[row.show_id] = (*found.get(row.show_id, ()), row.name)
    return found


# single columns: whole rows of four tables take three times as long
_GRID = (
    Performance.id.label("performance_id"),
    Performance.uuid,
    Performance.public_no,
    Performance.kind,
    Performance.for_performance_id,
    Show.id.label("show_id"),
    Show.code.label("show_code"),
    Show.title,
    Show.state.label("show_state"),
    Show.expected_audience,
    Show.default_duration_min,
    ShowType.slug.label("type_slug"),
    ShowType.color.label("type_color"),
    ShowType.min_duration_min,
    Track.slug.label("track_slug"),
    Track.color.label("track_color"),
    Slot.stage_id,
    Slot.starts_at,
    Slot.ends_at,
    Slot.status,
    Slot.is_pinned,
    Slot.row_version,
    Slot.updated_at,
    Slot.updated_by,
)


def _grid_slot(row: Any, parties: tuple[I18n, ...]) -> GridSlot:
    return GridSlot(
        performance_id=row.performance_id,
        uuid=row.uuid,
        public_no=row.public_no,
        show_id=row.show_id,
        show_code=row.show_code,
        kind=row.kind,
        for_performance_id=row.for_performance_id,
        title=row.title,
        type_slug=row.type_slug or "",
        type_color=row.type_color,
        track_slug=row.track_slug or "",
        track_color=row.track_color,
        show_state=row.show_state,
        parties=parties,
        expected_audience=row.expected_audience,
        minutes=planned_minutes(row),
        stage_id=row.stage_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status or SlotStatus.SCHEDULED,
        is_pinned=bool(row.is_pinned),
        row_version=row.row_version or 0,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def planned_minutes(row: Any) -> int:
    """Return the length of a row with times, show and type: as it stands, or as usual."""
    if row.starts_at and row.ends_at:
        return int((row.ends_at - row.starts_at).total_seconds() // 60)
    return row.default_duration_min or row.min_duration_min or _DEFAULT_MINUTES
