"""API of access: who has a role, and webhooks with their deliveries."""

from __future__ import annotations

from typing import Annotated, Any, Final

from flask import Blueprint, Response
from flask_limiter.util import get_remote_address
from pydantic import Field

from eventhub.accounts import queries as accounts
from eventhub.accounts.enums import Scope
from eventhub.extensions import csrf, limiter
from eventhub.kernel.api import Schema, body, operation, query
from eventhub.kernel.auth import current_actor
from eventhub.kernel.http import conditional, json_answer
from eventhub.programme.queries import EventRow, keyed_event
from eventhub.webhooks import queries, service
from eventhub.webhooks.enums import Kind
from eventhub.webhooks.queries import DeliveryRow, EndpointRow

LIMIT: Final = "600 per minute"
MAX_PAGE: Final = 100
_NUMBER_MAX: Final = 2**31 - 1

blueprint = Blueprint("access_api", __name__, url_prefix="/api/v1/events/<slug>")
csrf.exempt(blueprint)


class MemberOut(Schema):
    """One role of one person; `is_everywhere` reaches all events of the organisation."""

    name: str
    email: str
    role: str
    is_active: bool
    is_everywhere: bool


class MembersOut(Schema):
    """Everybody with a role."""

    members: list[MemberOut]


class WebhookIn(Schema):
    """A new endpoint."""

    url: Annotated[str, Field(min_length=8, max_length=500)]
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=len(Kind))]


class WebhookOut(Schema):
    """An endpoint; `secret` is there only in the answer that made it."""

    id: str
    url: str
    kinds: list[str]
    is_active: bool
    secret: str | None = None


class WebhooksOut(Schema):
    """All endpoints of the event."""

    webhooks: list[WebhookOut]


class DeliveryOut(Schema):
    """One delivery and its newest try."""

    id: str
    kind: str
    state: str
    attempts: int
    created_at: str
    status: int | None
    error: str | None


class DeliveriesOut(Schema):
    """A page of deliveries, newest first; `next` is the `before` of the next page."""

    deliveries: list[DeliveryOut]
    next: int | None


class PageQuery(Schema):
    """Which page."""

    before: Annotated[int, Field(ge=1, le=_NUMBER_MAX)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


def _caller() -> str:
    actor = current_actor()
    return f"key-{actor.id}" if actor.kind == "api_key" else get_remote_address()


@blueprint.get("/members")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="People with a role in the event.",
    answers={200: MembersOut},
    scope=Scope.ACCESS_READ,
    tags=["access"],
)
def members(slug: str) -> Response:
    """GET /api/v1/events/SLUG/members: people and roles; keys with access:read."""
    event = _authorised(slug, Scope.ACCESS_READ)
    rows = [
        {
            "name": row.name,
            "email": row.email,
            "role": row.role,
            "is_active": row.is_active,
            "is_everywhere": row.event_ref == 0,
        }
        for row in accounts.members(event.organisation_id, event.id)
    ]
    return conditional(json_answer({"members": rows}))


@blueprint.get("/webhooks")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="Endpoints that are told what happens.",
    answers={200: WebhooksOut},
    scope=Scope.ACCESS_READ,
    tags=["webhooks"],
)
def webhooks(slug: str) -> Response:
    """GET /api/v1/events/SLUG/webhooks: all endpoints; keys with access:read."""
    event = _authorised(slug, Scope.ACCESS_READ)
    rows = [_endpoint(row) for row in queries.endpoints(event.id)]
    return conditional(json_answer({"webhooks": rows}))


@blueprint.post("/webhooks")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="Add an endpoint; the answer holds its secret, once.",
    body=WebhookIn,
    answers={201: WebhookOut},
    scope=Scope.ACCESS_WRITE,
    tags=["webhooks"],
)
def create(slug: str) -> Response:
    """POST /api/v1/events/SLUG/webhooks: add one; keys with access:write."""
    event = _authorised(slug, Scope.ACCESS_WRITE)
    asked = body(WebhookIn)
    made = service.create_endpoint(
        event_id=event.id, url=asked.url, kinds=[kind.value for kind in asked.kinds]
    )
    answer = _endpoint(queries.endpoint(event.id, made.public_id)) | {"secret": made.secret}
    return json_answer(
        answer, 201, {"Location": f"/api/v1/events/{slug}/webhooks/{made.public_id}"}
    )


@blueprint.get("/webhooks/<hook>")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="One endpoint.",
    answers={200: WebhookOut},
    scope=Scope.ACCESS_READ,
    tags=["webhooks"],
)
def read(slug: str, hook: str) -> Response:
    """GET /api/v1/events/SLUG/webhooks/ID: one endpoint; keys with access:read."""
    event = _authorised(slug, Scope.ACCESS_READ)
    return conditional(json_answer(_endpoint(queries.endpoint(event.id, hook))))


@blueprint.delete("/webhooks/<hook>")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="Forget an endpoint and its log.",
    answers={204: None},
    scope=Scope.ACCESS_WRITE,
    tags=["webhooks"],
)
def remove(slug: str, hook: str) -> Response:
    """DELETE /api/v1/events/SLUG/webhooks/ID: forget it; keys with access:write."""
    event = _authorised(slug, Scope.ACCESS_WRITE)
    service.remove_endpoint(event_id=event.id, public_id=hook)
    return Response(status=204)


@blueprint.get("/webhooks/<hook>/deliveries")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="Deliveries of an endpoint, newest first; `before` and `limit` give a page.",
    query=PageQuery,
    answers={200: DeliveriesOut},
    scope=Scope.ACCESS_READ,
    tags=["webhooks"],
)
def deliveries(slug: str, hook: str) -> Response:
    """GET /api/v1/events/SLUG/webhooks/ID/deliveries: its log; keys with access:read."""
    event = _authorised(slug, Scope.ACCESS_READ)
    asked = query(PageQuery)
    found = queries.endpoint(event.id, hook)
    rows = queries.deliveries(found.id, limit=asked.limit + 1, before_id=asked.before)
    later = rows[asked.limit - 1].id if len(rows) > asked.limit else None
    shown = [_delivery(row) for row in rows[: asked.limit]]
    return conditional(json_answer({"deliveries": shown, "next": later}))


@blueprint.post("/webhooks/<hook>/deliveries/<delivery>/replay")
@limiter.limit(LIMIT, key_func=_caller)
@operation(
    summary="Send a delivery again, with its old id.",
    answers={202: None},
    scope=Scope.ACCESS_WRITE,
    tags=["webhooks"],
)
def replay(slug: str, hook: str, delivery: str) -> Response:
    """POST .../deliveries/ID/replay: send it again; keys with access:write."""
    event = _authorised(slug, Scope.ACCESS_WRITE)
    service.replay(event_id=event.id, public_id=hook, delivery=delivery)
    return Response(status=202)


def _authorised(slug: str, scope: Scope) -> EventRow:
    return keyed_event(slug, scope)


def _endpoint(row: EndpointRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "url": row.url,
        "kinds": list(row.kinds),
        "is_active": row.is_active,
        "secret": None,
    }


def _delivery(row: DeliveryRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": row.created_at.isoformat(),
        "status": row.status,
        "error": row.error,
    }
