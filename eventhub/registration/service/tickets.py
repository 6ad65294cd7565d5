"""Tickets of a registration: issued with the place, ended with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select, update

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.ids import new_ticket_number
from eventhub.kernel.rows import insert_row
from eventhub.kernel.signing import idhash
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.errors import IllegalTransition, TicketUsed
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    EventKey,
    Registration,
    Ticket,
)
from eventhub.registration.queries import AttendeeFace, TicketFace
from eventhub.registration.queries.house import ActiveKey, active_key, house_type_by_id
from eventhub.registration.service import seat_rows
from eventhub.registration.service.keys import ensure_event_key


def issue_tickets(
    event_id: int,
    *,
    type_id: int,
    number: int,
    window_no: int,
    people: Iterable[AttendeeFace],
) -> tuple[AttendeeFace, ...]:
    """
    Write one ticket per person of a confirmed registration.

    Args:
        event_id, type_id, window_no: What the tickets are for.

        number: Of the type, which is the product in codes.

        people: Who gets one.

    Returns:
        The people with their tickets.
    """
    key = active_key(event_id) or ensure_event_key(event_id)
    at = clock.now()
    return tuple(
        replace(
            person,
            ticket=_issue(event_id, person.id, type_id, number, window_no, key=key, at=at),
        )
        for person in people
    )


def issue_for(made: Registration) -> None:
    """Write the tickets of a registration that got its place later."""
    kind = house_type_by_id(made.event_id, made.ticket_type_id)
    issue_tickets(
        made.event_id,
        type_id=kind.id,
        number=kind.number,
        window_no=made.window_no,
        people=[
            AttendeeFace(
                person.id,
                person.public_id,
                person.link_rev,
                person.display_name,
                person.latin_name,
                None,
            )
            for person in made.attendees
        ],
    )


def _issue(
    event_id: int,
    attendee_id: int,
    type_id: int,
    product: int,
    window_no: int,
    *,
    key: ActiveKey | EventKey,
    at: datetime,
) -> TicketFace:
    number = new_ticket_number()
    values = {
        "event_id": event_id,
        "number": number,
        "idhash": idhash(key.salt, number),
        "attendee_id": attendee_id,
        "ticket_type_id": type_id,
        "window_no": window_no,
        "kid": key.kid,
        "status": TicketStatus.VALID,
        "issued_at": at,
    }
    return TicketFace(
        id=insert_row(Ticket, values),
        number=number,
        product=product,
        window_no=window_no,
        rev=0,
        kid=key.kid,
        status=TicketStatus.VALID,
        seat_label=None,
        issued_at=at,
        first_entry_at=None,
    )


def end_tickets(people: ScalarSelect[int], *, frees_seats: bool = True) -> None:
    """
    Cancel the tickets of people.

    Args:
        people: Ids of attendees.

        frees_seats: False when the caller gives their seats to another ticket.

    Raises:
        TicketUsed: Somebody was admitted with one of them.
    """
    db.session.execute(
        update(Ticket)
        .where(
            Ticket.attendee_id.in_(people),
            Ticket.status != TicketStatus.CANCELLED,
            Ticket.first_entry_at.is_(None),
        )
        .values(status=TicketStatus.CANCELLED, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    left = db.session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.attendee_id.in_(people), Ticket.status != TicketStatus.CANCELLED)
    )
    if left:
        raise TicketUsed()
    if frees_seats:
        seat_rows.end_seats_of(people, reason="ticket ended")


def people_of(registration_id: int) -> ScalarSelect[int]:
    """Return the people of a registration as a subquery."""
    return select(Attendee.id).where(Attendee.registration_id == registration_id).scalar_subquery()


def free_contacts(registration_id: int) -> None:
    """Let the contacts of an ended registration be used again."""
    db.session.execute(
        update(AttendeeIdentity)
        .where(AttendeeIdentity.attendee_id.in_(people_of(registration_id)))
        .values(is_active=False)
        .execution_options(synchronize_session=False)
    )


def step(
    registration_id: int, old: RegistrationState, new: RegistrationState, **values: object
) -> None:
    """
    Change a state, guarded by the old one: of two at the same time one wins.

    Raises:
        IllegalTransition: The registration is not in state `old`.
    """
    changed = db.session.execute(
        update(Registration)
        .where(Registration.id == registration_id, Registration.state == old)
        .values(state=new, row_version=Registration.row_version + 1, **values)
        .returning(Registration.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar() is None:
        raise IllegalTransition()
