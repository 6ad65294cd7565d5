"""The order of a waitlist, whom an offer goes to, and the replay that proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from eventhub.registration.enums import EntryState, ListAction

MIN_OFFER: Final = timedelta(minutes=15)
CLOSES_BEFORE: Final = timedelta(hours=2)  # no offer later than this before the start
TOO_FEW: Final = "insufficient-places"

_A, _S = ListAction, EntryState
ENDS: Final = {
    _A.ACCEPTED: _S.ACCEPTED,
    _A.DECLINED: _S.LEFT,
    _A.EXPIRED: _S.EXPIRED,
    _A.LEFT: _S.LEFT,
    _A.REMOVED: _S.REMOVED,
}
_FROM: Final = {
    _A.OFFERED: {_S.WAITING},
    _A.SKIPPED: {_S.WAITING},
    _A.ACCEPTED: {_S.OFFERED},
    _A.DECLINED: {_S.OFFERED},
    _A.EXPIRED: {_S.OFFERED},
    _A.LEFT: {_S.WAITING},
    _A.REMOVED: {_S.WAITING, _S.OFFERED},
}


@dataclass(frozen=True, slots=True)
class Waiter:
    """One entry of a list; `number` and `priority` never change."""

    number: int
    priority: int
    group_size: int
    passes: int = 0
    state: EntryState = EntryState.WAITING

    @property
    def order(self) -> tuple[int, int]:
        """Return the key that the list is sorted by."""
        return (-self.priority, self.number)


@dataclass(frozen=True, slots=True)
class Step:
    """Whom the next offer goes to, and the larger groups before them that do not fit."""

    offer: Waiter | None
    skipped: tuple[Waiter, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log as values; see `models.WaitlistLog`."""

    seq: int
    action: ListAction
    entry_no: int | None
    group_size: int | None
    tier_priority: int | None
    free_places: int | None
    reason: str
    actor: str | None
    at: datetime
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the replay can not derive; explained when a person gave a reason for it."""

    seq: int
    what: str
    entry_no: int | None = None
    actor: str | None = None
    reason: str = ""

    @property
    def is_explained(self) -> bool:
        """Tell whether somebody stands for it by name and reason."""
        return bool(self.actor and self.reason)


@dataclass(slots=True)
class Replay:
    """What a log leads to: the entries by number, and what was found on the way."""

    entries: dict[int, Waiter] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_paused: bool = False
    last_hash: str = ""
    last_seq: int = 0

    def positions(self) -> dict[int, int]:
        """Return the place of each waiting entry, from 1."""
        ordered = in_order(self.entries.values())
        return {waiter.number: place for place, waiter in enumerate(ordered, 1)}


def in_order(waiters: Iterable[Waiter]) -> list[Waiter]:
    """Return those who wait in the order in which they are served."""
    waiting = (waiter for waiter in waiters if waiter.state is EntryState.WAITING)
    return sorted(waiting, key=lambda waiter: waiter.order)


def next_step(waiters: Iterable[Waiter], *, free: int | None, max_passes: int) -> Step:
    """
    Return whom the next offer goes to.

    Args:
        waiters: Entries of one list, any order and state.

        free: Free places; None is unlimited.

        max_passes: How often a group that does not fit lets smaller ones pass
            before it blocks the list; 0 is strict order.

    Returns:
        The first who fits, with those before that do not; no offer when
        nobody fits or a group blocks.
    """
    skipped: list[Waiter] = []
    for waiter in in_order(waiters):
        if free is None or waiter.group_size <= free:
            return Step(waiter, tuple(skipped))
        if waiter.passes >= max_passes:
            return Step(None)
        skipped.append(waiter)
    return Step(None)


def offer_until(at: datetime, closes_at: datetime | None, offer_for: timedelta) -> datetime | None:
    """
    Return when an offer made at `at` expires; None when none may be made any more.

    An offer lasts `offer_for`, at most to the closing of the list but at
    least `MIN_OFFER`.
    """
    if closes_at is None:
        return at + offer_for
    if at >= closes_at:
        return None
    return max(min(at + offer_for, closes_at), at + MIN_OFFER)


def chained(row: Logged, prev_hash: str) -> Logged:
    """Return the row with its place in the chain: the hash covers all of it and the one before."""
    content = [
        prev_hash,
        row.seq,
        row.action.value,
        row.entry_no,
        row.group_size,
        row.tier_priority,
        row.free_places,
        row.reason,
        row.actor,
        row.at.isoformat(),
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return replace(row, prev_hash=prev_hash, hash=hashlib.sha256(text.encode()).hexdigest())


def replay(rows: Sequence[Logged], *, closes_at: datetime | None, max_passes: int) -> Replay:
    """
    Go through a log from the start and check every step of it.

    Every offer must have gone to the entry that `next_step` names for the
    free places of that moment, every group passed over must be logged just
    before it, and none may follow the closing or stand inside a pause.

    Args:
        rows: All rows of one list by `seq`.

        closes_at: When the list closed.

        max_passes: As in `next_step`.
    """
    state = Replay()
    skipped: list[int] = []
    for row in rows:
        _check_chain(state, row)
        state.last_seq, state.last_hash = row.seq, row.hash
        if row.action is _A.SKIPPED:
            skipped.append(row.entry_no or 0)
        elif row.action is _A.OFFERED:
            _check_offer(state, row, skipped, closes_at=closes_at, max_passes=max_passes)
            skipped = []
        elif skipped:
            _note(state, row, "skipped without an offer")
            skipped = []
        _apply(state, row)
    return state


def _check_chain(state: Replay, row: Logged) -> None:
    if row.seq != state.last_seq + 1:
        _broken(state, row, "rows are missing")
    if row != chained(row, state.last_hash):
        _broken(state, row, "the chain is broken")


def _check_offer(
    state: Replay,
    row: Logged,
    skipped: Sequence[int],
    *,
    closes_at: datetime | None,
    max_passes: int,
) -> None:
    if closes_at is not None and row.at >= closes_at:
        _broken(state, row, "offered after the list closed")
    size = row.group_size or 0
    if row.free_places is not None and size > row.free_places:
        _broken(state, row, "offered without enough places")
    if state.is_paused:
        _note(state, row, "offered while the list was paused")
    # the rows of those passed over stand before the offer and were applied already
    before = [
        replace(waiter, passes=waiter.passes - 1) if waiter.number in skipped else waiter
        for waiter in state.entries.values()
    ]
    step = next_step(before, free=row.free_places, max_passes=max_passes)
    expected = step.offer.number if step.offer else None
    if expected != row.entry_no:
        _note(state, row, "offered out of order")
    elif [waiter.number for waiter in step.skipped] != list(skipped):
        _note(state, row, "passed over without a log row")


def _apply(state: Replay, row: Logged) -> None:
    match row.action:
        case _A.PAUSED | _A.RESUMED:
            state.is_paused = row.action is _A.PAUSED
        case _A.JOINED:
            number = row.entry_no or 0
            if number <= max(state.entries, default=0):
                _broken(state, row, "joined twice or out of turn")
            state.entries[number] = Waiter(number, row.tier_priority or 0, row.group_size or 1)
        case _:
            _move(state, row)


def _move(state: Replay, row: Logged) -> None:
    entry = state.entries.get(row.entry_no or 0)
    if entry is None or entry.state not in _FROM[row.action]:
        _broken(state, row, f"{row.action.value} is not possible here")
        return
    if row.action is _A.SKIPPED:
        state.entries[entry.number] = replace(entry, passes=entry.passes + 1)
        return
    new = _S.OFFERED if row.action is _A.OFFERED else ENDS[row.action]
    state.entries[entry.number] = replace(entry, state=new)


def _note(state: Replay, row: Logged, what: str) -> None:
    """Note what a person may have had a reason for."""
    state.findings.append(Finding(row.seq, what, row.entry_no, row.actor, row.reason))


def _broken(state: Replay, row: Logged, what: str) -> None:
    """Note what nothing explains."""
    state.findings.append(Finding(row.seq, what, row.entry_no))
