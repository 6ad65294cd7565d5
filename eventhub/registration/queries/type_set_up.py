"""What organizers see and change of ticket types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.registration.models import EntryWindow, Quota, QuotaTicketType, TicketType, Tier
from eventhub.registration.queries.shared_quotas import is_shared

ROTATING = "GD"  # the kind of code that changes every few seconds


@dataclass(frozen=True, slots=True)
class QuotaSetUp:
    """
    Places of a type in one window, 0 is all; `size` None is unlimited.

    `taken` counts places in use and places kept for offers; `over` how many
    more are taken than there are; a shared quota serves other types too and
    has a `name`, unless it was made without one.
    """

    id: int
    window_no: int
    size: int | None
    taken: int
    is_closed: bool
    is_shared: bool
    name: I18n | None

    @property
    def over(self) -> int:
        """Return how many people have a place above the size."""
        return 0 if self.size is None else max(0, self.taken - self.size)


@dataclass(frozen=True, slots=True)
class TypeSetUp:
    """A ticket type as its form shows it; instants are aware."""

    id: int
    slug: str
    name: I18n
    tier_id: int | None
    tier: I18n | None
    visibility: str
    approval: str
    waitlist: str
    sale_from: datetime | None
    sale_until: datetime | None
    window_no: int
    is_per_day: bool
    max_group: int
    is_rotating: bool
    quotas: tuple[QuotaSetUp, ...]

    @property
    def own(self) -> tuple[QuotaSetUp, ...]:
        """Return the quotas that count this type alone."""
        return tuple(quota for quota in self.quotas if not quota.is_shared)

    @property
    def shared(self) -> tuple[QuotaSetUp, ...]:
        """Return the quotas that it shares with other types."""
        return tuple(quota for quota in self.quotas if quota.is_shared)

    @property
    def has_own_places(self) -> bool:
        """Whether one number of places can be set: there are own ones, all windows alike."""
        return len({quota.size for quota in self.own}) == 1

    @property
    def is_closed(self) -> bool:
        """Whether no place is given any more."""
        is_closed = all(quota.is_closed for quota in self.own)
        return bool(self.own and is_closed) or any(quota.is_closed for quota in self.shared)

    @property
    def over(self) -> int:
        """Return how many people have a place above the sizes."""
        return sum(quota.over for quota in self.quotas)


@dataclass(frozen=True, slots=True)
class Choice:
    """One tier by its name."""

    id: int
    name: I18n


@dataclass(frozen=True, slots=True)
class WindowChoice:
    """One entry window by its number; `[starts_at, ends_at)`."""

    number: int
    starts_at: datetime
    ends_at: datetime


def type_set_ups(event_id: int) -> list[TypeSetUp]:
    """Return all ticket types of an event by position and number; two statements."""
    quotas = _quotas(event_id)
    found = db.session.execute(
        select(TicketType, Tier.name)
        .outerjoin(Tier, Tier.id == TicketType.tier_id)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
    )
    return [
        TypeSetUp(
            id=kind.id,
            slug=kind.slug,
            name=kind.name,
            tier_id=kind.tier_id,
            tier=tier,
            visibility=kind.visibility,
            approval=kind.approval,
            waitlist=kind.waitlist,
            sale_from=kind.sale_from,
            sale_until=kind.sale_until,
            window_no=kind.window_no,
            is_per_day=kind.is_per_day,
            max_group=kind.max_group,
            is_rotating=ROTATING in kind.code_kinds,
            quotas=tuple(quotas.get(kind.id, ())),
        )
        for kind, tier in found
    ]


def tier_choices(event_id: int) -> list[Choice]:
    """Return the tiers of an event, the first served first."""
    rows = db.session.execute(
        select(Tier.id, Tier.name)
        .where(Tier.event_id == event_id)
        .order_by(Tier.priority.desc(), Tier.id)
    )
    return [Choice(row.id, row.name) for row in rows]


def window_choices(event_id: int) -> list[WindowChoice]:
    """Return the entry windows of an event by number."""
    rows = db.session.execute(
        select(EntryWindow.number, EntryWindow.starts_at, EntryWindow.ends_at)
        .where(EntryWindow.event_id == event_id)
        .order_by(EntryWindow.number)
    )
    return [WindowChoice(row.number, row.starts_at, row.ends_at) for row in rows]


def _quotas(event_id: int) -> dict[int, list[QuotaSetUp]]:
    rows = db.session.execute(
        select(Quota, QuotaTicketType.ticket_type_id, is_shared())
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .where(Quota.event_id == event_id)
        .order_by(Quota.window_no, Quota.id)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[QuotaSetUp]] = {}
    for quota, type_id, shared in rows:
        found.setdefault(type_id, []).append(
            QuotaSetUp(
                id=quota.id,
                window_no=quota.window_no,
                size=quota.size,
                taken=quota.used + quota.held,
                is_closed=quota.closed_at is not None,
                is_shared=bool(shared),
                name=quota.name,
            )
        )
    return found
