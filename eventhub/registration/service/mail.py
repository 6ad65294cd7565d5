"""Messages about a registration: written into the outbox with what they tell of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy import func, select

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.kernel.i18n import in_lang, pick
from eventhub.notify.models import OutboxMessage
from eventhub.notify.service import Attachment, enqueue
from eventhub.registration.enums import RegistrationState
from eventhub.registration.queries import AttendeeFace, RegistrationFace, registration_face
from eventhub.registration.service.calendar import ticket_calendar
from eventhub.registration.service.links import registration_token, ticket_url
from eventhub.registration.service.tag import tag_of, when_text, where_text

LINKS_PER_HOUR = 3  # mails of a link to one contact; more would let strangers flood it
_HOUR = timedelta(hours=1)
_WITH_CALENDAR = frozenset(
    {"registration_confirmed", "registration_cancelled", "registration_transferred"}
)
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
    template = _TEMPLATES.get(face.state)
    if template is not None:
        key = f"registration:{face.public_id}:{face.state}:{face.link_rev}"
        _write(face, template, key, note=note)
    return face


def tell_transfer(registration_id: int) -> None:
    """Write the message to the person who passed a ticket on."""
    face = registration_face(registration_id)
    _write(face, "registration_transferred", f"registration:{face.public_id}:transferred")


def tell_offer(registration_id: int, *, number: int) -> None:
    """Write the message that a place is offered; `number` is that of the step in the log."""
    face = registration_face(registration_id)
    _write(face, "registration_offered", f"offer:{face.public_id}:{number}")


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
    face: RegistrationFace, template: str, dedupe_key: str, *, note: I18n | None = None
) -> bool:
    with in_lang(face.locale):
        context = _context(face) | {"note": pick(note)}
        text = render_template(f"mail/{template}.txt", **context)
        html = render_template(f"mail/{template}.html", **context) if face.email else ""
        message = enqueue(
            event_id=face.event.id,
            kind=template,
            dedupe_key=dedupe_key,
            recipient=face.email or face.phone or "",
            recipient_name=face.contact_name,
            locale=face.locale,
            subject=render_template(f"mail/{template}.subject.txt", **context).strip(),
            text=text.strip() + "\n",
            html=html,
            attachments=_attachments(face, template, context["url"]) if face.email else (),
            channel="email" if face.email else "sms",
            is_synthetic=face.is_synthetic,
        )
    return message is not None


def _context(face: RegistrationFace) -> dict[str, Any]:
    person = face.attendees[0]
    return {
        "face": face,
        "event": face.event,
        "tag": tag_of(face, person),
        "when": when_text(face),
        "where": where_text(face),
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
