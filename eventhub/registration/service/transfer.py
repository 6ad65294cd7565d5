"""Passing a ticket on: the old code ends, the new person gets a ticket of their own."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import event_by_id
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.errors import IllegalTransition
from eventhub.registration.models import Registration, Ticket
from eventhub.registration.queries.faces import NewRegistration
from eventhub.registration.queries.house import house_type_by_id
from eventhub.registration.rules.identity import identity_keys, limit_keys
from eventhub.registration.rules.states import may_be_passed_on
from eventhub.registration.service import mail, tickets
from eventhub.registration.service.answers import checked_answers, keep_answers
from eventhub.registration.service.claims import (
    Duplicate,
    Register,
    Registered,
    claim,
    earlier_result,
    result_of,
)
from eventhub.registration.service.consents import record_consents
from eventhub.registration.service.register import confirm

_S = RegistrationState


@command
def transfer(registration_id: int, cmd: Register) -> Registered | Duplicate:
    """
    Pass the ticket of a registration of one person on to another person.

    Commits. The place goes over in the same transaction, so nobody can take
    it in between; type, day, show and seats stay. The old ticket is cancelled,
    the new person gets a new number, consents and answers of their own. Writes
    one message to each.

    Args:
        registration_id: Whose ticket.

        cmd: The new person as a submission of their own.

    Returns:
        `Duplicate` when the new contact has a place already; nothing changes
        but that its link was mailed to it.

    Raises:
        NotFound: There is no such registration.
        IllegalTransition: The type does not allow it, it is not confirmed, or
            the ticket is blocked.
        TicketUsed: Somebody was admitted with it.
        Invalid: An answer is missing or wrong.
        ConsentChanged: A yes to consent texts that are not the newest ones.
    """
    if (earlier := earlier_result(cmd)) is not None:
        return earlier
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    if not may_be_passed_on(_S(found.state), found.ticket_type.transfer, found.group_size):
        raise IllegalTransition()
    ticket_id = _valid_ticket(found)
    event = event_by_id(found.event_id)
    kind = house_type_by_id(event.id, found.ticket_type_id)
    same = replace(cmd, performance_id=found.performance_id, is_synthetic=found.is_synthetic)
    answers = checked_answers(kind.id, same.answers, may_be_missing=False)
    keys = identity_keys(email=same.email, phone=same.phone) + limit_keys(same.email)
    made = claim(same, kind.id, found.window_no, keys, _S.CONFIRMED)
    if not isinstance(made, NewRegistration):
        return made
    _end(found)
    consents = record_consents(same, made)
    keep_answers(made.event_id, made.people[0].id, answers)
    audit.record(
        "ticket.transfer",
        f"registration:{found.code}",
        organisation_id=event.organisation_id,
        event_id=event.id,
        after={"registration": made.code},
    )
    return result_of(confirm(event, kind, made, seats_of=ticket_id), consents)


def _valid_ticket(found: Registration) -> int:
    """Return the ticket that goes over; a blocked one is not made good by passing it on."""
    ticket_id = db.session.scalar(
        select(Ticket.id).where(
            Ticket.attendee_id.in_(tickets.people_of(found.id)),
            Ticket.status == TicketStatus.VALID,
        )
    )
    if ticket_id is None:
        raise IllegalTransition()
    return ticket_id


def _end(found: Registration) -> None:
    """End the old registration; its place and seats are not freed, the new one has them."""
    tickets.step(found.id, _S.CONFIRMED, _S.CANCELLED, cancelled_at=clock.now())
    tickets.end_tickets(tickets.people_of(found.id), frees_seats=False)
    tickets.free_contacts(found.id)
    mail.tell_transfer(found.id)
