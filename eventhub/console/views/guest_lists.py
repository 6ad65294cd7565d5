"""Guest files in and out: upload, preview, confirm, take back, send tickets, export."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import guest_words
from eventhub.console.access import console_event, signed_in
from eventhub.console.guest_forms import GuestFileForm
from eventhub.console.views.badges import badge_form
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.auth import require_proof
from eventhub.kernel.errors import Invalid
from eventhub.kernel.format import exact
from eventhub.kernel.http import private, see_other
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.queries import guests as guest_rows

LINES_SHOWN: Final = 200
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/e/<slug>/guest-lists")
def guest_lists(slug: str) -> Response:
    """GET /console/e/SLUG/guest-lists: read a file, see the files so far; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    return _files_page(event, _form(event))


@blueprint.post("/e/<slug>/guest-lists")
def read_guest_list(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/guest-lists: read a file and show what it would do; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    form = _form(event)
    if not form.validate_on_submit():
        return _files_page(event, form, status=422)
    command = service.PreviewFile(
        event_id=event.id,
        data=form.file.data.read(),
        file_name=form.file.data.filename or "file",
        default_type=form.ticket_type.data or None,
        created_by=signed_in().name,
    )
    try:
        batch = service.preview_file(command)
    except Invalid as refusal:
        form.file.errors = [*form.file.errors, refusal.text]
        return _files_page(event, form, status=refusal.status)
    return see_other(url_for("console.guest_list", slug=slug, batch=batch))


@blueprint.get("/e/<slug>/guest-lists/<batch>")
def guest_list(slug: str, batch: str) -> Response:
    """GET /console/e/SLUG/guest-lists/FILE: what each line does; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    found = guest_rows.batch_by_public_id(event.id, batch)
    verdict = request.args.get("verdict", "")[:10]
    return page(
        "guest_list",
        event,
        section="guest_lists",
        batch=found,
        lines=guest_rows.file_lines(found.id, verdict, limit=LINES_SHOWN),
        troubled=guest_rows.troubled_lines(found.id),
        verdict=verdict,
        shown_most=LINES_SHOWN,
        **guest_words.of_guest_lists(),
    )


@blueprint.post("/e/<slug>/guest-lists/<batch>/apply")
def apply_guest_list(slug: str, batch: str) -> BaseResponse:
    """POST /console/e/SLUG/guest-lists/FILE/apply: write its guests; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    found = guest_rows.batch_by_public_id(event.id, batch)
    service.apply_batch(found.id)
    flash(_("The list is applied. No message was sent."), "ok")
    return see_other(url_for("console.guest_list", slug=slug, batch=batch))


@blueprint.post("/e/<slug>/guest-lists/<batch>/undo")
def undo_guest_list(slug: str, batch: str) -> BaseResponse:
    """POST /console/e/SLUG/guest-lists/FILE/undo: take its guests back; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    service.undo_batch(guest_rows.batch_by_public_id(event.id, batch).id)
    flash(_("The list is taken back."), "ok")
    return see_other(url_for("console.guest_list", slug=slug, batch=batch))


@blueprint.post("/e/<slug>/guest-lists/<batch>/tickets")
def send_guest_list(slug: str, batch: str) -> BaseResponse:
    """POST /console/e/SLUG/guest-lists/FILE/tickets: mail the tickets; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    count = service.send_tickets(guest_rows.batch_by_public_id(event.id, batch).id)
    text = ngettext(
        "Ticket of %(n)s guest sent.", "Tickets of %(n)s guests sent.", count, n=exact(count)
    )
    flash(text, "ok")
    return see_other(url_for("console.guest_list", slug=slug, batch=batch))


@blueprint.post("/e/<slug>/guests.<any(csv, xlsx):form>")
def export_guests(slug: str, form: str) -> Response:
    """POST /console/e/SLUG/guests.csv .xlsx: everybody who is registered; guests.edit."""
    event = console_event(slug, Permission.GUESTS_EDIT)
    require_proof()
    service.note_export(event.id, form)
    is_csv = form == "csv"
    answer = make_response(
        b"".join(service.export_csv(event)) if is_csv else service.export_xlsx(event)
    )
    answer.mimetype = "text/csv" if is_csv else _XLSX
    name = f"{event.slug}-{clock.now().date().isoformat()}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(answer)


def _form(event: EventRow) -> GuestFileForm:
    return GuestFileForm.of(queries.guests.words_of_types(event.id))


def _files_page(event: EventRow, form: GuestFileForm, *, status: int = 200) -> Response:
    return page(
        "guest_lists",
        event,
        status=status,
        form=form,
        badges=badge_form(event),
        batches=guest_rows.batches(event.id),
        **guest_words.of_guest_lists(),
    )
