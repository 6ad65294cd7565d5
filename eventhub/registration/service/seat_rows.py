"""Writes of seats that several services share; inside the caller's command."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ScalarSelect, Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.auth import current_actor
from eventhub.kernel.db import db, on_violation
from eventhub.kernel.errors import NotFound
from eventhub.registration.errors import SeatTaken
from eventhub.registration.models import (
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatLog,
    SeatPlan,
    Ticket,
)
from eventhub.registration.queries.seats import seats_of
from eventhub.registration.rules.seats import seat_label

on_violation("uq_seat_assignment_seat_live", SeatTaken)
on_violation("uq_seat_assignment_ticket_live", SeatTaken)

PROGRAM = "program"  # who did it when nobody is signed in


@dataclass(frozen=True, slots=True)
class Step:
    """One step for the log of seats."""

    label: str
    action: str
    ticket_id: int | None = None
    reason: str = ""


def by_name() -> str:
    """Return who is asking, for the log of seats."""
    return current_actor().name or PROGRAM


def plan(event_id: int, performance_id: int, *, lock: bool = False) -> SeatPlan:
    """
    Return the plan of a performance; with `lock` nobody else changes its seats by rule.

    Raises:
        NotFound: The performance has no seats.
    """
    statement = select(SeatPlan).where(
        SeatPlan.performance_id == performance_id, SeatPlan.event_id == event_id
    )
    if lock:
        statement = statement.with_for_update()
    found = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


def seat(map_id: int, label: str) -> Seat:
    """
    Return a seat by its label, such as `E1-12`.

    Raises:
        NotFound: The map has no such seat.
    """
    row_label, _, number = label.strip().upper().rpartition("-")
    found = None
    if row_label and number.isascii() and number.isdecimal() and len(number) <= 3:
        found = db.session.scalar(
            select(Seat).where(
                Seat.map_id == map_id, Seat.row_label == row_label, Seat.number == int(number)
            )
        )
    if found is None:
        raise NotFound()
    return found


def label_of(found: Seat) -> str:
    """Return what stands on a seat."""
    return f"{found.row_label}-{found.number}"


def live(performance_id: int, seat_id: int) -> SeatAssignment | None:
    """Return who has a seat now; the row stays locked for the caller's command."""
    return db.session.scalar(
        select(SeatAssignment)
        .where(
            SeatAssignment.performance_id == performance_id,
            SeatAssignment.seat_id == seat_id,
            SeatAssignment.state != "released",
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def insert(row: SeatAssignment) -> None:
    """
    Take a seat by writing it: of two at the same time one wins.

    Raises:
        SeatTaken: The seat has a holder, or the ticket a seat.
    """
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as error:
        raise SeatTaken() from error


def log(event_id: int, performance_id: int, steps: Iterable[Step], *, actor: str) -> None:
    """Write steps of seats."""
    now = clock.now()
    db.session.add_all(
        SeatLog(
            event_id=event_id,
            performance_id=performance_id,
            label=step.label,
            ticket_id=step.ticket_id,
            action=step.action,
            reason=step.reason,
            actor=actor,
            at=now,
        )
        for step in steps
    )


def relabel(ticket_ids: Collection[int | None]) -> None:
    """Write the seats of tickets on them, where gates, lists and exports read them."""
    known = [ticket_id for ticket_id in ticket_ids if ticket_id is not None]
    if not known:
        return
    db.session.flush()
    seats = seats_of(known)
    table = cast(Table, Ticket.__table__)
    db.session.execute(
        update(table)
        .where(table.c.id == bindparam("ticket"))
        .values(seat_label=bindparam("label")),
        [
            {"ticket": ticket_id, "label": seat_label(seats.get(ticket_id, {}).values())}
            for ticket_id in known
        ],
    )


def end_seats_of(
    people: ScalarSelect[int], *, reason: str, only: Collection[int] | None = None
) -> None:
    """
    Free the seats of people whose tickets end or change, in that transaction.

    Args:
        people: Ids of attendees.

        reason: For the log of seats.

        only: Ids of the assignments that end; None ends all.
    """
    statement = (
        select(SeatAssignment, Seat)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .join(Ticket, Ticket.id == SeatAssignment.ticket_id)
        .where(Ticket.attendee_id.in_(people), SeatAssignment.state != "released")
        .execution_options(populate_existing=True)
    )
    if only is not None:
        statement = statement.where(SeatAssignment.id.in_(only))
    found = db.session.execute(statement).all()
    now = clock.now()
    for row, place in found:
        row.state, row.released_at, row.reason = "released", now, reason
        step = Step(label_of(place), "released", row.ticket_id, reason)
        log(row.event_id, row.performance_id, [step], actor=by_name())
    relabel({row.ticket_id for row, _ in found})


def pass_seats(old_ticket_id: int, new_ticket_id: int) -> str | None:
    """
    Give the seats of one ticket to another, in the transaction that ends the first.

    Returns:
        What then stands on the new ticket.
    """
    found = db.session.execute(
        select(SeatAssignment, Seat)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .where(SeatAssignment.ticket_id == old_ticket_id, SeatAssignment.state != "released")
        .order_by(SeatAssignment.id)
        .with_for_update(of=SeatAssignment)
        .execution_options(populate_existing=True)
    ).all()
    now = clock.now()
    for row, place in found:
        row.ticket_id, row.at = new_ticket_id, now
        step = Step(label_of(place), "moved", new_ticket_id, "ticket passed on")
        log(row.event_id, row.performance_id, [step], actor=by_name())
    if found:
        relabel([old_ticket_id, new_ticket_id])
    return seat_label(label_of(place) for _row, place in found)


def block(event_id: int, performance_id: int, block_id: int) -> SeatBlock:
    """Return a block of a performance; raises NotFound."""
    found = db.session.get(SeatBlock, block_id, populate_existing=True)
    if found is None or (found.event_id, found.performance_id) != (event_id, performance_id):
        raise NotFound()
    return found
