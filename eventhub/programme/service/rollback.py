"""Take the places and times of an earlier release into the working copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.programme.enums import ScheduleState
from eventhub.programme.errors import UnknownVersion
from eventhub.programme.models import Schedule, Slot
from eventhub.programme.service.batch import Desk, Edit, Edited, Plan, SlotState, run


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack(Edit):
    """Which release; one that is no release is refused."""

    name: str


def rollback(cmd: RollBack) -> Edited:
    """
    Make the working copy what a release was, as one batch that can be undone.

    Performances that the release does not know lose place and time. The
    release itself, and what the public sees, stay until the next release.

    Raises:
        UnknownVersion: There is no such release.
    """

    def plan(desk: Desk) -> list[SlotState]:
        old = {slot.performance_id: slot for slot in _slots(cmd.event_id, cmd.name)}
        here = select(Slot.performance_id).where(Slot.schedule_id == desk.schedule_id)
        now = desk.slots({*db.session.scalars(here), *old})
        wanted = [_as_in(slot, old.get(key)) for key, slot in sorted(now.items())]
        return [slot for slot in wanted if slot != now[slot.performance_id]]

    return run(cmd, "rollback", plan) if cmd.dry_run else _written(cmd, plan)


@command
def _written(cmd: RollBack, plan: Plan) -> Edited:
    done = run(cmd, "rollback", plan)
    audit.record(
        "schedule.rollback", f"schedule:{cmd.name}", event_id=cmd.event_id, after={"to": cmd.name}
    )
    return done


def _slots(event_id: int, name: str) -> Sequence[Slot]:
    release_id = db.session.scalar(
        select(Schedule.id).where(
            Schedule.event_id == event_id,
            Schedule.name == name,
            Schedule.state != ScheduleState.WIP,
        )
    )
    if release_id is None:
        raise UnknownVersion()
    return db.session.scalars(select(Slot).where(Slot.schedule_id == release_id)).all()


def _as_in(slot: SlotState, old: Slot | None) -> SlotState:
    if old is None:
        return replace(slot, stage_id=None, starts_at=None, ends_at=None)
    return replace(
        slot,
        stage_id=old.stage_id,
        starts_at=old.starts_at,
        ends_at=old.ends_at,
        status=old.status,
        note_public=old.note_public,
    )
