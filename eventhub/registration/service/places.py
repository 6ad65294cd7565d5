"""The quotas of a ticket type, with the waitlists that they feed."""

from __future__ import annotations

from sqlalchemy import not_, select

from eventhub.kernel.db import db
from eventhub.registration.models import Quota, QuotaTicketType, TicketType, Waitlist
from eventhub.registration.queries.shared_quotas import is_shared
from eventhub.registration.service import waitlist


def locked_quotas(kind: TicketType) -> tuple[list[Quota], list[Waitlist]]:
    """
    Return the quotas of a type alone and the waitlists that they feed, all locked.

    Lists come first, as everywhere: who gives places locks them before the quotas.
    """
    statement = (
        select(Quota)
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(
            QuotaTicketType.ticket_type_id == kind.id,
            Quota.event_id == kind.event_id,
            not_(is_shared()),
        )
        .order_by(Quota.id)
    )
    windows = {quota.window_no for quota in db.session.scalars(statement)}
    lines = {
        line.id: line
        for window_no in sorted(windows)
        for line in waitlist.lock_fed_by(kind.id, window_no)
    }
    locked = statement.with_for_update(of=Quota).execution_options(populate_existing=True)
    return list(db.session.scalars(locked)), list(lines.values())
