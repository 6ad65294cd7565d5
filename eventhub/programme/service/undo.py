"""Undo and redo whole batches of the working copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from eventhub.kernel.db import command, db
from eventhub.programme import queries
from eventhub.programme.errors import NothingToUndo, ReleasedImmutable, StaleEdit
from eventhub.programme.models import EditLog, Performance
from eventhub.programme.service import batch as batches
from eventhub.programme.service.batch import Desk, Edited, SlotState, Writer
from eventhub.programme.service.edit import working_copy
from eventhub.programme.service.several import MAKING

_OF_UNDO = ("undo", "redo")


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoBatch:
    """Which batch; `actor` is who undoes it."""

    event_id: int
    batch: str
    actor: str = ""


@command
def undo(cmd: UndoBatch) -> Edited:
    """
    Put every slot of a batch back as it was before it; versions go on rising.

    Raises:
        NothingToUndo: No such batch in the working copy, or undone already.

        StaleEdit: A slot was changed after the batch; nothing is undone.
    """
    return _turn(cmd, is_undo=True)


@command
def redo(cmd: UndoBatch) -> Edited:
    """Do an undone batch again; refused like `undo`."""
    return _turn(cmd, is_undo=False)


def _turn(cmd: UndoBatch, *, is_undo: bool) -> Edited:
    schedule = working_copy(cmd.event_id)
    if schedule is None:
        raise ReleasedImmutable()
    lines = _lines(schedule.id, cmd.batch, is_undone=not is_undo)
    desk = Desk(queries.event_by_id(cmd.event_id), schedule.id)
    now = desk.slots(line.performance_id for line in lines)
    wanted = [_wanted(line, now[line.performance_id], is_undo=is_undo) for line in lines]
    added, removed = batches.findings_of(desk, now, wanted)
    op = "undo" if is_undo else "redo"
    writer = Writer(schedule.id, now, op=op, actor=cmd.actor)
    slots = []
    made = [line.performance_id for line in lines if line.before is None and line.op in MAKING]
    db.session.execute(
        update(Performance).where(Performance.id.in_(made)).values(is_dropped=is_undo)
    )
    for line, slot in zip(lines, wanted, strict=True):
        if (line.before if is_undo else line.after) is None:
            slots.append(writer.remove(line.performance_id))
        else:
            slots.append(writer.write(slot))
            _note_version(line, slots[-1].row_version, is_undo=is_undo)
        line.is_undone = is_undo
    return Edited(writer.batch, tuple(slots), added, removed)


def _lines(schedule_id: int, batch: str, *, is_undone: bool) -> Sequence[EditLog]:
    lines = db.session.scalars(
        select(EditLog)
        .where(
            EditLog.schedule_id == schedule_id,
            EditLog.batch_id == batch,
            EditLog.is_undone == is_undone,
            EditLog.op.not_in(_OF_UNDO),
        )
        .order_by(EditLog.id)
    ).all()
    if not lines:
        raise NothingToUndo()
    return lines


def _wanted(line: EditLog, now: SlotState, *, is_undo: bool) -> SlotState:
    left, wanted = (line.after, line.before) if is_undo else (line.before, line.after)
    expected = left["row_version"] if left else 0
    if now.row_version != expected:
        raise StaleEdit(details={"current": batches.as_json(now)})
    return batches.from_json(wanted) if wanted else SlotState(performance_id=line.performance_id)


def _note_version(line: EditLog, row_version: int, *, is_undo: bool) -> None:
    """
    Remember which version the slot has now, so that the other way works only from it.

    The neighbouring step of the same performance began or ended there, so it
    hears of the version too; else only the newest step could be undone.
    """
    side, other = ("before", "after") if is_undo else ("after", "before")
    left = (getattr(line, side) or {}).get("row_version")
    setattr(line, side, {**(getattr(line, side) or {}), "row_version": row_version})
    steps = db.session.scalars(
        select(EditLog).where(
            EditLog.schedule_id == line.schedule_id,
            EditLog.performance_id == line.performance_id,
            EditLog.id != line.id,
            EditLog.op.not_in(_OF_UNDO),
        )
    )
    for step in steps:
        state = getattr(step, other)
        if state and state.get("row_version") == left:
            setattr(step, other, {**state, "row_version": row_version})
