"""Endpoints, what is told to them, and what became of it: one transaction each."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select, update

from eventhub.kernel import audit, clock, ids, locks
from eventhub.kernel.db import cached_for, command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.signing import derive_key, open_sealed, seal
from eventhub.kernel.text import web_address
from eventhub.settings import current_settings
from eventhub.webhooks import rules
from eventhub.webhooks.enums import OPEN, DeliveryState, Kind
from eventhub.webhooks.errors import TooManyEndpoints
from eventhub.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

MOST_ENDPOINTS: Final = 10
CLAIM_FOR: Final = timedelta(minutes=2)  # longer than one round of tries can take
KEPT_FOR: Final = timedelta(days=30)
_URL_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """A new endpoint; `secret` is shown once and signs all that is sent to it."""

    public_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed delivery, as the sender needs it."""

    id: int
    claim: str
    public_id: str
    kind: str
    url: str
    secret: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a try came to: a status, or the code of why there was none."""

    status: int | None
    error: str
    took_ms: int

    @property
    def is_done(self) -> bool:
        """Tell whether the endpoint took it."""
        return self.status is not None and 200 <= self.status < 300


@command
def create_endpoint(*, event_id: int, url: str, kinds: Collection[str]) -> NewEndpoint:
    """
    Add an endpoint and return its secret, which is shown only now.

    Where the address leads is checked at each delivery, not here: names change.

    Raises:
        Invalid: Not an http address, or no known kind.
        TooManyEndpoints: Ten is the most.
    """
    _check(url, kinds)
    count = select(func.count()).where(WebhookEndpoint.event_ref == event_id)
    if (db.session.scalar(count) or 0) >= MOST_ENDPOINTS:
        raise TooManyEndpoints()
    current_app.extensions.pop("eventhub_cache", None)  # this worker knows it at once
    secret = f"whsec_{ids.new_token()}"
    public_id = ids.new_public_id()
    db.session.add(
        WebhookEndpoint(
            public_id=public_id,
            event_ref=event_id,
            url=url,
            kinds=sorted(set(kinds)),
            secret_enc=seal(_key(), secret.encode(), public_id.encode()),
            created_at=clock.now(),
        )
    )
    audit.record(
        "webhook.create",
        f"webhook:{public_id}",
        event_id=event_id,
        after={"host": urlsplit(url).hostname or "", "kinds": sorted(set(kinds))},
    )
    return NewEndpoint(public_id, secret)


@command
def set_endpoint_active(*, event_id: int, public_id: str, is_active: bool) -> None:
    """Stop telling an endpoint, or go on; what happens meanwhile is not told later."""
    found = _endpoint(event_id, public_id)
    if found.is_active != is_active:
        found.is_active = is_active
        audit.record(
            "webhook.change",
            f"webhook:{public_id}",
            event_id=event_id,
            before={"is_active": not is_active},
            after={"is_active": is_active},
        )


@command
def remove_endpoint(*, event_id: int, public_id: str) -> None:
    """Forget an endpoint with its log."""
    found = _endpoint(event_id, public_id)
    db.session.execute(delete(WebhookEndpoint).where(WebhookEndpoint.id == found.id))
    audit.record("webhook.remove", f"webhook:{public_id}", event_id=event_id)


@command
def emit(event_id: int, kind: Kind, data: Mapping[str, Any]) -> int:
    """
    Write down what happened for every endpoint that wants to know, in the caller's command.

    Args:
        event_id: Where.

        kind: What.

        data: Codes and states; no names or addresses, a receiver asks the API for them.

    Returns:
        How many deliveries were written. For two seconds after the first
        endpoint of an event was added, other workers may not know it yet.
    """
    if not _is_heard(event_id):  # most events tell nobody, and registering must be quick
        return 0
    rows = db.session.execute(
        select(WebhookEndpoint.id, WebhookEndpoint.kinds).where(
            WebhookEndpoint.event_ref == event_id, WebhookEndpoint.is_active
        )
    )
    wanted = [row.id for row in rows if kind in row.kinds]
    for endpoint_id in wanted:
        _add(endpoint_id, kind, data)
    return len(wanted)


@command
def send_test(*, event_id: int, public_id: str) -> str:
    """Write a delivery that tries an endpoint; return its id."""
    return _add(_endpoint(event_id, public_id).id, Kind.TEST, {"hello": "EventHub"})


@command
def replay(*, event_id: int, public_id: str, delivery: str) -> None:
    """
    Send a delivery again at once, with its old id and body.

    Raises:
        NotFound: The endpoint has no such delivery.
    """
    found = _endpoint(event_id, public_id)
    again = db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.public_id == delivery, WebhookDelivery.endpoint_id == found.id)
        .values(
            state=DeliveryState.QUEUED,
            attempts=0,
            due_at=clock.now(),
            claimed_until=None,
            done_at=None,
        )
        .returning(WebhookDelivery.id)
    ).first()
    if again is None:
        raise NotFound()
    audit.record("webhook.replay", f"delivery:{delivery}", event_id=event_id)


@command
def claim(limit: int) -> list[Outgoing]:
    """Take up to `limit` due deliveries for this process, oldest first; forget very old ones."""
    locks.check_lease()
    now = clock.now()
    d = WebhookDelivery
    db.session.execute(delete(d).where(d.done_at < now - KEPT_FOR))
    due = (
        select(d.id)
        .where(
            d.state.in_(OPEN),
            d.due_at <= now,
            or_(d.claimed_until.is_(None), d.claimed_until < now),
        )
        .order_by(d.due_at, d.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    mark = ids.new_public_id()
    db.session.execute(
        update(d).where(d.id.in_(due)).values(claim=mark, claimed_until=now + CLAIM_FOR)
    )
    rows = db.session.execute(
        select(d.id, d.public_id, d.kind, d.body, d.attempts, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == d.endpoint_id)
        .where(d.claim == mark)
        .order_by(d.due_at, d.id)
    )
    return [
        Outgoing(
            id=row.id,
            claim=mark,
            public_id=row.public_id,
            kind=row.kind,
            url=row.WebhookEndpoint.url,
            secret=_secret(row.WebhookEndpoint),
            body=row.body.encode(),
            attempts=row.attempts,
        )
        for row in rows
    ]


@command
def note_tries(tries: Sequence[tuple[Outgoing, Tried]]) -> None:
    """Write what became of claimed deliveries: done, again later, or given up."""
    locks.check_lease()
    for one, tried in tries:
        _note(one, tried)


def _note(one: Outgoing, tried: Tried) -> None:
    now = clock.now()
    attempts = one.attempts + 1
    wait = rules.wait_for(attempts, random.random())  # noqa: S311 - jitter
    values: dict[str, Any] = {"attempts": attempts, "claimed_until": None, "claim": None}
    if tried.is_done:
        values |= {"state": DeliveryState.DELIVERED, "done_at": now}
    elif wait is None:
        values |= {"state": DeliveryState.DEAD, "done_at": now}
    else:
        values |= {"state": DeliveryState.DEFERRED, "due_at": now + wait}
    mine = (WebhookDelivery.id == one.id, WebhookDelivery.claim == one.claim)
    changed = db.session.execute(
        update(WebhookDelivery).where(*mine).values(**values).returning(WebhookDelivery.id)
    ).first()
    if changed is not None:
        db.session.add(
            WebhookAttempt(
                delivery_id=one.id,
                at=now,
                status=tried.status,
                error=tried.error[:80],
                took_ms=tried.took_ms,
            )
        )


@cached_for(2)
def _is_heard(event_id: int) -> bool:
    found = select(WebhookEndpoint.id).where(WebhookEndpoint.event_ref == event_id).limit(1)
    return db.session.scalar(found) is not None


def _add(endpoint_id: int, kind: Kind, data: Mapping[str, Any]) -> str:
    now = clock.now()
    public_id = ids.new_public_id()
    body = {"id": public_id, "kind": kind.value, "at": now.isoformat(), "data": dict(data)}
    db.session.add(
        WebhookDelivery(
            public_id=public_id,
            endpoint_id=endpoint_id,
            kind=kind.value,
            body=orjson.dumps(body).decode(),
            state=DeliveryState.QUEUED,
            due_at=now,
            created_at=now,
        )
    )
    return public_id


def _endpoint(event_id: int, public_id: str) -> WebhookEndpoint:
    found = db.session.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.event_ref == event_id, WebhookEndpoint.public_id == public_id
        )
    )
    if found is None:
        raise NotFound()
    return found


def _check(url: str, kinds: Collection[str]) -> None:
    fields: dict[str, list[Any]] = {}
    try:
        is_address = not urlsplit(web_address(url)).fragment
    except ValueError:
        is_address = False
    if not is_address or len(url) > _URL_MAX or not url.isascii() or " " in url:
        fields["url"] = [_l("Give an address that begins with https://.")]
    unknown = sorted(set(kinds) - set(Kind))
    if unknown or not kinds:
        named = ", ".join(unknown) or "-"
        fields["kinds"] = [_l("Unknown kind: %(kinds)s", kinds=named)]
    if fields:
        raise Invalid(fields=fields)


def _secret(found: WebhookEndpoint) -> str:
    return open_sealed(_key(), found.secret_enc, found.public_id.encode()).decode()


def _key() -> bytes:
    return derive_key(current_settings().secret_key, "webhook")
