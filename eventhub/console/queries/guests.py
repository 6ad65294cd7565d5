"""The guest list: people of an event with what they registered for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Attendee, Registration, Ticket, TicketType
from eventhub.registration.queries.name_search import people_named
from eventhub.registration.service import links

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class GuestSearch:
    """What the list is narrowed to; empty values narrow nothing. Pages count from 1."""

    text: str = ""
    state: str = ""
    ticket_type: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class GuestRow:
    """One person; `ticket_url` is null while there is no ticket."""

    name: str
    latin_name: str | None
    contact: str
    code: str
    type_name: I18n
    state: str
    source: str
    created_at: datetime
    entered_at: datetime | None
    seat_label: str | None
    ticket_url: str | None


@dataclass(frozen=True, slots=True)
class GuestPage:
    """One page of the list and the size of the whole."""

    rows: tuple[GuestRow, ...]
    total: int
    page: int

    @property
    def first(self) -> int:
        """Return the place of the first row of this page, from 1; 0 when there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Return the place of the last row of this page."""
        return (self.page - 1) * PAGE_SIZE + len(self.rows)

    @property
    def has_more(self) -> bool:
        """Return whether another page follows."""
        return self.last < self.total


def guests(event_id: int, search: GuestSearch) -> GuestPage:
    """
    Return one page of people, newest registration first.

    Two statements, and one more that finds the names when there is a text.
    """
    narrowed = _narrowed(event_id, search)
    total = db.session.scalar(
        select(func.count())
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(*narrowed)
    )
    found = db.session.execute(
        _people(narrowed).limit(PAGE_SIZE).offset((search.page - 1) * PAGE_SIZE)
    )
    return GuestPage(tuple(_row(row) for row in found), total or 0, search.page)


def guests_below(
    event_id: int, search: GuestSearch, *, before: int | None, limit: int
) -> list[tuple[int, str, GuestRow]]:
    """
    Return (number, slug of the type, person), the newest first; the page is not looked at.

    One statement, and one more that finds the names when there is a text.

    Args:
        event_id: The event.

        search: What the list is narrowed to.

        before: Only people with a smaller number; numbers never change.

        limit: Most rows.
    """
    narrowed = _narrowed(event_id, search)
    if before is not None:
        narrowed.append(Attendee.id < before)
    found = db.session.execute(
        _people(narrowed)
        .add_columns(Attendee.id.label("number"), TicketType.slug.label("type_slug"))
        .order_by(None)
        .order_by(Attendee.id.desc())
        .limit(limit)
    )
    return [(row.number, row.type_slug, _row(row)) for row in found]


def ticket_types(event_id: int) -> list[tuple[str, I18n]]:
    """Return slug and name of every ticket type, in the organizer's order."""
    t = TicketType
    rows = db.session.execute(
        select(t.slug, t.name).where(t.event_id == event_id).order_by(t.position, t.number)
    )
    return [(row.slug, row.name) for row in rows]


def _people(narrowed: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    live = and_(Ticket.attendee_id == Attendee.id, Ticket.status != "cancelled")
    return (
        select(
            Attendee.public_id,
            Attendee.link_rev,
            Attendee.display_name,
            Attendee.latin_name,
            Registration.email,
            Registration.phone,
            Registration.code,
            Registration.state,
            Registration.source,
            Registration.created_at,
            TicketType.name,
            Ticket.id.label("ticket_id"),
            Ticket.seat_label,
            Ticket.first_entry_at,
        )
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .outerjoin(Ticket, live)
        .where(*narrowed)
        .order_by(Registration.created_at.desc(), Registration.id.desc(), Attendee.position)
    )


def _narrowed(event_id: int, search: GuestSearch) -> list[ColumnElement[bool]]:
    wanted = [Attendee.event_id == event_id]
    if search.state:
        wanted.append(Registration.state == search.state)
    if search.ticket_type:
        wanted.append(TicketType.slug == search.ticket_type)
    if text := search.text.strip():
        wanted.append(_matches(event_id, text))
    return wanted


def _matches(event_id: int, text: str) -> ColumnElement[bool]:
    columns = (Attendee.display_name, Attendee.latin_name, Registration.email, Registration.phone)
    return or_(
        Registration.code == text.upper(),
        Attendee.id.in_(people_named(event_id, text)),
        *(column.icontains(text, autoescape=True) for column in columns),
    )


def _row(row: Any) -> GuestRow:
    token = links.attendee_token(row.public_id, row.link_rev) if row.ticket_id else None
    return GuestRow(
        name=row.display_name,
        latin_name=row.latin_name,
        contact=row.email or row.phone or "",
        code=row.code,
        type_name=row.name,
        state=row.state,
        source=row.source,
        created_at=row.created_at,
        entered_at=row.first_entry_at,
        seat_label=row.seat_label,
        ticket_url=links.ticket_url(token) if token else None,
    )
