"""How many places each ticket type has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.queries.places import TypePlaces, type_places
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow
from eventhub.registration import service

_MOST = 1_000_000


@blueprint.get("/e/<slug>/ticket-places")
def ticket_places(slug: str) -> Response:
    """GET /console/e/SLUG/ticket-places: types with their places; settings.edit."""
    return _page(console_event(slug, Permission.SETTINGS_EDIT))


@blueprint.post("/e/<slug>/ticket-places")
def save_ticket_places(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/ticket-places: keep the numbers; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    typed = {
        key[5:]: value.strip()[:12] for key, value in request.form.items() if key[:5] == "size-"
    }
    rows = [row for row in type_places(event.id) if row.is_even and row.slug in typed]
    wrong = {row.slug for row in rows if not _is_size(typed[row.slug])}
    if wrong or not rows:
        return _page(event, typed=typed, wrong=wrong, status=422)
    service.set_places(event.id, {row.slug: _size(typed[row.slug]) for row in rows})
    flash(_("The places are saved."), "ok")
    return see_other(url_for("console.ticket_places", slug=slug))


def _page(
    event: EventRow,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Sequence[str] | set[str] = (),
    status: int = 200,
) -> Response:
    rows: list[TypePlaces] = type_places(event.id)
    return page(
        "ticket_places",
        event,
        section="set_up",
        status=status,
        rows=rows,
        typed=typed or {},
        wrong=wrong,
    )


def _is_size(typed: str) -> bool:
    return not typed or (typed.isascii() and typed.isdecimal() and int(typed) <= _MOST)


def _size(typed: str) -> int | None:
    return int(typed) if typed else None
