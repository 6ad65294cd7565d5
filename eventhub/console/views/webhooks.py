"""Webhooks: who is told what, the log of every delivery, and sending one again."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.forms import WebhookForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.auth import require_proof
from eventhub.kernel.errors import Conflict, Invalid
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow
from eventhub.webhooks import queries, service
from eventhub.webhooks.service import NewEndpoint

_PAGE = 50


@blueprint.get("/e/<slug>/webhooks")
def webhooks(slug: str) -> Response:
    """GET /console/e/SLUG/webhooks: endpoints of the event; access.manage."""
    return _webhooks(console_event(slug, Permission.ACCESS_MANAGE), WebhookForm(formdata=None))


@blueprint.post("/e/<slug>/webhooks")
def create_webhook(slug: str) -> Response:
    """POST /console/e/SLUG/webhooks: add one and show its secret once; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    require_proof()
    form = WebhookForm()
    if not form.validate_on_submit():
        return _webhooks(event, form, status=422)
    try:
        made = service.create_endpoint(
            event_id=event.id, url=form.url.data or "", kinds=form.kinds.data or []
        )
    except Invalid as refusal:
        form.url.errors = [*form.url.errors, *refusal.fields.get("url", [])]
        return _webhooks(event, form, status=422)
    except Conflict as refusal:
        form.url.errors = [*form.url.errors, refusal.text]
        return _webhooks(event, form, status=409)
    return _webhooks(event, WebhookForm(formdata=None), made=made, status=201)


@blueprint.get("/e/<slug>/webhooks/<hook>")
def webhook(slug: str, hook: str) -> Response:
    """GET /console/e/SLUG/webhooks/HOOK: its deliveries, newest first; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    found = queries.endpoint(event.id, hook)
    before = request.args.get("before", type=int)
    rows = queries.deliveries(found.id, limit=_PAGE + 1, before_id=before)
    return page(
        "webhook",
        event,
        section="webhooks",
        endpoint=found,
        rows=rows[:_PAGE],
        older=rows[_PAGE - 1].id if len(rows) > _PAGE else None,
        kind_words=words.webhook_kinds(),
        state_words=words.delivery_states(),
        state_kinds=words.DELIVERY_KINDS,
    )


@blueprint.post("/e/<slug>/webhooks/<hook>/test")
def test_webhook(slug: str, hook: str) -> BaseResponse:
    """POST /console/e/SLUG/webhooks/HOOK/test: send a trial; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    service.send_test(event_id=event.id, public_id=hook)
    flash(_("A trial is on its way. It appears in the log within seconds."), "info")
    return _back(slug, hook)


@blueprint.post("/e/<slug>/webhooks/<hook>/deliveries/<delivery>/replay")
def replay_delivery(slug: str, hook: str, delivery: str) -> BaseResponse:
    """POST ../webhooks/HOOK/deliveries/ID/replay: send it again; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    service.replay(event_id=event.id, public_id=hook, delivery=delivery)
    flash(_("It is sent again, with its old number."), "info")
    return _back(slug, hook)


@blueprint.post("/e/<slug>/webhooks/<hook>/active")
def switch_webhook(slug: str, hook: str) -> BaseResponse:
    """POST /console/e/SLUG/webhooks/HOOK/active: pause it or go on; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    is_active = request.form.get("active") == "1"
    service.set_endpoint_active(event_id=event.id, public_id=hook, is_active=is_active)
    flash(_("The webhook goes on.") if is_active else _("The webhook is paused."), "info")
    return _back(slug, hook)


@blueprint.post("/e/<slug>/webhooks/<hook>/remove")
def remove_webhook(slug: str, hook: str) -> BaseResponse:
    """POST /console/e/SLUG/webhooks/HOOK/remove: forget it and its log; access.manage."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    service.remove_endpoint(event_id=event.id, public_id=hook)
    flash(_("The webhook is removed."), "info")
    return see_other(url_for("console.webhooks", slug=slug))


def _back(slug: str, hook: str) -> BaseResponse:
    return see_other(url_for("console.webhook", slug=slug, hook=hook))


def _webhooks(
    event: EventRow, form: WebhookForm, *, made: NewEndpoint | None = None, status: int = 200
) -> Response:
    form.kinds.choices = list(words.webhook_kinds().items())
    return page(
        "webhooks",
        event,
        status=status,
        form=form,
        made=made,
        endpoints=queries.endpoints(event.id),
        kind_words=words.webhook_kinds(),
    )
