"""People by name, code or the end of a phone number, for the staff at a gate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select

from eventhub.checkin.models import Admission
from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Attendee, Registration, Ticket, TicketType
from eventhub.registration.queries.name_search import people_named

HITS = 20
_PHONE_DIGITS = 4
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One ticket; nothing of the person beyond name, order code and four digits."""

    idhash: bytes
    name: str
    type_name: I18n
    order: str
    phone4: str
    status: str
    is_inside: bool


def search(event_id: int, text: str) -> list[SearchHit]:
    """
    Return tickets whose holder matches, at most one more than 20, by name.

    Args:
        event_id: Of the gate.

        text: From one Chinese character, two letters or four digits on;
            shorter texts find nothing.
    """
    wanted = text.strip()
    if not _is_enough(wanted):
        return []
    statement = (
        select(
            Ticket.idhash,
            Attendee.display_name,
            TicketType.name,
            Registration.code,
            Registration.phone,
            Ticket.status,
            exists().where(Admission.ticket_id == Ticket.id, Admission.left_at_ms.is_(None)),
        )
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(Ticket.event_id == event_id, _matches(event_id, wanted))
        .order_by(Attendee.display_name, Ticket.id)
        .limit(HITS + 1)
    )
    return [
        SearchHit(
            bytes(idhash), name, type_name, code, (phone or "")[-_PHONE_DIGITS:], status, here
        )
        for idhash, name, type_name, code, phone, status, here in db.session.execute(statement)
    ]


def _is_enough(text: str) -> bool:
    if _HAN.search(text):
        return True
    return len(text) >= (_PHONE_DIGITS if text.isdigit() else 2)


def _matches(event_id: int, text: str) -> ColumnElement[bool]:
    low = text.lower()
    rules = [
        Attendee.id.in_(people_named(event_id, text)),
        func.lower(Attendee.display_name).contains(low, autoescape=True),
        func.lower(Attendee.latin_name).contains(low, autoescape=True),
        Registration.code == text.upper(),
        func.lower(Registration.email).startswith(low, autoescape=True),
    ]
    if text.isdigit() and len(text) == _PHONE_DIGITS:
        rules.append(Registration.phone.endswith(text, autoescape=True))
    return or_(*rules)
