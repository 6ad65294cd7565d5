"""What a holder can do with a registration afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.registration.enums import RegistrationState
from eventhub.registration.errors import IllegalTransition, TooLate
from eventhub.registration.models import Attendee, Registration
from eventhub.registration.rules.identity import identity_keys
from eventhub.registration.rules.states import may_be_cancelled, may_give_up, takes_place
from eventhub.registration.service import capacity, mail, tickets, waitlist
from eventhub.registration.service.claims import holders


@dataclass(frozen=True, slots=True)
class ChangeRegistration:
    """What is to change; None leaves it. `names` are those of all people in their order."""

    registration_id: int
    lang: str | None = None
    names: tuple[str, ...] | None = None


@command
def change_registration(cmd: ChangeRegistration) -> None:
    """
    Correct the names in a registration or the language of its messages.

    Commits. Codes stay the same: they hold no name.

    Raises:
        NotFound: There is no such registration.
        IllegalTransition: It is over already.
        Invalid: Not as many names as people.
    """
    found = _live(cmd.registration_id)
    if cmd.names is not None:
        people = db.session.scalars(
            select(Attendee).where(Attendee.registration_id == found.id).order_by(Attendee.position)
        ).all()
        if len(people) != len(cmd.names):
            text = _l("Give a name for each of the %(n)s people.", n=len(people))
            raise Invalid(fields={"attendees": [text]})
        for person, name in zip(people, cmd.names, strict=True):
            person.display_name = name
        found.contact_name = cmd.names[0]
    found.locale = cmd.lang or found.locale
    found.row_version += 1
    fields = ["name"] * (cmd.names is not None) + ["language"] * (cmd.lang is not None)
    _record("registration.change", found, {"fields": fields})


@command
def give_up(registration_id: int) -> None:
    """
    Cancel as the person: like `cancel`, but only until the type's `cancel_until`.

    Raises:
        TooLate: The time to cancel is over.
    """
    found = _live(registration_id)
    until = found.ticket_type.cancel_until
    if not may_give_up(RegistrationState(found.state), until=until, at=clock.now()):
        raise TooLate()
    cancel(registration_id)
    _record("registration.give_up", found, {})


@command
def cancel(registration_id: int) -> None:
    """
    Give a registration up: place, tickets and contact are free at once.

    Commits. Frees the place in the transaction that changes the state, exactly
    once, and offers it to whoever waits first; writes one outbox row per
    person it concerns.

    Raises:
        NotFound: There is no such registration.
        IllegalTransition: It is over already.
        TicketUsed: Somebody was admitted with it.
    """
    found = _live(registration_id)
    lines = waitlist.lock_fed_by(found.ticket_type_id, found.window_no)
    state = RegistrationState(_live(registration_id).state)
    tickets.step(found.id, state, RegistrationState.CANCELLED, cancelled_at=clock.now())
    tickets.end_tickets(tickets.people_of(found.id))
    tickets.free_contacts(found.id)
    if takes_place(state):
        capacity.give_back(found.ticket_type_id, found.window_no, found.group_size)
    waitlist.leave(found)
    mail.tell_state(found.id)
    waitlist.serve(lines)


@command
def resend_link(registration_id: int) -> bool:
    """
    Mail the link of a registration to its contact once more.

    Commits. Writes at most one outbox row.

    Returns:
        False when the contact got the most that one hour allows.
    """
    return mail.send_link(registration_id)


@command
def recover(event_id: int, *, email: str | None, phone: str | None) -> None:
    """
    Mail the links of whatever a contact holds; says nothing about whether it holds any.

    Commits. Writes at most one outbox row per registration.
    """
    for registration_id in holders(event_id, identity_keys(email=email, phone=phone)):
        mail.send_link(registration_id)


def _record(action: str, found: Registration, after: Mapping[str, Any]) -> None:
    audit.record(action, f"registration:{found.code}", event_id=found.event_id, after=after)


def _live(registration_id: int) -> Registration:
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    if not may_be_cancelled(RegistrationState(found.state)):
        raise IllegalTransition()
    return found
