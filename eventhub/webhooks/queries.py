"""Reads of endpoints and their deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.kernel.errors import NotFound
from eventhub.webhooks.enums import DeliveryState
from eventhub.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint, with how many of its deliveries failed for good."""

    id: int
    public_id: str
    url: str
    kinds: tuple[str, ...]
    is_active: bool
    created_at: datetime
    dead: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery and its newest try; `status` is null when the endpoint did not answer."""

    id: int
    public_id: str
    kind: str
    body: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    status: int | None
    error: str | None
    took_ms: int | None


def endpoints(event_id: int) -> list[EndpointRow]:
    """Return the endpoints of an event, oldest first."""
    e, d = WebhookEndpoint, WebhookDelivery
    dead = (
        select(func.count())
        .where(d.endpoint_id == e.id, d.state == DeliveryState.DEAD)
        .scalar_subquery()
        .label("dead")
    )
    rows = db.session.execute(
        select(e.id, e.public_id, e.url, e.kinds, e.is_active, e.created_at, dead)
        .where(e.event_ref == event_id)
        .order_by(e.id)
    )
    return [
        EndpointRow(
            id=row.id,
            public_id=row.public_id,
            url=row.url,
            kinds=tuple(row.kinds),
            is_active=row.is_active,
            created_at=row.created_at,
            dead=row.dead,
        )
        for row in rows
    ]


def endpoint(event_id: int, public_id: str) -> EndpointRow:
    """
    Return one endpoint of an event.

    Raises:
        NotFound: The event has no such endpoint.
    """
    found = [row for row in endpoints(event_id) if row.public_id == public_id]
    if not found:
        raise NotFound()
    return found[0]


def deliveries(
    endpoint_id: int, *, limit: int = 50, before_id: int | None = None
) -> list[DeliveryRow]:
    """Return the newest deliveries of an endpoint, below `before_id` if given."""
    d, a = WebhookDelivery, WebhookAttempt
    newest = select(func.max(a.id)).where(a.delivery_id == d.id).correlate(d).scalar_subquery()
    statement = (
        select(
            d.id,
            d.public_id,
            d.kind,
            d.body,
            d.state,
            d.attempts,
            d.created_at,
            d.due_at,
            d.done_at,
            a.status,
            a.error,
            a.took_ms,
        )
        .outerjoin(a, a.id == newest)
        .where(d.endpoint_id == endpoint_id)
        .order_by(d.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        statement = statement.where(d.id < before_id)
    return [DeliveryRow(*tuple(row)) for row in db.session.execute(statement)]
