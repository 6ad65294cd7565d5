"""Tells the programme how many people count on each performance, for the check before a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Select, func, select

from eventhub.kernel.db import db
from eventhub.programme import service as programme
from eventhub.programme.enums import DemandSource
from eventhub.programme.models import PerformanceDemand
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import EntryWindow, Registration, TicketType

_STATES: Final[dict[DemandSource, tuple[RegistrationState, ...]]] = {
    DemandSource.REGISTRATIONS: (
        RegistrationState.CONFIRMED,
        RegistrationState.PENDING_APPROVAL,
    ),
    DemandSource.WAITLIST: (RegistrationState.WAITLISTED,),
}


def count_demand() -> int:
    """
    Note the counts that differ from those noted; return how many.

    A person counts for the performance they registered for, else for the one
    that their entry window, or that of their ticket type, belongs to. Each
    count is a command of its own.
    """
    changed = 0
    for source, states in _STATES.items():
        now = _counts(states)
        noted = _noted(source)
        for performance_id in sorted(now.keys() | noted.keys()):
            count = now.get(performance_id, 0)
            if count != noted.get(performance_id, 0):
                programme.record_demand(performance_id, source, count)
                changed += 1
    return changed


def _counts(states: tuple[RegistrationState, ...]) -> dict[int, int]:
    wanted = func.coalesce(Registration.performance_id, EntryWindow.performance_id)
    number = func.coalesce(func.nullif(Registration.window_no, 0), TicketType.window_no)
    statement: Select[int, int] = (
        select(wanted, func.sum(Registration.group_size))
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .outerjoin(
            EntryWindow,
            (EntryWindow.event_id == Registration.event_id) & (EntryWindow.number == number),
        )
        .where(Registration.state.in_(states), wanted.is_not(None))
        .group_by(wanted)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(statement)}


def _noted(source: DemandSource) -> Mapping[int, int]:
    statement = select(PerformanceDemand.performance_id, PerformanceDemand.count).where(
        PerformanceDemand.source == source
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
