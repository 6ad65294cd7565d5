"""Set up ticket types: names, class of guests, places, sale, approval, window, zones, code."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.ticket_type_forms import VISIBILITIES, TicketTypeForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.http import see_other
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import EventRow
from eventhub.registration.queries import type_set_up
from eventhub.registration.queries.type_zones import zone_entrances
from eventhub.registration.service import type_set_up as service


@blueprint.get("/e/<slug>/tickets")
def ticket_types(slug: str) -> Response:
    """GET /console/e/SLUG/tickets: ticket types with their places; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    zones = zone_entrances(event.id)
    return page(
        "ticket_types",
        event,
        rows=type_set_up.type_set_ups(event.id),
        zones=zones,
        names=lambda row: " · ".join(pick(one.name) for one in zones if one.lets_in(row.id)),
        visibilities={choice.value: choice.label for choice in VISIBILITIES},
    )


@blueprint.get("/e/<slug>/tickets/form", defaults={"key": ""})
@blueprint.get("/e/<slug>/tickets/form/<key>")
def ticket_type(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/tickets/form/KEY: the form of a ticket type; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row = _row(event, key)
    form = _offered(TicketTypeForm(formdata=None), event, row)
    if row is not None:
        form.show(row, event.zone)
    else:
        form.start()
    return _form_page(event, row, form)


@blueprint.post("/e/<slug>/tickets/form", defaults={"key": ""})
@blueprint.post("/e/<slug>/tickets/form/<key>")
def save_ticket_type(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/tickets/form/KEY: make or change a ticket type; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    row = _row(event, key)
    form = _offered(TicketTypeForm(), event, row)
    if not form.validate_on_submit():
        return _form_page(event, row, form, status=422)
    try:
        service.save_type(service.SaveType(event_id=event.id, slug=key, **form.values(event.zone)))
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [*form[name].errors, *(str(text) for text in texts)]
        return _form_page(event, row, form, status=422)
    flash(_("Saved."), "ok")
    return see_other(url_for("console.ticket_types", slug=event.slug))


def _offered(
    form: TicketTypeForm, event: EventRow, row: type_set_up.TypeSetUp | None
) -> TicketTypeForm:
    tiers, windows = type_set_up.tier_choices(event.id), type_set_up.window_choices(event.id)
    form.offer(event, tiers, windows, zone_entrances(event.id), row)
    return form


def _form_page(
    event: EventRow,
    row: type_set_up.TypeSetUp | None,
    form: TicketTypeForm,
    *,
    status: int = 200,
) -> Response:
    return page(
        "ticket_type_form", event, section="ticket_types", status=status, row=row, form=form
    )


def _row(event: EventRow, key: str) -> type_set_up.TypeSetUp | None:
    if not key:
        return None
    found = next((one for one in type_set_up.type_set_ups(event.id) if one.slug == key), None)
    if found is None:
        raise NotFound()
    return found
