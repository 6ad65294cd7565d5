"""What a form or a drag does to a seat, as one of the services."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration import service

_LONGEST = 120


def act_on_seat(event: EventRow, show: PerformanceRow, form: MultiDict[str, str]) -> str:
    """
    Do the act that a form names and return the label of the seat it leads to.

    Raises:
        NotFound: No such act, seat or ticket.
        SeatTaken: Somebody else has the seat.
    """
    seat = _given(form, "seat").upper()
    where: dict[str, Any] = {"event_id": event.id, "performance_id": show.performance_id}
    match form.get("act"):
        case "assign":
            ticket_id = _number(form, "ticket")
            service.assign_seat(service.AssignSeat(**where, seat=seat, ticket_id=ticket_id))
        case "hold":
            service.hold_seat(service.HoldSeat(**where, seat=seat, note=_given(form, "note")))
        case "move":
            to = _given(form, "to").upper()
            service.move_seat(service.MoveSeat(**where, seat=seat, to=to))
            return to
        case "release":
            reason = _given(form, "reason")
            service.release_seat(service.ReleaseSeat(**where, seat=seat, reason=reason))
        case "protect" | "unprotect" as act:
            is_protected = act == "protect"
            service.protect_seat(service.ProtectSeat(**where, seat=seat, is_protected=is_protected))
        case _:
            raise NotFound()
    return seat


def _given(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").replace("\0", "").split())[:_LONGEST]


def _number(form: MultiDict[str, str], name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound()
    return int(text)
