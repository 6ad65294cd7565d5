"""Change the working copy of a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import ScheduleState, SlotStatus
from eventhub.programme.errors import AlreadyPlaced, ReleasedImmutable
from eventhub.programme.models import Schedule, Slot

on_violation("uq_slot_schedule_id_performance_id", AlreadyPlaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSlot:
    """
    Where and when a performance stands in the working copy.

    Without times the performance belongs to the programme, but nobody knows
    when it is.
    """

    event_id: int
    performance_id: int
    stage_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: SlotStatus = SlotStatus.SCHEDULED
    note_public: I18n | None = None


@command
def place_slot(cmd: PlaceSlot) -> int:
    """
    Place a performance in the working copy, or move it there; return the slot's id.

    Raises:
        Invalid: It would end before it starts, or has one time only.

        ReleasedImmutable: The event has no working copy.
    """
    if (cmd.starts_at is None) != (cmd.ends_at is None):
        raise Invalid(fields={"ends_at": [_l("Give both times or neither.")]})
    if cmd.starts_at and cmd.ends_at and cmd.ends_at <= cmd.starts_at:
        raise Invalid(fields={"ends_at": [_l("It must end after it starts.")]})
    schedule = working_copy(cmd.event_id)
    if schedule is None:
        raise ReleasedImmutable()
    slot = db.session.scalar(
        select(Slot).where(
            Slot.schedule_id == schedule.id, Slot.performance_id == cmd.performance_id
        )
    )
    if slot is None:
        slot = Slot(
            schedule_id=schedule.id,
            performance_id=cmd.performance_id,
            row_version=0,
            is_visible=True,
        )
        db.session.add(slot)
    slot.stage_id = cmd.stage_id
    slot.starts_at = cmd.starts_at
    slot.ends_at = cmd.ends_at
    slot.status = cmd.status
    slot.note_public = cmd.note_public
    slot.row_version += 1
    slot.updated_at = clock.now()
    db.session.flush()
    return slot.id


def working_copy(event_id: int) -> Schedule | None:
    """Return the working copy of an event, locked until the command ends."""
    return db.session.scalar(
        select(Schedule)
        .where(Schedule.event_id == event_id, Schedule.state == ScheduleState.WIP)
        .with_for_update()
    )
