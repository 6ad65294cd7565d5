"""Tickets of a registration: issued with the place, ended with it."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select, update

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.ids import new_ticket_number
from eventhub.kernel.signing import idhash
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.errors import IllegalTransition, TicketUsed
from eventhub.registration.models import Attendee, AttendeeIdentity, Registration, Ticket
from eventhub.registration.service.keys import ensure_event_key


def issue_tickets(made: Registration) -> None:
    """Write one ticket per person of a confirmed registration."""
    key = ensure_event_key(made.event_id)
    for person in made.attendees:
        number = new_ticket_number()
        db.session.add(
            Ticket(
                event_id=made.event_id,
                number=number,
                idhash=idhash(key.salt, number),
                attendee_id=person.id,
                ticket_type_id=made.ticket_type_id,
                window_no=made.window_no,
                kid=key.kid,
                status=TicketStatus.VALID,
                issued_at=clock.now(),
            )
        )


def end_tickets(people: ScalarSelect[int]) -> None:
    """
    Cancel the tickets of people.

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
