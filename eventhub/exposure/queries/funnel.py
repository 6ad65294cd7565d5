"""From registration to arrival, by ticket type."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, select

from eventhub.exposure.queries.presence import Presence
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration.enums import TicketStatus
from eventhub.registration.models import EntryWindow, Registration, Ticket, TicketType

_STEPS: Final = ("registered", "confirmed", "arrived")
_MOMENT: Final = timedelta(microseconds=1)  # an end is no part of its window


def funnel(event: EventRow, found: Presence) -> dict[str, Any] | None:
    """
    Return registered, confirmed and arrived people, crew and exhibitors left out.

    A ticket can be missed only when all its days are over: the days before the
    last one on which anybody was admitted, and that one when it is the last of
    the event. `no_show` is about those tickets alone, None where there is none.
    """
    types = _types(event.id)
    scanned = found.held()
    counted = _counts(event.id, found)
    over = _windows_over(event, scanned)
    rows = [_row(row, counted, over) for row in types]
    rows = [row for row in rows if row["registered"]]
    if not rows:
        return None
    totals = {name: sum(row[name] for row in rows) for name in (*_STEPS, "due", "due_arrived")}
    return {
        "days": [day.isoformat() for day in scanned],
        "steps": [{"step": name, "value": totals[name]} for name in _STEPS],
        "due": totals["due"],
        "no_show": max(0, totals["due"] - totals["due_arrived"]),
        "types": rows,
    }


def _types(event_id: int) -> list[TicketType]:
    return list(
        db.session.scalars(
            select(TicketType)
            .where(TicketType.event_id == event_id, TicketType.counts_as_visitor)
            .order_by(TicketType.position, TicketType.id)
        )
    )


class _Counts(NamedTuple):
    """People by ticket type, and by (ticket type, window)."""

    registered: dict[int, int]
    confirmed: dict[tuple[int, int], int]
    arrived: dict[tuple[int, int], int]


def _counts(event_id: int, found: Presence) -> _Counts:
    registered = db.session.execute(
        select(Registration.ticket_type_id, func.sum(Registration.group_size))
        .where(Registration.event_id == event_id)
        .group_by(Registration.ticket_type_id)
    )
    confirmed = select(Ticket.ticket_type_id, Ticket.window_no, func.sum(Ticket.party))
    by_window = (Ticket.ticket_type_id, Ticket.window_no)
    valid = (Ticket.event_id == event_id, Ticket.status == TicketStatus.VALID)
    return _Counts(
        registered={row[0]: int(row[1]) for row in registered},
        confirmed=_by_window(confirmed.where(*valid).group_by(*by_window)),
        arrived={(row[0], row[1]): row[2] for row in found.arrived},
    )


def _by_window(statement: Select[int, int, int]) -> dict[tuple[int, int], int]:
    return {(row[0], row[1]): int(row[2]) for row in db.session.execute(statement)}


def _windows_over(event: EventRow, scanned: list[date]) -> frozenset[int]:
    """Return the entry windows after which nobody of theirs can come any more; 0 = the event."""
    if not scanned:
        return frozenset()
    last = scanned[-1]
    is_over = event.ends_on is not None and last >= event.ends_on
    found = {0} if is_over else set()
    for number, at in db.session.execute(
        select(EntryWindow.number, EntryWindow.ends_at).where(EntryWindow.event_id == event.id)
    ):
        day = event.operating_day(at - _MOMENT)
        if is_over or day < last:
            found.add(number)
    return frozenset(found)


def _row(row: TicketType, counted: _Counts, over: frozenset[int]) -> dict[str, Any]:
    def people(found: dict[tuple[int, int], int], *, due: bool = False) -> int:
        return sum(
            value
            for (type_id, window), value in found.items()
            if type_id == row.id and (not due or window in over)
        )

    return {
        **row.name,
        "registered": counted.registered.get(row.id, 0),
        "confirmed": people(counted.confirmed),
        "arrived": people(counted.arrived),
        "due": people(counted.confirmed, due=True),
        "due_arrived": people(counted.arrived, due=True),
    }
