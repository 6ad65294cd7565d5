"""The rows that claim a contact: written together, or leading to what holds it already."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, bindparam, delete, literal_column, select

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.ids import new_code, new_public_id
from eventhub.kernel.rows import insert_row, insert_unless_taken
from eventhub.registration.enums import RegistrationState, Source
from eventhub.registration.errors import IdempotencyMismatch
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    GuardianConsent,
    Registration,
    Ticket,
)
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.queries.faces import NewRegistration
from eventhub.registration.rules.forms import FileAnswer
from eventhub.registration.rules.identity import IdentityKey, body_digest
from eventhub.registration.service import mail

_CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Register:
    """
    One submission.

    `email` and `phone` are in normal form, at least one is given; `others`
    are the names of companions; `window_no` None leaves the choice of the day
    to the house; `consents` maps purposes to the answers that were given, `read`
    to the version of the text that was read (a purpose without one: the newest),
    `answers` the questions of the ticket type to what was answered;
    `guardian` is the grown-up who agreed for somebody below `guardian_age`.
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
    read: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    source: Source = Source.WEB
    idempotency_key: str | None = None
    is_synthetic: bool = False
    guardian: str = ""
    guardian_age: int = 0

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
                **({"read": dict(self.read)} if self.read else {}),
                "answers": {
                    slug: value.sha256 if isinstance(value, FileAnswer) else value
                    for slug, value in self.answers.items()
                },
                **({"guardian": self.guardian} if self.guardian else {}),
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

    `face` is all of a new one as its message told it, None for an earlier one;
    `consents` are the purposes that a new one agreed to.
    """

    registration_id: int
    public_id: str
    link_rev: int
    code: str
    state: RegistrationState
    people: tuple[RegisteredPerson, ...]
    is_replay: bool = False
    face: RegistrationFace | None = None
    consents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The contact has a place; its link is on the way to it. Says nothing about whose it is."""


def claim(
    cmd: Register,
    type_id: int,
    window_no: int,
    keys: tuple[IdentityKey, ...],
    state: RegistrationState,
) -> NewRegistration | Registered | Duplicate:
    """
    Write the rows that claim contact and key; a taken one leads to what holds it.

    Runs in the caller's command. No savepoint: an index that refuses a row
    says so, and what was written for it before is taken back.
    """
    made = _insert(cmd, type_id, window_no, state)
    if not isinstance(made, NewRegistration):
        return made
    if claim_contacts(cmd.event_id, made.people[0].id, keys):
        return made
    db.session.execute(
        delete(Registration)
        .where(Registration.id == made.id)
        .execution_options(synchronize_session=False)
    )
    lead_holders(cmd.event_id, keys)
    return Duplicate()


def _insert(
    cmd: Register, type_id: int, window_no: int, state: RegistrationState
) -> NewRegistration | Registered:
    made = NewRegistration(
        id=0,
        event_id=cmd.event_id,
        public_id=new_public_id(),
        code="",
        state=state,
        locale=cmd.lang,
        window_no=window_no,
        performance_id=cmd.performance_id,
        contact_name=cmd.name,
        email=cmd.email,
        phone=cmd.phone,
        created_at=clock.now(),
        is_synthetic=cmd.is_synthetic,
        people=(),
    )
    values = _columns(cmd, made) | {"ticket_type_id": type_id}
    for _attempt in range(_CODE_TRIES):
        code = new_code()
        new_id = insert_unless_taken(Registration, values | {"code": code})
        if new_id is not None:
            return replace(made, id=new_id, code=code, people=_insert_people(cmd, new_id))
        if (earlier := earlier_result(cmd)) is not None:
            return earlier
    raise RuntimeError("no free registration code was found")


def _columns(cmd: Register, made: NewRegistration) -> dict[str, Any]:
    return {
        "event_id": made.event_id,
        "public_id": made.public_id,
        "window_no": made.window_no,
        "performance_id": made.performance_id,
        "state": made.state,
        "locale": made.locale,
        "source": cmd.source,
        "contact_name": made.contact_name,
        "email": made.email,
        "phone": made.phone,
        "group_size": cmd.group_size,
        "idempotency_key": cmd.idempotency_key,
        "idempotency_digest": cmd.digest() if cmd.idempotency_key else None,
        "created_at": made.created_at,
        "decided_at": made.created_at if made.state is RegistrationState.CONFIRMED else None,
        "is_synthetic": made.is_synthetic,
    }


def _insert_people(cmd: Register, registration_id: int) -> tuple[AttendeeFace, ...]:
    people = []
    for position, name in enumerate([cmd.name, *cmd.others]):
        public_id = new_public_id()
        values = {
            "event_id": cmd.event_id,
            "public_id": public_id,
            "registration_id": registration_id,
            "position": position,
            "display_name": name,
        }
        new_id = insert_row(Attendee, values)
        people.append(AttendeeFace(new_id, public_id, 0, name, None, None))
    return tuple(people)


def claim_contacts(event_id: int, attendee_id: int, keys: tuple[IdentityKey, ...]) -> bool:
    """Claim contacts one by one, in the order of the keys: no circle of waiting."""
    for key in keys:
        values = {
            "event_id": event_id,
            "attendee_id": attendee_id,
            "scope": key.scope,
            "kind": key.kind,
            "value": key.value,
        }
        if insert_unless_taken(AttendeeIdentity, values) is None:
            return False
    return True


def record_guardian(cmd: Register, made: NewRegistration) -> None:
    """Write the grown-up who agreed, if the submission names one."""
    if cmd.guardian:
        db.session.add(
            GuardianConsent(
                registration_id=made.id,
                event_id=cmd.event_id,
                name=cmd.guardian,
                age=cmd.guardian_age,
                at=made.created_at,
                locale=cmd.lang,
            )
        )
        db.session.flush()


def lead_holders(event_id: int, keys: tuple[IdentityKey, ...]) -> bool:
    """Mail the link of every registration that holds one of the contacts; tell if one does."""
    found = holders(event_id, keys)
    for registration_id in found:
        mail.send_link(registration_id)
    return bool(found)


def holders(event_id: int, keys: tuple[IdentityKey, ...]) -> list[int]:
    """Return the registrations that hold one of the contacts, by id; one statement."""
    asked = {
        "event": event_id,
        "scopes": [key.scope for key in keys],
        "kinds": [key.kind for key in keys],
        "values": [key.value for key in keys],
    }
    wanted = {(key.scope, key.kind, key.value) for key in keys}
    rows = db.session.execute(_holding(), asked)
    return sorted({row[3] for row in rows if (row[0], row[1], row[2]) in wanted})


@functools.cache
def _holding() -> Select[Any]:
    """Select who holds contacts; the parts of a key may be mixed up, so look at each."""
    person, key = Attendee.__table__.c, AttendeeIdentity.__table__.c
    return (
        select(key.scope, key.kind, key.value, person.registration_id)
        .join_from(AttendeeIdentity.__table__, Attendee.__table__, person.id == key.attendee_id)
        .where(
            key.event_id == bindparam("event"),
            key.scope.in_(bindparam("scopes", expanding=True)),
            key.kind.in_(bindparam("kinds", expanding=True)),
            key.value.in_(bindparam("values", expanding=True)),
            # in the words of the index: SQLite sees no other as its condition
            literal_column("attendee_identity.is_active"),
        )
    )


def earlier_result(cmd: Register) -> Registered | None:
    """Return what the idempotency key of a submission made before, None when nothing."""
    if cmd.idempotency_key is None:
        return None
    table = Registration.__table__.c
    held = db.session.execute(
        select(table.id, table.idempotency_digest).where(
            table.event_id == cmd.event_id, table.idempotency_key == cmd.idempotency_key
        )
    ).first()
    if held is None:
        return None
    if held.idempotency_digest != cmd.digest():
        raise IdempotencyMismatch()
    return _earlier(db.session.get_one(Registration, held.id))


def _earlier(found: Registration) -> Registered:
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
        is_replay=True,
    )


def result_of(face: RegistrationFace, consents: tuple[str, ...] = ()) -> Registered:
    """Return a new registration as the answer to its submission."""
    return Registered(
        registration_id=face.id,
        public_id=face.public_id,
        link_rev=face.link_rev,
        code=face.code,
        state=face.state,
        people=tuple(
            RegisteredPerson(
                person.name,
                person.public_id,
                person.link_rev,
                person.ticket.id if person.ticket else None,
            )
            for person in face.attendees
        ),
        face=face,
        consents=consents,
    )
