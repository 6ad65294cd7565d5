"""Registering: one transaction from the contact to the mail."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from eventhub.kernel import clock
from eventhub.kernel.db import command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import EventRow, performances_of
from eventhub.registration.enums import RegistrationState, Source
from eventhub.registration.errors import AlreadyRegistered, NotOnSale, PaidTypesOff, SoldOut
from eventhub.registration.models import Registration
from eventhub.registration.queries import AttendeeFace, RegistrationFace, place_in_list, ticket_type
from eventhub.registration.queries.faces import NewRegistration, face_of
from eventhub.registration.queries.house import HouseType, house_event, house_type
from eventhub.registration.rules import admission
from eventhub.registration.rules.identity import IdentityKey, identity_keys, limit_keys
from eventhub.registration.service import capacity, lists, mail, seat_rows, waitlist
from eventhub.registration.service.answers import checked_answers, keep_answers
from eventhub.registration.service.claims import (
    Duplicate,
    Register,
    Registered,
    claim,
    earlier_result,
    lead_holders,
    record_guardian,
    result_of,
)
from eventhub.registration.service.consents import record_consents
from eventhub.registration.service.tickets import issue_tickets

_UNVOUCHED = frozenset({Source.WEB, Source.API})

on_violation("uq_attendee_identity_active", AlreadyRegistered)
on_violation("ck_ticket_type_price_off", PaidTypesOff)


@command
def register(cmd: Register) -> Registered | Duplicate:
    """
    Register people, or lead a known contact to the place it has.

    Commits. Contact, place, people, consents, tickets and the mail are
    written together or not at all. The unique index on contacts decides about
    duplicates and the guarded UPDATE about places, never a look-up.

    Returns:
        `Registered` in the state that the places allowed. The same
        idempotency key with the same submission gives the first result again.
        `Duplicate` when a contact is taken: its link was mailed to it.

    Raises:
        Invalid: Unknown ticket type, day or show, no contact, group too large,
            an answer that is missing or wrong.
        NotOnSale: The type is closed for this person or time.
        SoldOut: No place, and the type has no waitlist.
        IdempotencyMismatch: The key was used for another submission.
        ConsentChanged: A yes to consent texts that are not the newest ones.
    """
    if not cmd.email and not cmd.phone:
        raise Invalid(fields={"contact": [_l("Give an e-mail address or a phone number.")]})
    if (earlier := earlier_result(cmd)) is not None:
        return earlier
    event = house_event(cmd.event_id)
    kind = _type(event, cmd.ticket_type)
    window_no = _window_no(event, kind, cmd)
    asked = _decide(event, kind, cmd, window_no)
    answers = checked_answers(kind.id, cmd.answers, may_be_missing=cmd.source not in _UNVOUCHED)
    keys = identity_keys(email=cmd.email, phone=cmd.phone)
    if cmd.source in _UNVOUCHED:  # staff may let one mailbox stand for several guests
        keys += limit_keys(cmd.email)
    places = _places(kind, window_no) if asked.needs_place else None
    has_place = False
    if places is not None and places.seems_full(cmd.group_size):
        # The guard first: most of a rush comes too late, and need not write what is taken back.
        if not capacity.take_in(places.quota_ids, cmd.group_size):
            return _known_or_sold_out(cmd, keys)
        has_place = True
    made = claim(cmd, kind.id, window_no, keys, asked.state)
    if not isinstance(made, NewRegistration):
        if has_place:
            capacity.give_back(kind.id, window_no, cmd.group_size)
        return made
    consents = record_consents(cmd, made)
    record_guardian(cmd, made)
    keep_answers(made.event_id, made.people[0].id, answers)
    if asked.needs_place and not has_place and not _take_place(kind, made, places):
        return result_of(_put_on_list(event, kind, made), consents)
    return result_of(confirm(event, kind, made), consents)


def confirm(
    event: EventRow, kind: HouseType, made: NewRegistration, *, seats_of: int | None = None
) -> RegistrationFace:
    """
    Issue the tickets of a new registration, if it has a place, and write its message.

    Args:
        event, kind, made: The registration.

        seats_of: A ticket whose seats the new one takes over; of one person only.
    """
    people = made.people
    if made.state is RegistrationState.CONFIRMED:
        people = issue_tickets(
            event.id, type_id=kind.id, number=kind.number, window_no=made.window_no, people=people
        )
    if seats_of is not None:
        people = (_seated(people[0], seats_of),)
    face = face_of(made, people, event=event, kind=kind)
    mail.tell(face)
    return face


def _seated(person: AttendeeFace, old_ticket_id: int) -> AttendeeFace:
    if person.ticket is None:
        raise ValueError("only a ticket can have seats")
    label = seat_rows.pass_seats(old_ticket_id, person.ticket.id)
    return replace(person, ticket=replace(person.ticket, seat_label=label))


def _type(event: EventRow, slug: str) -> HouseType:
    found = house_type(event.id, slug)
    if found is not None:
        return found
    raise Invalid(fields={"ticket_type": [_l("There is no such ticket.")]})


def _window_no(event: EventRow, kind: HouseType, cmd: Register) -> int:
    if cmd.performance_id is not None and not performances_of(event, [cmd.performance_id]):
        raise Invalid(fields={"show": [_l("There is no such show.")]})
    if not kind.is_per_day:
        return kind.windows[0].number if kind.windows else 0
    if cmd.window_no is not None:
        return cmd.window_no
    found = ticket_type(event, kind.slug, clock.now())
    choices = [(window.terms, window.left) for window in found.windows] if found else []
    chosen = admission.choose_window(choices, at=clock.now())
    return chosen.number if chosen else 0


def _decide(event: EventRow, kind: HouseType, cmd: Register, window_no: int) -> admission.Admit:
    window = kind.window(window_no)
    decision = admission.decide(
        kind.terms,
        is_open=event.is_registration_open,
        at=clock.now(),
        group_size=cmd.group_size,
        window=window.terms if window else None,
        has_invitation=cmd.source not in _UNVOUCHED,
    )
    match decision:
        case admission.Admit():
            return decision
        case admission.Refuse(reason=admission.Refusal.GROUP_TOO_LARGE):
            text = _l("At most %(n)s people with this ticket.", n=kind.max_group)
            raise Invalid(fields={"attendees": [text]})
        case admission.Refuse(reason=admission.Refusal.NO_SUCH_DAY):
            raise Invalid(fields={"day": [_l("Choose a day.")]})
        case admission.Refuse(reason=reason):
            raise NotOnSale(details={"reason": reason.value})


def _places(kind: HouseType, window_no: int) -> capacity.Counted | None:
    """Return what counts newcomers to a type without a waitlist: nobody waits before them."""
    if admission.when_full(kind.terms.waitlist) is not None:
        return None
    return capacity.counted(kind.id, window_no)


def _known_or_sold_out(cmd: Register, keys: tuple[IdentityKey, ...]) -> Registered | Duplicate:
    """
    Lead somebody who gets no place to the one that key or contact has.

    Raises:
        SoldOut: They have none.
    """
    if (earlier := earlier_result(cmd)) is not None:  # made while this one waited for the quota
        return earlier
    if lead_holders(cmd.event_id, keys):
        return Duplicate()
    raise SoldOut()


def _take_place(kind: HouseType, made: NewRegistration, places: capacity.Counted | None) -> bool:
    """
    Take the places of a new registration; False puts it on the waitlist.

    Raises:
        SoldOut: None is left, and the type has no list.
    """
    if places is None:  # who waits is looked at last, so that nobody is overtaken
        line = capacity.counted(kind.id, made.window_no)
        return not line.has_waiting and capacity.take_in(line.quota_ids, len(made.people))
    if not capacity.take_in(places.quota_ids, len(made.people)):
        raise SoldOut()
    return True


def _put_on_list(event: EventRow, kind: HouseType, made: NewRegistration) -> RegistrationFace:
    db.session.execute(
        update(Registration)
        .where(Registration.id == made.id)
        .values(state=RegistrationState.WAITLISTED, decided_at=None)
        .execution_options(synchronize_session=False)
    )
    joiner = lists.Joiner(
        registration_id=made.id,
        event_id=event.id,
        ticket_type_id=kind.id,
        window_no=made.window_no,
        group_size=len(made.people),
        priority=kind.priority,
    )
    waitlist.join(joiner)
    listed = replace(made, state=RegistrationState.WAITLISTED)
    face = face_of(listed, made.people, event=event, kind=kind, place=place_in_list(made.id))
    mail.tell(face)
    return face
