"""Public pages of a report: the report, the evidence of one figure, its files."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from eventhub.accounts.enums import Permission
from eventhub.exposure import queries, render
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.errors import NoReport
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.render.evidence import evidence
from eventhub.exposure.render.page import report_page
from eventhub.kernel.auth import authorise
from eventhub.kernel.http import conditional
from eventhub.programme.queries import EventRow, event_by_slug

_PUBLIC = frozenset({ReportStatus.PUBLISHED, ReportStatus.SUPERSEDED})

blueprint = Blueprint("exposure", __name__)


@blueprint.get("/e/<slug>/report")
def report(slug: str) -> Response:
    """GET /e/SLUG/report: the published report, or that there is none yet; anyone."""
    event = event_by_slug(slug)
    row = _shown(event)
    if row is None:
        page = render_template("exposure/none.html", event=event, section="report")
        return conditional(make_response(page))
    data = report_page(row.document())
    text = render_template(
        "exposure/report.html", event=event, section="report", row=row, page=data, query=_query()
    )
    return conditional(make_response(text))


@blueprint.get("/e/<slug>/report/evidence/<line>")
def report_evidence(slug: str, line: str) -> Response:
    """GET /e/SLUG/report/evidence/LINE: what one figure rests on; anyone."""
    event = event_by_slug(slug)
    row = _required(event)
    text = render_template(
        "exposure/evidence.html",
        event=event,
        section="report",
        row=row,
        item=evidence(row.document(), line),
        query=_query(),
    )
    return conditional(make_response(text))


@blueprint.get("/e/<slug>/report.<any(json, csv, pdf):kind>")
def report_file(slug: str, kind: str) -> Response:
    """GET /e/SLUG/report.json, .csv, .pdf: the same version as a file; anyone."""
    event = event_by_slug(slug)
    row = _required(event)
    made = render.FORMATS[kind]
    answer = Response(made.make(row), content_type=made.media_type)
    if kind != "json":
        name = f"{event.slug}-report-{row.version}.{kind}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return conditional(answer)


def _required(event: EventRow) -> ReportRow:
    row = _shown(event)
    if row is None:
        raise NoReport()
    return row


def _shown(event: EventRow) -> ReportRow | None:
    """Return the version asked for by `?version=`, else the one that the public sees."""
    asked = request.args.get("version", "")
    if not asked:
        return queries.public_version(event.id, is_synthetic=event.is_synthetic)
    if not asked.isdecimal() or len(asked) > 9:
        raise NoReport()
    row = queries.version_of(event.id, int(asked))
    if row.status not in _PUBLIC and not event.is_synthetic:
        authorise(Permission.REPORT_VIEW, organisation_id=event.organisation_id, event_id=event.id)
    return row


def _query() -> dict[str, str]:
    """Return the arguments that links between pages of one version carry."""
    asked = request.args.get("version")
    return {"version": asked} if asked else {}
