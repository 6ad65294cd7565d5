"""Release a schedule: the working copy becomes a version that never changes."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, insert, literal, select, update

from eventhub.kernel import audit, clock, text
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries
from eventhub.programme.enums import PerformanceKind, ScheduleState, ShowState
from eventhub.programme.errors import NameTaken, ReleaseBlocked, ReleaseRaced, ReservedName
from eventhub.programme.models import (
    Party,
    Performance,
    Schedule,
    ScheduleChange,
    Show,
    ShowParty,
    Slot,
)
from eventhub.programme.rules.conflicts import Finding
from eventhub.programme.rules.diff import Diff, Shown, diff
from eventhub.programme.rules.naming import RESERVED_RELEASES
from eventhub.programme.service import notices
from eventhub.programme.service.batch import finding_json
from eventhub.programme.service.edit import working_copy
from eventhub.webhooks.enums import Kind
from eventhub.webhooks.service import emit

on_violation("uq_schedule_event_id_name", NameTaken)
on_violation("uq_schedule_one_wip", ReleaseRaced)

_NAME_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSchedule:
    """
    Which event is released under which name.

    `based_on` is the release that was the newest when somebody decided to
    release, 0 before the first; None means the newest when `release` is called.
    """

    event_id: int
    name: str
    comment: I18n | None = None
    based_on: int | None = None


@dataclass(frozen=True, slots=True)
class ReleasePreview:
    """
    What a release would say: findings, what changes for the public, who is touched.

    `blocking` are the findings that stop it; `parties` counts the parties of
    changed performances; `based_on` is the newest release now, for `release`.
    """

    findings: tuple[Finding, ...]
    diff: Diff
    blocking: tuple[Finding, ...]
    parties: int
    based_on: int


def preview_release(event_id: int) -> ReleasePreview:
    """Return what a release of the working copy would say; writes nothing."""
    event = queries.event_by_id(event_id)
    findings = queries.check(event)
    versions = {row.id: row for row in queries.versions(event_id)}
    wip = next((row for row in versions.values() if row.state == ScheduleState.WIP), None)
    if wip is None:
        raise ReleaseRaced()
    changes = diff(_told_before(event_id), queries.shown(db.session.get_one(Schedule, wip.id)))
    return ReleasePreview(
        tuple(findings),
        changes,
        tuple(row for row in findings if row.blocks_release),
        _parties_of(changes),
        _newest(event_id),
    )


def release(cmd: ReleaseSchedule) -> int:
    """
    Release the working copy and return the version's id.

    One transaction: only confirmed or cancelled shows become visible, the
    working copy gets its name and state, what it changes is written down, and
    a new working copy begins with the same slots. From then on the version
    never changes.

    Raises:
        Invalid: The name can not be used.

        ReleaseBlocked: Findings stop it; the details name them.

        ReservedName, NameTaken: Another name is needed.

        ReleaseRaced: Another release was faster.
    """
    based_on = _newest(cmd.event_id) if cmd.based_on is None else cmd.based_on
    return _release(cmd, based_on)


@command
def _release(cmd: ReleaseSchedule, based_on: int) -> int:
    name = _name(cmd.name)
    schedule = working_copy(cmd.event_id)
    is_other = schedule is not None and (schedule.base_schedule_id or 0) != based_on
    if schedule is None or is_other:  # the release that was faster took it
        raise ReleaseRaced()
    taken = select(Schedule.id).where(Schedule.event_id == cmd.event_id, Schedule.name == name)
    if db.session.scalar(taken) is not None:
        raise NameTaken()
    _stop_on_findings(cmd.event_id)
    before = _told_before(cmd.event_id)
    _set_visible(schedule.id)
    after = queries.shown(schedule)
    _write_told(schedule.id, after)
    changes = diff(before, after)
    _write_changes(schedule.id, changes)
    schedule.name = name
    schedule.comment = cmd.comment
    schedule.released_at = clock.now()
    schedule.state = ScheduleState.RELEASED
    db.session.flush()
    _begin_working_copy(schedule)
    notices.open_rounds(schedule, changes)
    emit(cmd.event_id, Kind.SCHEDULE_RELEASED, {"version": name})
    audit.record(
        "schedule.release", f"schedule:{name}", event_id=cmd.event_id, after={"version": name}
    )
    return schedule.id


def _newest(event_id: int) -> int:
    """Return the release from which the working copy began, 0 before the first one."""
    base = select(Schedule.base_schedule_id).where(
        Schedule.event_id == event_id, Schedule.state == ScheduleState.WIP
    )
    return db.session.scalar(base) or 0


def _stop_on_findings(event_id: int) -> None:
    findings = queries.check(queries.event_by_id(event_id))
    stopping = [finding_json(row) for row in findings if row.blocks_release]
    if stopping:
        raise ReleaseBlocked(details={"findings": stopping})


def _name(name: str) -> str:
    try:
        cleaned = text.clean(name, limit=_NAME_MAX)
    except ValueError as error:
        raise Invalid(fields={"name": [_l("This name can not be used.")]}) from error
    if not cleaned:
        raise Invalid(fields={"name": [_l("Give the release a name.")]})
    if cleaned.lower() in RESERVED_RELEASES:
        raise ReservedName()
    return cleaned


def _set_visible(schedule_id: int) -> None:
    public = (
        select(Performance.id)
        .join(Show, Show.id == Performance.show_id)
        .where(
            Performance.kind == PerformanceKind.SHOW,
            Show.state.in_((ShowState.CONFIRMED, ShowState.CANCELLED)),
        )
    )
    here = update(Slot).where(Slot.schedule_id == schedule_id)
    options = {"synchronize_session": False}
    db.session.flush()
    db.session.execute(
        here.where(Slot.performance_id.in_(public)).values(is_visible=True),
        execution_options=options,
    )
    db.session.execute(
        here.where(Slot.performance_id.not_in(public)).values(is_visible=False),
        execution_options=options,
    )
    db.session.expire_all()


def _begin_working_copy(released: Schedule) -> None:
    copy = Schedule(
        event_id=released.event_id,
        name="wip",
        state=ScheduleState.WIP,
        base_schedule_id=released.id,
    )
    db.session.add(copy)
    db.session.flush()
    kept = (
        "performance_id",
        "stage_id",
        "starts_at",
        "ends_at",
        "status",
        "is_visible",
        "note_public",
        "is_pinned",
        "row_version",
        "updated_at",
        "updated_by",
    )
    columns = [Slot.__table__.c[name] for name in kept]
    source = select(literal(copy.id), *columns).where(Slot.schedule_id == released.id)
    db.session.execute(insert(Slot).from_select(["schedule_id", *kept], source.order_by(Slot.id)))


def _told_before(event_id: int) -> dict[int, Shown]:
    newest = _newest(event_id)
    return queries.shown(db.session.get_one(Schedule, newest)) if newest else {}


def _write_told(schedule_id: int, shown: dict[int, Shown]) -> None:
    """Keep title, status and cast with the version, because shows are edited in place."""
    if not shown:
        return
    statement = (
        update(Slot)
        .where(Slot.schedule_id == schedule_id, Slot.performance_id == bindparam("key"))
        .values(
            told_title=bindparam("title"),
            told_status=bindparam("told"),
            told_cast=bindparam("cast"),
        )
    )
    rows = [
        {"key": key, "title": row.title, "told": row.status, "cast": list(row.cast)}
        for key, row in shown.items()
    ]
    db.session.connection().execute(statement, rows)
    db.session.expire_all()


def _write_changes(schedule_id: int, changes: Diff) -> None:
    rows = [
        {
            "schedule_id": schedule_id,
            "performance_id": change.performance_id,
            "kind": change.kind.value,
            "old": change.old,
            "new": change.new,
        }
        for change in changes.changes
    ]
    if rows:
        db.session.execute(insert(ScheduleChange), rows)


def _parties_of(changes: Diff) -> int:
    """Count the parties that take part in what changes."""
    touched = changes.performance_ids()
    statement = (
        select(func.count(Party.id.distinct()))
        .join(ShowParty, ShowParty.party_id == Party.id)
        .join(Performance, Performance.show_id == ShowParty.show_id)
        .where(Performance.id.in_(touched))
    )
    return db.session.scalar(statement) or 0 if touched else 0
