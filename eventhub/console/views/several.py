"""Several performances of a day at once, a whole day, a break on more stages."""

from __future__ import annotations

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import programme_page, programme_several
from eventhub.console.access import console_event, signed_in
from eventhub.console.programme_edit import reasons, row_of
from eventhub.console.programme_forms import PlaceForm
from eventhub.console.programme_several import CopyDayForm, Several, SeveralForm, StagesForm
from eventhub.console.views.frame import blueprint
from eventhub.console.views.programme import back_to_day, editor_page
from eventhub.kernel.errors import BadRequest, Invalid
from eventhub.programme import service
from eventhub.programme.errors import PlacementBlocked, SlotPinned, StaleEdit
from eventhub.programme.queries import EventRow
from eventhub.programme.service import Edited

_REFUSALS = (StaleEdit, PlacementBlocked, SlotPinned, Invalid)


@blueprint.post("/e/<slug>/programme/several")
def programme_several_acts(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/several: shift, copy or take off; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    known = programme_page.read(event)
    form = SeveralForm()
    if not form.validate_on_submit():
        raise BadRequest()
    marks = request.form.getlist("item")
    items = programme_several.marked(marks, known.rows)
    day = programme_page.shown_day(event, form.day.data.isoformat() if form.day.data else None)
    try:
        done = programme_several.apply(event, form, items, signed_in().name)
    except _REFUSALS as refusal:
        texts = [str(refusal.text), *reasons(refusal)]
        if isinstance(refusal, Invalid):
            texts = [str(text) for field in refusal.fields.values() for text in field]
        several = Several(
            is_open=True, numbers=programme_several.numbers(marks), refused=" ".join(texts)
        )
        fresh = programme_page.read(event)
        empty = PlaceForm(formdata=None)
        return editor_page(event, fresh, day, empty, None, several=several, status=refusal.status)
    return _done(event, done, day.isoformat())


@blueprint.post("/e/<slug>/programme/copy-day")
def programme_copy_day(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/copy-day: all of a day once more; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = CopyDayForm()
    if not form.validate_on_submit() or form.day.data is None:
        raise BadRequest()
    to_day = programme_several.chosen_day(event, form.to_day.data)
    done = service.copy_day(
        service.CopyDay(
            event_id=event.id, from_day=form.day.data, to_day=to_day, actor=signed_in().name
        )
    )
    return _done(event, done, to_day.isoformat())


@blueprint.post("/e/<slug>/programme/stages")
def programme_stages(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/programme/stages: a break on more stages; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    known = programme_page.read(event)
    form = StagesForm()
    row = row_of(known.rows, form.number.data)
    if not form.validate_on_submit():
        raise BadRequest()
    wanted = set(form.stages.data or ())
    done = service.duplicate_to_stages(
        service.DuplicateToStages(
            event_id=event.id,
            performance_id=row.performance_id,
            row_version=int(form.version.data or 0),
            stage_ids=tuple(stage.id for stage in known.stages if stage.slug in wanted),
            actor=signed_in().name,
        )
    )
    day = form.view.data or programme_page.shown_day(event, None)
    return _done(event, done, day.isoformat())


def _done(event: EventRow, done: Edited, day: str) -> BaseResponse:
    text = ngettext(
        "%(num)s place changed, as one step that you can undo.",
        "%(num)s places changed, as one step that you can undo.",
        len(done.slots),
    )
    flash(text if done.slots else _("Nothing had to change."), "ok")
    return back_to_day(event, programme_page.shown_day(event, day))
