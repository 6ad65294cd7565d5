"""Registrations as desks, programs and the console see them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    Consent,
    ConsentText,
    Registration,
    Ticket,
    TicketType,
)
from eventhub.registration.queries.shared_quotas import recounts

_ENDED = (RegistrationState.CANCELLED, RegistrationState.DECLINED, RegistrationState.EXPIRED)
_MIN_PHONE_END = 4  # digits; fewer would list half of the guests


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """One line of a list of registrations."""

    code: str
    public_id: str
    state: str
    name: str
    email: str | None
    phone: str | None
    type_slug: str
    type_name: I18n
    window_no: int
    group_size: int
    source: str
    locale: str
    created_at: datetime
    is_synthetic: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Registrations, people and valid tickets of an event; people by state."""

    registrations: int
    people: int
    confirmed: int
    pending: int
    waitlisted: int
    cancelled: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that disagrees with the rows it counts."""

    what: str
    counted: int
    expected: int


def registrations(event_id: int, q: str = "", limit: int = 50) -> list[RegistrationRow]:
    """
    Return registrations of an event, newest first; one statement.

    Args:
        event_id: The event.

        q: Part of a name or an e-mail address, the end of a phone number (4
            digits or more), or a registration code; empty lists all.

        limit: Most rows.
    """
    statement = (
        select(Registration, TicketType.slug, TicketType.name)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(Registration.event_id == event_id)
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(limit)
    )
    if words := " ".join(unicodedata.normalize("NFKC", q).split()):
        statement = statement.where(_matches(event_id, words))
    return [_row(found, slug, name) for found, slug, name in db.session.execute(statement)]


def counts(event_id: int) -> Counts:
    """Return how many registrations, people and tickets an event has; two statements."""
    rows = db.session.execute(
        select(Registration.state, func.count(), func.sum(Registration.group_size))
        .where(Registration.event_id == event_id)
        .group_by(Registration.state)
    ).all()
    by_state = {state: int(people) for state, _count, people in rows}
    tickets = db.session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.event_id == event_id, Ticket.status == TicketStatus.VALID)
    )
    return Counts(
        registrations=sum(count for _state, count, _people in rows),
        people=sum(by_state.values()),
        confirmed=by_state.get(RegistrationState.CONFIRMED, 0),
        pending=by_state.get(RegistrationState.PENDING_APPROVAL, 0)
        + by_state.get(RegistrationState.AWAITING_PROOF, 0),
        waitlisted=by_state.get(RegistrationState.WAITLISTED, 0),
        cancelled=sum(by_state.get(state, 0) for state in _ENDED),
        tickets=tickets or 0,
    )


def verify(event_id: int) -> list[Difference]:
    """Recount places, tickets and contacts of an event from the rows; empty when all agree."""
    return [*_wrong_quotas(event_id), *_wrong_tickets(event_id), *_wrong_contacts(event_id)]


def _matches(event_id: int, words: str) -> ColumnElement[bool]:
    people = select(Attendee.registration_id).where(
        Attendee.event_id == event_id,
        or_(
            Attendee.display_name.icontains(words, autoescape=True),
            Attendee.latin_name.icontains(words, autoescape=True),
        ),
    )
    conditions = [
        Registration.id.in_(people),
        Registration.contact_name.icontains(words, autoescape=True),
        Registration.email.icontains(words, autoescape=True),
        Registration.code == words.upper(),
    ]
    digits = "".join(letter for letter in words if letter.isdecimal())
    if len(digits) >= _MIN_PHONE_END and not any(letter.isalpha() for letter in words):
        conditions.append(Registration.phone.endswith(digits, autoescape=True))
    return or_(*conditions)


def _row(found: Registration, type_slug: str, type_name: I18n) -> RegistrationRow:
    return RegistrationRow(
        code=found.code,
        public_id=found.public_id,
        state=found.state,
        name=found.contact_name,
        email=found.email,
        phone=found.phone,
        type_slug=type_slug,
        type_name=type_name,
        window_no=found.window_no,
        group_size=found.group_size,
        source=found.source,
        locale=found.locale,
        created_at=found.created_at,
        is_synthetic=found.is_synthetic,
    )


def _wrong_quotas(event_id: int) -> list[Difference]:
    wrong = []
    for found in recounts(event_id):
        name = f"quota {found.quota.slug}/{found.quota.window_no}"
        if found.quota.used != found.used:
            wrong.append(Difference(f"{name} used", found.quota.used, found.used))
        if found.quota.held != found.held:
            wrong.append(Difference(f"{name} held", found.quota.held, found.held))
    return wrong


def _wrong_tickets(event_id: int) -> list[Difference]:
    people = db.session.scalar(
        select(func.count())
        .select_from(Attendee)
        .join(Registration)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
    )
    live = db.session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.event_id == event_id, Ticket.status != TicketStatus.CANCELLED)
    )
    if people == live:
        return []
    return [Difference("tickets of confirmed people", live or 0, people or 0)]


def _wrong_contacts(event_id: int) -> list[Difference]:
    ended = db.session.scalar(
        select(func.count())
        .select_from(AttendeeIdentity)
        .join(Attendee, Attendee.id == AttendeeIdentity.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            AttendeeIdentity.event_id == event_id,
            AttendeeIdentity.is_active,
            Registration.state.in_(_ENDED),
        )
    )
    return [Difference("contacts held by ended registrations", ended, 0)] if ended else []


def by_code(code: str, event_ids: Collection[int]) -> int:
    """
    Return the id of the registration with a code in one of the events.

    Codes are unique per event; an API key belongs to one event.

    Raises:
        NotFound: There is none.
    """
    found = db.session.scalar(
        select(Registration.id)
        .where(Registration.code == code.upper(), Registration.event_id.in_(list(event_ids)))
        .order_by(Registration.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound()
    return found


def event_of(registration_id: int) -> EventRow:
    """Return the event of a registration; raises NotFound."""
    event_id = db.session.scalar(
        select(Registration.event_id).where(Registration.id == registration_id)
    )
    if event_id is None:
        raise NotFound()
    return event_by_id(event_id)


def consents_of(registration_id: int) -> list[str]:
    """Return the purposes that the contact agreed to last, by name."""
    rows = db.session.execute(
        select(ConsentText.purpose, Consent.is_given)
        .join(Consent, Consent.consent_text_id == ConsentText.id)
        .join(Attendee, Attendee.id == Consent.attendee_id)
        .where(Attendee.registration_id == registration_id)
        .order_by(Consent.id)
    )
    last = dict(rows.all())
    return sorted(purpose for purpose, is_given in last.items() if is_given)
