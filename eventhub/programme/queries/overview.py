"""An event in figures, for commands and the console's list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, column, func, literal, or_, select, table

from eventhub.kernel import clock
from eventhub.kernel.db import UtcDateTime, db
from eventhub.programme.models import Gate, Performance, Show, Stage
from eventhub.programme.queries.event import EventRow

# Tables of domains above this one, named here only to be counted.
_TICKET_TYPE = table(
    "ticket_type",
    column("event_id"),
    column("slug"),
    column("number"),
    column("position"),
    column("visibility"),
    column("sale_from", UtcDateTime()),
    column("sale_until", UtcDateTime()),
)
_COUNTED = ("registration", "attendee", "ticket", "scan", "admission")


@dataclass(frozen=True, slots=True)
class TicketTypeState:
    """Whether everybody can register for a ticket type now."""

    slug: str
    is_open: bool


def event_counts(event_id: int) -> dict[str, int]:
    """Return how many shows, performances, places, registrations and scans an event has."""
    keys = {
        "shows": Show.event_id,
        "performances": Performance.event_id,
        "stages": Stage.event_id,
        "gates": Gate.event_id,
    }
    counted = {
        name: select(func.count()).where(key == event_id).scalar_subquery()
        for name, key in keys.items()
    }
    for name in _COUNTED:
        rows = table(name, column("event_id"))
        counted[f"{name}s"] = (
            select(func.count()).select_from(rows).where(rows.c.event_id == event_id)
        ).scalar_subquery()
    return dict(zip(counted, db.session.execute(select(*counted.values())).one(), strict=True))


def ticket_type_states(event: EventRow) -> list[TicketTypeState]:
    """Return the ticket types of an event in their order."""
    types, now = _TICKET_TYPE.c, clock.now()
    is_open = and_(
        literal(event.is_registration_open),
        types.visibility == "public",
        or_(types.sale_from.is_(None), types.sale_from <= now),
        or_(types.sale_until.is_(None), types.sale_until > now),
    )
    statement = (
        select(types.slug, is_open.label("is_open"))
        .where(types.event_id == event.id)
        .order_by(types.position, types.number)
    )
    return [TicketTypeState(row.slug, bool(row.is_open)) for row in db.session.execute(statement)]
