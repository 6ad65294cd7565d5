"""Who is asking: a signed-in person by cookie, or a program by API key."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import request

from eventhub.accounts import queries, rules, service
from eventhub.kernel import clock, ids
from eventhub.kernel.auth import Actor, Grant, actor_loader
from eventhub.kernel.errors import Unavailable
from eventhub.settings import current_settings

API_PREFIX = "/api/v1/"
_BEARER = "bearer "
_LONGEST_TOKEN = 128

_log = logging.getLogger(__name__)


def install() -> None:
    """Make the kernel ask these two readers for the actor of a request."""
    actor_loader(actor_by_key)
    actor_loader(actor_by_session)


def cookie_name() -> str:
    """Return the name of the log-in cookie; bound to the host wherever https is used."""
    return "__Host-eventhub" if is_https() else "eventhub_login"


def is_https() -> bool:
    """Return whether people reach this installation by https."""
    return current_settings().base_url.startswith("https://")


def session_token() -> str | None:
    """Return the token in the log-in cookie of the request."""
    token = request.cookies.get(cookie_name(), "")
    return token if 0 < len(token) <= _LONGEST_TOKEN else None


def actor_by_session() -> Actor | None:
    """Return the person whose log-in cookie came with the request."""
    token = None if request.path.startswith("/api/") else session_token()
    row = queries.session_by_hash(ids.token_hash(token)) if token else None
    if (
        row is None
        or row.awaits_code
        or not rules.is_live(row.created_at, row.seen_at, clock.now())
    ):
        return None
    grants = _grants(queries.grants_of(row.person_id))
    if clock.now() - row.seen_at >= rules.SEEN_STEP:
        _touch(row.id)
    return Actor(
        kind="person",
        id=row.person_id,
        name=row.person_name,
        grants=grants,
        session_id=row.id,
        proved_at=row.proved_at,
        has_second_factor=row.has_second_factor,
    )


def actor_by_key() -> Actor | None:
    """Return the program whose key stands in the Authorization header; API v1 only."""
    header = request.headers.get("Authorization", "")
    if not request.path.startswith(API_PREFIX) or not header.lower().startswith(_BEARER):
        return None
    token = header[len(_BEARER) :].strip()
    row = queries.api_key_by_hash(ids.token_hash(token)) if len(token) <= _LONGEST_TOKEN else None
    if row is None:
        return None
    if _is_older(row.last_used_at, clock.now()):
        _touch_key(row.id)
    grant = Grant(
        organisation_id=row.organisation_id,
        event_id=row.event_ref,
        permissions=frozenset(row.scopes),
    )
    return Actor(kind="api_key", id=row.id, name=f"api-key-{row.id}", grants=(grant,))


def _grants(rows: list[queries.GrantRow]) -> tuple[Grant, ...]:
    roles: dict[tuple[int, int], list[str]] = {}
    for row in rows:
        roles.setdefault((row.organisation_id, row.event_ref), []).append(row.role)
    return tuple(
        Grant(organisation_id=organisation, event_id=event, permissions=rules.permissions_of(names))
        for (organisation, event), names in roles.items()
    )


def _is_older(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or now - last_used_at >= rules.KEY_SEEN_STEP


def _touch(session_id: int) -> None:
    try:
        service.touch_session(session_id)
    except Unavailable:  # a full disk must not keep people from reading
        _log.warning("session-not-touched")


def _touch_key(key_id: int) -> None:
    try:
        service.touch_api_key(key_id)
    except Unavailable:  # as above; the request itself will tell
        _log.warning("api-key-not-touched")
