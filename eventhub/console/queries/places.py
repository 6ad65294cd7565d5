"""How many places each ticket type has, and how many of them are taken."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import Quota, QuotaTicketType, TicketType


@dataclass(frozen=True, slots=True)
class TypePlaces:
    """
    A ticket type with its quotas by window: `sizes` in places, None without a limit.

    `taken` counts registered and held places over all its windows.
    """

    slug: str
    name: I18n
    visibility: str
    is_per_day: bool
    sizes: tuple[int | None, ...]
    taken: int

    @property
    def is_even(self) -> bool:
        """Tell whether one number says it all: every window has the same size."""
        return len(set(self.sizes)) == 1

    @property
    def size_text(self) -> str:
        """Return the size as a form shows it; empty without a limit."""
        return "" if not self.sizes or self.sizes[0] is None else str(self.sizes[0])


def type_places(event_id: int) -> list[TypePlaces]:
    """Return every ticket type in the organizer's order; two statements."""
    q, link, t = Quota, QuotaTicketType, TicketType
    found: dict[int, list[Quota]] = {}
    rows = db.session.execute(
        select(link.ticket_type_id, q)
        .join(q, q.id == link.quota_id)
        .where(q.event_id == event_id)
        .order_by(q.window_no, q.id)
    )
    for type_id, quota in rows:
        found.setdefault(type_id, []).append(quota)
    kinds = db.session.scalars(
        select(t).where(t.event_id == event_id).order_by(t.position, t.number)
    )
    return [_row(kind, found.get(kind.id, [])) for kind in kinds]


def _row(kind: TicketType, quotas: list[Quota]) -> TypePlaces:
    return TypePlaces(
        kind.slug,
        kind.name,
        kind.visibility,
        kind.is_per_day,
        tuple(quota.size for quota in quotas),
        sum(quota.used + quota.held for quota in quotas),
    )
