"""The API of seats; keys in `Authorization: Bearer`."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import json_answer, private
from eventhub.programme.queries import EventRow, PerformanceRow, keyed_event
from eventhub.registration import service
from eventhub.registration.queries import seat_guests
from eventhub.registration.queries import seats as queries

bp = Blueprint("registration_seat_api", __name__, url_prefix="/api/v1")

_SEATS = "/events/<slug>/performances/<int:number>/seats"


class SeatBody(Schema):
    """Who gets the seat: the code of a registration and the place of the person in it."""

    registration: Annotated[str, Field(min_length=1, max_length=6)]
    person: Annotated[int, Field(ge=0, le=254)] = 0


class SeatAnswer(Schema):
    """One seat; `registration` and `name` are null when nobody has it."""

    seat: str
    kind: str
    block: str | None
    state: str
    registration: str | None
    name: str | None
    protected: bool


class SeatsAnswer(Schema):
    """All seats of a performance, and how many guests have none."""

    performance: int
    seats: list[SeatAnswer]
    unseated: int


class AllocationAnswer(Schema):
    """What the rule gave; `left` are guests for whom no seat was free."""

    seated: int
    left: int


@bp.get(_SEATS)
@operation(
    summary="Read the seats of a performance by its public number.",
    answers={200: SeatsAnswer},
    scope=Scope.REGISTRATIONS_READ,
    tags=["seats"],
)
def read(slug: str, number: int) -> Response:
    """GET /api/v1/events/SLUG/performances/NUMBER/seats - scope registrations:read."""
    event, show = _found(slug, number, Scope.REGISTRATIONS_READ)
    return private(json_answer(_answer(event, show)))


@bp.post(f"{_SEATS}/allocation")
@operation(
    summary="Seat everybody who has no seat by rule.",
    answers={200: AllocationAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["seats"],
)
def allocate(slug: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/performances/NUMBER/seats/allocation - registrations:write."""
    event, show = _found(slug, number, Scope.REGISTRATIONS_WRITE)
    made = service.allocate_seats(event, show)
    return private(json_answer({"seated": len(made.seats), "left": made.left}))


@bp.put(f"{_SEATS}/<seat>")
@operation(
    summary="Give a seat to a person; a person with a seat moves.",
    body=SeatBody,
    answers={200: SeatAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["seats"],
)
def assign(slug: str, number: int, seat: str) -> Response:
    """PUT /api/v1/events/SLUG/performances/NUMBER/seats/SEAT - scope registrations:write."""
    event, show = _found(slug, number, Scope.REGISTRATIONS_WRITE)
    sent = body(SeatBody)
    service.assign_seat(
        service.AssignSeat(
            event_id=event.id,
            performance_id=show.performance_id,
            seat=seat,
            ticket_id=queries.ticket_of(event.id, sent.registration, sent.person),
        )
    )
    return private(json_answer(_one(show, seat)))


@bp.delete(f"{_SEATS}/<seat>")
@operation(
    summary="Free a seat.",
    answers={200: SeatAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["seats"],
)
def release(slug: str, number: int, seat: str) -> Response:
    """DELETE /api/v1/events/SLUG/performances/NUMBER/seats/SEAT - scope registrations:write."""
    event, show = _found(slug, number, Scope.REGISTRATIONS_WRITE)
    service.release_seat(
        service.ReleaseSeat(event_id=event.id, performance_id=show.performance_id, seat=seat)
    )
    return private(json_answer(_one(show, seat)))


def _found(slug: str, number: int, scope: Scope) -> tuple[EventRow, PerformanceRow]:
    event = keyed_event(slug, scope)
    return event, queries.performance_no(event, number)


def _rows(show: PerformanceRow) -> list[queries.SeatRow]:
    plan = queries.plan_of(show.performance_id)
    if plan is None:
        raise NotFound()
    return queries.seat_rows(plan)


def _answer(event: EventRow, show: PerformanceRow) -> dict[str, Any]:
    return {
        "performance": show.public_no,
        "seats": [_seat(row) for row in _rows(show)],
        "unseated": len(seat_guests.unseated(event, show)),
    }


def _one(show: PerformanceRow, seat: str) -> dict[str, Any]:
    label = seat.strip().upper()
    return next(_seat(row) for row in _rows(show) if row.label == label)


def _seat(row: queries.SeatRow) -> dict[str, Any]:
    return {
        "seat": row.label,
        "kind": row.kind,
        "block": row.block_name.get("en") or None,
        "state": row.state,
        "registration": row.code or None,
        "name": row.name or None,
        "protected": row.is_protected,
    }
