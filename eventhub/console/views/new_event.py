"""Make an event, from a template or like one that was, and open its registration."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts import queries as accounts
from eventhub.accounts.enums import Permission
from eventhub.console import set_up_page
from eventhub.console.access import console_event, maker_of, signed_in
from eventhub.console.event_forms import CopyEventForm, NewEventForm
from eventhub.console.events.copy import CopyEvent, copy_event
from eventhub.console.events.create import MakeEvent, make_event
from eventhub.console.events.steps import missing
from eventhub.console.events.templates import TEMPLATES, Kind
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Conflict, Invalid, NotAllowed
from eventhub.kernel.forms import BaseForm, blame
from eventhub.kernel.http import private, see_other
from eventhub.programme import service as programme

_FIELDS = {"title": "name_zh"}  # where a fault of the service is shown


@blueprint.get("/new")
def new_event() -> Response:
    """GET /console/new: the form of a new event; owners of an organisation."""
    form = NewEventForm(formdata=None)
    form.offer(accounts.organisation_names(maker_of(signed_in())))
    return _new(form)


@blueprint.post("/new")
def make_new_event() -> Response | BaseResponse:
    """POST /console/new: make it from a template; owners of an organisation."""
    form = NewEventForm()
    form.offer(accounts.organisation_names(maker_of(signed_in())))
    if not form.validate_on_submit():
        return _new(form, status=422)
    try:
        slug = make_event(_wanted(form))
    except (Invalid, Conflict) as refusal:
        blame(form, refusal, _FIELDS, other="slug")
        return _new(form, status=422)
    flash(_("The event is made. Look through it, then open registration."), "ok")
    return see_other(url_for("console.set_up", slug=slug))


@blueprint.get("/e/<slug>/copy")
def copy_form(slug: str) -> Response:
    """GET /console/e/SLUG/copy: what the copy is called; owners of the organisation."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    _may_make(event.organisation_id)
    return page("copy", event, section="settings", form=CopyEventForm(formdata=None))


@blueprint.post("/e/<slug>/copy")
def make_copy(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/copy: make an event like this one; owners of the organisation."""
    event = console_event(slug, Permission.ACCESS_MANAGE)
    _may_make(event.organisation_id)
    form = CopyEventForm()
    if not form.validate_on_submit() or form.starts_on.data is None:
        return page("copy", event, section="settings", status=422, form=form)
    wanted = CopyEvent(
        source=event, title=form.both, starts_on=form.starts_on.data, slug=form.slug.data or ""
    )
    try:
        made = copy_event(wanted)
    except (Invalid, Conflict) as refusal:
        blame(form, refusal, _FIELDS, other="slug")
        return page("copy", event, section="settings", status=422, form=form)
    flash(_("The copy is made. Look through it, then open registration."), "ok")
    return see_other(url_for("console.set_up", slug=made))


@blueprint.get("/e/<slug>/set-up")
def set_up(slug: str) -> Response:
    """GET /console/e/SLUG/set-up: what is there and what is missing; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    return page("set_up", event, **set_up_page.context(event))


@blueprint.post("/e/<slug>/set-up/open")
def open_event(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/set-up/open: show the event and open registration; settings.edit."""
    event = console_event(slug, Permission.SETTINGS_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    if missing(event):
        return page("set_up", event, status=422, **set_up_page.context(event, is_refused=True))
    programme.open_to_public(event.id)
    flash(_("Registration is open."), "ok")
    return see_other(url_for("console.set_up", slug=slug))


def _new(form: NewEventForm, *, status: int = 200) -> Response:
    body = render_template("console/new_event.html", form=form, templates=TEMPLATES, section="new")
    return private(make_response(body, status))


def _wanted(form: NewEventForm) -> MakeEvent:
    starts_on, ends_on = form.starts_on.data, form.ends_on.data
    assert starts_on is not None  # noqa: S101 - the form is valid
    assert ends_on is not None  # noqa: S101 - the form is valid
    return MakeEvent(
        organisation_id=form.organisation.data,
        kind=Kind(form.kind.data),
        title=form.both,
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=str(form.timezone.data),
        slug=form.slug.data or "",
        places=form.places.data,
        contact_email=form.contact_email.data or None,
    )


def _may_make(organisation_id: int) -> None:
    if organisation_id not in maker_of(signed_in()):
        raise NotAllowed()
