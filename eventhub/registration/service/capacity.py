"""Places: taken, held and given back by guarded UPDATE, never by check and then write."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.registration.enums import EntryState
from eventhub.registration.models import (
    Quota,
    QuotaTicketType,
    TicketType,
    Waitlist,
    WaitlistEntry,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """
    What counts a newcomer to a type and window.

    `quota_ids` in the order they are locked in; `has_waiting` tells whether
    somebody waits whom a newcomer must not overtake; `most` is how many people
    seem to fit, None for any number: it decides nothing, the guard does.
    """

    quota_ids: tuple[int, ...]
    has_waiting: bool
    most: int | None

    def seems_full(self, people: int) -> bool:
        """Whether a moment ago there was no room for so many people."""
        return self.most is not None and self.most < people


def counted(ticket_type_id: int, window_no: int) -> Counted:
    """Return the quotas of a type and window and whether somebody waits; one statement."""
    rows = db.session.execute(
        _counted(), {"type": ticket_type_id, "window": window_no, "now": clock.now()}
    ).all()
    quotas = [row for row in rows if row.quota_id is not None]
    left = [
        0 if row.closed_at is not None else row.left
        for row in quotas
        if row.closed_at is not None or row.left is not None
    ]
    return Counted(
        tuple(int(row.quota_id) for row in quotas),
        any(row.has_waiting for row in rows),
        min(left) if left else None,
    )


@functools.cache
def _counted() -> Select[Any]:
    kind, link, quota = TicketType.__table__, QuotaTicketType.__table__, Quota.__table__
    line, entry = Waitlist.__table__, WaitlistEntry.__table__
    window_no: BindParameter[int] = bindparam("window")
    now: BindParameter[Any] = bindparam("now", type_=line.c.closes_at.type)
    waiting = exists().where(
        line.c.ticket_type_id == kind.c.id,
        line.c.window_no == window_no,
        or_(
            line.c.closes_at.is_(None),
            line.c.closes_at > now,
        ),
        entry.c.list_id == line.c.id,
        entry.c.state == EntryState.WAITING,
    )
    counts_it = and_(
        quota.c.id == link.c.quota_id, or_(quota.c.window_no == 0, quota.c.window_no == window_no)
    )
    return (
        select(
            quota.c.id.label("quota_id"),
            waiting.label("has_waiting"),
            quota.c.closed_at,
            (quota.c.size - quota.c.used - quota.c.held).label("left"),
        )
        .select_from(
            kind.outerjoin(link, link.c.ticket_type_id == kind.c.id).outerjoin(quota, counts_it)
        )
        .where(kind.c.id == bindparam("type"))
        .order_by(quota.c.id)
    )


def take(ticket_type_id: int, window_no: int, people: int) -> bool:
    """
    Take `people` places in every quota of a type and window, or none at all.

    Runs in the caller's command. Quotas are taken in ascending id, so that two
    commands never wait for each other in a circle.

    Returns:
        False when one of them is full or closed; the others are then untouched.
    """
    return take_in(_quota_ids(ticket_type_id, window_no), people)


def take_in(quota_ids: Iterable[int], people: int) -> bool:
    """Take places in quotas that `counted` returned, as `take` does."""
    return _in_all(quota_ids, _Move(used=people, needs_room=True))


def hold(ticket_type_id: int, window_no: int, people: int) -> bool:
    """Hold places for an offer, as `take` does; False when they are not free."""
    return _in_all(_quota_ids(ticket_type_id, window_no), _Move(held=people, needs_room=True))


def use_held(ticket_type_id: int, window_no: int, people: int) -> None:
    """Turn held places into taken ones; raises RuntimeError as `give_back` does."""
    _must(ticket_type_id, window_no, _Move(used=people, held=-people))


def let_go(ticket_type_id: int, window_no: int, people: int) -> None:
    """Give back held places; raises RuntimeError as `give_back` does."""
    _must(ticket_type_id, window_no, _Move(held=-people))


def give_back(ticket_type_id: int, window_no: int, people: int) -> None:
    """
    Give back places that `take` took; call it once, tied to the state change.

    Raises:
        RuntimeError: Fewer places are counted than are given back, so the
            counters and the registrations disagree; nothing is committed.
    """
    _must(ticket_type_id, window_no, _Move(used=-people))


def free(ticket_type_id: int, window_no: int) -> int | None:
    """
    Return the free places of a type and window, None for unlimited, and keep them.

    The quotas are locked for the rest of the caller's command.
    """
    quotas = db.session.scalars(
        _counting(ticket_type_id, window_no)
        .with_for_update(of=Quota)
        .execution_options(populate_existing=True)
    ).all()
    if any(quota.closed_at is not None for quota in quotas):
        return 0
    left = [quota.size - quota.used - quota.held for quota in quotas if quota.size is not None]
    return max(0, min(left)) if left else None


def room(people: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the guard: the quota is not closed and `people` more fit."""
    fits = or_(Quota.size.is_(None), Quota.used + Quota.held + people <= Quota.size)
    return and_(Quota.closed_at.is_(None), fits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """By how much the counts of a quota change, and whether only where there is room for it."""

    used: int = 0
    held: int = 0
    needs_room: bool = False

    @property
    def back(self) -> _Move:
        return _Move(used=-self.used, held=-self.held)


def _in_all(quota_ids: Iterable[int], move: _Move) -> bool:
    taken: list[int] = []
    for quota_id in quota_ids:
        if _moves(quota_id, move):
            taken.append(quota_id)
            continue
        for earlier in taken:  # still locked by this command, so what was taken is there
            _moves(earlier, move.back)
        return False
    return True


def _must(ticket_type_id: int, window_no: int, move: _Move) -> None:
    for quota_id in _quota_ids(ticket_type_id, window_no):
        if not _moves(quota_id, move):
            raise RuntimeError(f"quota {quota_id} counts fewer places than are given back")


def _moves(quota_id: int, move: _Move) -> bool:
    moved = db.session.execute(
        _moving(needs_room=move.needs_room),
        {"quota": quota_id, "by_used": move.used, "by_held": move.held},
    )
    return moved.scalar() is not None


@functools.cache
def _moving(*, needs_room: bool) -> ReturningUpdate[Any]:
    """Make the guarded UPDATE once: to write it anew costs as much as to run it."""
    used: BindParameter[int] = bindparam("by_used", type_=Integer)
    held: BindParameter[int] = bindparam("by_held", type_=Integer)
    enough = and_(Quota.used + used >= 0, Quota.held + held >= 0)
    quota = cast(Table, Quota.__table__)
    return (
        update(quota)
        .where(quota.c.id == bindparam("quota"), room(used + held) if needs_room else enough)
        .values(used=quota.c.used + used, held=quota.c.held + held)
        .returning(quota.c.id)
    )


def _quota_ids(ticket_type_id: int, window_no: int) -> list[int]:
    statement = _counting(ticket_type_id, window_no).with_only_columns(Quota.id)
    return list(db.session.scalars(statement))


def _counting(ticket_type_id: int, window_no: int) -> Select[Quota]:
    """Select the quotas that count a type and window, in the order they are locked in."""
    return (
        select(Quota)
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(
            QuotaTicketType.ticket_type_id == ticket_type_id,
            Quota.window_no.in_((0, window_no)),
        )
        .order_by(Quota.id)
    )
