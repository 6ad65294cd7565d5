"""What a plan is checked against: ways between venues, times of parties, kit, order of shows."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.condition_forms import (
    ORDERS,
    TIMES,
    KitForm,
    OrderForm,
    TimeForm,
    UseForm,
    WayForm,
)
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Invalid, NotFound
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow, conditions, set_up
from eventhub.programme.service import conditions as service

_FORMS: dict[str, type[Any]] = {
    "ways": WayForm,
    "times": TimeForm,
    "kit": KitForm,
    "uses": UseForm,
    "order": OrderForm,
}


@blueprint.get("/e/<slug>/conditions")
def plan_conditions(slug: str) -> Response:
    """GET /console/e/SLUG/conditions: ways, times, kit, order; programme.edit."""
    return _page(console_event(slug, Permission.PROGRAMME_EDIT))


@blueprint.post("/e/<slug>/conditions/<what>")
def add_condition(slug: str, what: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/conditions/WHAT: write one down; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if what not in _FORMS:
        raise NotFound()
    forms = _forms(event, given=what)
    form = forms[what]
    if not form.validate_on_submit():
        return _page(event, forms, status=422)
    try:
        service.save_condition(form.command(event))
    except Invalid as refusal:
        for name, texts in refusal.fields.items():
            form[name].errors = [*form[name].errors, *map(str, texts)]
        return _page(event, forms, status=422)
    return _saved(event, what)


@blueprint.post("/e/<slug>/conditions/<what>/<int:number>/remove")
def remove_condition(slug: str, what: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/conditions/WHAT/N/remove: take one away; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if what not in _FORMS:
        raise NotFound()
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    service.remove_condition(event.id, what, number)
    return _saved(event, what)


def _forms(event: EventRow, *, given: str = "") -> dict[str, Any]:
    """Return the five forms; the one named in `given` has what was sent."""
    forms = {
        what: form(prefix=f"{what}-") if what == given else form(formdata=None, prefix=f"{what}-")
        for what, form in _FORMS.items()
    }
    forms["ways"].offer(set_up.venues(event.id))
    forms["times"].offer(conditions.party_names(event.id))
    forms["uses"].offer(conditions.kit_rows(event.id))
    return forms


def _page(event: EventRow, forms: dict[str, Any] | None = None, *, status: int = 200) -> Response:
    return page(
        "conditions",
        event,
        section="programme",
        status=status,
        forms=forms or _forms(event),
        venues=set_up.venues(event.id),
        parties=conditions.party_names(event.id),
        ways=conditions.way_rows(event.id),
        times=conditions.time_rows(event.id),
        kits=conditions.kit_rows(event.id),
        orders=conditions.order_rows(event.id),
        numbers=conditions.numbers(event.id),
        time_words={choice.value: choice.label for choice in TIMES},
        order_words={choice.value: choice.label for choice in ORDERS},
    )


def _saved(event: EventRow, what: str) -> BaseResponse:
    flash(_("Saved."), "ok")
    return see_other(url_for("console.plan_conditions", slug=event.slug, _anchor=what))
