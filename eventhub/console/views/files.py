"""Schedule files: upload, dry run with a report, columns, taking over, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event, signed_in
from eventhub.console.file_forms import MapForm, ScheduleFileForm
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.forms import BaseForm
from eventhub.kernel.http import see_other
from eventhub.programme import csv_rows
from eventhub.programme.errors import (
    ImportUnreadable,
    NothingToUndo,
    ReleasedImmutable,
    StaleEdit,
)
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.files import column_maps, file_by_public_id, files
from eventhub.programme.service import files as service

_SHOWN = 100


@blueprint.get("/e/<slug>/programme/files")
def schedule_files(slug: str) -> Response:
    """GET /console/e/SLUG/programme/files: files that were read; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _list(event, _form(event))


@blueprint.post("/e/<slug>/programme/files")
def read_schedule_file(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/files: read a file, change nothing; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = _form(event)
    if not form.validate_on_submit():
        return _list(event, form, status=422)
    kept = column_maps(event.id).get(form.map.data or "")
    cmd = service.ReadFile(
        event_id=event.id,
        data=form.file.data.read(),
        file_name=form.file.data.filename or "file",
        format=str(form.format.data),
        columns=kept if form.format.data == "csv" else None,
        actor=signed_in().name,
    )
    try:
        key = service.read_schedule_file(cmd)
    except ImportUnreadable as refusal:
        form.file.errors = [*form.file.errors, _why(refusal.details)]
        return _list(event, form, status=422)
    return see_other(url_for("console.schedule_file", slug=slug, key=key))


@blueprint.get("/e/<slug>/programme/files/<key>")
def schedule_file(slug: str, key: str) -> Response:
    """GET /console/e/SLUG/programme/files/KEY: what a file would do; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    return _page(event, key)


@blueprint.post("/e/<slug>/programme/files/<key>/columns")
def map_schedule_file(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/files/KEY/columns: other columns; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    form = MapForm()
    if not form.validate_on_submit():
        return _page(event, key, form=form, status=422)
    given = {
        field: value
        for field in csv_rows.ALIASES
        if (value := request.form.get(f"column-{field}", "")[:300])
    }
    service.map_columns(event.id, key, given, form.name.data or "")
    return see_other(url_for("console.schedule_file", slug=slug, key=key))


@blueprint.post("/e/<slug>/programme/files/<key>/apply")
def apply_schedule_file(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/files/KEY/apply: all of it or nothing; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    try:
        service.apply_schedule_file(event.id, key, signed_in().name)
    except (ImportUnreadable, ReleasedImmutable) as refusal:
        return _page(event, key, refusal=refusal.text, status=refusal.status)
    flash(_("The file is in the draft. Nothing is public before the next release."), "ok")
    return see_other(url_for("console.schedule_file", slug=slug, key=key))


@blueprint.post("/e/<slug>/programme/files/<key>/undo")
def undo_schedule_file(slug: str, key: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/programme/files/KEY/undo: take it back; programme.edit."""
    event = console_event(slug, Permission.PROGRAMME_EDIT)
    if not BaseForm().validate_on_submit():
        raise BadRequest()
    try:
        service.undo_schedule_file(event.id, key, signed_in().name)
    except (StaleEdit, NothingToUndo) as refusal:
        return _page(event, key, refusal=refusal.text, status=refusal.status)
    flash(_("The file is taken back."), "ok")
    return see_other(url_for("console.schedule_file", slug=slug, key=key))


def _form(event: EventRow) -> ScheduleFileForm:
    form = ScheduleFileForm()
    form.offer(list(column_maps(event.id)))
    return form


def _list(event: EventRow, form: ScheduleFileForm, *, status: int = 200) -> Response:
    return page(
        "schedule_files",
        event,
        section="programme",
        status=status,
        form=form,
        rows=files(event.id),
        states=_states(),
    )


def _page(
    event: EventRow,
    key: str,
    *,
    form: MapForm | None = None,
    refusal: object = "",
    status: int = 200,
) -> Response:
    row = file_by_public_id(event.id, key)
    return page(
        "schedule_file",
        event,
        section="programme",
        status=status,
        file=row,
        report=_in_words(row.report),
        unreadable=_why(row.report["unreadable"]) if "unreadable" in row.report else "",
        form=form or MapForm(formdata=None),
        refusal=refusal,
        fields=_fields(),
        shown=_SHOWN,
        states=_states(),
    )


def _in_words(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report whose remarks are in the reader's language, where we have words for them."""
    words = _reasons()
    return {
        **report,
        **{
            name: [
                [line, words.get(text.partition(":")[0], text)]
                for line, text in report.get(name, ())
            ]
            for name in ("rejected", "notes")
        },
    }


def _reasons() -> dict[str, str]:
    """Return the sentence of every reason for which a row is not taken, by its code."""
    return {
        "no-times": _("It states no start."),
        "no-length": _("It states neither a length nor an end."),
        "zero-length": _("It ends when it starts."),
        "negative-length": _("It ends before it starts."),
        "bad-time": _("This is not a date or time."),
        "no-zone": _("The time has no offset and the zone of the file is unknown."),
        "no-day": _("It has a time but no day."),
        "no-title": _("It has no title."),
        "no-identity": _("It has neither guid nor id."),
        "bad-guid": _("The guid is not a UUID."),
        "bad-id": _("The id is not a whole number."),
        "bad-status": _("The state is none of scheduled, tentative, cancelled, postponed."),
        "duplicate-guid": _("An earlier row has this guid and says something else."),
        "too-long": _("A title, place or name has more than 300 characters."),
        "all-day": _("It lasts whole days and states no time."),
        "too-often": _("It repeats too often."),
        "bad-entry": _("This entry can not be read."),
        "outside": _("From here on some rows are on no day of the event."),
    }


def _why(details: Any) -> str:
    line = details.get("line")
    reason = str(details.get("reason", ""))
    return _("Line %(line)s: %(reason)s", line=line, reason=reason) if line else reason


def _states() -> dict[str, str]:
    return {"read": _("Waits"), "applied": _("In the draft"), "undone": _("taken back")}


def _fields() -> dict[str, str]:
    """Return the word of every field of a table."""
    return {
        "guid": "guid",
        "id": "id",
        "code": _("Show code"),
        "title": _("Title"),
        "title_zh": _("Title, Chinese"),
        "title_en": _("Title, English"),
        "day": _("Day"),
        "start": _("Begins"),
        "end": _("End of the show"),
        "minutes": _("Length"),
        "stage": _("Stage"),
        "venue": _("Venue"),
        "type": _("Type"),
        "track": _("Track"),
        "language": _("Language"),
        "people": _("Who takes part"),
        "line": _("One sentence"),
        "description": _("Description"),
        "status": _("State"),
    }
