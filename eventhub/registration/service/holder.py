"""What a person changes from the ticket link: names, contact, kind of ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, tuple_, update

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.enums import IdentityKind, RegistrationState
from eventhub.registration.errors import (
    AlreadyRegistered,
    IllegalTransition,
    SoldOut,
    TicketUsed,
)
from eventhub.registration.models import (
    Answer,
    Attendee,
    AttendeeIdentity,
    Question,
    Registration,
    Ticket,
)
from eventhub.registration.queries import (
    RegistrationFace,
    TicketTypeRow,
    open_ticket_types,
    registration_face,
)
from eventhub.registration.queries.house import house_form
from eventhub.registration.rules.forms import FileAnswer, checked
from eventhub.registration.rules.identity import IdentityKey, identity_keys, limit_keys
from eventhub.registration.service import capacity, mail, seat_rows, tickets, waitlist
from eventhub.registration.service.claims import claim_contacts, lead_holders
from eventhub.registration.service.kept_seats import FREE, seat_fates, window_of
from eventhub.registration.service.proofs import Purpose, send_code, use_code

_MAX_REV = 255


@dataclass(frozen=True, slots=True)
class ChangeType:
    """Another kind of ticket for the same people; `window_no` 0 keeps the day if it can."""

    registration_id: int
    ticket_type: str
    window_no: int = 0


@command
def ask_new_contact(registration_id: int, *, kind: IdentityKind, value: str) -> None:
    """
    Send a code to a contact that the registration is to go to. Commits.

    Whether the contact is known already is told by mail to its owner, not here.

    Raises:
        NotFound: There is no such registration.
        Limited: Too many codes within the hour.
    """
    send_code(registration_id, Purpose.CONTACT, kind=kind, value=value)


@command
def set_contact(registration_id: int, code: str) -> None:
    """
    Let a registration go to the contact that the code proved.

    Commits. The old contact of the kind is told and freed, older links end.

    Raises:
        WrongCode: The code is wrong or too old.
        AlreadyRegistered: The contact has another place; its link was mailed to it.
    """
    proof = use_code(registration_id, Purpose.CONTACT, code)
    found = _live(registration_id)
    kind = IdentityKind(proof.kind)
    old = found.email if kind is IdentityKind.EMAIL else found.phone
    if old == proof.value:
        return
    face = registration_face(found.id)
    person_id = face.attendees[0].id
    keys, freed = _contact_keys(kind, proof.value), _contact_keys(kind, old)
    wanted = tuple(key for key in keys if key not in freed)
    if not claim_contacts(found.event_id, person_id, wanted):
        lead_holders(found.event_id, wanted)
        raise AlreadyRegistered()
    if old:
        db.session.execute(
            delete(AttendeeIdentity).where(
                AttendeeIdentity.attendee_id == person_id,
                AttendeeIdentity.kind == kind,
                tuple_(AttendeeIdentity.scope, AttendeeIdentity.value).in_(
                    [(key.scope, key.value) for key in freed if key not in keys]
                ),
            )
        )
        mail.tell_old_contact(face, kind=kind, value=old)
    setattr(found, kind.value, proof.value)
    found.link_rev += 1
    found.row_version += 1
    db.session.flush()
    mail.tell_state(found.id)
    _record("registration.contact", found, {"fields": [kind.value]})


@command
def change_type(cmd: ChangeType) -> None:
    """
    Give a confirmed registration another kind of ticket, in place.

    Commits. The new places are taken before the old ones are given back;
    answers stay, codes are issued anew with the same number. Seats stay where
    the new kind may sit (`rules.seats.keeps_seat`), the others are freed. When
    anything is in the way nothing changes.

    Raises:
        NotFound: There is no such registration or type.
        IllegalTransition: It is not confirmed, or the type can not be changed to.
        TicketUsed: Somebody was admitted with it.
        SoldOut: No place of the new kind is left.
    """
    found = _live(cmd.registration_id)
    lines = waitlist.lock_fed_by(found.ticket_type_id, found.window_no)
    found = _live(cmd.registration_id)
    if found.state != RegistrationState.CONFIRMED:
        raise IllegalTransition()
    event = event_by_id(found.event_id)
    face = registration_face(found.id)
    if face.is_used:
        raise TicketUsed()
    kind = next((row for row in other_types(event, face) if row.slug == cmd.ticket_type), None)
    if kind is None:
        raise IllegalTransition()
    window_no = window_of(kind, cmd.window_no or found.window_no)
    if window_no is None or not capacity.take(kind.id, window_no, found.group_size):
        raise SoldOut()
    capacity.give_back(found.ticket_type_id, found.window_no, found.group_size)
    before = found.ticket_type_id
    people = tickets.people_of(found.id)
    fate = seat_fates(event, found.id, [kind], window_no=window_no)[kind.slug]
    seat_rows.end_seats_of(people, reason="other ticket type", only=fate.lost_ids)
    db.session.execute(
        update(Ticket)
        .where(Ticket.attendee_id.in_(people), Ticket.status == "valid", Ticket.rev < _MAX_REV)
        .values(ticket_type_id=kind.id, window_no=window_no, rev=Ticket.rev + 1)
        .execution_options(synchronize_session=False)
    )
    found.ticket_type_id, found.window_no = kind.id, window_no
    found.row_version += 1
    db.session.flush()
    mail.tell_change(found.id, number=found.row_version)
    _record("registration.type", found, {"from": before, "to": kind.id})
    waitlist.serve(lines)


def other_types(event: EventRow, face: RegistrationFace) -> list[TicketTypeRow]:
    """Return the kinds of ticket that a registration can be changed to by its person."""
    if face.state is not RegistrationState.CONFIRMED or face.is_used:
        return []
    given = _answers(face.id)
    return [
        row
        for row in open_ticket_types(event, clock.now())
        if row.slug != face.type_slug
        and row.state in FREE
        and row.terms.approval == "none"
        and len(face.attendees) <= row.max_group
        and not _lacks_answers(row.id, given)
    ]


def _answers(registration_id: int) -> dict[str, Any]:
    rows = db.session.execute(
        select(Question.slug, Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .join(Attendee, Attendee.id == Answer.attendee_id)
        .where(Attendee.registration_id == registration_id)
    )
    return {slug: _as_given(value) for slug, value in rows}


def _as_given(value: Any) -> Any:
    """Return a kept answer as the rules take it: of a file only what is told of it."""
    if isinstance(value, dict):
        return FileAnswer(value["name"], value["type"], value["bytes"])
    return value


def _lacks_answers(ticket_type_id: int, given: Mapping[str, Any]) -> bool:
    asks = [question.ask for question in house_form(ticket_type_id)]
    known = {ask.slug: given[ask.slug] for ask in asks if ask.slug in given}
    return bool(checked(asks, known).faults)


def _contact_keys(kind: IdentityKind, value: str | None) -> tuple[IdentityKey, ...]:
    if kind is IdentityKind.EMAIL:
        return identity_keys(email=value, phone=None) + limit_keys(value)
    return identity_keys(email=None, phone=value)


def _live(registration_id: int) -> Registration:
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    if found.state in {
        RegistrationState.CANCELLED,
        RegistrationState.DECLINED,
        RegistrationState.EXPIRED,
    }:
        raise IllegalTransition()
    return found


def _record(action: str, found: Registration, after: Mapping[str, Any]) -> None:
    audit.record(action, f"registration:{found.code}", event_id=found.event_id, after=after)
