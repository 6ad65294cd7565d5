"""Places that several ticket types share: made, given types or taken from them, and ended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, text

from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.registration.models import Quota, QuotaTicketType, TicketType, Waitlist
from eventhub.registration.queries.shared_quotas import is_shared, recounts
from eventhub.registration.service import waitlist

_SLUG_MAX = 50
_WAIT_S = 5  # for those who are registering; longer ones are an import or a backup


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveShared:
    """
    Places that `type_ids` share, new without `slug`.

    `reason` says why there are to be fewer places than are taken.
    """

    event_id: int
    slug: str = ""
    name: I18n
    type_ids: frozenset[int]
    places: int
    is_closed: bool = False
    reason: str = ""


def save_shared(cmd: SaveShared) -> str:
    """
    Make or change shared places and return their slug.

    Commits. People of a type that joins are counted at once, so fewer places
    than are then taken need a reason: nobody loses a place, and none is given
    until enough have gone. A type that leaves and has no other places gets its
    own, as many as it has people: to leave never opens a sale without end.
    Then whoever waits for places that came free gets them.

    Raises:
        Invalid: Fewer than two types, a type of another event, fewer places
            than taken without a reason.

        NotFound: The event has no shared places of this slug.
    """
    slug, affected = _save(cmd)
    _serve(affected)
    return slug


def end_shared(event_id: int, slug: str) -> None:
    """
    Let types share places no more; each keeps, or gets, its own. Commits.

    Raises:
        NotFound: The event has no shared places of this slug.
    """
    _serve(_end(event_id, slug))


def hold_links() -> None:
    """
    Let nobody look up, until this command ends, which quotas count them.

    Comes first in its command. Who registers reads the links and keeps what it
    read until it commits; so all of them have ended before the count, and the
    next ones see the new links. SQLite has one writer at a time anyway.
    """
    if db.engine.dialect.name == "sqlite":
        return
    db.session.execute(text(f"SET LOCAL lock_timeout = '{_WAIT_S}s'"))
    db.session.execute(text("LOCK TABLE quota_ticket_type IN ACCESS EXCLUSIVE MODE"))
    db.session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


@command
def _save(cmd: SaveShared) -> tuple[str, frozenset[int]]:
    hold_links()
    _check(cmd)
    quota = _quota(cmd.event_id, cmd.slug) if cmd.slug else _new_quota(cmd)
    members = _members(quota)
    before = _told(quota, members) if cmd.slug else {}
    joined, left = cmd.type_ids - members, members - cmd.type_ids
    _link(quota, joined)
    _unlink(quota, left)
    _recount(cmd.event_id, [quota.slug])
    _resize(quota, cmd, has_grown=bool(joined))
    quota.name = cmd.name
    quota.closed_at = (quota.closed_at or clock.now()) if cmd.is_closed else None
    db.session.flush()
    audit.record(
        "quota.save",
        f"quota:{quota.slug}",
        event_id=cmd.event_id,
        before=before,
        after=_told(quota, cmd.type_ids) | ({"reason": cmd.reason} if cmd.reason else {}),
    )
    return quota.slug, members | cmd.type_ids


@command
def _end(event_id: int, slug: str) -> frozenset[int]:
    hold_links()
    quota = _quota(event_id, slug)
    members = _members(quota)
    before = _told(quota, members)
    _unlink(quota, members)
    db.session.delete(quota)
    db.session.flush()
    audit.record("quota.end", f"quota:{slug}", event_id=event_id, before=before, after={})
    return members


@command
def _serve(type_ids: frozenset[int]) -> None:
    lists = select(Waitlist.id).where(Waitlist.ticket_type_id.in_(type_ids)).order_by(Waitlist.id)
    for list_id in db.session.scalars(lists).all():
        waitlist.serve_list(list_id)


def _check(cmd: SaveShared) -> None:
    known = select(TicketType.id).where(
        TicketType.event_id == cmd.event_id, TicketType.id.in_(cmd.type_ids)
    )
    if len(cmd.type_ids) < 2 or set(db.session.scalars(known)) != cmd.type_ids:
        raise Invalid(fields={"types": [_l("Choose at least two ticket types.")]})


def _resize(quota: Quota, cmd: SaveShared, *, has_grown: bool) -> None:
    """Set how many places there are; fewer than are taken only with a reason."""
    taken = quota.used + quota.held
    is_lowered = quota.size is None or cmd.places < quota.size
    if (is_lowered or has_grown) and taken > cmd.places and not cmd.reason:
        words = _l("%(n)s places are taken. Say why there are to be fewer.", n=taken)
        raise Invalid(fields={"reason": [words]})
    quota.size = cmd.places


def _recount(event_id: int, slugs: list[str]) -> None:
    """Count people anew from the rows; the links are held, so nobody comes between."""
    db.session.flush()
    for found in recounts(event_id, slugs):
        found.quota.used, found.quota.held = found.used, found.held
    db.session.flush()


def _link(quota: Quota, type_ids: Iterable[int]) -> None:
    db.session.add_all(
        QuotaTicketType(quota_id=quota.id, ticket_type_id=type_id) for type_id in sorted(type_ids)
    )
    db.session.flush()


def _unlink(quota: Quota, type_ids: frozenset[int]) -> None:
    """Take types from a quota; one that would have no places gets as many as it has people."""
    link = QuotaTicketType
    db.session.execute(
        delete(link).where(link.quota_id == quota.id, link.ticket_type_id.in_(type_ids))
    )
    bare = db.session.scalars(
        select(TicketType)
        .where(
            TicketType.id.in_(type_ids),
            TicketType.id.not_in(select(link.ticket_type_id)),
        )
        .order_by(TicketType.id)
    ).all()
    for kind in bare:
        own = Quota(event_id=kind.event_id, slug=_free_slug(kind.event_id, kind.slug), size=0)
        db.session.add(own)
        db.session.flush()
        _link(own, [kind.id])
        _recount(kind.event_id, [own.slug])
        own.size = own.used + own.held
    db.session.flush()


def _members(quota: Quota) -> frozenset[int]:
    link = QuotaTicketType
    return frozenset(
        db.session.scalars(select(link.ticket_type_id).where(link.quota_id == quota.id))
    )


def _told(quota: Quota, type_ids: frozenset[int]) -> dict[str, Any]:
    slugs = select(TicketType.slug).where(TicketType.id.in_(type_ids)).order_by(TicketType.slug)
    return {
        "places": quota.size,
        "is_closed": quota.closed_at is not None,
        "types": list(db.session.scalars(slugs)),
    }


def _quota(event_id: int, slug: str) -> Quota:
    found = db.session.scalar(
        select(Quota)
        .where(Quota.event_id == event_id, Quota.slug == slug, Quota.window_no == 0, is_shared())
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _new_quota(cmd: SaveShared) -> Quota:
    words = re.sub(r"[^a-z0-9]+", "-", cmd.name.get("en", "").lower()).strip("-")[:_SLUG_MAX]
    slug = _free_slug(cmd.event_id, words.strip("-") or "shared")
    quota = Quota(event_id=cmd.event_id, slug=slug, name=cmd.name, size=cmd.places)
    db.session.add(quota)
    db.session.flush()
    return quota


def _free_slug(event_id: int, wanted: str) -> str:
    """Return a name in addresses that no quota has; `wanted`, or with a number behind it."""
    taken = set(db.session.scalars(select(Quota.slug).where(Quota.event_id == event_id)))
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
