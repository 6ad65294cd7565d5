"""The seats that people have in hand, and what another kind of ticket must have to keep them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select

from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, performances_of
from eventhub.registration.models import (
    Attendee,
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatBlockSeat,
    Ticket,
    TicketType,
)
from eventhub.registration.queries.seat_guests import windows_of_show


@dataclass(frozen=True, slots=True)
class SeatInHand:
    """
    A seat that a person has.

    `tier_id` is whose tier its block is for, None when for any; `windows` are
    the numbers of the entry windows in which the performance lies.
    """

    assignment_id: int
    label: str
    tier_id: int | None
    windows: frozenset[int]


def seats_in_hand(event: EventRow, registration_id: int) -> list[SeatInHand]:
    """Return the seats of all people of a registration, in the order of their tickets."""
    rows = db.session.execute(
        select(
            SeatAssignment.id,
            SeatAssignment.performance_id,
            Seat.row_label,
            Seat.number,
            SeatBlock.tier_id,
        )
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .join(Ticket, Ticket.id == SeatAssignment.ticket_id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .outerjoin(
            SeatBlockSeat,
            and_(
                SeatBlockSeat.seat_id == Seat.id,
                SeatBlockSeat.performance_id == SeatAssignment.performance_id,
            ),
        )
        # a block whose seats were released is open to all
        .outerjoin(
            SeatBlock,
            and_(SeatBlock.id == SeatBlockSeat.block_id, SeatBlock.released_at.is_(None)),
        )
        .where(Attendee.registration_id == registration_id, SeatAssignment.state == "assigned")
        .order_by(Attendee.position, SeatAssignment.id)
    ).all()
    windows = _windows(event, {row.performance_id for row in rows})
    return [
        SeatInHand(
            assignment_id=row.id,
            label=f"{row.row_label}-{row.number}",
            tier_id=row.tier_id,
            windows=windows.get(row.performance_id, frozenset()),
        )
        for row in rows
    ]


def tiers_of(type_ids: Collection[int]) -> Mapping[int, int | None]:
    """Return the tiers of kinds of ticket, by id of the kind."""
    rows = db.session.execute(
        select(TicketType.id, TicketType.tier_id).where(TicketType.id.in_(list(type_ids)))
    )
    return {row.id: row.tier_id for row in rows}


def _windows(event: EventRow, performance_ids: Collection[int]) -> dict[int, frozenset[int]]:
    if not performance_ids:
        return {}
    return {
        show.performance_id: frozenset(db.session.scalars(windows_of_show(event.id, show)))
        for show in performances_of(event, list(performance_ids))
    }
