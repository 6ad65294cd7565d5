"""Actions on the working copy: place, move, resize, unplace, swap, pin, shift, close gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import SlotStatus
from eventhub.programme.models import Performance, Show, ShowType, Slot
from eventhub.programme.service.batch import Desk, Edit, Edited, SlotState, run

_DEFAULT_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Edit):
    """Put a performance on a stage; without minutes it is as long as before, or as usual."""

    performance_id: int
    row_version: int
    stage_id: int
    starts_at: datetime
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Edit):
    """Another stage or start; the length stays."""

    performance_id: int
    row_version: int
    stage_id: int | None
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize(Edit):
    """Another end."""

    performance_id: int
    row_version: int
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplace(Edit):
    """No place and no time any more."""

    performance_id: int
    row_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(Edit):
    """Two performances change stage and start with each other."""

    performance_a: int
    version_a: int
    performance_b: int
    version_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Edit):
    """Whether a slot may be moved."""

    performance_id: int
    row_version: int
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus(Edit):
    """Whether it takes place."""

    performance_id: int
    row_version: int
    status: SlotStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRange(Edit):
    """Move all that starts in `[starts_at, ends_at)` by some minutes; no stages: all of them."""

    minutes: int
    starts_at: datetime
    ends_at: datetime
    stage_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseGaps(Edit):
    """Move all that starts in `[starts_at, ends_at)` on a stage forward, so that gaps are even."""

    stage_id: int
    starts_at: datetime
    ends_at: datetime
    keep_min: int


def place(cmd: Place) -> Edited:
    """Place a performance; see `batch.run` for what is refused."""

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.movable(cmd.performance_id, cmd.row_version)
        length = timedelta(minutes=cmd.minutes) if cmd.minutes is not None else slot.length
        ends_at = cmd.starts_at + (length or usual_length(cmd.performance_id))
        return [replace(slot, stage_id=cmd.stage_id, starts_at=cmd.starts_at, ends_at=ends_at)]

    return run(cmd, "place", plan)


def move(cmd: Move) -> Edited:
    """
    Move a performance, and with it what hangs on it.

    Rehearsals, sound checks and doors move by the same time, and to the same
    stage when they were on the same one, unless they are pinned.
    """

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.movable(cmd.performance_id, cmd.row_version)
        ends_at = cmd.starts_at + (slot.length or usual_length(cmd.performance_id))
        moved = replace(slot, stage_id=cmd.stage_id, starts_at=cmd.starts_at, ends_at=ends_at)
        return [moved, *_hanging(desk, slot, moved)]

    return run(cmd, "move", plan)


def resize(cmd: Resize) -> Edited:
    """Give a performance another end; see `batch.run` for what is refused."""

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.movable(cmd.performance_id, cmd.row_version)
        return [replace(slot, ends_at=cmd.ends_at if slot.starts_at else None)]

    return run(cmd, "resize", plan)


def unplace(cmd: Unplace) -> Edited:
    """Take place and time from a performance; see `batch.run` for what is refused."""

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.movable(cmd.performance_id, cmd.row_version)
        return [replace(slot, stage_id=None, starts_at=None, ends_at=None)]

    return run(cmd, "unplace", plan)


def swap(cmd: Swap) -> Edited:
    """Let two performances change stage and start; each keeps its length."""

    def plan(desk: Desk) -> list[SlotState]:
        a = desk.movable(cmd.performance_a, cmd.version_a)
        b = desk.movable(cmd.performance_b, cmd.version_b)
        return [_at_place_of(a, b), _at_place_of(b, a)]

    return run(cmd, "swap", plan)


def pin(cmd: Pin) -> Edited:
    """Pin or unpin a slot."""

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.seen(cmd.performance_id, cmd.row_version)
        return [replace(slot, is_pinned=cmd.is_pinned)]

    return run(cmd, "pin", plan)


def set_status(cmd: SetStatus) -> Edited:
    """Say whether a performance takes place."""

    def plan(desk: Desk) -> list[SlotState]:
        slot = desk.seen(cmd.performance_id, cmd.row_version)
        return [replace(slot, status=cmd.status)]

    return run(cmd, "status", plan)


def shift_range(cmd: ShiftRange) -> Edited:
    """Move everything that starts in a span, except what is pinned, as one batch."""
    by = timedelta(minutes=cmd.minutes)

    def plan(desk: Desk) -> list[SlotState]:
        return [
            _shifted(slot, by)
            for slot in _starting(desk, cmd.starts_at, cmd.ends_at, cmd.stage_ids)
        ]

    return run(cmd, "shift", plan)


def close_gaps(cmd: CloseGaps) -> Edited:
    """Let everything on a stage begin `keep_min` after what is before it; pinned slots stay."""
    keep = timedelta(minutes=cmd.keep_min)

    def plan(desk: Desk) -> list[SlotState]:
        moved: list[SlotState] = []
        free_at: datetime | None = None
        for slot in _starting(desk, cmd.starts_at, cmd.ends_at, (cmd.stage_id,), pinned=True):
            start, end = slot.starts_at, slot.ends_at
            assert start  # noqa: S101 - it starts in the span
            assert end  # noqa: S101 - it starts in the span
            wanted = start if free_at is None else min(free_at + keep, start)
            if wanted != start and not slot.is_pinned:
                moved.append(_shifted(slot, wanted - start))
                end += wanted - start
            free_at = end if free_at is None else max(free_at, end)
        return moved

    return run(cmd, "close_gaps", plan)


def usual_length(performance_id: int) -> timedelta:
    """Return how long a performance is when nobody says: by its show, its type, or an hour."""
    found = db.session.execute(
        select(Show.default_duration_min, ShowType.min_duration_min)
        .join(Performance, Performance.show_id == Show.id)
        .outerjoin(ShowType, ShowType.id == Show.type_id)
        .where(Performance.id == performance_id)
    ).one()
    return timedelta(minutes=found[0] or found[1] or _DEFAULT_MINUTES)


def _hanging(desk: Desk, old: SlotState, new: SlotState) -> list[SlotState]:
    if old.starts_at is None or new.starts_at is None:
        return []
    hanging = db.session.scalars(
        select(Performance.id).where(Performance.for_performance_id == old.performance_id)
    ).all()
    by = new.starts_at - old.starts_at
    moved = []
    for slot in desk.slots(hanging).values():
        if slot.is_pinned or slot.starts_at is None:
            continue
        stage_id = new.stage_id if slot.stage_id == old.stage_id else slot.stage_id
        if by or stage_id != slot.stage_id:
            moved.append(replace(_shifted(slot, by), stage_id=stage_id))
    return moved


def _starting(
    desk: Desk,
    starts_at: datetime,
    ends_at: datetime,
    stage_ids: Sequence[int],
    *,
    pinned: bool = False,
) -> list[SlotState]:
    statement = select(Slot.performance_id).where(
        Slot.schedule_id == desk.schedule_id, Slot.starts_at >= starts_at, Slot.starts_at < ends_at
    )
    if stage_ids:
        statement = statement.where(Slot.stage_id.in_(stage_ids))
    ordered = statement.order_by(Slot.starts_at, Slot.ends_at, Slot.performance_id)
    keys = db.session.scalars(ordered).all()
    slots = desk.slots(keys)
    return [slots[key] for key in keys if pinned or not slots[key].is_pinned]


def _shifted(slot: SlotState, by: timedelta) -> SlotState:
    assert slot.starts_at  # noqa: S101 - callers give placed slots
    assert slot.ends_at  # noqa: S101 - callers give placed slots
    return replace(slot, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)


def _at_place_of(slot: SlotState, other: SlotState) -> SlotState:
    if other.starts_at is None:
        return replace(slot, stage_id=None, starts_at=None, ends_at=None)
    length = slot.length or usual_length(slot.performance_id)
    start = other.starts_at
    return replace(slot, stage_id=other.stage_id, starts_at=start, ends_at=start + length)
