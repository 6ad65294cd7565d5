"""Release a schedule: the working copy becomes a version that never changes."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, literal, select, update

from eventhub.kernel import clock, text
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import PerformanceKind, ScheduleState, ShowState
from eventhub.programme.errors import NameTaken, ReleaseRaced, ReservedName
from eventhub.programme.models import Performance, Schedule, Show, Slot
from eventhub.programme.rules.naming import RESERVED_RELEASES
from eventhub.programme.service.edit import working_copy

on_violation("uq_schedule_event_id_name", NameTaken)
on_violation("uq_schedule_one_wip", ReleaseRaced)

_NAME_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSchedule:
    """Which event is released under which name."""

    event_id: int
    name: str
    comment: I18n | None = None


@command
def release(cmd: ReleaseSchedule) -> int:
    """
    Release the working copy and return the version's id.

    One transaction: only confirmed or cancelled shows become visible, the
    working copy gets its name and state, and a new working copy begins with
    the same slots. From then on the version never changes.

    Raises:
        Invalid: The name can not be used.

        ReservedName, NameTaken: Another name is needed.

        ReleaseRaced: Another release was faster.
    """
    name = _name(cmd.name)
    schedule = working_copy(cmd.event_id)
    if schedule is None:  # the release that was faster took it
        raise ReleaseRaced()
    taken = select(Schedule.id).where(Schedule.event_id == cmd.event_id, Schedule.name == name)
    if db.session.scalar(taken) is not None:
        raise NameTaken()
    _set_visible(schedule.id)
    schedule.name = name
    schedule.comment = cmd.comment
    schedule.released_at = clock.now()
    schedule.state = ScheduleState.RELEASED
    db.session.flush()
    _begin_working_copy(schedule)
    return schedule.id


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
        "row_version",
        "updated_at",
    )
    columns = [Slot.__table__.c[name] for name in kept]
    source = select(literal(copy.id), *columns).where(Slot.schedule_id == released.id)
    db.session.execute(insert(Slot).from_select(["schedule_id", *kept], source.order_by(Slot.id)))
