"""The API of registration; keys in `Authorization: Bearer`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.extensions import limiter
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.auth import authorise, current_actor
from eventhub.kernel.errors import Invalid, NotSignedIn
from eventhub.kernel.http import json_answer, private
from eventhub.kernel.text import clean, normalise_email, normalise_phone
from eventhub.kernel.uploads import read_upload
from eventhub.programme.queries import EventRow, keyed_event
from eventhub.registration import limits, queries, question_fields, service, waiting_room
from eventhub.registration.codes import ticket_code
from eventhub.registration.enums import RegistrationState, Source
from eventhub.registration.errors import AlreadyRegistered
from eventhub.registration.rules.identity import limit_keys
from eventhub.registration.rules.states import public_status

bp = Blueprint("registration_api", __name__, url_prefix="/api/v1")

_MAX_KEY = 70
_MAX_PEOPLE = 100


class Contact(Schema):
    """How the person is reached; one of the two is needed."""

    email: Annotated[str, Field(max_length=320)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None


class Person(Schema):
    """One person who comes."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class GivenConsent(Schema):
    """
    An answer to one consent text.

    `version` is the one that the person read, as the list of texts says; a yes to
    another than the newest is refused. Without it the newest is meant.
    """

    purpose: Annotated[str, Field(min_length=1, max_length=40)]
    given: bool = True
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class ConsentTextAnswer(Schema):
    """A text that the form of the event asks, in its newest version, by language."""

    purpose: str
    kind: str
    required: bool
    version: int
    title: dict[str, str]
    text: dict[str, str]


class ConsentTextsAnswer(Schema):
    """The texts in the order of the form."""

    consents: list[ConsentTextAnswer]


class RegistrationBody(Schema):
    """
    A submission; the first of `attendees` is the contact.

    `answers` are by question; a file is `{"name", "data"}`, the data in base64,
    5 MB at most. `day` is needed by nobody: without it a day ticket is for the
    first day with places. `guardian` is the grown-up who agrees for a child.
    """

    ticket_type: Annotated[str, Field(min_length=1, max_length=64)]
    lang: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"
    contact: Contact
    attendees: Annotated[list[Person], Field(min_length=1, max_length=_MAX_PEOPLE)]
    answers: dict[str, Any] = Field(default_factory=dict)
    consents: list[str | GivenConsent] = Field(default_factory=list)
    day: date | None = None
    guardian: Annotated[str, Field(max_length=200)] | None = None


class ChangeBody(Schema):
    """What is to change; names are given for all people in their order."""

    lang: Annotated[str, Field(pattern="^(zh|en)$")] | None = None
    attendees: Annotated[list[Person], Field(min_length=1, max_length=_MAX_PEOPLE)] | None = None


class TicketAnswer(Schema):
    """
    A ticket: token and address of its page, and the text that its QR picture holds.

    `code` is empty for types whose codes change all the time: the page draws them.
    """

    token: str
    url: str
    code: str


class PersonAnswer(Schema):
    """One person of a registration; `ticket` is null before the place is confirmed."""

    name: str
    ticket: TicketAnswer | None


class RegistrationAnswer(Schema):
    """A registration; `registration` is the code of its other addresses."""

    registration: str
    status: str
    ticket_type: str
    lang: str
    day: str | None
    waitlist_position: int | None
    manage_url: str
    consents: list[str]
    attendees: list[PersonAnswer]


@bp.get("/events/<slug>/consents")
@operation(
    summary="The consent texts that the form of an event asks, in their newest versions.",
    answers={200: ConsentTextsAnswer},
    scope=Scope.REGISTRATIONS_READ,
    tags=["registrations"],
)
def list_consents(slug: str) -> Response:
    """GET /api/v1/events/SLUG/consents - scope registrations:read."""
    event = keyed_event(slug, Scope.REGISTRATIONS_READ)
    return private(
        json_answer(
            {
                "consents": [
                    {
                        "purpose": row.purpose,
                        "kind": row.kind,
                        "required": row.is_required,
                        "version": row.version,
                        "title": row.title,
                        "text": row.text,
                    }
                    for row in queries.consent_texts(event.id)
                ]
            }
        )
    )


@bp.post("/events/<slug>/registrations")
@limiter.limit(limits.API, key_func=lambda: f"key-{current_actor().id}")
@operation(
    summary="Register people for an event. Takes Idempotency-Key; Waiting-Token in a rush.",
    body=RegistrationBody,
    answers={201: RegistrationAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["registrations"],
)
def create(slug: str) -> Response:
    """POST /api/v1/events/SLUG/registrations - scope registrations:write."""
    event = keyed_event(slug, Scope.REGISTRATIONS_WRITE)
    command = _command(event, body(RegistrationBody))
    if waiting_room.is_set_up(event):
        contact = _mailbox_or_phone(command)
        if contact and service.earlier_result(command) is None:  # who has a place never waits
            waiting_room.before_api(event, contact)
    outcome = service.register(command)
    if isinstance(outcome, service.Duplicate):
        raise AlreadyRegistered()
    if outcome.face is not None:
        answer = _answer(outcome.face, outcome.consents)
    else:
        answer = _read(outcome.registration_id)
    location = f"/api/v1/registrations/{outcome.code}"
    return private(json_answer(answer, 201, {"Location": location}))


@bp.get("/registrations/<code>")
@operation(
    summary="Read a registration.",
    answers={200: RegistrationAnswer},
    scope=Scope.REGISTRATIONS_READ,
    tags=["registrations"],
)
def read(code: str) -> Response:
    """GET /api/v1/registrations/CODE - scope registrations:read."""
    found = _found(code, Scope.REGISTRATIONS_READ)
    return private(json_answer(_read(found)))


@bp.patch("/registrations/<code>")
@operation(
    summary="Correct names or language of a registration; its codes stay the same.",
    body=ChangeBody,
    answers={200: RegistrationAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["registrations"],
)
def change(code: str) -> Response:
    """PATCH /api/v1/registrations/CODE - scope registrations:write."""
    found = _found(code, Scope.REGISTRATIONS_WRITE)
    sent = body(ChangeBody)
    fields: dict[str, list[Any]] = {}
    names = None if sent.attendees is None else _names(fields, sent.attendees)
    if fields:
        raise Invalid(fields=fields)
    service.change_registration(service.ChangeRegistration(found, lang=sent.lang, names=names))
    return private(json_answer(_read(found)))


@bp.delete("/registrations/<code>")
@operation(
    summary="Cancel a registration; its place is free at once.",
    answers={200: RegistrationAnswer},
    scope=Scope.REGISTRATIONS_WRITE,
    tags=["registrations"],
)
def cancel(code: str) -> Response:
    """DELETE /api/v1/registrations/CODE - scope registrations:write."""
    found = _found(code, Scope.REGISTRATIONS_WRITE)
    service.cancel(found)
    return private(json_answer(_read(found)))


def _found(code: str, scope: Scope) -> int:
    actor = current_actor()
    if actor.is_anonymous:
        raise NotSignedIn()
    found = queries.by_code(code, {grant.event_id for grant in actor.grants})
    event = queries.event_of(found)
    authorise(scope, organisation_id=event.organisation_id, event_id=event.id)
    return found


def _command(event: EventRow, sent: RegistrationBody) -> service.Register:
    fields: dict[str, list[Any]] = {}
    email = _normal(fields, "contact.email", normalise_email, sent.contact.email)
    phone = _normal(fields, "contact.phone", normalise_phone, sent.contact.phone)
    names = _names(fields, sent.attendees)
    guardian = _normal(fields, "guardian", clean, sent.guardian)
    answers = {slug: _answer_of(fields, slug, value) for slug, value in sent.answers.items()}
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > _MAX_KEY:
        fields["Idempotency-Key"] = [_("This is too long.")]
    if fields:
        raise Invalid(fields=fields)
    return service.Register(
        event_id=event.id,
        ticket_type=sent.ticket_type,
        name=names[0],
        lang=sent.lang,
        email=email,
        phone=phone,
        others=names[1:],
        window_no=queries.window_of_day(event, sent.day) if sent.day else None,
        consents=_consents(sent),
        read={
            item.purpose: item.version
            for item in sent.consents
            if isinstance(item, GivenConsent) and item.version is not None
        },
        answers=answers,
        guardian=guardian or "",
        guardian_age=queries.settings_of(event.id).guardian_age,
        source=Source.API,
        idempotency_key=f"api:{key}" if key else None,
    )


def _answer_of(fields: dict[str, list[Any]], slug: str, value: Any) -> Any:
    """Return an answer; `{"name", "data"}` with the data in base64 is a file."""
    if not isinstance(value, dict) or value.keys() != {"name", "data"}:
        return value
    name = f"answers.{slug}"
    try:
        data = base64.b64decode(str(value["data"]), validate=True)
        return question_fields.file_answer(read_upload(str(value["name"]), data, name))
    except Invalid as refusal:
        fields[name] = list(refusal.fields[name])
    except ValueError:
        fields[name] = [_("This value can not be used.")]
    return None


def _mailbox_or_phone(command: service.Register) -> str:
    """Return what one guest has one of, in a rush also: however the address is written."""
    keys = limit_keys(command.email)
    return keys[0].value if keys else command.phone or ""


def _names(fields: dict[str, list[Any]], people: list[Person]) -> tuple[str, ...]:
    return tuple(
        _normal(fields, f"attendees.{place}.name", clean, person.name) or ""
        for place, person in enumerate(people)
    )


def _normal(
    fields: dict[str, list[Any]], name: str, normalise: Callable[[str], str], typed: str | None
) -> str | None:
    if not typed:
        return None
    try:
        return normalise(typed)
    except ValueError:
        fields[name] = [_("This value can not be used.")]
        return None


def _consents(sent: RegistrationBody) -> dict[str, bool]:
    return {
        (item if isinstance(item, str) else item.purpose): isinstance(item, str) or item.given
        for item in sent.consents
    }


def _read(registration_id: int) -> dict[str, Any]:
    return _answer(queries.registration_face(registration_id), queries.consents_of(registration_id))


def _answer(face: queries.RegistrationFace, consents: Sequence[str]) -> dict[str, Any]:
    return {
        "registration": face.code,
        "status": public_status(RegistrationState(face.state)),
        "ticket_type": face.type_slug,
        "lang": face.locale,
        "day": face.window.day.isoformat() if face.window else None,
        "waitlist_position": face.position,
        "manage_url": service.ticket_url(service.registration_token(face.public_id, face.link_rev)),
        "consents": list(consents),
        "attendees": [
            {"name": person.name, "ticket": _ticket(face, person)} for person in face.attendees
        ],
    }


def _ticket(face: queries.RegistrationFace, person: queries.AttendeeFace) -> dict[str, str] | None:
    code = ticket_code(face, person)
    if code is None:
        return None
    token = service.attendee_token(person.public_id, person.link_rev)
    return {"token": token, "url": service.ticket_url(token), "code": code.signed}
