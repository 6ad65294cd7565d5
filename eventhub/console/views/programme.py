"""The schedule editor: a day of the working copy, and what is done with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import programme_edit, programme_page, queries
from eventhub.console.access import console_event, signed_in
from eventhub.console.programme_edit import Asked, Change
from eventhub.console.programme_forms import BatchForm, PlaceForm, SlotForm, WaiveForm
from eventhub.console.programme_page import Chosen, Known
from eventhub.console.programme_several import Several
from eventhub.console.programme_shade import Filters
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.kernel.http import json_answer, see_other, wants_json
from eventhub.programme import queries as programme_rows
from eventhub.programme import service
from eventhub.programme.errors import NothingToUndo, PlacementBlocked, SlotPinned, StaleEdit
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.service import Edited

_REFUSALS = (StaleEdit, PlacementBlocked, SlotPinned)


@blueprint.get("/e/<slug>/programme")
def programme(slug: str) -> Response:
    """GET /console/e/SLUG/programme: one day of the draft; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    known = programme_page.read(event)
    number = request.args.get("item", type=int)
    row = next((row for row in known.rows if row.public_no == number), None)
    own = programme_edit.own_day(event, row) if row else ()
    day = programme_page.shown_day(event, request.args.get("day"), *own)
    form = PlaceForm(formdata=None)
    if row:
        programme_page.fill(form, event, known, row, day)
    several = Several(is_open=request.args.get("several") == "1")
    return editor_page(event, known, day, form, Chosen(row) if row else None, several=several)


@blueprint.get("/e/<slug>/programme/cursor.json")
def programme_cursor(slug: str) -> Response:
    """GET /console/e/SLUG/programme/cursor.json?after=N: what others changed; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    after = max(0, request.args.get("after", 0, type=int))
    edits = programme_rows.edits_since(event.id, after)
    names = sorted({edit.actor for edit in edits} - {signed_in().name})
    return json_answer({"cursor": programme_rows.latest_edit(event.id), "by": names})


@blueprint.post("/e/<slug>/programme/place")
def programme_place(slug: str) -> Response | BaseResponse:
    """
    POST /console/e/SLUG/programme/place: place, move or resize; programme.edit.

    `dry_run` saves nothing and tells which conflicts it would add and solve.
    """
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    known = programme_page.read(event)
    form = PlaceForm()
    row = programme_edit.row_of(known.rows, form.number.data)
    form.offer(event, known.stages, *programme_edit.own_day(event, row))
    day = _view(event, form)
    if not form.validate_on_submit():
        if wants_json():
            raise Invalid(fields=_texts(form.errors))
        return editor_page(event, known, day, form, Chosen(row), status=422)
    return _placed(event, known, day, form, row)


@blueprint.post("/e/<slug>/programme/unplace")
def programme_unplace(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/unplace: take a performance off the day; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _changed(event, programme_edit.unplace, _("Taken off. It waits among the unplaced."))


@blueprint.post("/e/<slug>/programme/pin")
def programme_pin(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/pin: pin a performance, or unpin it; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _changed(event, programme_edit.turn_pin, _("Saved."))


@blueprint.post("/e/<slug>/programme/cancel")
def programme_cancel(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/cancel: cancel a performance, or not; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _changed(event, programme_edit.turn_status, _("Saved."))


@blueprint.post("/e/<slug>/programme/undo")
def programme_undo(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/undo: take back my last step; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    batch = queries.steps(event.id, signed_in().name).undo
    if batch is None:
        raise NothingToUndo()
    service.undo(service.UndoBatch(event_id=event.id, batch=batch, actor=signed_in().name))
    flash(_("Taken back."), "ok")
    return back_to_day(event, _view(event, BatchForm()))


@blueprint.post("/e/<slug>/programme/redo")
def programme_redo(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/redo: do again what I took back; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    batch = queries.steps(event.id, signed_in().name).redo
    if batch is None:
        raise NothingToUndo()
    service.redo(service.UndoBatch(event_id=event.id, batch=batch, actor=signed_in().name))
    flash(_("Done again."), "ok")
    return back_to_day(event, _view(event, BatchForm()))


@blueprint.post("/e/<slug>/programme/waive")
def programme_waive(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/waive: let a finding stand, with a reason; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = WaiveForm()
    if not form.validate_on_submit():
        raise Invalid(fields=_texts(form.errors))
    service.waive(
        service.Waive(
            event_id=event.id,
            fingerprint=form.fingerprint.data or "",
            reason=form.reason.data or "",
            actor=signed_in().name,
        )
    )
    flash(_("Let through. It is back when the facts change."), "ok")
    return back_to_day(event, _view(event, form))


def editor_page(
    event: EventRow,
    known: Known,
    day: date,
    form: PlaceForm,
    chosen: Chosen | None,
    *,
    several: Several | None = None,
    status: int = 200,
) -> Response:
    """Answer with the editor of a day, and what was asked for in its forms."""
    if chosen:
        form.offer(event, known.stages, *programme_edit.own_day(event, chosen.row))
    filters = Filters.of(request.args)
    values = programme_page.context(event, known, day, signed_in().name, chosen, filters)
    return page(
        "programme", event, status=status, form=form, several=several or Several(), **values
    )


def _placed(
    event: EventRow, known: Known, day: date, form: PlaceForm, row: GridSlot
) -> Response | BaseResponse:
    """Try or save what a valid form asks for, and answer as the caller reads."""
    asked = Asked.of(event, known.stages, row, form)
    try:
        edited = programme_edit.apply(event, asked, actor=signed_in().name)
    except _REFUSALS as refusal:
        return _refused(event, day, form, refusal)
    if wants_json():
        return json_answer(_told(edited, asked.is_dry))
    if asked.is_dry:
        preview = programme_page.effects(edited.added, edited.removed)
        return editor_page(event, known, day, form, Chosen(row, preview=preview))
    flash(_("Saved."), "ok")
    return back_to_day(event, asked.day, row.public_no)


def _changed(event: EventRow, change: Change, words: str) -> Response | BaseResponse:
    """Answer a form that names a performance and nothing else."""
    known = programme_page.read(event)
    form = SlotForm()
    row = programme_edit.row_of(known.rows, form.number.data)
    if not form.validate_on_submit():
        raise BadRequest()
    day = _view(event, form)
    try:
        edited = change(event, row, int(form.version.data or 0), signed_in().name)
    except _REFUSALS as refusal:
        shown = PlaceForm(formdata=None)
        programme_page.fill(shown, event, known, row, day)
        return _refused(event, day, shown, refusal)
    if wants_json():
        return json_answer(_told(edited, is_dry=False))
    flash(words, "ok")
    return back_to_day(event, day, row.public_no)


def _refused(event: EventRow, day: date, form: PlaceForm, refusal: Any) -> Response:
    """Answer 409 with the row as it stands now; the form keeps what was asked for."""
    fresh = programme_page.read(event)
    row = programme_edit.row_of(fresh.rows, form.number.data)
    now = programme_edit.standing(event, fresh, row)
    if wants_json():
        raise type(refusal)(
            details={**refusal.details, "now": now, "version": row.row_version},
        )
    form.version.data = row.row_version
    if isinstance(refusal, StaleEdit):
        return editor_page(event, fresh, day, form, Chosen(row, stale=now), status=409)
    why = " ".join([str(refusal.text), *programme_edit.reasons(refusal)])
    return editor_page(event, fresh, day, form, Chosen(row, refused=why), status=409)


def _told(edited: Edited, is_dry: bool) -> dict[str, Any]:
    effects = programme_page.effects(edited.added, edited.removed)
    return {
        "saved": not is_dry,
        "effects": [one._asdict() for one in effects],
        "subjects": programme_edit.hit(edited),
    }


def _view(event: EventRow, form: Any) -> date:
    field = form.view if "view" in form else form.day
    shown = field.data.isoformat() if field.data else None
    return programme_page.shown_day(event, shown)


def back_to_day(event: EventRow, day: date, item: int | None = None) -> BaseResponse:
    """Lead to the editor of a day, with the filters of the address."""
    kept: dict[str, Any] = dict(Filters.of(request.args).kept)
    return see_other(
        url_for("console.programme", slug=event.slug, day=day.isoformat(), item=item, **kept)
    )


def _texts(errors: Any) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in errors.items()}
