"""Places that several ticket types share, and how many the rows say are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Quota, QuotaTicketType, Registration
from eventhub.registration.queries.question_set_up import AskingType, asking_types

_HELD = (RegistrationState.HELD, RegistrationState.AWAITING_PROOF)


@dataclass(frozen=True, slots=True)
class SharedQuota:
    """
    Places of all days that several types share; `types` in their order.

    `size` None is unlimited; `taken` counts places in use and kept for offers.
    """

    slug: str
    name: I18n
    size: int | None
    taken: int
    is_closed: bool
    types: tuple[AskingType, ...]

    @property
    def over(self) -> int:
        """Return how many people have a place above the size."""
        return 0 if self.size is None else max(0, self.taken - self.size)


@dataclass(frozen=True, slots=True)
class Recount:
    """What a quota counts and what the rows of its registrations say; people."""

    quota: Quota
    used: int
    held: int


def is_shared() -> ColumnElement[bool]:
    """Say of a quota that it belongs to no single type: it has a name, or several types."""
    link = QuotaTicketType
    several = select(link.quota_id).group_by(link.quota_id).having(func.count() > 1)
    return or_(Quota.name.is_not(None), Quota.id.in_(several))


def shared_quotas(event_id: int) -> list[SharedQuota]:
    """Return the shared quotas of an event in the order of their making; three statements."""
    drawing: dict[int, set[int]] = {}
    for quota_id, type_id in db.session.execute(
        select(QuotaTicketType.quota_id, QuotaTicketType.ticket_type_id)
        .join(Quota, Quota.id == QuotaTicketType.quota_id)
        .where(Quota.event_id == event_id)
    ):
        drawing.setdefault(quota_id, set()).add(type_id)
    types = asking_types(event_id)
    found = db.session.scalars(
        select(Quota)
        .where(Quota.event_id == event_id, Quota.window_no == 0, is_shared())
        .order_by(Quota.id)
        .execution_options(populate_existing=True)
    )
    return [
        _shared(quota, [one for one in types if one.id in drawing.get(quota.id, ())])
        for quota in found
    ]


def _shared(quota: Quota, types: Sequence[AskingType]) -> SharedQuota:
    return SharedQuota(
        slug=quota.slug,
        name=quota.name or (types[0].name if types else {}),
        size=quota.size,
        taken=quota.used + quota.held,
        is_closed=quota.closed_at is not None,
        types=tuple(types),
    )


def recounts(event_id: int, slugs: Sequence[str] | None = None) -> list[Recount]:
    """Return the quotas of an event, or those named, by id, with the people that rows say."""

    def people(states: Sequence[str]) -> ColumnElement[int]:
        size = case((Registration.state.in_(states), Registration.group_size), else_=0)
        return func.coalesce(func.sum(size), 0)

    counts_it = and_(
        Registration.ticket_type_id == QuotaTicketType.ticket_type_id,
        or_(Quota.window_no == 0, Quota.window_no == Registration.window_no),
    )
    rows = db.session.execute(
        select(Quota, people([RegistrationState.CONFIRMED]), people(_HELD))
        .join(QuotaTicketType, QuotaTicketType.quota_id == Quota.id)
        .outerjoin(Registration, counts_it)
        .where(Quota.event_id == event_id, *([] if slugs is None else [Quota.slug.in_(slugs)]))
        .group_by(Quota.id)
        .order_by(Quota.id)
        .execution_options(populate_existing=True)
    )
    return [Recount(quota, int(used), int(held)) for quota, used, held in rows]
