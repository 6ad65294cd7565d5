"""Counter files."""

from __future__ import annotations

import hashlib

from flask import Response, flash, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.errors import SourceNameTaken, TooManySources, UnreadableSource
from eventhub.audience.queries import BatchRow
from eventhub.console.access import console_event, signed_in
from eventhub.console.forms import CounterFileForm
from eventhub.console.media_forms import UndoForm
from eventhub.console.render import may
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.errors import BadRequest, NotFound
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow

_KEY_LENGTH = 16  # hexadecimal digits of the file's SHA-256 in addresses
_FILES_SHOWN = 20


@blueprint.get("/e/<slug>/counters")
def counters(slug: str) -> Response:
    """GET /console/e/SLUG/counters: read a file, see the files so far; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    return _counters_page(event, CounterFileForm())


@blueprint.post("/e/<slug>/counters")
def import_counters(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/counters: read one file of readings; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = CounterFileForm()
    if not form.validate_on_submit():
        return _counters_page(event, form, status=422)
    data = form.file.data.read()
    try:
        audience.import_file(_command(event, form, data))
    except (UnreadableSource, SourceNameTaken, TooManySources) as refusal:
        field = form.source if isinstance(refusal, SourceNameTaken) else form.file
        field.errors = [*field.errors, refusal.text]
        return _counters_page(event, form, status=refusal.status)
    key = hashlib.sha256(data).hexdigest()[:_KEY_LENGTH]
    return see_other(url_for("console.counters", slug=slug, file=key))


@blueprint.post("/e/<slug>/counters/undo")
def undo_counters(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/counters/undo: take a file of readings back; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    take_back(event)
    return see_other(url_for("console.counters", slug=slug))


@blueprint.post("/e/<slug>/streams/files/undo")
def undo_export(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/streams/files/undo: take a platform's file back; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    take_back(event)
    return see_other(url_for("console.exports", slug=slug))


def take_back(event: EventRow) -> None:
    """Take the file of the form back and say how many rows that were."""
    form = UndoForm()
    if not form.validate_on_submit():
        raise BadRequest()
    taken = audience.undo_file(
        audience.UndoFile(
            event_id=event.id,
            key=form.key.data or "",
            reason=form.reason.data or "",
            by=signed_in().name,
            source_name=form.source.data or "",
        )
    )
    flash(ngettext("%(num)s row is taken back.", "%(num)s rows are taken back.", taken), "ok")


def _counters_page(event: EventRow, form: CounterFileForm, *, status: int = 200) -> Response:
    batches = audience_rows.batches(event.id)[::-1]
    return page(
        "counters",
        event,
        status=status,
        form=form,
        batch=_chosen(batches, request.args.get("file")),
        batches=batches[:_FILES_SHOWN],
        key_length=_KEY_LENGTH,
        may_click=may(event, Permission.GATE_VIEW),
    )


def _chosen(batches: list[BatchRow], key: str | None) -> BatchRow | None:
    """Return the file that an address names by the first digits of its hash."""
    if key is None:
        return None
    found = next((row for row in batches if row.sha256[:_KEY_LENGTH] == key), None)
    if found is None:
        raise NotFound()
    return found


def _command(event: EventRow, form: CounterFileForm, data: bytes) -> audience.ImportFile:
    return audience.ImportFile(
        event_id=event.id,
        source_name=form.source.data or "",
        file_format=audience.FileFormat(form.format.data),
        file_name=form.file.data.filename or "file",
        data=data,
        timezone=event.timezone,
        imported_by=signed_in().name,
        is_synthetic=event.is_synthetic,
    )
