"""Media and creators: the list, one by hand, files and taking them back."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import render
from eventhub.console.access import console_event, signed_in
from eventhub.console.media_forms import KINDS, MediaFileForm, MentionForm, UndoForm
from eventhub.console.queries.media import media_lines
from eventhub.console.views.frame import blueprint, page
from eventhub.exposure import queries as exposure
from eventhub.exposure import service
from eventhub.exposure.enums import MediaFormat
from eventhub.exposure.errors import UnreadableMediaFile
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.format import exact
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow

_SHOWN = 100


@blueprint.get("/e/<slug>/media")
def media(slug: str) -> Response:
    """GET /console/e/SLUG/media: mentions, posts and files; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    return _media_page(event)


@blueprint.post("/e/<slug>/media")
def add_mention(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/media: one mention by hand; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    form = MentionForm()
    if not form.validate_on_submit():
        return _media_page(event, form=form, status=422)
    done = service.record_mentions(
        service.RecordMentions(
            event_id=event.id,
            items=[form.figures(event.zone)],
            recorded_by=signed_in().name,
            is_synthetic=event.is_synthetic,
        )
    )
    if done.rejected:
        form.published_at.errors = [_("It can not lie in the future.")]
        return _media_page(event, form=form, status=422)
    known = _("This one is known already; nothing has changed.")
    flash(_("It is recorded.") if done.accepted else known, "ok" if done.accepted else "info")
    return see_other(url_for("console.media", slug=slug))


@blueprint.post("/e/<slug>/media/files")
def import_media(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/media/files: read a monitoring file; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    form = MediaFileForm()
    if not form.validate_on_submit():
        return _media_page(event, file_form=form, status=422)
    try:
        found = service.import_media(_command(event, form))
    except UnreadableMediaFile as refusal:
        form.file.errors = [*form.file.errors, refusal.text]
        return _media_page(event, file_form=form, status=422)
    text = _(
        "%(new)s new, %(known)s known already, %(bad)s rejected.",
        new=exact(found.accepted),
        known=exact(found.duplicates),
        bad=exact(len(found.rejected)),
    )
    flash(text, "ok" if found.accepted else "info")
    return see_other(url_for("console.media", slug=slug))


@blueprint.post("/e/<slug>/media/undo")
def undo_media(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/media/undo: take the rows of a file back; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    form = UndoForm()
    if not form.validate_on_submit():
        raise BadRequest()
    taken = service.undo_media(
        service.UndoMedia(
            event_id=event.id,
            key=form.key.data or "",
            reason=form.reason.data or "",
            undone_by=signed_in().name,
        )
    )
    flash(ngettext("%(num)s row is taken back.", "%(num)s rows are taken back.", taken), "ok")
    return see_other(url_for("console.media", slug=slug))


def _media_page(
    event: EventRow,
    *,
    form: MentionForm | None = None,
    file_form: MediaFileForm | None = None,
    status: int = 200,
) -> Response:
    return page(
        "media",
        event,
        status=status,
        lines=media_lines(event.id, _SHOWN),
        shown=_SHOWN,
        batches=exposure.media_batches(event.id),
        form=form or MentionForm(formdata=None),
        file_form=file_form or MediaFileForm(formdata=None),
        may_edit=render.may(event, Permission.REPORT_BUILD),
        kinds={item.value: item.label for item in KINDS},
    )


def _command(event: EventRow, form: MediaFileForm) -> service.ImportMedia:
    return service.ImportMedia(
        event_id=event.id,
        file_format=MediaFormat.CSV,
        file_name=form.file.data.filename or "file",
        data=form.file.data.read(),
        imported_by=signed_in().name,
    )
