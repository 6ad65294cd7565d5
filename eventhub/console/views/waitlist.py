"""Waitlists: who waits in which order, and what staff may do about it."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import render
from eventhub.console.access import console_event, signed_in
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import Conflict, Invalid
from eventhub.kernel.http import see_other
from eventhub.registration import queries, service

_LONGEST_REASON = 500


@blueprint.get("/e/<slug>/waitlist")
def waitlist(slug: str) -> Response:
    """GET /console/e/SLUG/waitlist: every list with its people in order; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    entries = queries.waitlist_entries(event.id)
    return page(
        "waitlist",
        event,
        lists=[
            (line, [entry for entry in entries if entry.list_id == line.id])
            for line in queries.waitlists(event.id)
        ],
        proofs={proof.list_id: proof for proof in queries.proofs(event.id)},
        moment=clock.now(),
        may_act=render.may(event, Permission.GUESTS_EDIT),
    )


@blueprint.post("/e/<slug>/waitlist/<int:list_id>/pause")
def pause_waitlist(slug: str, list_id: int) -> BaseResponse:
    """POST /console/e/SLUG/waitlist/LIST/pause: stop offers or go on; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    is_paused = request.form.get("paused") == "1"
    service.pause(event.id, list_id, is_paused=is_paused, by=signed_in().name, reason=_reason())
    flash(_("The list is paused.") if is_paused else _("The list goes on."), "ok")
    return see_other(url_for("console.waitlist", slug=slug))


@blueprint.post("/e/<slug>/waitlist/<int:list_id>/entries/<int:number>/offer")
def offer_place(slug: str, list_id: int, number: int) -> BaseResponse:
    """POST /console/e/SLUG/waitlist/LIST/entries/NUMBER/offer: offer a place; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    command = service.OfferByHand(event.id, list_id, number, by=signed_in().name, reason=_reason())
    try:
        service.offer_by_hand(command)
    except (Conflict, Invalid) as refusal:
        flash(_sentence(refusal), "hold")
    else:
        flash(_("The place is offered."), "ok")
    return see_other(url_for("console.waitlist", slug=slug))


@blueprint.post("/e/<slug>/waitlist/<int:list_id>/entries/<int:number>/remove")
def remove_entry(slug: str, list_id: int, number: int) -> BaseResponse:
    """POST /console/e/SLUG/waitlist/LIST/entries/NUMBER/remove: off the list; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    command = service.RemoveEntry(event.id, list_id, number, by=signed_in().name, reason=_reason())
    try:
        service.remove(command)
    except (Conflict, Invalid) as refusal:
        flash(_sentence(refusal), "hold")
    else:
        flash(_("Removed from the list."), "ok")
    return see_other(url_for("console.waitlist", slug=slug))


def _reason() -> str:
    return request.form.get("reason", "").replace("\0", "").strip()[:_LONGEST_REASON]


def _sentence(refusal: Conflict | Invalid) -> str:
    if isinstance(refusal, Invalid):
        return str(next(iter(refusal.fields.values()))[0])
    return str(refusal.text)
