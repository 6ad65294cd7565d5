"""Writing guests of a file: places, people, contacts and tickets, without a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.ids import new_code, new_public_id, new_ticket_number
from eventhub.kernel.signing import idhash
from eventhub.registration.enums import IdentityKind, RegistrationState, Source, TicketStatus
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    GuestDetail,
    Registration,
    Ticket,
)
from eventhub.registration.queries import TicketTypeRow
from eventhub.registration.rules import admission
from eventhub.registration.rules.guests import Fault, Guest
from eventhub.registration.rules.identity import EVENT_SCOPE, identity_keys
from eventhub.registration.service import capacity
from eventhub.registration.service.keys import ensure_event_key

_DETAIL = ("company", "note", "extra")


def insert_guests(
    event_id: int, kind: TicketTypeRow, guests: Sequence[Guest], *, is_synthetic: bool
) -> list[int | Fault]:
    """
    Register guests of one type with a ticket each, as far as places go.

    Runs in the caller's command. All at once when that works, else one by one,
    so that one taken contact costs the others nothing.

    Returns:
        In the order of `guests` the id of the attendee, or why there is none.
    """
    at_once = _try_insert(event_id, kind, guests, is_synthetic=is_synthetic)
    if isinstance(at_once, list):
        return list(at_once)
    outcomes: list[int | Fault] = []
    for guest in guests:
        made = _try_insert(event_id, kind, [guest], is_synthetic=is_synthetic)
        outcomes.append(made[0] if isinstance(made, list) else made)
    return outcomes


def _try_insert(
    event_id: int, kind: TicketTypeRow, guests: Sequence[Guest], *, is_synthetic: bool
) -> list[int] | Fault:
    window_no = _window_no(kind)
    try:
        with db.session.begin_nested():
            if not capacity.take(kind.id, window_no, len(guests)):
                return Fault.SOLD_OUT
            return _insert(event_id, kind.id, window_no, guests, is_synthetic=is_synthetic)
    except IntegrityError:
        return Fault.CONTACT_TAKEN


def _window_no(kind: TicketTypeRow) -> int:
    if not kind.is_per_day:
        return kind.windows[0].number if kind.windows else 0
    choices = [(window.terms, window.left) for window in kind.windows]
    chosen = admission.choose_window(choices, at=clock.now())
    return chosen.number if chosen else 0


def _insert(
    event_id: int, type_id: int, window_no: int, guests: Sequence[Guest], *, is_synthetic: bool
) -> list[int]:
    made = [
        _registration(event_id, type_id, window_no, guest, is_synthetic=is_synthetic)
        for guest in guests
    ]
    db.session.add_all(made)
    db.session.flush()
    people = [registration.attendees[0] for registration in made]
    for person, guest in zip(people, guests, strict=True):
        db.session.add(
            GuestDetail(
                attendee_id=person.id,
                event_id=event_id,
                external_ref=guest.ref,
                company=guest.company,
                note=guest.note,
                extra=dict(guest.extra),
            )
        )
        _claim(event_id, person.id, guest)
    _issue(event_id, type_id, window_no, people)
    db.session.flush()
    return [person.id for person in people]


def _registration(
    event_id: int, type_id: int, window_no: int, guest: Guest, *, is_synthetic: bool
) -> Registration:
    at = clock.now()
    made = Registration(
        event_id=event_id,
        public_id=new_public_id(),
        code=new_code(),
        ticket_type_id=type_id,
        window_no=window_no,
        state=RegistrationState.CONFIRMED,
        locale=guest.lang,
        source=Source.IMPORT,
        contact_name=guest.name,
        email=guest.email,
        phone=guest.phone,
        created_at=at,
        decided_at=at,
        is_synthetic=is_synthetic,
    )
    made.attendees = [
        Attendee(
            event_id=event_id,
            public_id=new_public_id(),
            display_name=guest.name,
            latin_name=guest.latin_name,
        )
    ]
    return made


def _claim(event_id: int, attendee_id: int, guest: Guest) -> None:
    for key in identity_keys(email=guest.email, phone=guest.phone):
        db.session.add(
            AttendeeIdentity(
                event_id=event_id,
                attendee_id=attendee_id,
                scope=EVENT_SCOPE,
                kind=key.kind,
                value=key.value,
            )
        )


def _issue(event_id: int, type_id: int, window_no: int, people: Sequence[Attendee]) -> None:
    key = ensure_event_key(event_id)
    at = clock.now()
    for person in people:
        number = new_ticket_number()
        db.session.add(
            Ticket(
                event_id=event_id,
                number=number,
                idhash=idhash(key.salt, number),
                attendee_id=person.id,
                ticket_type_id=type_id,
                window_no=window_no,
                kid=key.kid,
                status=TicketStatus.VALID,
                issued_at=at,
            )
        )


def write_fields(attendee_id: int, fields: Mapping[str, Any]) -> Fault | None:
    """
    Give a guest new values; a contact that somebody else has changes nothing.

    Runs in the caller's command.
    """
    try:
        with db.session.begin_nested():
            _write(attendee_id, fields)
            db.session.flush()
    except IntegrityError:
        return Fault.CONTACT_TAKEN
    return None


def _write(attendee_id: int, fields: Mapping[str, Any]) -> None:
    person = db.session.get_one(Attendee, attendee_id, populate_existing=True)
    made = db.session.get_one(Registration, person.registration_id, populate_existing=True)
    if "name" in fields:
        person.display_name = made.contact_name = fields["name"]
    if "latin_name" in fields:
        person.latin_name = fields["latin_name"]
    for kind in (IdentityKind.EMAIL, IdentityKind.PHONE):
        if kind.value in fields:
            setattr(made, kind.value, fields[kind.value])
            _move_contact(person, kind, fields[kind.value])
    detail = db.session.get(GuestDetail, attendee_id)
    if detail is None:
        detail = GuestDetail(attendee_id=attendee_id, event_id=person.event_id, extra={})
        db.session.add(detail)
    for name in _DETAIL:
        if name in fields:
            setattr(detail, name, fields[name])
    if "ref" in fields:
        detail.external_ref = fields["ref"]


def _move_contact(person: Attendee, kind: IdentityKind, value: str | None) -> None:
    db.session.execute(
        update(AttendeeIdentity)
        .where(*_held(person.id, kind))
        .values(is_active=False)
        .execution_options(synchronize_session=False)
    )
    if value:
        db.session.add(
            AttendeeIdentity(
                event_id=person.event_id,
                attendee_id=person.id,
                scope=EVENT_SCOPE,
                kind=kind,
                value=value,
            )
        )


def _held(attendee_id: int, kind: IdentityKind) -> list[ColumnElement[bool]]:
    return [
        AttendeeIdentity.attendee_id == attendee_id,
        AttendeeIdentity.kind == kind,
        AttendeeIdentity.is_active.is_(True),
    ]


def withdraw_guests(attendee_ids: Sequence[int]) -> None:
    """
    End registrations that a file made, without a message: place and contact are free at once.

    Runs in the caller's command, which has checked that nobody touched them.
    """
    people = db.session.scalars(select(Attendee).where(Attendee.id.in_(attendee_ids))).all()
    ids = [person.registration_id for person in people]
    at = clock.now()
    ended = db.session.execute(
        update(Registration)
        .where(Registration.id.in_(ids), Registration.state == RegistrationState.CONFIRMED)
        .values(
            state=RegistrationState.CANCELLED,
            cancelled_at=at,
            row_version=Registration.row_version + 1,
        )
        .returning(Registration.ticket_type_id, Registration.window_no, Registration.group_size)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.execute(
        update(Ticket)
        .where(Ticket.attendee_id.in_(attendee_ids))
        .values(status=TicketStatus.CANCELLED, ended_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(AttendeeIdentity)
        .where(AttendeeIdentity.attendee_id.in_(attendee_ids))
        .values(is_active=False)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(GuestDetail)
        .where(GuestDetail.attendee_id.in_(attendee_ids))
        .values(external_ref=None)
        .execution_options(synchronize_session=False)
    )
    places: Counter[tuple[int, int]] = Counter()
    for ticket_type_id, window_no, people_count in ended:
        places[ticket_type_id, window_no] += people_count
    _free(places)


def _free(places: Mapping[tuple[int, int], int]) -> None:
    """Give back places by ticket type and window, one step per quota."""
    for (ticket_type_id, window_no), freed in sorted(places.items()):
        capacity.give_back(ticket_type_id, window_no, freed)
