"""Public pages of a report: the report, the evidence of one figure, its files."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, current_app, make_response, render_template, request

from eventhub.accounts.enums import Permission
from eventhub.exposure import queries, render
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.errors import NoReport
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.render.evidence import evidence
from eventhub.exposure.render.page import report_page
from eventhub.kernel.auth import authorise
from eventhub.kernel.http import conditional
from eventhub.kernel.i18n import current_lang
from eventhub.programme.queries import EventRow, event_by_slug

_PAGES_KEPT: Final = 32  # about 150 kB each
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
    return conditional(make_response(_text(event, row)))


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


@blueprint.get("/e/<slug>/report.<any(json, csv, pdf, xlsx, pptx):kind>")
def report_file(slug: str, kind: str) -> Response:
    """GET /e/SLUG/report.json, .csv, .pdf, .xlsx, .pptx: the same version as a file; anyone."""
    event = event_by_slug(slug)
    row = _required(event)
    made = render.FORMATS[kind]
    answer = Response(made.make(row), content_type=made.media_type)
    if kind != "json":
        name = f"{event.slug}-report-{row.version}.{kind}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return conditional(answer)


def _text(event: EventRow, row: ReportRow) -> str:
    """
    Return the page of a version, kept per process: a version never changes.

    Only addresses without other arguments are kept, so that nobody can fill
    the store; while developing, nothing is.
    """

    def fresh() -> str:
        data = report_page(row.document())
        return render_template(
            "exposure/report.html",
            event=event,
            section="report",
            row=row,
            page=data,
            query=_query(),
        )

    if set(request.args) - {"lang", "version"} or current_app.debug:
        return fresh()
    kept: dict[Any, str] = current_app.extensions.setdefault("eventhub_report_pages", {})
    key = (event, row.sha256, row.status, current_lang(), request.full_path)
    text = kept.get(key)
    if text is None:
        text = fresh()
        while len(kept) >= _PAGES_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = text
    return text


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
