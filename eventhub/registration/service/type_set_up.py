"""What organizers set up by hand: ticket types and how many places they have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.registration.models import EntryWindow, Quota, QuotaTicketType, TicketType, Tier
from eventhub.registration.queries.type_set_up import ROTATING
from eventhub.registration.service import waitlist
from eventhub.registration.service.places import locked_quotas
from eventhub.registration.service.type_zones import set_zones

_SLUG_MAX = 50
_CODES = ("GS", "GR")
_PICK = _l("Choose one of the list.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveType:
    """
    A ticket type, new without `slug`.

    `places` None is unlimited. Without `sets_places` places and closing stay
    as they are, as for types that share a quota. `reason` says why there are
    to be fewer places than are taken. `window_no` 0 is the whole event. `zones`
    are those that it opens, None leaves the gates as they are.
    """

    event_id: int
    slug: str = ""
    name: I18n
    tier_id: int | None = None
    visibility: str = "public"
    approval: str = "none"
    waitlist: str = "off"
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    window_no: int = 0
    max_group: int = 1
    is_rotating: bool = False
    sets_places: bool = True
    places: int | None = None
    is_closed: bool = False
    reason: str = ""
    zones: frozenset[int] | None = None


@command
def save_type(cmd: SaveType) -> str:
    """
    Make or change a ticket type with its places and return its slug.

    Commits. Fewer places than are taken are allowed with a reason: nobody
    loses a place, and none is given until enough have gone.

    Raises:
        Invalid: Fewer places than taken without a reason, a sale that ends
            before it begins, a tier, window or zone of another event, no zone,
            or a gate that would be left open to everybody.

        NotFound: The event has no type of this slug.
    """
    _check(cmd)
    kind = _type(cmd) if cmd.slug else _new_type(cmd)
    kind.name, kind.tier_id = cmd.name, cmd.tier_id
    kind.visibility, kind.approval, kind.waitlist = cmd.visibility, cmd.approval, cmd.waitlist
    kind.sale_from, kind.sale_until = cmd.sale_from, cmd.sale_until
    kind.max_group = cmd.max_group
    if not kind.is_per_day:
        kind.window_no = cmd.window_no
    others = [code for code in kind.code_kinds if code != ROTATING]
    kind.code_kinds = [*others, ROTATING] if cmd.is_rotating else others
    db.session.flush()
    before = _set_places(kind, cmd) if cmd.sets_places else {}
    gates = set_zones(kind, cmd.zones) if cmd.zones is not None else {}
    audit.record(
        "ticket-type.save",
        f"ticket_type:{kind.slug}",
        event_id=cmd.event_id,
        before=before,
        after={"name": cmd.name, "visibility": cmd.visibility, "approval": cmd.approval}
        | (_told(cmd) if cmd.sets_places else {})
        | gates,
    )
    return kind.slug


def _told(cmd: SaveType) -> dict[str, Any]:
    told: dict[str, Any] = {"places": cmd.places, "is_closed": cmd.is_closed}
    return told | ({"reason": cmd.reason} if cmd.reason else {})


def _check(cmd: SaveType) -> None:
    if cmd.sale_from and cmd.sale_until and cmd.sale_until <= cmd.sale_from:
        raise Invalid(fields={"sale_until": [_l("The end is not after the start.")]})
    tier = select(Tier.id).where(Tier.id == cmd.tier_id, Tier.event_id == cmd.event_id)
    if cmd.tier_id is not None and db.session.scalar(tier) is None:
        raise Invalid(fields={"tier": [_PICK]})
    window = select(EntryWindow.id).where(
        EntryWindow.number == cmd.window_no, EntryWindow.event_id == cmd.event_id
    )
    if cmd.window_no and db.session.scalar(window) is None:
        raise Invalid(fields={"window": [_PICK]})


def _set_places(kind: TicketType, cmd: SaveType) -> dict[str, Any]:
    """Set the size of each quota of a type, give new places to who waits; return what it was."""
    quotas, lines = locked_quotas(kind)
    before = {"places": quotas[0].size, "is_closed": quotas[0].closed_at is not None}
    for quota in quotas:
        taken = quota.used + quota.held
        is_lowered = cmd.places is not None and (quota.size is None or cmd.places < quota.size)
        if is_lowered and cmd.places is not None and taken > cmd.places and not cmd.reason:
            text = _l("%(n)s places are taken. Say why there are to be fewer.", n=taken)
            raise Invalid(fields={"reason": [text]})
        quota.size = cmd.places
        quota.closed_at = (quota.closed_at or clock.now()) if cmd.is_closed else None
    db.session.flush()
    waitlist.serve(lines)
    return before


def _type(cmd: SaveType) -> TicketType:
    found = db.session.scalar(
        select(TicketType).where(TicketType.event_id == cmd.event_id, TicketType.slug == cmd.slug)
    )
    if found is None:
        raise NotFound()
    return found


def _new_type(cmd: SaveType) -> TicketType:
    mine = TicketType.event_id == cmd.event_id
    number = (db.session.scalar(select(func.max(TicketType.number)).where(mine)) or 0) + 1
    taken = set(db.session.scalars(select(TicketType.slug).where(mine)))
    taken |= set(db.session.scalars(select(Quota.slug).where(Quota.event_id == cmd.event_id)))
    text = re.sub(r"[^a-z0-9]+", "-", cmd.name.get("en", "").lower()).strip("-")[:_SLUG_MAX]
    slug = text.strip("-")
    if not slug or slug in taken:
        slug = f"{slug or 'ticket'}-{number}"
    kind = TicketType(
        event_id=cmd.event_id,
        number=number,
        position=number,
        slug=slug,
        name=cmd.name,
        code_kinds=list(_CODES),
    )
    quota = Quota(event_id=cmd.event_id, slug=slug, size=cmd.places)
    db.session.add_all([kind, quota])
    db.session.flush()
    db.session.add(QuotaTicketType(quota_id=quota.id, ticket_type_id=kind.id))
    db.session.flush()
    return kind
