"""Places: taken and given back by guarded UPDATE, never by check and then write."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, update

from eventhub.kernel.db import db
from eventhub.registration.models import Quota, QuotaTicketType


def take(ticket_type_id: int, window_no: int, people: int) -> bool:
    """
    Take `people` places in every quota of a type and window, or none at all.

    Runs in the caller's command. Quotas are taken in ascending id, so that two
    commands never wait for each other in a circle.

    Returns:
        False when one of them is full or closed; the others are then untouched.
    """
    savepoint = db.session.begin_nested()
    for quota_id in _quota_ids(ticket_type_id, window_no):
        if not _move(quota_id, people, room(people)):
            savepoint.rollback()
            return False
    savepoint.commit()
    return True


def give_back(ticket_type_id: int, window_no: int, people: int) -> None:
    """
    Give back places that `take` took; call it once, tied to the state change.

    Raises:
        RuntimeError: Fewer places are counted than are given back, so the
            counters and the registrations disagree; nothing is committed.
    """
    for quota_id in _quota_ids(ticket_type_id, window_no):
        if not _move(quota_id, -people, Quota.used >= people):
            raise RuntimeError(f"quota {quota_id} counts fewer than {people} places")


def room(people: int) -> ColumnElement[bool]:
    """Return the guard: the quota is not closed and `people` more fit."""
    fits = or_(Quota.size.is_(None), Quota.used + Quota.held + people <= Quota.size)
    return and_(Quota.closed_at.is_(None), fits)


def _move(quota_id: int, people: int, guard: ColumnElement[bool]) -> bool:
    moved = db.session.execute(
        update(Quota)
        .where(Quota.id == quota_id, guard)
        .values(used=Quota.used + people)
        .returning(Quota.id)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar() is not None


def _quota_ids(ticket_type_id: int, window_no: int) -> list[int]:
    statement = (
        select(Quota.id)
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(
            QuotaTicketType.ticket_type_id == ticket_type_id,
            Quota.window_no.in_((0, window_no)),
        )
        .order_by(Quota.id)
    )
    return list(db.session.scalars(statement))
