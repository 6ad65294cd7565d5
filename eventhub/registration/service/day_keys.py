"""Making the keys of rotating codes, and what a holder's page needs of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from eventhub.kernel.db import command, db
from eventhub.kernel.signing import dynamic_key, seal
from eventhub.programme.models import Event
from eventhub.programme.queries import event_by_id
from eventhub.registration.models import DayKey as DayKeyRow
from eventhub.registration.models import Ticket, TicketType
from eventhub.registration.queries.day_keys import day_keys, sealing_context, sealing_key

_MOST_KEYS = 256  # one byte in the code
_AHEAD = timedelta(days=30)  # holders fetch the keys of their days before they travel


@dataclass(frozen=True, slots=True)
class TicketDayKey:
    """The key of one ticket for one operating day, Unix milliseconds."""

    kid: int
    key: bytes
    opens_ms: int
    closes_ms: int


@command
def ensure_day_keys(event_id: int) -> None:
    """
    Make the key of every operating day of an event that has none. Commits.

    Two processes that ask at once make one key a day; an event without dates
    gets none.
    """
    event = event_by_id(event_id)
    known = set(db.session.scalars(select(DayKeyRow.day).where(DayKeyRow.event_id == event_id)))
    if event.starts_on is None or event.ends_on is None:
        return  # an event without days has no keys yet
    count = (event.ends_on - event.starts_on).days + 1
    days = [event.starts_on + timedelta(days=n) for n in range(min(count, _MOST_KEYS))]
    for day in days:
        if day in known:
            continue
        newest = select(func.max(DayKeyRow.kid)).where(DayKeyRow.event_id == event_id)
        highest = db.session.scalar(newest)
        kid = 1 if highest is None else highest + 1
        if kid >= _MOST_KEYS:
            return
        sealed = seal(sealing_key(), secrets.token_bytes(32), sealing_context(event_id, kid))
        try:
            with db.session.begin_nested():
                db.session.add(DayKeyRow(event_id=event_id, kid=kid, day=day, key_enc=sealed))
        except IntegrityError:  # another process was first; it makes the rest
            return


def ensure_keys_ahead(at: datetime) -> int:
    """
    Make the day keys of events near `at` whose tickets show rotating codes.

    Returns how many such events there are.
    """
    near = (at + _AHEAD).date()
    statement = (
        select(Event.id, TicketType.code_kinds)
        .join(TicketType, TicketType.event_id == Event.id)
        .where(Event.starts_on <= near, Event.ends_on >= (at - timedelta(days=1)).date())
    )
    rotating = {event for event, kinds in db.session.execute(statement) if "GD" in kinds}
    for event_id in sorted(rotating):
        ensure_day_keys(event_id)
    return len(rotating)


def ticket_day_keys(ticket_id: int, *, at: datetime, days: int = 7) -> tuple[TicketDayKey, ...]:
    """
    Return the keys with which a holder's page draws its code, days ahead.

    Args:
        ticket_id: Whose codes.

        at: Now.

        days: How far ahead; the page then needs no network on these days.
    """
    ticket = db.session.get_one(Ticket, ticket_id)
    event = event_by_id(ticket.event_id)
    return tuple(
        TicketDayKey(
            kid=day.kid,
            key=dynamic_key(
                day.key, event_uuid=event.uuid_bytes, ticket=ticket.number, rev=ticket.rev
            ),
            opens_ms=int(day.opens_at.timestamp() * 1000),
            closes_ms=int(day.closes_at.timestamp() * 1000),
        )
        for day in day_keys(event.id, frm=at, until=at + timedelta(days=days))
    )
