"""Actions on several performances at once: shift, take off, copy; each is one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries
from eventhub.programme.enums import PerformanceKind, ScheduleState
from eventhub.programme.errors import UnknownStage
from eventhub.programme.models import Performance, Schedule, Slot, Stage
from eventhub.programme.rules.naming import NUMBER_MAX
from eventhub.programme.service.batch import Desk, Edit, Edited, SlotState, run

# batches that make performances; taking one back drops these, doing it again brings them back
MAKING: Final = ("copy_day", "copy", "duplicate", "import")
_ON_EVERY_STAGE = (PerformanceKind.BREAK, PerformanceKind.BLOCKER, PerformanceKind.DOORS)
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Edit):
    """Performances, each with the version of its row that was seen."""

    items: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSeveral(Several):
    """Move them by minutes, later or earlier; stages stay."""

    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySeveral(Several):
    """Give each once more, at the same wall-clock time of another operating day."""

    to_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDay(Edit):
    """Give all of one operating day once more on another; no stages: all of them."""

    from_day: date
    to_day: date
    stage_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateToStages(Edit):
    """Put a break, a blocker or doors on more stages at the same time."""

    performance_id: int
    row_version: int
    stage_ids: tuple[int, ...]


class _OnlyTried(Exception):
    """Ends a dry run that had to make rows; carries what it would have done."""

    def __init__(self, edited: Edited) -> None:
        super().__init__()
        self.edited = edited


def shift_several(cmd: ShiftSeveral) -> Edited:
    """Shift performances; see `batch.run` for what is refused."""
    by = timedelta(minutes=cmd.minutes)

    def plan(desk: Desk) -> list[SlotState]:
        return [_at(slot, slot.starts_at + by) for slot in _seen(desk, cmd) if slot.starts_at]

    return run(cmd, "shift", plan)


def unplace_many(cmd: Several) -> Edited:
    """Take place and time from performances; see `batch.run` for what is refused."""

    def plan(desk: Desk) -> list[SlotState]:
        return [
            replace(slot, stage_id=None, starts_at=None, ends_at=None) for slot in _seen(desk, cmd)
        ]

    return run(cmd, "unplace", plan)


def copy_several(cmd: CopySeveral) -> Edited:
    """Copy performances to another day; see `batch.run` for what is refused."""

    def sources(desk: Desk) -> list[SlotState]:
        return [desk.seen(key, version) for key, version in _some(cmd)]

    return _made(cmd, "copy", sources, lambda slot: [_on_day(cmd, slot, cmd.to_day)])


def copy_day(cmd: CopyDay) -> Edited:
    """
    Copy an operating day to another one.

    Raises:
        Invalid: Both days are one, the other one is no day of the event, or nothing stands there.
    """
    event = queries.event_by_id(cmd.event_id)
    if cmd.to_day == cmd.from_day or cmd.to_day not in event.days():
        raise Invalid(fields={"to_day": [_l("Choose another day of the event.")]})
    start, end = event.day_bounds(cmd.from_day)

    def sources(desk: Desk) -> list[SlotState]:
        statement = (
            select(Slot.performance_id)
            .where(
                Slot.schedule_id == desk.schedule_id, Slot.starts_at >= start, Slot.starts_at < end
            )
            .order_by(Slot.starts_at, Slot.performance_id)
        )
        if cmd.stage_ids:
            statement = statement.where(Slot.stage_id.in_(cmd.stage_ids))
        keys = db.session.scalars(statement).all()
        if not keys:
            raise Invalid(fields={"from_day": [_l("Nothing stands on this day.")]})
        slots = desk.slots(keys)
        return [slots[key] for key in keys]

    return _made(cmd, "copy_day", sources, lambda slot: [_on_day(cmd, slot, cmd.to_day)])


def duplicate_to_stages(cmd: DuplicateToStages) -> Edited:
    """
    Duplicate a break to other stages.

    Raises:
        Invalid: It is a show, or stands nowhere.

        UnknownStage: The event has not all of the stages.
    """
    known = select(func.count()).where(
        Stage.event_id == cmd.event_id, Stage.id.in_(set(cmd.stage_ids))
    )
    if db.session.scalar(known) != len(set(cmd.stage_ids)):
        raise UnknownStage()

    def sources(desk: Desk) -> list[SlotState]:
        slot = desk.seen(cmd.performance_id, cmd.row_version)
        kind = db.session.scalar(
            select(Performance.kind).where(Performance.id == cmd.performance_id)
        )
        if kind not in _ON_EVERY_STAGE or slot.starts_at is None:
            raise Invalid(
                fields={"stages": [_l("Only breaks, blockers and doors with a place can be.")]}
            )
        return [slot]

    def places(slot: SlotState) -> list[SlotState]:
        others = [
            stage_id for stage_id in dict.fromkeys(cmd.stage_ids) if stage_id != slot.stage_id
        ]
        return [replace(slot, stage_id=stage_id) for stage_id in others]

    return _made(cmd, "duplicate", sources, places)


def _some(cmd: Several) -> Sequence[tuple[int, int]]:
    if not 0 < len(cmd.items) <= _MOST:
        raise Invalid(fields={"item": [_l("Choose at least one show, and at most 500.")]})
    return cmd.items


def _seen(desk: Desk, cmd: Several) -> list[SlotState]:
    return [desk.movable(key, version) for key, version in _some(cmd)]


def _at(slot: SlotState, start: datetime) -> SlotState:
    assert slot.length is not None  # noqa: S101 - callers give placed slots
    return replace(slot, starts_at=start, ends_at=start + slot.length)


def _on_day(cmd: Edit, slot: SlotState, day: date) -> SlotState:
    """Return a slot at its wall-clock time on another operating day."""
    event = queries.event_by_id(cmd.event_id)
    if slot.starts_at is None:
        return slot
    return _at(slot, event.instant(day, slot.starts_at.astimezone(event.zone).time()))


def _made(
    cmd: Edit,
    op: str,
    sources: Callable[[Desk], Iterable[SlotState]],
    places: Callable[[SlotState], Iterable[SlotState]],
) -> Edited:
    """Make a performance for every place of every source, and place them as one batch."""
    try:
        return _make(cmd, op, sources, places)
    except _OnlyTried as tried:
        return tried.edited


@command
def _make(
    cmd: Edit,
    op: str,
    sources: Callable[[Desk], Iterable[SlotState]],
    places: Callable[[SlotState], Iterable[SlotState]],
) -> Edited:
    wip = db.session.scalar(
        select(Schedule.id)
        .where(Schedule.event_id == cmd.event_id, Schedule.state == ScheduleState.WIP)
        .with_for_update()
    )

    def plan(desk: Desk) -> list[SlotState]:
        pairs = [(slot, place) for slot in sources(desk) for place in places(slot)]
        made = _performances(cmd.event_id, [slot.performance_id for slot, _place in pairs])
        return [
            SlotState(
                performance_id=key,
                stage_id=place.stage_id,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                status=place.status,
            )
            for key, (_slot, place) in zip(made, pairs, strict=True)
            if wip is not None
        ]

    edited = run(replace(cmd, dry_run=False), op, plan)
    if cmd.dry_run:
        raise _OnlyTried(replace(edited, batch=""))
    return edited


def _performances(event_id: int, originals: Sequence[int]) -> list[int]:
    """Make a performance like each of these, with numbers of their own; return the ids."""
    rows = {
        row.id: row
        for row in db.session.scalars(
            select(Performance).where(
                Performance.id.in_(originals), Performance.event_id == event_id
            )
        )
    }
    newest = select(func.max(Performance.public_no)).where(
        Performance.event_id == event_id, Performance.public_no <= NUMBER_MAX
    )
    number = db.session.scalar(newest) or 0
    made = [
        Performance(
            event_id=event_id,
            uuid=ids.new_uuid(),
            public_no=number + step,
            show_id=rows[key].show_id,
            kind=rows[key].kind,
        )
        for step, key in enumerate(originals, start=1)
    ]
    db.session.add_all(made)
    db.session.flush()
    copies = {key: row.id for key, row in zip(originals, made, strict=True)}
    for key, row in zip(originals, made, strict=True):
        row.for_performance_id = copies.get(rows[key].for_performance_id or 0)
    return [row.id for row in made]
