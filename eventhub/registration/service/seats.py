"""Seats by hand and by rule: held, assigned, moved, freed, protected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert as insert_rows
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration.enums import TicketStatus
from eventhub.registration.errors import IllegalTransition, SeatTaken
from eventhub.registration.models import Seat, SeatAssignment, SeatPlan, Ticket
from eventhub.registration.queries import seat_guests
from eventhub.registration.queries import seats as queries
from eventhub.registration.rules.seats import allocate
from eventhub.registration.service import seat_rows
from eventhub.registration.service.seat_rows import Step

_ENDED = (TicketStatus.CANCELLED, TicketStatus.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSeat:
    """A ticket gets a seat, or another one when it has one."""

    event_id: int
    performance_id: int
    seat: str
    ticket_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeat:
    """A seat is kept for somebody without a ticket; `until` None ends it by hand only."""

    event_id: int
    performance_id: int
    seat: str
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSeat:
    """Whoever has `seat` goes to `to`; when that is taken, the two change places."""

    event_id: int
    performance_id: int
    seat: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeat:
    """A seat is freed."""

    event_id: int
    performance_id: int
    seat: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectSeat:
    """A seat is kept from being freed by rule or by the clock, or not any more."""

    event_id: int
    performance_id: int
    seat: str
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Allocated:
    """What the rule gave: labels by ticket, and how many people are left."""

    seats: dict[int, str]
    left: int


@command
def assign_seat(cmd: AssignSeat) -> None:
    """
    Give a seat to a ticket.

    Commits. The row that is written decides, not a look before it. A held
    seat becomes the ticket's.

    Raises:
        NotFound: No such seat or ticket, or the ticket has ended.
        SeatTaken: Another ticket has the seat; `next` is a free one as near.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id)
    place = _sellable(plan.map_id, cmd.seat)
    ticket = db.session.get(Ticket, cmd.ticket_id, populate_existing=True)
    if ticket is None or ticket.event_id != cmd.event_id or ticket.status in _ENDED:
        raise NotFound()
    mine = _seat_of(cmd.performance_id, ticket.id)
    if mine is not None and mine.seat_id == place.id:
        return
    _end_hold(cmd.performance_id, place.id)
    try:
        if mine is None:
            seat_rows.insert(_assignment(plan, place, ticket_id=ticket.id))
        else:
            _change_seat(mine, place.id)
    except SeatTaken as taken:
        raise SeatTaken(details=_next(plan, place)) from taken
    _done(cmd.event_id, cmd.performance_id, "moved" if mine else "assigned", place, ticket.id)
    seat_rows.relabel([ticket.id])
    _record("seat.assign", cmd, place, {"reason": cmd.reason} if cmd.reason else {})


@command
def hold_seat(cmd: HoldSeat) -> None:
    """
    Keep a seat without a ticket.

    Commits.

    Raises:
        NotFound: No such seat.
        SeatTaken: It has a holder.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id)
    place = _sellable(plan.map_id, cmd.seat)
    try:
        seat_rows.insert(_assignment(plan, place, note=cmd.note, until=cmd.until))
    except SeatTaken as taken:
        raise SeatTaken(details=_next(plan, place)) from taken
    _done(cmd.event_id, cmd.performance_id, "held", place, None)
    _record("seat.hold", cmd, place)


@command
def move_seat(cmd: MoveSeat) -> None:
    """
    Move a holder to another seat, or let two change places; both or neither.

    Commits.

    Raises:
        NotFound: No such seat, or nobody has the first one.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id, lock=True)
    old, new = _sellable(plan.map_id, cmd.seat), _sellable(plan.map_id, cmd.to)
    if old.id == new.id:
        return
    mine = seat_rows.live(cmd.performance_id, old.id)
    if mine is None:
        raise NotFound()
    other = seat_rows.live(cmd.performance_id, new.id)
    if other is not None:
        state, other.state = other.state, "released"  # out of the way of the unique index
        db.session.flush()
    _change_seat(mine, new.id)
    _done(cmd.event_id, cmd.performance_id, "moved", new, mine.ticket_id)
    if other is not None:
        other.seat_id, other.state = old.id, state
        db.session.flush()
        _done(cmd.event_id, cmd.performance_id, "moved", old, other.ticket_id)
    seat_rows.relabel({mine.ticket_id, other.ticket_id if other else None})
    _record("seat.move", cmd, new, {"from": seat_rows.label_of(old)})


@command
def release_seat(cmd: ReleaseSeat) -> None:
    """
    Free a seat.

    Commits.

    Raises:
        NotFound: No such seat, or nobody has it.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id)
    place = seat_rows.seat(plan.map_id, cmd.seat)
    mine = seat_rows.live(cmd.performance_id, place.id)
    if mine is None:
        raise NotFound()
    mine.state, mine.released_at, mine.reason = "released", clock.now(), cmd.reason
    step = Step(seat_rows.label_of(place), "released", mine.ticket_id, cmd.reason)
    seat_rows.log(cmd.event_id, cmd.performance_id, [step], actor=seat_rows.by_name())
    seat_rows.relabel([mine.ticket_id])
    _record("seat.release", cmd, place, {"reason": cmd.reason} if cmd.reason else {})


@command
def protect_seat(cmd: ProtectSeat) -> None:
    """
    Keep a seat from being freed by the clock, or let it be freed again.

    Commits.

    Raises:
        NotFound: No such seat, or nobody has it.
    """
    plan = seat_rows.plan(cmd.event_id, cmd.performance_id)
    place = seat_rows.seat(plan.map_id, cmd.seat)
    mine = seat_rows.live(cmd.performance_id, place.id)
    if mine is None:
        raise NotFound()
    mine.is_protected = cmd.is_protected
    action = "protected" if cmd.is_protected else "unprotected"
    _done(cmd.event_id, cmd.performance_id, action, place, mine.ticket_id)
    _record("seat.protect", cmd, place, {"protected": cmd.is_protected})


@command
def allocate_seats(event: EventRow, show: PerformanceRow, *, is_trial: bool = False) -> Allocated:
    """
    Seat everybody who has none by rule; who sits stays where they are.

    Commits. With `is_trial` nothing is written.

    Raises:
        NotFound: The performance has no seats.
        SeatTaken: Somebody took one of the seats in the meantime; nothing is changed.
    """
    plan = seat_rows.plan(event.id, show.performance_id, lock=True)
    known = queries.plan_of(show.performance_id)
    if known is None:
        raise NotFound()
    rows, blocks = queries.seat_rows(known), queries.block_rows(show.performance_id)
    guests = seat_guests.unseated(event, show)
    free = seat_guests.free_seats(rows, blocks)
    made = allocate(seat_guests.groups_of(guests), free, seat_guests.rule_blocks(blocks))
    labels = {row.id: row.label for row in rows}
    given = {ticket_id: labels[seat_id] for ticket_id, seat_id in made.seats.items()}
    left = sum(len(group.tickets) for group in made.unseated)
    if given and not is_trial:
        _write(plan, made.seats, given)
        audit.record(
            "seats.allocate",
            f"performance:{show.public_no}",
            organisation_id=event.organisation_id,
            event_id=event.id,
            after={"seated": len(given), "left": left},
        )
    return Allocated(given, left)


def _write(plan: SeatPlan, seats: dict[int, int], labels: dict[int, str]) -> None:
    now = clock.now()
    db.session.execute(
        insert_rows(SeatAssignment),
        [
            {
                "event_id": plan.event_id,
                "performance_id": plan.performance_id,
                "seat_id": seat_id,
                "ticket_id": ticket_id,
                "state": "assigned",
                "note": "",
                "reason": "",
                "is_protected": False,
                "at": now,
            }
            for ticket_id, seat_id in seats.items()
        ],
    )
    steps = [Step(label, "assigned", ticket_id, "rule") for ticket_id, label in labels.items()]
    seat_rows.log(plan.event_id, plan.performance_id, steps, actor=seat_rows.by_name())
    seat_rows.relabel(list(seats))


def _sellable(map_id: int, label: str) -> Seat:
    place = seat_rows.seat(map_id, label)
    if place.kind == "unsellable":
        raise IllegalTransition()
    return place


def _seat_of(performance_id: int, ticket_id: int) -> SeatAssignment | None:
    return db.session.scalar(
        select(SeatAssignment)
        .where(
            SeatAssignment.performance_id == performance_id,
            SeatAssignment.ticket_id == ticket_id,
            SeatAssignment.state != "released",
        )
        .execution_options(populate_existing=True)
    )


def _end_hold(performance_id: int, seat_id: int) -> None:
    holder = seat_rows.live(performance_id, seat_id)
    if holder is not None and holder.state == "held":
        holder.state, holder.released_at = "released", clock.now()
        db.session.flush()


def _change_seat(mine: SeatAssignment, seat_id: int) -> None:
    """Give a holder another seat; raises SeatTaken when that has one."""
    try:
        with db.session.begin_nested():
            mine.seat_id, mine.at = seat_id, clock.now()
            db.session.flush()
    except IntegrityError as error:
        raise SeatTaken() from error


def _assignment(
    plan: SeatPlan,
    place: Seat,
    *,
    ticket_id: int | None = None,
    note: str = "",
    until: datetime | None = None,
) -> SeatAssignment:
    return SeatAssignment(
        event_id=plan.event_id,
        performance_id=plan.performance_id,
        seat_id=place.id,
        ticket_id=ticket_id,
        state="assigned" if ticket_id is not None else "held",
        note=note,
        held_until=until,
        at=clock.now(),
    )


def _next(plan: SeatPlan, near: Seat) -> dict[str, str]:
    """Return the free seat of the same kind that is nearest to a taken one."""
    taken = select(SeatAssignment.seat_id).where(
        SeatAssignment.performance_id == plan.performance_id, queries.LIVE
    )
    free = db.session.scalars(
        select(Seat).where(
            Seat.map_id == plan.map_id, Seat.kind == near.kind, Seat.id.not_in(taken)
        )
    ).all()
    if not free:
        return {}
    best = min(
        free,
        key=lambda seat: (
            seat.section != near.section,
            abs(seat.row_rank - near.row_rank),
            abs(seat.position - near.position),
            seat.id,
        ),
    )
    return {"next": seat_rows.label_of(best)}


def _done(
    event_id: int, performance_id: int, action: str, place: Seat, ticket_id: int | None
) -> None:
    step = Step(seat_rows.label_of(place), action, ticket_id)
    seat_rows.log(event_id, performance_id, [step], actor=seat_rows.by_name())


def _record(
    action: str,
    cmd: AssignSeat | HoldSeat | MoveSeat | ReleaseSeat | ProtectSeat,
    place: Seat,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        action,
        f"seat:{cmd.performance_id}/{seat_rows.label_of(place)}",
        event_id=cmd.event_id,
        after=after or {},
    )
