"""Set up venues, stages and their opening windows, and the types and tracks of shows."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.set_up_forms import (
    KINDS,
    WINDOWS,
    NamedForm,
    StageForm,
    TypeForm,
    VenueForm,
    WindowForm,
)
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.enums import WindowKind
from eventhub.programme.errors import UnknownStage
from eventhub.programme.queries import EventRow, set_up
from eventhub.programme.service import set_up as service


@blueprint.get("/e/<slug>/places")
def places(slug: str) -> Response:
    """GET /console/e/SLUG/places: venues, stages, windows, types, tracks; programme.edit."""
    return _places(console_event(slug, Permission.PROGRAMME_EDIT))


@blueprint.get("/e/<slug>/places/venue", defaults={"key": ""})
@blueprint.get("/e/<slug>/places/venue/<key>")
def venue(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/places/venue/KEY: the form of a venue; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = VenueForm(formdata=None)
    if key:
        form.show(_venue(event, key))
    return _form_page(event, "venue", key, form)


@blueprint.post("/e/<slug>/places/venue", defaults={"key": ""})
@blueprint.post("/e/<slug>/places/venue/<key>")
def save_venue(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/places/venue/KEY: make or change a venue; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = VenueForm()
    if key:
        _venue(event, key)
    if not form.validate_on_submit():
        return _form_page(event, "venue", key, form, status=422)
    service.save_venue(
        service.SaveVenue(
            event_id=event.id,
            slug=key,
            name=form.both,
            address=form.address,
            lat=form.lat.data,
            lon=form.lon.data,
        )
    )
    return _saved(event)


@blueprint.get("/e/<slug>/places/stage", defaults={"key": ""})
@blueprint.get("/e/<slug>/places/stage/<key>")
def stage(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/places/stage/KEY: the form of a stage; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    venues = set_up.venues(event.id)
    form = StageForm(formdata=None)
    form.offer(venues)
    if key:
        form.show(*_stage(venues, key))
    return _form_page(event, "stage", key, form)


@blueprint.post("/e/<slug>/places/stage", defaults={"key": ""})
@blueprint.post("/e/<slug>/places/stage/<key>")
def save_stage(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/places/stage/KEY: make or change a stage; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    venues = set_up.venues(event.id)
    form = StageForm()
    form.offer(venues)
    if key:
        _stage(venues, key)
    if not form.validate_on_submit():
        return _form_page(event, "stage", key, form, status=422)
    service.save_stage(
        service.SaveStage(
            event_id=event.id,
            slug=key,
            venue=str(form.venue.data),
            name=form.both,
            short_name=form.short,
            kind=str(form.kind.data),
            capacity=form.capacity.data,
            min_changeover_min=form.min_changeover_min.data or 0,
            allow_overlap=bool(form.allow_overlap.data),
            is_hidden=bool(form.is_hidden.data),
        )
    )
    return _saved(event)


@blueprint.post("/e/<slug>/places/windows")
def add_window(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/places/windows: when a place is open or closed; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = WindowForm()
    form.offer(set_up.venues(event.id))
    if not form.validate_on_submit():
        return _places(event, window_form=form, status=422)
    at_venue, _sep, at_stage = str(form.place.data).partition("/")
    starts_at, ends_at = form.times(event.zone)
    try:
        service.save_window(
            service.SaveWindow(
                event_id=event.id,
                venue=at_venue,
                stage=at_stage,
                kind=WindowKind(form.kind.data),
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
    except Invalid as refusal:
        texts = [str(text) for field in refusal.fields.values() for text in field]
        form.ends_at.errors = [*form.ends_at.errors, *texts]
        return _places(event, window_form=form, status=422)
    return _saved(event)


@blueprint.post("/e/<slug>/places/windows/<int:number>/remove")
def remove_window(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/places/windows/N/remove: take a window away; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    service.remove_window(event.id, number)
    return _saved(event)


@blueprint.post("/e/<slug>/places/types")
def add_type(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/places/types: a kind of show; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = TypeForm(prefix="type-")
    if not form.validate_on_submit():
        return _places(event, type_form=form, status=422)
    service.save_type(event.id, form.both, (form.shortest.data, form.longest.data))
    return _saved(event)


@blueprint.post("/e/<slug>/places/tracks")
def add_track(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/places/tracks: a strand of the programme; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = NamedForm(prefix="track-")
    if not form.validate_on_submit():
        return _places(event, track_form=form, status=422)
    service.save_track(event.id, form.both)
    return _saved(event)


def _places(
    event: EventRow,
    *,
    window_form: WindowForm | None = None,
    type_form: TypeForm | None = None,
    track_form: NamedForm | None = None,
    status: int = 200,
) -> Response:
    venues = set_up.venues(event.id)
    if window_form is None:
        window_form = WindowForm(formdata=None)
        window_form.offer(venues)
    return page(
        "places",
        event,
        section="programme",
        status=status,
        venues=venues,
        windows=set_up.window_rows(event.id),
        types=set_up.types(event.id),
        tracks=set_up.track_names(event.id),
        kinds={choice.value: choice.label for choice in KINDS},
        window_kinds={choice.value: choice.label for choice in WINDOWS},
        window_form=window_form,
        type_form=type_form or TypeForm(formdata=None, prefix="type-"),
        track_form=track_form or NamedForm(formdata=None, prefix="track-"),
    )


def _form_page(event: EventRow, what: str, key: str, form: Any, *, status: int = 200) -> Response:
    return page(
        "place_form", event, section="programme", status=status, what=what, key=key, form=form
    )


def _saved(event: EventRow) -> BaseResponse:
    flash(_("Saved."), "ok")
    return see_other(url_for("console.places", slug=event.slug))


def _venue(event: EventRow, key: str) -> set_up.VenueSetUp:
    found = next((one for one in set_up.venues(event.id) if one.slug == key), None)
    if found is None:
        raise UnknownStage()
    return found


def _stage(venues: list[set_up.VenueSetUp], key: str) -> tuple[str, set_up.StageSetUp]:
    found = next(
        ((one.slug, each) for one in venues for each in one.stages if each.slug == key), None
    )
    if found is None:
        raise UnknownStage()
    return found
