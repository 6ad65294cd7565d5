"""Everything that is kept about a registration, for its person: JSON and CSV in one ZIP."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.notify.queries import messages_of
from eventhub.registration.models import (
    Answer,
    AnswerFile,
    Attendee,
    Consent,
    ConsentText,
    GuardianConsent,
    GuestDetail,
    HeldAnswer,
    Invitation,
    Question,
    Registration,
    Ticket,
    TicketType,
)
from eventhub.registration.service.export import harmless
from eventhub.registration.service.proofs import Purpose, WrongCode, check_code

Row = dict[str, Any]
_STILL = (1980, 1, 1, 0, 0, 0)  # the same data give the same file


@command
def export_mine(registration_id: int, code: str) -> bytes:
    """
    Return the data of a registration to its person, who proves the contact with a code.

    Commits an audit entry.

    Raises:
        NotFound: There is no such registration.
        WrongCode: The code is wrong or too old.
    """
    if not check_code(registration_id, Purpose.DATA, code):
        raise WrongCode()
    return export_data(registration_id, by="self")


@command
def export_data(registration_id: int, *, by: str) -> bytes:
    """
    Return the ZIP for whoever may have it; commits an audit entry.

    Raises:
        NotFound: There is no such registration.
    """
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    audit.record(
        "registration.export",
        f"registration:{found.code}",
        event_id=found.event_id,
        after={"by": by},
    )
    return packed(data_of(found), files_of(found))


def data_of(found: Registration) -> dict[str, list[Row]]:
    """Return the rows about a registration by kind; instants in UTC."""
    people = db.session.scalars(
        select(Attendee).where(Attendee.registration_id == found.id).order_by(Attendee.position)
    ).all()
    ids = [person.id for person in people]
    kind = db.session.get_one(TicketType, found.ticket_type_id)
    return {
        "registration": [_registration(found, kind)],
        "people": [_person(person) for person in people],
        "tickets": _tickets(ids),
        "answers": _answers(ids),
        "consents": _consents(ids),
        "guardian": _guardian(found.id),
        "guest_notes": _notes(ids),
        "invitations": _invitations(found),
        "messages": _messages(found),
    }


def files_of(found: Registration) -> dict[str, bytes]:
    """Return the files that were answered with, by a name of their own in the ZIP."""
    rows = db.session.execute(
        select(Question.slug, AnswerFile.public_id, AnswerFile.name, AnswerFile.data)
        .select_from(AnswerFile)
        .join(Answer, Answer.id == AnswerFile.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .join(Attendee, Attendee.id == Answer.attendee_id)
        .where(Attendee.registration_id == found.id)
        .order_by(Answer.id)
    )
    return {f"files/{slug}-{public_id[:4]}-{name}": data for slug, public_id, name, data in rows}


def packed(data: Mapping[str, Sequence[Row]], files: Mapping[str, bytes] | None = None) -> bytes:
    """Return rows by kind as a ZIP: one JSON of all, one CSV per kind, and files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        body = orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str)
        archive.writestr(zipfile.ZipInfo("data.json", _STILL), body)
        for name, rows in data.items():
            if rows:
                archive.writestr(zipfile.ZipInfo(f"{name}.csv", _STILL), _csv(rows))
        for name, content in (files or {}).items():
            archive.writestr(zipfile.ZipInfo(name, _STILL), content)
    return buffer.getvalue()


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(list(rows[0]))
    for row in rows:
        writer.writerow([harmless(_cell(value)) for value in row.values()])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _at(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _registration(found: Registration, kind: TicketType) -> Row:
    return {
        "code": found.code,
        "state": found.state,
        "ticket_type": kind.name,
        "contact_name": found.contact_name,
        "email": found.email,
        "phone": found.phone,
        "language": found.locale,
        "source": found.source,
        "people": found.group_size,
        "registered_at": _at(found.created_at),
        "decided_at": _at(found.decided_at),
        "cancelled_at": _at(found.cancelled_at),
    }


def _person(person: Attendee) -> Row:
    return {
        "position": person.position,
        "name": person.display_name,
        "latin_name": person.latin_name,
    }


def _tickets(ids: Sequence[int]) -> list[Row]:
    rows = db.session.scalars(select(Ticket).where(Ticket.attendee_id.in_(ids)).order_by(Ticket.id))
    return [
        {
            "status": row.status,
            "window": row.window_no,
            "seat": row.seat_label,
            "issued_at": _at(row.issued_at),
            "ended_at": _at(row.ended_at),
            "first_entry_at": _at(row.first_entry_at),
        }
        for row in rows
    ]


def _answers(ids: Sequence[int]) -> list[Row]:
    return [
        {"question": label, "answer": value}
        for model in (Answer, HeldAnswer)
        for label, value in db.session.execute(
            select(Question.label, model.value)
            .join(Question, Question.id == model.question_id)
            .where(model.attendee_id.in_(ids))
            .order_by(model.id)
        )
    ]


def _consents(ids: Sequence[int]) -> list[Row]:
    rows = db.session.execute(
        select(ConsentText, Consent)
        .join(Consent, Consent.consent_text_id == ConsentText.id)
        .where(Consent.attendee_id.in_(ids))
        .order_by(Consent.id)
    )
    return [
        {
            "purpose": text.purpose,
            "version": text.version,
            "text": text.text,
            "given": consent.is_given,
            "at": _at(consent.at),
            "language": consent.locale,
        }
        for text, consent in rows
    ]


def _guardian(registration_id: int) -> list[Row]:
    row = db.session.get(GuardianConsent, registration_id)
    return [{"name": row.name, "below_age": row.age, "at": _at(row.at)}] if row else []


def _notes(ids: Sequence[int]) -> list[Row]:
    rows = db.session.scalars(select(GuestDetail).where(GuestDetail.attendee_id.in_(ids)))
    return [
        {"company": row.company, "note": row.note, "reference": row.external_ref, **row.extra}
        for row in rows
    ]


def _invitations(found: Registration) -> list[Row]:
    rows = db.session.scalars(select(Invitation).where(Invitation.registration_id == found.id))
    return [
        {
            "name": row.name,
            "email": row.email,
            "phone": row.phone,
            "sent_at": _at(row.sent_at),
            "answered_at": _at(row.answered_at),
        }
        for row in rows
    ]


def _messages(found: Registration) -> list[Row]:
    contacts = [contact for contact in (found.email, found.phone) if contact]
    return [
        {
            "kind": row.kind,
            "to": row.recipient,
            "subject": row.subject,
            "text": row.text,
            "state": row.state,
            "written_at": _at(row.created_at),
        }
        for row in messages_of(found.event_id, contacts, about=found.public_id)
    ]
