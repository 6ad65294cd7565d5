"""The shows of an event: the list, and the form to make or change one."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.console.set_up_forms import STATES, ShowForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme.enums import ShowState
from eventhub.programme.queries import EventRow, set_up
from eventhub.programme.service import set_up as service

_SHOWN = 500


@blueprint.get("/e/<slug>/shows")
def shows(slug: str) -> Response:
    """GET /console/e/SLUG/shows: all shows, by text and state; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    text = request.args.get("q", "")[:100].strip()
    state = request.args.get("state", "")[:10]
    rows = [
        row
        for row in set_up.shows(event.id)
        if (not state or row.state == state) and _has(row, text.casefold())
    ]
    return page(
        "shows",
        event,
        section="programme",
        rows=rows[:_SHOWN],
        count=len(rows),
        shown=_SHOWN,
        text=text,
        state=state,
        states=_states(),
    )


@blueprint.get("/e/<slug>/shows/form", defaults={"code": ""})
@blueprint.get("/e/<slug>/shows/form/<code>")
def show_form(slug: str, code: str) -> Response:
    """GET /console/e/SLUG/shows/form/CODE: the form of a show; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = ShowForm(formdata=None)
    _offer(event, form)
    if code:
        form.show(set_up.show(event.id, code))
    return _page(event, code, form)


@blueprint.post("/e/<slug>/shows/form", defaults={"code": ""})
@blueprint.post("/e/<slug>/shows/form/<code>")
def save_show(slug: str, code: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/shows/form/CODE: make or change a show; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = ShowForm()
    _offer(event, form)
    if code:
        set_up.show(event.id, code)
    if not form.validate_on_submit():
        return _page(event, code, form, status=422)
    service.save_show(
        service.SaveShow(
            event_id=event.id,
            code=code,
            title=form.both,
            line=form.line,
            type_id=int(form.type.data) if form.type.data else None,
            track_id=int(form.track.data) if form.track.data else None,
            state=ShowState(form.state.data),
            default_duration_min=form.minutes.data,
            expected_audience=form.expected_audience.data,
            changeover_before_min=form.before.data or 0,
            changeover_after_min=form.after.data or 0,
            cast=form.names,
            new_kind=str(form.new_kind.data),
        )
    )
    words = _("Saved.") if code else _("Made. It waits among the unplaced of the draft.")
    flash(words, "ok")
    return see_other(url_for("console.shows", slug=slug))


@blueprint.post("/e/<slug>/shows/form/<code>/times")
def add_show_time(slug: str, code: str) -> BaseResponse:
    """POST /console/e/SLUG/shows/form/CODE/times: give it once more; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    service.add_time(event.id, code)
    flash(_("It is given once more; that time waits among the unplaced."), "ok")
    return see_other(url_for("console.show_form", slug=slug, code=code))


def _offer(event: EventRow, form: ShowForm) -> None:
    form.offer(set_up.types(event.id), set_up.track_names(event.id))


def _page(event: EventRow, code: str, form: ShowForm, *, status: int = 200) -> Response:
    row = set_up.show(event.id, code) if code else None
    return page(
        "show_form", event, section="programme", status=status, code=code, row=row, form=form
    )


def _has(row: set_up.ShowSetUp, text: str) -> bool:
    words = (row.code, *row.title.values(), *(name for one in row.cast for name in one.values()))
    return not text or any(text in word.casefold() for word in words)


def _states() -> dict[str, str]:
    return {choice.value: str(choice.label) for choice in STATES}
