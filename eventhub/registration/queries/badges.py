"""What stands on badges: people with a valid ticket, in the order of their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import (
    Attendee,
    AttendeeSearch,
    GuestDetail,
    Registration,
    Ticket,
    TicketType,
    Tier,
)

MOST: Final = 500
"""Badges of one file: a few seconds of work, a stack that one printer takes."""


@dataclass(frozen=True, slots=True)
class BadgeRow:
    """One person with a valid ticket; `tier_color` is `#rrggbb`, None without a tier."""

    name: str
    latin_name: str | None
    company: str
    type_slug: str
    type_name: I18n
    tier_name: I18n | None
    tier_color: str | None
    registration_code: str
    seat_label: str | None
    number: int
    product: int
    window_no: int
    rev: int
    kid: int


def badge_counts(event_id: int) -> dict[str, int]:
    """Return how many people have a valid ticket of each type, by its slug."""
    counted = _people(event_id, select(TicketType.slug, func.count()))
    rows = db.session.execute(
        counted.group_by(TicketType.slug, TicketType.position, TicketType.id).order_by(
            TicketType.position, TicketType.id
        )
    )
    return {row[0]: row[1] for row in rows}


def badge_rows(
    event_id: int,
    *,
    ticket_type: str = "",
    code: str = "",
    ticket_id: int | None = None,
    first: int = 1,
) -> list[BadgeRow]:
    """
    Return people by name, at most `MOST`.

    Args:
        event_id: The event.

        ticket_type: Slug of a type; empty for all.

        code: Code of one registration; empty for all.

        ticket_id: One ticket; None for all.

        first: Place of the first person in the order of names, from 1.
    """
    statement = _people(
        event_id,
        select(
            Attendee.display_name,
            Attendee.latin_name,
            func.coalesce(GuestDetail.company, ""),
            TicketType.slug,
            TicketType.name,
            Tier.name,
            Tier.color,
            Registration.code,
            Ticket.seat_label,
            Ticket.number,
            TicketType.number,
            Ticket.window_no,
            Ticket.rev,
            Ticket.kid,
        ),
    )
    if ticket_type:
        statement = statement.where(TicketType.slug == ticket_type)
    if code:
        statement = statement.where(Registration.code == code)
    if ticket_id is not None:
        statement = statement.where(Ticket.id == ticket_id)
    rows = db.session.execute(
        statement.order_by(AttendeeSearch.readings, Attendee.display_name, Attendee.id)
        .offset(first - 1)
        .limit(MOST)
    )
    return [BadgeRow(*tuple(row)) for row in rows]


def _people(event_id: int, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Read from people with a valid ticket of a confirmed registration."""
    return (
        statement.select_from(Ticket)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .outerjoin(Tier, Tier.id == TicketType.tier_id)
        .outerjoin(GuestDetail, GuestDetail.attendee_id == Attendee.id)
        .outerjoin(AttendeeSearch, AttendeeSearch.attendee_id == Attendee.id)
        .where(
            Ticket.event_id == event_id,
            Ticket.status == TicketStatus.VALID,
            Registration.state == RegistrationState.CONFIRMED,
        )
    )
