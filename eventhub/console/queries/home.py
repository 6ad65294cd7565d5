"""The figures of the organizer's home: who came today and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from eventhub.checkin.models import Admission
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import EntryWindow, Registration, Ticket, TicketType

NEXT_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Entered:
    """People that gates let in on the running operating day; `inside` have not left."""

    people: int
    inside: int


@dataclass(frozen=True, slots=True)
class NextShow:
    """
    A performance that comes.

    `taken` counts people registered for it, None when nobody chose it by
    itself; `places` is the capacity of its stage, None for an open show.
    """

    row: PerformanceRow
    taken: int | None
    places: int | None


def entered(event: EventRow, now: datetime) -> Entered:
    """Return who was admitted today, crew and exhibitors left out, and who of them is inside."""
    since, until = (_ms(at) for at in event.day_bounds(event.operating_day(now)))
    people = (
        select(Admission.ticket_id, Admission.place)
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(
            Admission.event_id == event.id,
            Admission.entered_at_ms >= since,
            Admission.entered_at_ms < until,
            TicketType.counts_as_visitor,
        )
        .distinct()
    )
    came = select(func.count()).select_from(people.subquery())
    inside = select(func.count()).select_from(
        people.where(Admission.left_at_ms.is_(None)).subquery()
    )
    row = db.session.execute(select(came.scalar_subquery(), inside.scalar_subquery())).one()
    return Entered(*row)


def next_shows(event_id: int, rows: Sequence[PerformanceRow], now: datetime) -> list[NextShow]:
    """Return the next performances of the day with who registered for them."""
    coming = [row for row in rows if row.starts_at > now and row.status != "cancelled"][:NEXT_SHOWN]
    taken = _taken(event_id, [row.performance_id for row in coming])
    return [NextShow(row, taken.get(row.performance_id), _places(row)) for row in coming]


def _places(row: PerformanceRow) -> int | None:
    return None if row.is_open_to_all else row.stage_capacity


def _taken(event_id: int, performance_ids: Sequence[int]) -> dict[int, int]:
    """Return confirmed people by performance, whether chosen or given by the entry window."""
    r, w = Registration, EntryWindow
    performance = func.coalesce(r.performance_id, w.performance_id)
    rows = db.session.execute(
        select(performance, func.sum(r.group_size))
        .select_from(r)
        .outerjoin(w, (w.event_id == r.event_id) & (w.number == r.window_no))
        .where(
            r.event_id == event_id,
            r.state == RegistrationState.CONFIRMED,
            or_(r.performance_id.in_(performance_ids), w.performance_id.in_(performance_ids)),
        )
        .group_by(performance)
    )
    return {found: int(people) for found, people in rows}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
