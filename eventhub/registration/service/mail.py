"""Messages about a registration: written into the outbox with what they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy import func, select

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.kernel.i18n import in_lang, pick
from eventhub.notify.models import OutboxMessage
from eventhub.notify.service import Attachment, post
from eventhub.registration.enums import IdentityKind, RegistrationState
from eventhub.registration.queries import AttendeeFace, RegistrationFace, registration_face
from eventhub.registration.queries.mail_texts import mail_texts
from eventhub.registration.rules.mail_text import MAX_SUBJECT, filled, paragraphs
from eventhub.registration.service.calendar import ticket_calendar
from eventhub.registration.service.links import registration_token, ticket_url
from eventhub.registration.service.tag import seat_lines, tag_of, when_text, where_text
from eventhub.webhooks.enums import Kind
from eventhub.webhooks.service import emit


@dataclass(frozen=True, slots=True)
class To:
    """A contact that gets a message; `kind` is e-mail or phone."""

    kind: str
    value: str


LINKS_PER_HOUR = 3  # mails of a link to one contact; more would let strangers flood it
_HOUR = timedelta(hours=1)
_WITH_CALENDAR = frozenset(
    {"registration_confirmed", "registration_cancelled", "registration_transferred"}
)
_KINDS = {
    RegistrationState.CONFIRMED: Kind.REGISTRATION_CONFIRMED,
    RegistrationState.CANCELLED: Kind.REGISTRATION_CANCELLED,
}
_TEMPLATES = {
    RegistrationState.CONFIRMED: "registration_confirmed",
    RegistrationState.WAITLISTED: "registration_waitlisted",
    RegistrationState.PENDING_APPROVAL: "registration_pending",
    RegistrationState.CANCELLED: "registration_cancelled",
    RegistrationState.DECLINED: "registration_declined",
    RegistrationState.EXPIRED: "registration_expired",
}


def tell_state(registration_id: int, *, note: I18n | None = None) -> RegistrationFace:
    """Write the message about the state that a registration has now; return all it tells of."""
    face = registration_face(registration_id)
    tell(face, note=note)
    return face


def tell(face: RegistrationFace, *, note: I18n | None = None) -> None:
    """Write the message about the state of a registration that was read or written just now."""
    _tell_programs(face)
    template = _TEMPLATES.get(face.state)
    if template is not None:
        key = f"registration:{face.public_id}:{face.state}:{face.link_rev}"
        _write(face, template, key, note=note)


def _tell_programs(face: RegistrationFace) -> None:
    """Write what other programs are told of a state: the code, no name and no address."""
    kind = _KINDS.get(face.state)
    if kind is not None:
        emit(face.event.id, kind, {"registration": face.code, "state": face.state.value})


def tell_change(registration_id: int, *, number: int) -> None:
    """Write the message about tickets that were changed in place; `number` tells changes apart."""
    face = registration_face(registration_id)
    _write(face, "registration_confirmed", f"registration:{face.public_id}:changed:{number}")


def tell_transfer(registration_id: int) -> None:
    """Write the message to the person who passed a ticket on."""
    face = registration_face(registration_id)
    emit(face.event.id, Kind.TICKET_REISSUED, {"registration": face.code})
    _write(face, "registration_transferred", f"registration:{face.public_id}:transferred")


def tell_offer(registration_id: int, *, number: int) -> None:
    """Write the message that a place is offered; `number` is that of the step in the log."""
    face = registration_face(registration_id)
    emit(face.event.id, Kind.WAITLIST_OFFERED, {"registration": face.code})
    _write(face, "registration_offered", f"offer:{face.public_id}:{number}")


def send_code(face: RegistrationFace, *, kind: str, value: str, code: str, number: int) -> None:
    """Write the message with a code to a contact that is to be proven."""
    key = f"code:{face.public_id}:{number}"
    _write(face, "registration_code", key, to=To(kind, value), extra={"code_digits": code})


def tell_old_contact(face: RegistrationFace, *, kind: str, value: str) -> None:
    """Write to a contact that a registration no longer goes to it."""
    key = f"contact:{face.public_id}:{face.link_rev}:{kind}"
    _write(face, "registration_contact_changed", key, to=To(kind, value))


def send_link(registration_id: int) -> bool:
    """
    Write the message with the link to the registered contact.

    Returns:
        False when `LINKS_PER_HOUR` were written within the last hour.
    """
    face = registration_face(registration_id)
    prefix = f"link:{face.public_id}:"
    written = db.session.execute(
        select(
            func.count(),
            func.count().filter(OutboxMessage.created_at > clock.now() - _HOUR),
        ).where(OutboxMessage.dedupe_key.startswith(prefix, autoescape=True))
    ).one()
    total, recent = int(written[0]), int(written[1])
    if recent >= LINKS_PER_HOUR:
        return False
    # two requests at once count alike and so write the same key: one message
    return _write(face, "registration_link", f"{prefix}{total}")


def _write(
    face: RegistrationFace,
    template: str,
    dedupe_key: str,
    *,
    note: I18n | None = None,
    to: To | None = None,
    extra: Mapping[str, Any] | None = None,
) -> bool:
    sent_to = to or _contact(face)
    is_mail = sent_to.kind == IdentityKind.EMAIL
    with in_lang(face.event.lang_for(face.locale)):
        context = _context(face) | {"note": pick(note)} | dict(extra or {})
        subject, text, html = _worded(face, template, context, is_mail=is_mail)
        message_id = post(
            event_id=face.event.id,
            kind=template,
            dedupe_key=dedupe_key,
            recipient=sent_to.value,
            recipient_name=face.contact_name,
            locale=face.locale,
            subject=subject.strip(),
            text=text.strip() + "\n",
            html=html,
            attachments=_attachments(face, template, context["url"]) if is_mail else (),
            channel="email" if is_mail else "sms",
            is_synthetic=face.is_synthetic,
        )
    return message_id is not None


def _worded(
    face: RegistrationFace, template: str, context: Mapping[str, Any], *, is_mail: bool
) -> tuple[str, str, str]:
    """Return subject, text and HTML in the organizer's words if there are any, else in ours."""
    own = mail_texts(face.event.id).get((template, face.locale))
    if own is None:
        return (
            render_template(f"mail/{template}.subject.txt", **context),
            render_template(f"mail/{template}.txt", **context),
            render_template(f"mail/{template}.html", **context) if is_mail else "",
        )
    values = {
        "name": face.contact_name,
        "event": pick(face.event.title),
        "ticket": pick(face.type_name),
        "when": str(context["when"]),
        "where": str(context["where"]),
        "code": face.code,
        "link": str(context["url"]),
    }
    body = filled(own.body, values)
    parts = paragraphs(body)
    text = render_template("mail/custom.txt", body=body, **context)
    html = render_template("mail/custom.html", paragraphs=parts, **context) if is_mail else ""
    return " ".join(filled(own.subject, values).split())[:MAX_SUBJECT], text, html


def _contact(face: RegistrationFace) -> To:
    if face.email:
        return To(IdentityKind.EMAIL, face.email)
    return To(IdentityKind.PHONE, face.phone or "")


def _context(face: RegistrationFace) -> dict[str, Any]:
    person = face.attendees[0]
    return {
        "face": face,
        "event": face.event,
        "tag": tag_of(face, person),
        "when": when_text(face),
        "where": where_text(face),
        "seats": seat_lines(face),
        "url": ticket_url(registration_token(face.public_id, face.link_rev)),
    }


def _attachments(face: RegistrationFace, template: str, url: str) -> tuple[Attachment, ...]:
    if template not in _WITH_CALENDAR:
        return ()
    return tuple(_calendar(face, person, url) for person in face.attendees)


def _calendar(face: RegistrationFace, person: AttendeeFace, url: str) -> Attachment:
    data = ticket_calendar(face, person, url=url)
    number = f"-{face.attendees.index(person) + 1}" if len(face.attendees) > 1 else ""
    return Attachment(f"{face.code}{number}.ics", "text/calendar", data)
