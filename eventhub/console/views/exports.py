"""Files of platforms: Douyin, WeChat Channels and others, read as claims."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.errors import UnreadableSource
from eventhub.console.access import console_event, signed_in
from eventhub.console.forms import MAX_FILE
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel.forms import BaseForm, CleanText, Required
from eventhub.kernel.http import see_other
from eventhub.programme.queries import EventRow

_SLUG = Regexp(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", message=_l("Letters, digits, dots and hyphens.")
)


class ExportForm(BaseForm):
    """One file of one platform, and where its columns do not tell: which is which."""

    platform = CleanText(
        _l("Platform"), description=_l("such as Douyin or WeChat Channels"), validators=[Required()]
    )
    stream = StringField(_l("Stream"), description=_l("such as “douyin”"), validators=[_SLUG])
    file = FileField(
        _l("File"),
        description=_l("CSV or XLSX, up to 8 MB"),
        validators=[
            FileRequired(_l("Choose a file.")),
            FileSize(MAX_FILE, message=_l("The file is larger than 8 MB.")),
        ],
    )
    map = SelectField(_l("Columns of a table"), validate_choice=False)
    columns = TextAreaField(
        _l("Other headers"),
        description=_l("optional; one a line, such as “views = 场观”"),
        validators=[Optional(), Length(max=2000)],
    )
    keep_as = CleanText(_l("Keep these columns as"), validators=[Optional(), Length(max=120)])

    def mapped(self) -> dict[str, str]:
        """Return field to header, as written; a line without = is no pair."""
        pairs = (line.partition("=") for line in (self.columns.data or "").splitlines())
        return {name.strip(): header.strip() for name, sign, header in pairs if sign}


@blueprint.get("/e/<slug>/streams/files")
def exports(slug: str) -> Response:
    """GET /console/e/SLUG/streams/files: files of platforms so far; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    return _page(event, _form(event))


@blueprint.post("/e/<slug>/streams/files")
def import_export(slug: str) -> Response | BaseResponse:
    """POST /console/e/SLUG/streams/files: read one; audience.view."""
    event = console_event(slug, Permission.AUDIENCE_VIEW)
    form = _form(event)
    if not form.validate_on_submit():
        return _page(event, form, status=422)
    try:
        done = audience.import_export(_command(event, form))
    except UnreadableSource as refusal:
        form.file.errors = [*form.file.errors, _why(refusal)]
        return _page(event, form, status=refusal.status)
    flash(_done(done), "ok")
    return see_other(url_for("console.exports", slug=slug))


def _command(event: EventRow, form: ExportForm) -> audience.ImportExport:
    return audience.ImportExport(
        event_id=event.id,
        slug=form.stream.data or "",
        platform=(form.platform.data or "")[:80],
        file_name=form.file.data.filename or "file",
        data=form.file.data.read(),
        timezone=event.timezone,
        columns=form.mapped() or None,
        map_name=form.keep_as.data or form.map.data or "",
        imported_by=signed_in().name,
        is_synthetic=event.is_synthetic,
    )


def _form(event: EventRow) -> ExportForm:
    form = ExportForm()
    names = [(name, name) for name in audience_rows.export_maps(event.id)]
    form.map.choices = [("", _("by their headers")), *names]
    return form


def _done(done: audience.ImportedExport) -> str:
    if done.is_known:
        return _("This file was read before. Nothing has changed.")
    return _(
        "%(new)s figures are new, %(changed)s changed, %(bad)s lines were not taken.",
        new=done.accepted,
        changed=done.revisions,
        bad=len(done.rejected),
    )


def _why(refusal: UnreadableSource) -> str:
    detail = str(refusal.details.get("detail", ""))
    match refusal.code:
        case "unknown-columns":
            return _(
                "These columns say neither when nor how many: %(names)s. "
                "Write below which is which.",
                names=detail,
            )
        case "stream-is-counted":
            return _("This stream is counted by us. Give the platform a name of its own.")
        case _:
            return str(refusal.text)


def _page(event: EventRow, form: ExportForm, *, status: int = 200) -> Response:
    return page(
        "exports",
        event,
        section="counters",
        status=status,
        form=form,
        rows=audience_rows.exports(event.id),
        maps=audience_rows.export_maps(event.id),
        fields=_fields(),
    )


def _fields() -> dict[str, str]:
    """Return the words of every field that may be mapped."""
    return {
        "title": _("Title"),
        "day": _("Day"),
        "start": _("Begins"),
        "end": _("Ends"),
        "views": _("Views, each opening"),
        "viewers": _("Viewers, each person"),
        "peak": _("Most at the same time"),
        "watch": _("Watch time, minutes"),
        "concurrent": _("Watching, minute by minute"),
    }
