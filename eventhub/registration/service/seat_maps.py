"""Seat maps of stages, and which one a performance uses."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy import insert as insert_rows

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.models import Performance, Stage
from eventhub.registration.errors import BadSeatPlan, SeatsInUse
from eventhub.registration.models import (
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatBlockSeat,
    SeatMap,
    SeatPlan,
)
from eventhub.registration.rules.seat_plan import (
    BadPlan,
    PlanFault,
    PlannedSeat,
    read_plan,
)

PLAN_CHARS = 20_000
FAULTS = {
    PlanFault.EMPTY: _l("Name at least one row, such as A:1-20."),
    PlanFault.UNREADABLE: _l("This part can not be read: %(part)s"),
    PlanFault.ROW_TWICE: _l("This row stands there twice: %(part)s"),
    PlanFault.SEAT_TWICE: _l("This seat stands there twice: %(part)s"),
    PlanFault.NO_SUCH_SEAT: _l("There is no such seat: %(part)s"),
    PlanFault.TOO_MANY: _l("A map has at most 5,000 seats."),
    PlanFault.SECTIONS: _l("A map has at most two sides, each with rows: %(part)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMap:
    """A new version of the seats of a stage; `plan` as `rules.seat_plan` reads it."""

    event_id: int
    stage_id: int
    name: str
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseMap:
    """A performance uses a map; `release_min` None keeps the seats of no-shows."""

    event_id: int
    performance_id: int
    map_id: int
    release_min: int | None = None


@command
def create_map(cmd: CreateMap) -> int:
    """
    Make a new version of a stage's seats and return its id.

    Commits. Older versions stay as they are, because performances use them.

    Raises:
        NotFound: The event has no such stage.
        BadSeatPlan: The plan can not be read.
    """
    stage = db.session.get(Stage, cmd.stage_id)
    if stage is None or stage.event_id != cmd.event_id:
        raise NotFound()
    seats = read_seats(cmd.plan)
    newest = db.session.scalar(
        select(func.max(SeatMap.version)).where(SeatMap.stage_id == cmd.stage_id)
    )
    made = SeatMap(
        event_id=cmd.event_id,
        stage_id=cmd.stage_id,
        version=(newest or 0) + 1,
        name=cmd.name,
        plan=cmd.plan.strip(),
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    db.session.execute(
        insert_rows(Seat),
        [
            {
                "event_id": cmd.event_id,
                "map_id": made.id,
                "section": seat.section,
                "row_label": seat.row_label,
                "row_rank": seat.row_rank,
                "number": seat.number,
                "position": seat.position,
                "kind": seat.kind.value,
            }
            for seat in seats
        ],
    )
    audit.record(
        "seat_map.create",
        f"seat_map:{stage.slug}/{made.version}",
        event_id=cmd.event_id,
        after={"name": cmd.name, "seats": len(seats)},
    )
    return made.id


@command
def use_map(cmd: UseMap) -> None:
    """
    Let a performance use a map, or change when the seats of no-shows are freed.

    Commits.

    Raises:
        NotFound: The event has no such map or performance.
        SeatsInUse: Guests sit in the seats of another map.
    """
    seat_map = db.session.get(SeatMap, cmd.map_id)
    performance = db.session.get(Performance, cmd.performance_id)
    if seat_map is None or seat_map.event_id != cmd.event_id:
        raise NotFound()
    if performance is None or performance.event_id != cmd.event_id:
        raise NotFound()
    plan = db.session.get(SeatPlan, cmd.performance_id, populate_existing=True)
    if plan is None:
        plan = SeatPlan(performance_id=cmd.performance_id, event_id=cmd.event_id, map_id=cmd.map_id)
        db.session.add(plan)
    elif plan.map_id != cmd.map_id:
        _leave_map(plan)
        plan.map_id = cmd.map_id
    if plan.release_min != cmd.release_min:
        plan.release_min, plan.released_at = cmd.release_min, None
    audit.record(
        "seat_plan.use",
        f"performance:{performance.public_no}",
        event_id=cmd.event_id,
        after={"map": seat_map.version, "release_min": cmd.release_min},
    )


def read_seats(text: str) -> tuple[PlannedSeat, ...]:
    """Return the seats of a plan; raises BadSeatPlan with a sentence for the field `plan`."""
    try:
        if len(text) > PLAN_CHARS:
            raise BadPlan(PlanFault.TOO_MANY)
        return read_plan(text)
    except BadPlan as error:
        raise refused(error, "plan") from error


def refused(error: BadPlan, field: str) -> BadSeatPlan:
    """Return what is wrong with a plan or with ranges as the error of a field."""
    return BadSeatPlan(fields={field: [str(FAULTS[error.fault]) % {"part": error.part}]})


def _leave_map(plan: SeatPlan) -> None:
    """Take the blocks of a performance away; raises SeatsInUse while guests sit there."""
    seated = db.session.scalar(
        select(func.count())
        .select_from(SeatAssignment)
        .where(
            SeatAssignment.performance_id == plan.performance_id,
            SeatAssignment.state != "released",
        )
    )
    if seated:
        raise SeatsInUse(details={"seats": seated})
    for model in (SeatBlockSeat, SeatBlock):
        db.session.execute(delete(model).where(model.performance_id == plan.performance_id))
