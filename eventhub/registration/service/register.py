"""Registering: one transaction from the contact to the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import command, db, on_violation, violated_constraint
from eventhub.kernel.errors import Invalid
from eventhub.kernel.ids import new_code, new_public_id
from eventhub.programme.queries import EventRow, event_by_id, performances_of
from eventhub.registration.enums import RegistrationState, Source
from eventhub.registration.errors import (
    AlreadyRegistered,
    IdempotencyMismatch,
    NotOnSale,
    SoldOut,
)
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    Consent,
    Registration,
    Ticket,
)
from eventhub.registration.queries import (
    RegistrationFace,
    TicketTypeRow,
    consent_texts,
    ticket_type,
)
from eventhub.registration.rules import admission
from eventhub.registration.rules.identity import (
    EVENT_SCOPE,
    IdentityKey,
    body_digest,
    identity_keys,
)
from eventhub.registration.service import capacity, mail, waitlist
from eventhub.registration.service.answers import checked_answers, keep_answers
from eventhub.registration.service.tickets import issue_tickets

_CONTACT_TAKEN = "uq_attendee_identity_active"
_KEY_USED = "uq_registration_event_id_idempotency_key"
_CODE_USED = "uq_registration_event_id_code"
_CODE_TRIES = 5
_UNVOUCHED = frozenset({Source.WEB, Source.API})

on_violation(_CONTACT_TAKEN, AlreadyRegistered)


@dataclass(frozen=True, slots=True)
class Register:
    """
    One submission.

    `email` and `phone` are in normal form, at least one is given; `others`
    are the names of companions; `window_no` None leaves the choice of the day
    to the house; `consents` maps purposes to the answers that were given,
    `answers` the questions of the ticket type to what was answered.
    """

    event_id: int
    ticket_type: str
    name: str
    lang: str
    email: str | None = None
    phone: str | None = None
    others: tuple[str, ...] = ()
    window_no: int | None = None
    performance_id: int | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    source: Source = Source.WEB
    idempotency_key: str | None = None
    is_synthetic: bool = False

    @property
    def group_size(self) -> int:
        """Return how many people come."""
        return 1 + len(self.others)

    def digest(self) -> str:
        """Return what tells this submission from another one under the same key."""
        return body_digest(
            {
                "ticket_type": self.ticket_type,
                "names": [self.name, *self.others],
                "email": self.email,
                "phone": self.phone,
                "window": self.window_no,
                "performance": self.performance_id,
                "consents": dict(self.consents),
                "answers": dict(self.answers),
            }
        )


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """One person of a registration; `ticket_id` None without a ticket."""

    name: str
    public_id: str
    link_rev: int
    ticket_id: int | None


@dataclass(frozen=True, slots=True)
class Registered:
    """
    The registration that a submission made, or made earlier (`is_replay`).

    `face` is all of a new one as its message told it, None for an earlier one.
    """

    registration_id: int
    public_id: str
    link_rev: int
    code: str
    state: RegistrationState
    people: tuple[RegisteredPerson, ...]
    is_replay: bool = False
    face: RegistrationFace | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The contact has a place; its link is on the way to it. Says nothing about whose it is."""


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
    """
    if not cmd.email and not cmd.phone:
        raise Invalid(fields={"contact": [_l("Give an e-mail address or a phone number.")]})
    if (earlier := earlier_result(cmd)) is not None:
        return earlier
    event = event_by_id(cmd.event_id)
    kind = _type(event, cmd.ticket_type)
    window_no = _window_no(event, kind, cmd)
    asked = _decide(event, kind, cmd, window_no)
    answers = checked_answers(kind.id, cmd.answers, may_be_missing=cmd.source not in _UNVOUCHED)
    keys = identity_keys(email=cmd.email, phone=cmd.phone)
    made = claim(cmd, kind, window_no, keys)
    if not isinstance(made, Registration):
        return made
    made.state = _placed(kind, made, asked)
    made.decided_at = made.created_at if made.state == RegistrationState.CONFIRMED else None
    record_consents(cmd, made)
    keep_answers(made, answers)
    if made.state == RegistrationState.CONFIRMED:
        issue_tickets(made)
    db.session.flush()
    return result_of(made, face=mail.tell_state(made.id))


def _type(event: EventRow, slug: str) -> TicketTypeRow:
    found = ticket_type(event, slug, clock.now())
    if found is not None:
        return found
    raise Invalid(fields={"ticket_type": [_l("There is no such ticket.")]})


def _window_no(event: EventRow, kind: TicketTypeRow, cmd: Register) -> int:
    if cmd.performance_id is not None and not performances_of(event, [cmd.performance_id]):
        raise Invalid(fields={"show": [_l("There is no such show.")]})
    if not kind.is_per_day:
        return kind.windows[0].number if kind.windows else 0
    if cmd.window_no is not None:
        return cmd.window_no
    choices = [(window.terms, window.left) for window in kind.windows]
    chosen = admission.choose_window(choices, at=clock.now())
    return chosen.number if chosen else 0


def _decide(event: EventRow, kind: TicketTypeRow, cmd: Register, window_no: int) -> admission.Admit:
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


def claim(
    cmd: Register, kind: TicketTypeRow, window_no: int, keys: tuple[IdentityKey, ...]
) -> Registration | Registered | Duplicate:
    """Insert the rows that claim contact and key; a taken one leads to what holds it."""
    for _attempt in range(_CODE_TRIES):
        try:
            with db.session.begin_nested():
                return _insert(cmd, kind, window_no, keys)
        except IntegrityError as error:
            name = violated_constraint(error)
            if name == _CONTACT_TAKEN:
                _lead_holders(cmd.event_id, keys)
                return Duplicate()
            if name == _KEY_USED and (earlier := earlier_result(cmd)) is not None:
                return earlier
            if name != _CODE_USED:
                raise
    raise RuntimeError("no free registration code was found")


def _insert(
    cmd: Register, kind: TicketTypeRow, window_no: int, keys: tuple[IdentityKey, ...]
) -> Registration:
    made = Registration(
        event_id=cmd.event_id,
        public_id=new_public_id(),
        code=new_code(),
        ticket_type_id=kind.id,
        window_no=window_no,
        performance_id=cmd.performance_id,
        state=RegistrationState.HELD,
        locale=cmd.lang,
        source=cmd.source,
        contact_name=cmd.name,
        email=cmd.email,
        phone=cmd.phone,
        group_size=cmd.group_size,
        idempotency_key=cmd.idempotency_key,
        idempotency_digest=cmd.digest() if cmd.idempotency_key else None,
        created_at=clock.now(),
        is_synthetic=cmd.is_synthetic,
    )
    made.attendees = [
        Attendee(
            event_id=cmd.event_id, public_id=new_public_id(), position=position, display_name=name
        )
        for position, name in enumerate([cmd.name, *cmd.others])
    ]
    db.session.add(made)
    db.session.flush()
    _claim_contacts(made, keys)
    return made


def _claim_contacts(made: Registration, keys: tuple[IdentityKey, ...]) -> None:
    for key in keys:
        db.session.add(
            AttendeeIdentity(
                event_id=made.event_id,
                attendee_id=made.attendees[0].id,
                scope=EVENT_SCOPE,
                kind=key.kind,
                value=key.value,
            )
        )
        db.session.flush()  # one by one, in the order of the keys: no circle of waiting


def _placed(kind: TicketTypeRow, made: Registration, asked: admission.Admit) -> RegistrationState:
    if not asked.needs_place:
        return asked.state
    has_list = admission.when_full(kind.terms.waitlist) is not None
    is_behind = has_list and waitlist.has_waiting(kind.id, made.window_no)
    if not is_behind and capacity.take(kind.id, made.window_no, made.group_size):
        return asked.state
    if not has_list:
        raise SoldOut()
    waitlist.join(made)
    return RegistrationState.WAITLISTED


def record_consents(cmd: Register, made: Registration) -> None:
    """Write the answers to the consent texts of the event."""
    at = clock.now()
    for text in consent_texts(cmd.event_id):
        if text.purpose in cmd.consents:
            db.session.add(
                Consent(
                    event_id=cmd.event_id,
                    attendee_id=made.attendees[0].id,
                    consent_text_id=text.id,
                    is_given=cmd.consents[text.purpose],
                    at=at,
                    locale=cmd.lang,
                    channel=cmd.source,
                )
            )


def _lead_holders(event_id: int, keys: tuple[IdentityKey, ...]) -> None:
    """Mail the link of every registration that holds one of the contacts."""
    for registration_id in holders(event_id, keys):
        mail.send_link(registration_id)


def holders(event_id: int, keys: tuple[IdentityKey, ...]) -> list[int]:
    """Return the registrations that hold one of the contacts, by id."""
    found: set[int] = set()
    for key in keys:
        found.update(
            db.session.scalars(
                select(Attendee.registration_id)
                .join(AttendeeIdentity, AttendeeIdentity.attendee_id == Attendee.id)
                .where(
                    AttendeeIdentity.event_id == event_id,
                    AttendeeIdentity.kind == key.kind,
                    AttendeeIdentity.value == key.value,
                    AttendeeIdentity.is_active,
                )
            )
        )
    return sorted(found)


def earlier_result(cmd: Register) -> Registered | None:
    """Return what the idempotency key of a submission made before, None when nothing."""
    if cmd.idempotency_key is None:
        return None
    found = db.session.scalar(
        select(Registration).where(
            Registration.event_id == cmd.event_id,
            Registration.idempotency_key == cmd.idempotency_key,
        )
    )
    if found is None:
        return None
    if found.idempotency_digest != cmd.digest():
        raise IdempotencyMismatch()
    return result_of(found, is_replay=True)


def result_of(
    found: Registration, *, face: RegistrationFace | None = None, is_replay: bool = False
) -> Registered:
    """Return a registration as the answer to its submission."""
    tickets = dict(
        db.session.execute(
            select(Ticket.attendee_id, Ticket.id)
            .where(Ticket.attendee_id.in_([person.id for person in found.attendees]))
            .order_by(Ticket.id)
        ).all()
    )
    return Registered(
        registration_id=found.id,
        public_id=found.public_id,
        link_rev=found.link_rev,
        code=found.code,
        state=RegistrationState(found.state),
        people=tuple(
            RegisteredPerson(
                person.display_name, person.public_id, person.link_rev, tickets.get(person.id)
            )
            for person in found.attendees
        ),
        is_replay=is_replay,
        face=face,
    )
