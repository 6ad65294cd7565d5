"""Rows of a waitlist: found, locked, and the log that every step is appended to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.rows import insert_row
from eventhub.programme.queries import event_by_id
from eventhub.registration.enums import EntryState, ListAction
from eventhub.registration.models import (
    EntryWindow,
    EntryWindowType,
    Registration,
    TicketType,
    Waitlist,
    WaitlistEntry,
    WaitlistLog,
)
from eventhub.registration.rules import waitlist as rules

_LIVE = (EntryState.WAITING, EntryState.OFFERED)


@dataclass(frozen=True, slots=True)
class Joiner:
    """A registration that is to wait; `priority` is that of the tier of its type."""

    registration_id: int
    event_id: int
    ticket_type_id: int
    window_no: int
    group_size: int
    priority: int


@dataclass(frozen=True, slots=True)
class Joined:
    """An entry as it was written a moment ago."""

    number: int
    group_size: int
    tier_priority: int


def joiner(made: Registration) -> Joiner:
    """Return a registration as one that is to wait."""
    tier = db.session.get_one(TicketType, made.ticket_type_id).tier
    return Joiner(
        registration_id=made.id,
        event_id=made.event_id,
        ticket_type_id=made.ticket_type_id,
        window_no=made.window_no,
        group_size=made.group_size,
        priority=tier.priority if tier else 0,
    )


def locked(list_id: int, *, event_id: int | None = None) -> Waitlist:
    """
    Return a list as it is now, for this command alone.

    Raises:
        NotFound: There is none, or not in that event.
    """
    db.session.flush()
    line = db.session.scalar(
        select(Waitlist)
        .where(Waitlist.id == list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if line is None or event_id not in (None, line.event_id):
        raise NotFound()
    return line


def ensured(made: Joiner) -> Waitlist:
    """Return the list of a type and window, made when there is none; locked."""
    wanted = (
        select(Waitlist)
        .where(
            Waitlist.event_id == made.event_id,
            Waitlist.ticket_type_id == made.ticket_type_id,
            Waitlist.window_no == made.window_no,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    db.session.flush()
    line = db.session.scalar(wanted)
    if line is not None:
        return line
    new = Waitlist(
        event_id=made.event_id,
        ticket_type_id=made.ticket_type_id,
        window_no=made.window_no,
        closes_at=_closes_at(made),
    )
    try:
        with db.session.begin_nested():
            db.session.add(new)
    except IntegrityError:  # another command made it at the same moment
        return db.session.scalars(wanted).one()
    return locked(new.id)


def waiting(line: Waitlist) -> list[WaitlistEntry]:
    """Return the entries that wait, in the order of joining."""
    db.session.flush()
    return list(
        db.session.scalars(
            select(WaitlistEntry)
            .where(WaitlistEntry.list_id == line.id, WaitlistEntry.state == EntryState.WAITING)
            .order_by(WaitlistEntry.number)
            .execution_options(populate_existing=True)
        )
    )


def entry(line: Waitlist, number: int) -> WaitlistEntry:
    """Return one entry of a locked list; raises NotFound."""
    found = db.session.scalar(
        select(WaitlistEntry)
        .where(WaitlistEntry.list_id == line.id, WaitlistEntry.number == number)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def live_entry(registration_id: int) -> WaitlistEntry | None:
    """Return the entry with which a registration waits or holds an offer, as it is now."""
    return db.session.scalar(
        select(WaitlistEntry)
        .where(WaitlistEntry.registration_id == registration_id, WaitlistEntry.state.in_(_LIVE))
        .execution_options(populate_existing=True)
    )


def had_offer(registration_id: int) -> bool:
    """Tell whether an offer to a registration has expired."""
    found = db.session.scalar(
        select(WaitlistEntry.id).where(
            WaitlistEntry.registration_id == registration_id,
            WaitlistEntry.state == EntryState.EXPIRED,
        )
    )
    return found is not None


def waiter(row: WaitlistEntry) -> rules.Waiter:
    """Return an entry as the rules see it."""
    return rules.Waiter(
        number=row.number,
        priority=row.tier_priority,
        group_size=row.group_size,
        passes=row.passes,
        state=EntryState(row.state),
    )


def append(
    line: Waitlist,
    action: ListAction,
    about: WaitlistEntry | Joined | None = None,
    *,
    free: int | None = None,
    actor: str | None = None,
    reason: str = "",
) -> None:
    """Append one step to the log of a locked list."""
    row = rules.chained(
        rules.Logged(
            seq=line.last_seq + 1,
            action=action,
            entry_no=about.number if about else None,
            group_size=about.group_size if about else None,
            tier_priority=about.tier_priority if about else None,
            free_places=free,
            reason=reason,
            actor=actor,
            at=clock.now(),
        ),
        line.last_hash,
    )
    line.last_seq, line.last_hash = row.seq, row.hash
    db.session.flush()
    values = {
        "event_id": line.event_id,
        "list_id": line.id,
        "seq": row.seq,
        "action": row.action,
        "entry_no": row.entry_no,
        "group_size": row.group_size,
        "tier_priority": row.tier_priority,
        "free_places": row.free_places,
        "reason": row.reason,
        "actor": row.actor,
        "at": row.at,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
    insert_row(WaitlistLog, values)


def _closes_at(made: Joiner) -> datetime | None:
    """
    Return when the last offer may be made: some time before the doors open.

    A ticket of the whole event is worth having until its last day begins.
    """
    window = db.session.scalar(
        select(EntryWindow).where(
            EntryWindow.event_id == made.event_id, EntryWindow.number == made.window_no
        )
    )
    if window is not None:
        own = db.session.get(EntryWindowType, (window.id, made.ticket_type_id))
        before = timedelta(seconds=(own or window).opens_before_s)
        return window.starts_at - before - rules.CLOSES_BEFORE
    event = event_by_id(made.event_id)
    if event.ends_on is None:
        return None
    return event.day_bounds(event.ends_on)[0] - rules.CLOSES_BEFORE
