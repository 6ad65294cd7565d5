"""Steps of the working copy that a person can take back or do again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import ScheduleState
from eventhub.programme.models import EditLog, Schedule

_ROWS_READ = 400  # a batch that shifts a day has some dozens


class Steps(NamedTuple):
    """The batch to undo and the batch to redo, if any."""

    undo: str | None
    redo: str | None


def steps(event_id: int, actor: str) -> Steps:
    """
    Return what a person can take back and do again, of their own batches.

    Others' batches stay out: undo takes back what one did oneself. A new edit
    ends what can be redone.
    """
    statement = (
        select(EditLog.batch_id, EditLog.op, EditLog.is_undone)
        .join(Schedule, Schedule.id == EditLog.schedule_id)
        .where(
            Schedule.event_id == event_id,
            Schedule.state == ScheduleState.WIP,
            EditLog.actor == actor,
            EditLog.op != "import",  # taken back from its own page, with the texts
        )
        .order_by(EditLog.id.desc())
        .limit(_ROWS_READ)
    )
    rows = db.session.execute(statement).all()
    undone = {row.batch_id for row in rows if row.is_undone}
    done, back = replayed((row.batch_id, row.op) for row in reversed(rows))
    return Steps(
        next((batch for batch in reversed(done) if batch not in undone), None),
        next((batch for batch in reversed(back) if batch in undone), None),
    )


def replayed(rows: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """
    Return the batches that are done and those that were taken back, newest last.

    Args:
        rows: Batch and operation of each logged row, oldest first; undo and
            redo are logged as batches of their own.
    """
    done: list[str] = []
    back: list[str] = []
    last = ""
    for batch, op in rows:
        if batch == last:
            continue
        last = batch
        if op == "undo":
            back += [done.pop()] if done else []
        elif op == "redo":
            done += [back.pop()] if back else []
        else:
            done.append(batch)
            back.clear()
    return done, back
