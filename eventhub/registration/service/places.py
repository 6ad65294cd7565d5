"""How many places the quotas of a ticket type have."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.registration.models import Quota, QuotaTicketType, TicketType, Waitlist
from eventhub.registration.service import waitlist


@command
def set_places(event_id: int, sizes: Mapping[str, int | None]) -> None:
    """
    Give the quotas of some ticket types another size, and new places to who waits.

    Commits. A size below what is taken takes nothing away: the type is then
    over by the difference, and nobody gets a place until it is not.

    Args:
        event_id: The event.

        sizes: Places by slug of the type, for each of its days when it is per
            day; None is unlimited. Types that are not named stay.
    """
    for kind in db.session.scalars(
        select(TicketType).where(TicketType.event_id == event_id, TicketType.slug.in_(list(sizes)))
    ).all():
        _resize(kind, sizes[kind.slug])


def locked_quotas(kind: TicketType) -> tuple[list[Quota], list[Waitlist]]:
    """
    Return the quotas of a type and the waitlists that they feed, all locked.

    Lists come first, as everywhere: who gives places locks them before the quotas.
    """
    statement = (
        select(Quota)
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(QuotaTicketType.ticket_type_id == kind.id, Quota.event_id == kind.event_id)
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


def _resize(kind: TicketType, size: int | None) -> None:
    quotas, lines = locked_quotas(kind)
    before = [quota.size for quota in quotas]
    if all(one == size for one in before):
        return
    for quota in quotas:
        quota.size = size
    db.session.flush()
    audit.record(
        "quota.size",
        f"ticket-type:{kind.slug}",
        event_id=kind.event_id,
        before={"sizes": before},
        after={"size": size},
    )
    waitlist.serve(lines)
