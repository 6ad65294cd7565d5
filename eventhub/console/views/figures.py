"""Counter files and the report."""

from __future__ import annotations

import hashlib

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.accounts.queries import person_names
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.errors import SourceNameTaken, TooManySources, UnreadableSource
from eventhub.audience.queries import BatchRow
from eventhub.console import render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.forms import CounterFileForm, VersionForm
from eventhub.console.views.frame import blueprint, page
from eventhub.exposure import queries as exposure
from eventhub.exposure import service as reports
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.queries import ReportRow
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


@blueprint.get("/e/<slug>/report")
def report(slug: str) -> Response:
    """GET /console/e/SLUG/report: the versions of the report; report.view."""
    event = console_event(slug, Permission.REPORT_VIEW)
    versions = exposure.versions(event.id)
    return page(
        "report",
        event,
        versions=versions,
        first_action=_first_action(versions),
        names=person_names(
            {who for row in versions for who in (row.created_by, row.approved_by) if who}
        ),
        public_url=url_for("exposure.report", slug=slug),
        may_build=render.may(event, Permission.REPORT_BUILD),
        may_publish=render.may(event, Permission.REPORT_PUBLISH),
        status_words=words.report_states(),
        status_kinds=words.REPORT_KINDS,
    )


@blueprint.post("/e/<slug>/report/build")
def build_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/build: a version of the data as they stand; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    before = exposure.latest(event.id)
    row = reports.build_report(reports.BuildReport(event_id=event.id, created_by=signed_in().id))
    if before is not None and before.version == row.version:
        flash(_("Nothing has changed since version %(n)s.", n=row.version), "info")
    else:
        flash(_("Version %(n)s is built.", n=row.version), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/submit")
def submit_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/submit: hand a draft in; report.build."""
    event = console_event(slug, Permission.REPORT_BUILD)
    reports.submit(reports.SubmitReport(event_id=event.id, version=_version()))
    flash(_("Handed in. A second person publishes it."), "ok")
    return see_other(url_for("console.report", slug=slug))


@blueprint.post("/e/<slug>/report/publish")
def publish_report(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/report/publish: let a version out; report.publish."""
    event = console_event(slug, Permission.REPORT_PUBLISH)
    version = _version()
    row = exposure.version_of(event.id, version)
    if row.status == ReportStatus.DRAFT:
        raise BadRequest(_("Hand the version in first."), code="not-submitted")
    reports.publish(
        reports.PublishReport(event_id=event.id, version=version, approved_by=signed_in().id)
    )
    flash(_("Version %(n)s is published.", n=version), "ok")
    return see_other(url_for("console.report", slug=slug))


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


def _version() -> int:
    form = VersionForm()
    if not form.validate_on_submit() or form.version.data is None:
        raise BadRequest()
    return int(form.version.data)


def _first_action(versions: list[ReportRow]) -> int | None:
    """Return the newest version that waits for somebody; it has the one filled button."""
    open_states = (ReportStatus.DRAFT, ReportStatus.SUBMITTED)
    return next((row.version for row in versions if row.status in open_states), None)
