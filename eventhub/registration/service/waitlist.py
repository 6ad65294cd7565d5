"""Waitlists: joining, offers that hold places, and the log of every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from eventhub.kernel import audit, clock, locks
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.rows import insert_row
from eventhub.registration.enums import EntryState, ListAction, RegistrationState
from eventhub.registration.errors import IllegalTransition, OfferExpired, SoldOut
from eventhub.registration.models import (
    Quota,
    QuotaTicketType,
    Registration,
    TicketType,
    Waitlist,
    WaitlistEntry,
)
from eventhub.registration.rules import waitlist as rules
from eventhub.registration.service import capacity, lists, mail, tickets

_AUTO = "auto"
_S = RegistrationState


@dataclass(frozen=True, slots=True)
class OfferByHand:
    """Staff offer a place to one entry; out of order only with a reason."""

    event_id: int
    list_id: int
    number: int
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """Staff take an entry off its list."""

    event_id: int
    list_id: int
    number: int
    by: str
    reason: str


def has_waiting(ticket_type_id: int, window_no: int) -> bool:
    """Tell whether somebody waits whom a newcomer must not overtake; one statement."""
    now = clock.now()
    found = db.session.scalar(
        select(WaitlistEntry.id)
        .join(Waitlist, Waitlist.id == WaitlistEntry.list_id)
        .where(
            Waitlist.ticket_type_id == ticket_type_id,
            Waitlist.window_no == window_no,
            WaitlistEntry.state == EntryState.WAITING,
            or_(Waitlist.closes_at.is_(None), Waitlist.closes_at > now),
        )
        .limit(1)
    )
    return found is not None


def join(made: lists.Joiner) -> None:
    """
    Put a registration at the end of its list, in the caller's command.

    Raises:
        SoldOut: The list makes no offers any more.
    """
    line = lists.ensured(made)
    if line.closes_at is not None and clock.now() >= line.closes_at:
        raise SoldOut()
    _add(line, made)


def lock_fed_by(ticket_type_id: int, window_no: int) -> Sequence[Waitlist]:
    """
    Return the lists that get places which a type and window frees, locked, by id.

    Lists are locked before registrations and quotas everywhere, so that two
    commands never wait for each other in a circle.
    """
    own = select(QuotaTicketType.quota_id).where(QuotaTicketType.ticket_type_id == ticket_type_id)
    fed = (
        select(Waitlist.id)
        .join(QuotaTicketType, QuotaTicketType.ticket_type_id == Waitlist.ticket_type_id)
        .join(Quota, Quota.id == QuotaTicketType.quota_id)
        .where(
            Quota.id.in_(own),
            Quota.window_no.in_((0, window_no)),
            or_(Quota.window_no == 0, Quota.window_no == Waitlist.window_no),
        )
    )
    ids = sorted(set(db.session.scalars(fed)))
    return [lists.locked(list_id) for list_id in ids]


def serve(lines: Iterable[Waitlist]) -> int:
    """Offer what is free to those who wait on lists that serve themselves; return the offers."""
    return sum(_serve(line) for line in lines)


def leave(found: Registration, action: ListAction | None = None) -> None:
    """Take a registration off its list and let go what an offer held for it."""
    entry = lists.live_entry(found.id)
    if entry is None:
        return
    line = lists.locked(entry.list_id)
    is_offered = entry.state == EntryState.OFFERED
    natural = ListAction.DECLINED if is_offered else ListAction.LEFT
    _end(line, entry, action or natural)


@command
def take_offer(registration_id: int) -> None:
    """
    Take the place that was offered: confirmed, with tickets and mail.

    Commits. Turns the held places into taken ones exactly once.

    Raises:
        NotFound: There is no such registration.
        IllegalTransition: Nothing is offered.
        OfferExpired: The offer was not taken in time.
    """
    found = _registration(registration_id)
    lock_fed_by(found.ticket_type_id, found.window_no)
    entry = lists.live_entry(found.id)
    if entry is None or entry.state != EntryState.OFFERED:
        raise OfferExpired() if lists.had_offer(found.id) else IllegalTransition()
    now = clock.now()
    if entry.offer_expires_at is not None and entry.offer_expires_at <= now:
        raise OfferExpired()
    tickets.step(found.id, _S.HELD, _S.CONFIRMED, decided_at=now)
    capacity.use_held(found.ticket_type_id, found.window_no, found.group_size)
    _end(lists.locked(entry.list_id), entry, ListAction.ACCEPTED)
    tickets.issue_for(found)
    db.session.flush()
    mail.tell_state(found.id)


@command
def expire_offer(entry_id: int) -> bool:
    """
    End an offer that was not taken and pass its places on. Commits.

    Returns:
        False when somebody took, declined or ended it first.
    """
    locks.check_lease()
    entry = db.session.get(WaitlistEntry, entry_id)
    if entry is None:
        return False
    found = _registration(entry.registration_id)
    lines = lock_fed_by(found.ticket_type_id, found.window_no)
    entry = lists.live_entry(found.id)
    if entry is None or not _is_due(entry):
        return False
    tickets.step(found.id, _S.HELD, _S.EXPIRED)
    _end(lists.locked(entry.list_id), entry, ListAction.EXPIRED)
    tickets.free_contacts(found.id)
    mail.tell_state(found.id)
    serve(lines)
    return True


@command
def serve_list(list_id: int) -> int:
    """Offer the free places of a list to those who wait. Commits. Return the offers made."""
    locks.check_lease()
    return _serve(lists.locked(list_id))


@command
def adopt(registration_id: int) -> None:
    """Put a registration that waits without an entry on its list. Commits."""
    found = _registration(registration_id)
    if found.state == _S.WAITLISTED and lists.live_entry(found.id) is None:
        made = lists.joiner(found)
        _add(lists.ensured(made), made)


@command
def offer_by_hand(cmd: OfferByHand) -> None:
    """
    Offer a place to an entry that staff chose. Commits.

    Raises:
        NotFound: There is no such entry.
        Invalid: It is not the first that fits, and no reason is given.
        SoldOut: Not enough places, or the list is closed.
        IllegalTransition: The entry does not wait.
    """
    line = lists.locked(cmd.list_id, event_id=cmd.event_id)
    entry = lists.entry(line, cmd.number)
    if entry.state != EntryState.WAITING:
        raise IllegalTransition()
    free = capacity.free(line.ticket_type_id, line.window_no)
    if free is not None and free < entry.group_size:
        raise SoldOut()
    waiting = {row.number: row for row in lists.waiting(line)}
    step = _next(line, waiting.values(), free)
    is_next = step.offer is not None and step.offer.number == cmd.number and not line.is_paused
    if not is_next and not cmd.reason:
        text = _l("This is out of turn. Write down why.")
        raise Invalid(fields={"reason": [text]})
    skipped = [waiting[waiter.number] for waiter in step.skipped] if is_next else []
    if not _offer(line, entry, free, skipped, actor=cmd.by, reason=cmd.reason):
        raise SoldOut()
    _record("waitlist.offer", line, {"entry": cmd.number, "reason": cmd.reason})


@command
def remove(cmd: RemoveEntry) -> None:
    """
    Take an entry off its list: the registration is cancelled, its contact told. Commits.

    Raises:
        NotFound: There is no such entry.
        Invalid: No reason.
        IllegalTransition: It left the list already.
    """
    line = lists.locked(cmd.list_id, event_id=cmd.event_id)
    entry = lists.entry(line, cmd.number)
    if not cmd.reason:
        raise Invalid(fields={"reason": [_l("Write down why.")]})
    if entry.state not in (EntryState.WAITING, EntryState.OFFERED):
        raise IllegalTransition()
    old = _S.HELD if entry.state == EntryState.OFFERED else _S.WAITLISTED
    tickets.step(entry.registration_id, old, _S.CANCELLED, cancelled_at=clock.now())
    _end(line, entry, ListAction.REMOVED, actor=cmd.by, reason=cmd.reason)
    tickets.free_contacts(entry.registration_id)
    mail.tell_state(entry.registration_id)
    serve([line])
    _record("waitlist.remove", line, {"entry": cmd.number, "reason": cmd.reason})


@command
def pause(event_id: int, list_id: int, *, is_paused: bool, by: str, reason: str = "") -> None:
    """Stop offers of a list, or go on with them; nothing to do when it is so already. Commits."""
    line = lists.locked(list_id, event_id=event_id)
    if line.is_paused == is_paused:
        return
    line.is_paused = is_paused
    action = ListAction.PAUSED if is_paused else ListAction.RESUMED
    lists.append(line, action, actor=by, reason=reason)
    serve([line])
    _record("waitlist.pause", line, {"is_paused": is_paused, "reason": reason})


def _record(action: str, line: Waitlist, after: dict[str, Any]) -> None:
    audit.record(action, f"waitlist:{line.id}", event_id=line.event_id, after=after)


def _serve(line: Waitlist) -> int:
    kind = db.session.get_one(TicketType, line.ticket_type_id)
    if kind.waitlist != _AUTO or line.is_paused:
        return 0
    waiting = {row.number: row for row in lists.waiting(line)}
    made = 0
    while waiting:
        free = capacity.free(line.ticket_type_id, line.window_no)
        step = _next(line, waiting.values(), free)
        if step.offer is None:
            break
        skipped = [waiting[waiter.number] for waiter in step.skipped]
        if not _offer(line, waiting.pop(step.offer.number), free, skipped):
            break
        made += 1
    return made


def _next(line: Waitlist, waiting: Iterable[WaitlistEntry], free: int | None) -> rules.Step:
    return rules.next_step(map(lists.waiter, waiting), free=free, max_passes=line.max_passes)


def _offer(
    line: Waitlist,
    entry: WaitlistEntry,
    free: int | None,
    skipped: Sequence[WaitlistEntry] = (),
    *,
    actor: str | None = None,
    reason: str = "",
) -> bool:
    """Hold the places and offer them; False when the list is closed or they are not free."""
    now = clock.now()
    until = rules.offer_until(now, line.closes_at, timedelta(seconds=line.offer_for_s))
    if until is None or not capacity.hold(line.ticket_type_id, line.window_no, entry.group_size):
        return False
    for passed in skipped:
        passed.passes += 1
        lists.append(line, ListAction.SKIPPED, passed, free=free, reason=rules.TOO_FEW)
    tickets.step(entry.registration_id, _S.WAITLISTED, _S.HELD)
    entry.state = EntryState.OFFERED
    entry.offered_at, entry.offer_expires_at = now, until
    lists.append(line, ListAction.OFFERED, entry, free=free, actor=actor, reason=reason)
    mail.tell_offer(entry.registration_id, number=line.last_seq)
    return True


def _end(
    line: Waitlist,
    entry: WaitlistEntry,
    action: ListAction,
    *,
    actor: str | None = None,
    reason: str = "",
) -> None:
    is_held = entry.state == EntryState.OFFERED and action is not ListAction.ACCEPTED
    if is_held:
        capacity.let_go(line.ticket_type_id, line.window_no, entry.group_size)
    entry.state = rules.ENDS[action]
    lists.append(line, action, entry, actor=actor, reason=reason)


def _add(line: Waitlist, made: lists.Joiner) -> None:
    values = {
        "event_id": made.event_id,
        "list_id": line.id,
        "registration_id": made.registration_id,
        "number": line.next_no,
        "tier_priority": made.priority,
        "group_size": made.group_size,
        "joined_at": clock.now(),
        "state": EntryState.WAITING,
        "passes": 0,
    }
    insert_row(WaitlistEntry, values)
    joined = lists.Joined(line.next_no, made.group_size, made.priority)
    line.next_no += 1
    lists.append(line, ListAction.JOINED, joined)


def _registration(registration_id: int) -> Registration:
    found = db.session.get(Registration, registration_id, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def _is_due(entry: WaitlistEntry) -> bool:
    until = entry.offer_expires_at
    return entry.state == EntryState.OFFERED and until is not None and until <= clock.now()
