"""Waitlists as their people, the console and the proof see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.enums import EntryState, ListAction, RegistrationState
from eventhub.registration.models import (
    EntryWindow,
    Quota,
    QuotaTicketType,
    Registration,
    TicketType,
    Waitlist,
    WaitlistEntry,
    WaitlistLog,
)
from eventhub.registration.rules import waitlist as rules

_LIVE = (EntryState.WAITING, EntryState.OFFERED)


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a registration stands: `position` from 1 while it waits, else its offer."""

    position: int | None
    waiting: int
    offer_until: datetime | None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list; `free` None is unlimited, `window_starts_at` None the whole event."""

    id: int
    type_name: I18n
    type_slug: str
    mode: str
    window_no: int
    window_starts_at: datetime | None
    is_paused: bool
    closes_at: datetime | None
    max_passes: int
    waiting: int
    waiting_people: int
    offered: int
    free: int | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry that waits or holds an offer; `position` is None with an offer."""

    list_id: int
    number: int
    position: int | None
    code: str
    name: str
    group_size: int
    passes: int
    state: str
    joined_at: datetime
    offer_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The replay of one list and what it found; `differences` are rows that it contradicts."""

    list_id: int
    type_slug: str
    window_no: int
    steps: int
    findings: tuple[rules.Finding, ...]
    differences: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Tell whether every step is derived or explained by a person."""
        return not self.differences and all(found.is_explained for found in self.findings)


def place_in_list(registration_id: int) -> ListPlace | None:
    """Return where a registration stands on its list; None when it is on none."""
    entry = db.session.execute(
        select(
            WaitlistEntry.list_id,
            WaitlistEntry.number,
            WaitlistEntry.tier_priority,
            WaitlistEntry.state,
            WaitlistEntry.offer_expires_at,
        ).where(WaitlistEntry.registration_id == registration_id, WaitlistEntry.state.in_(_LIVE))
    ).one_or_none()
    if entry is None:
        return None
    earlier = or_(
        WaitlistEntry.tier_priority > entry.tier_priority,
        and_(
            WaitlistEntry.tier_priority == entry.tier_priority,
            WaitlistEntry.number < entry.number,
        ),
    )
    row = db.session.execute(
        select(func.count(), func.count().filter(earlier)).where(
            WaitlistEntry.list_id == entry.list_id, WaitlistEntry.state == EntryState.WAITING
        )
    ).one()
    waiting, before = int(row[0]), int(row[1])
    if entry.state == EntryState.WAITING:
        return ListPlace(before + 1, waiting, None)
    return ListPlace(None, waiting, entry.offer_expires_at)


def waitlists(event_id: int) -> list[ListRow]:
    """Return the lists of an event by ticket type and window; two statements."""
    free = _free(event_id)
    window = and_(
        EntryWindow.event_id == Waitlist.event_id, EntryWindow.number == Waitlist.window_no
    )
    waits = WaitlistEntry.state == EntryState.WAITING
    rows = db.session.execute(
        select(
            Waitlist,
            TicketType,
            EntryWindow.starts_at,
            func.count(WaitlistEntry.id).filter(waits),
            func.coalesce(func.sum(WaitlistEntry.group_size).filter(waits), 0),
            func.count(WaitlistEntry.id).filter(WaitlistEntry.state == EntryState.OFFERED),
        )
        .join(TicketType, TicketType.id == Waitlist.ticket_type_id)
        .outerjoin(EntryWindow, window)
        .outerjoin(WaitlistEntry, WaitlistEntry.list_id == Waitlist.id)
        .where(Waitlist.event_id == event_id)
        .group_by(Waitlist.id, TicketType.id, EntryWindow.id)
        .order_by(TicketType.position, TicketType.number, Waitlist.window_no)
    )
    return [
        ListRow(
            id=line.id,
            type_name=kind.name,
            type_slug=kind.slug,
            mode=kind.waitlist,
            window_no=line.window_no,
            window_starts_at=starts_at,
            is_paused=line.is_paused,
            closes_at=line.closes_at,
            max_passes=line.max_passes,
            waiting=waiting,
            waiting_people=int(people),
            offered=offered,
            free=free.get((line.ticket_type_id, line.window_no)),
        )
        for line, kind, starts_at, waiting, people, offered in rows
    ]


def waitlist_entries(event_id: int) -> list[EntryRow]:
    """Return who waits or holds an offer, list by list in the order they are served in."""
    rows = db.session.execute(
        select(WaitlistEntry, Registration.code, Registration.contact_name)
        .join(Registration, Registration.id == WaitlistEntry.registration_id)
        .where(WaitlistEntry.event_id == event_id, WaitlistEntry.state.in_(_LIVE))
        .order_by(
            WaitlistEntry.list_id,
            WaitlistEntry.state == EntryState.WAITING,
            WaitlistEntry.tier_priority.desc(),
            WaitlistEntry.number,
        )
    )
    found: list[EntryRow] = []
    places: dict[int, int] = {}
    for entry, code, name in rows:
        waits = entry.state == EntryState.WAITING
        places[entry.list_id] = places.get(entry.list_id, 0) + waits
        found.append(
            EntryRow(
                list_id=entry.list_id,
                number=entry.number,
                position=places[entry.list_id] if waits else None,
                code=code,
                name=name,
                group_size=entry.group_size,
                passes=entry.passes,
                state=entry.state,
                joined_at=entry.joined_at,
                offer_expires_at=entry.offer_expires_at,
            )
        )
    return found


def proofs(event_id: int) -> list[Proof]:
    """Replay the log of every list of an event and compare it with the rows."""
    rows = db.session.execute(
        select(Waitlist, TicketType.slug)
        .join(TicketType, TicketType.id == Waitlist.ticket_type_id)
        .where(Waitlist.event_id == event_id)
        .order_by(Waitlist.id)
    )
    return [_proof(line, slug) for line, slug in rows.all()]


def due_offers(at: datetime) -> list[int]:
    """Return the entries whose offer has expired at `at`, the oldest first."""
    statement = (
        select(WaitlistEntry.id)
        .where(WaitlistEntry.state == EntryState.OFFERED, WaitlistEntry.offer_expires_at <= at)
        .order_by(WaitlistEntry.offer_expires_at, WaitlistEntry.id)
    )
    return list(db.session.scalars(statement))


def lists_to_serve(at: datetime) -> list[int]:
    """Return the lists that serve themselves, have somebody waiting and a free place."""
    full = (
        select(Quota.id)
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(
            QuotaTicketType.ticket_type_id == Waitlist.ticket_type_id,
            Quota.window_no.in_((0, Waitlist.window_no)),
            or_(Quota.closed_at.is_not(None), Quota.used + Quota.held >= Quota.size),
        )
    )
    waits = select(WaitlistEntry.id).where(
        WaitlistEntry.list_id == Waitlist.id, WaitlistEntry.state == EntryState.WAITING
    )
    statement = (
        select(Waitlist.id)
        .join(TicketType, TicketType.id == Waitlist.ticket_type_id)
        .where(
            TicketType.waitlist == "auto",
            Waitlist.is_paused.is_(False),
            or_(Waitlist.closes_at.is_(None), Waitlist.closes_at > at),
            waits.exists(),
            ~full.exists(),
        )
        .order_by(Waitlist.id)
    )
    return list(db.session.scalars(statement))


def waiting_off_list() -> list[int]:
    """Return the registrations that wait without an entry, in the order they came in."""
    entry = select(WaitlistEntry.id).where(
        WaitlistEntry.registration_id == Registration.id, WaitlistEntry.state.in_(_LIVE)
    )
    statement = (
        select(Registration.id)
        .where(Registration.state == RegistrationState.WAITLISTED, ~entry.exists())
        .order_by(Registration.created_at, Registration.id)
    )
    return list(db.session.scalars(statement))


def _free(event_id: int) -> dict[tuple[int, int], int | None]:
    """Return the free places by type and window of every list; None is unlimited."""
    room = func.min(Quota.size - Quota.used - Quota.held)
    counts = or_(Quota.window_no == 0, Quota.window_no == Waitlist.window_no)
    rows = db.session.execute(
        select(
            Waitlist.ticket_type_id,
            Waitlist.window_no,
            room,
            func.count(Quota.closed_at),
        )
        .join(QuotaTicketType, QuotaTicketType.ticket_type_id == Waitlist.ticket_type_id)
        .join(Quota, and_(Quota.id == QuotaTicketType.quota_id, counts))
        .where(Waitlist.event_id == event_id)
        .group_by(Waitlist.ticket_type_id, Waitlist.window_no)
    )
    return {
        (kind, window): 0 if closed else (None if left is None else max(0, left))
        for kind, window, left, closed in rows
    }


def _proof(line: Waitlist, type_slug: str) -> Proof:
    log = db.session.scalars(
        select(WaitlistLog).where(WaitlistLog.list_id == line.id).order_by(WaitlistLog.seq)
    ).all()
    replayed = rules.replay(
        [_logged(row) for row in log], closes_at=line.closes_at, max_passes=line.max_passes
    )
    return Proof(
        list_id=line.id,
        type_slug=type_slug,
        window_no=line.window_no,
        steps=len(log),
        findings=tuple(replayed.findings),
        differences=tuple(_differences(line, replayed)),
    )


def _differences(line: Waitlist, replayed: rules.Replay) -> list[str]:
    wrong = []
    if (line.last_seq, line.last_hash) != (replayed.last_seq, replayed.last_hash):
        wrong.append("the log ends elsewhere than the list says")
    if line.is_paused != replayed.is_paused:
        wrong.append("the list is paused or running against the log")
    rows = db.session.execute(
        select(WaitlistEntry, Registration.state)
        .join(Registration, Registration.id == WaitlistEntry.registration_id)
        .where(WaitlistEntry.list_id == line.id)
    ).all()
    wanted = {
        (EntryState.WAITING): RegistrationState.WAITLISTED,
        (EntryState.OFFERED): RegistrationState.HELD,
    }
    if len(rows) != len(replayed.entries):
        wrong.append(f"{len(rows)} entries, {len(replayed.entries)} in the log")
    for entry, state in rows:
        known = replayed.entries.get(entry.number)
        if known is None or (known.state, known.passes) != (entry.state, entry.passes):
            wrong.append(f"entry {entry.number} is {entry.state} against the log")
        if (must := wanted.get(EntryState(entry.state))) is not None and state != must:
            wrong.append(f"entry {entry.number} is {entry.state}, its registration {state}")
    return wrong


def _logged(row: WaitlistLog) -> rules.Logged:
    return rules.Logged(
        seq=row.seq,
        action=ListAction(row.action),
        entry_no=row.entry_no,
        group_size=row.group_size,
        tier_priority=row.tier_priority,
        free_places=row.free_places,
        reason=row.reason,
        actor=row.actor,
        at=row.at,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
