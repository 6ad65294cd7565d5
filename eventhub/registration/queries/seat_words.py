"""Where a ticket sits, for messages and calendars: row, seat, side and block."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Seat, SeatAssignment, SeatBlock, SeatBlockSeat


@dataclass(frozen=True, slots=True)
class SeatFace:
    """One seat of a ticket; `section` "" and `block` {} are none."""

    row: str
    number: int
    section: str
    block: I18n


def seats_of_ticket(ticket_id: int) -> tuple[SeatFace, ...]:
    """Return the live seats of a ticket by show and row; one statement."""
    inside = and_(
        SeatBlockSeat.seat_id == Seat.id,
        SeatBlockSeat.performance_id == SeatAssignment.performance_id,
    )
    found = db.session.execute(
        select(Seat.row_label, Seat.number, Seat.section, SeatBlock.name)
        .select_from(SeatAssignment)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .outerjoin(SeatBlockSeat, inside)
        .outerjoin(SeatBlock, SeatBlock.id == SeatBlockSeat.block_id)
        .where(SeatAssignment.ticket_id == ticket_id, SeatAssignment.state == "assigned")
        .order_by(SeatAssignment.performance_id, Seat.row_rank, Seat.row_label, Seat.number)
    )
    return tuple(
        SeatFace(row, number, section, block or {}) for row, number, section, block in found
    )
