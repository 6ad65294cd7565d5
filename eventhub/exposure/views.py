"""Public pages of a report: the report, the evidence of one figure, its files."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, current_app, make_response, render_template, request

from eventhub.accounts.enums import Permission
from eventhub.exposure import queries, render
from eventhub.exposure.addresses import Addresses
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.errors import NoReport
from eventhub.exposure.queries import ReportRow
from eventhub.exposure.render.charts import CHARTS, Drawings
from eventhub.exposure.render.evidence import evidence
from eventhub.exposure.render.page import report_page
from eventhub.kernel.auth import authorise
from eventhub.kernel.http import conditional, private
from eventhub.kernel.i18n import current_lang
from eventhub.programme.queries import EventRow, event_by_id, shown_event
from eventhub.settings import current_settings

_PAGES_KEPT: Final = 32  # up to 300 kB each
_LOOK_AGAIN_S: Final = 3  # while charts are being drawn
_PUBLIC = frozenset({ReportStatus.PUBLISHED, ReportStatus.SUPERSEDED})

blueprint = Blueprint("exposure", __name__)


@blueprint.get("/e/<slug>/report")
def report(slug: str) -> Response:
    """GET /e/SLUG/report: the published report, or that there is none yet; anyone."""
    event = shown_event(slug)
    row = _shown(event)
    if row is None:
        page = render_template("exposure/none.html", event=event, section="report")
        return conditional(make_response(page))
    text, are_coming = _text(event, row, _addresses(event))
    answer = make_response(text)
    return _look_again(answer) if are_coming else conditional(answer)


@blueprint.get("/e/<slug>/report/evidence/<line>")
def report_evidence(slug: str, line: str) -> Response:
    """GET /e/SLUG/report/evidence/LINE: what one figure rests on; anyone."""
    event = shown_event(slug)
    return conditional(_evidence(event, _required(event), line, _addresses(event)))


@blueprint.get("/e/<slug>/report.<any(json, csv, pdf, xlsx, pptx):kind>")
def report_file(slug: str, kind: str) -> Response:
    """GET /e/SLUG/report.json, .csv, .pdf, .xlsx, .pptx: the same version as a file; anyone."""
    event = shown_event(slug)
    return conditional(_file(event, _required(event), kind))


@blueprint.get("/e/<slug>/report/footfall")
def footfall(slug: str) -> Response:
    """GET /e/SLUG/report/footfall: hours by gate, counter, zone and ticket type; anyone."""
    event = shown_event(slug)
    return conditional(_footfall(event, _required(event), _addresses(event)))


@blueprint.get("/e/<slug>/report/footfall.<any(csv, xlsx):kind>")
def footfall_file(slug: str, kind: str) -> Response:
    """GET /e/SLUG/report/footfall.csv, .xlsx: the same hours as a file; anyone."""
    event = shown_event(slug)
    return conditional(_footfall_file(event, _required(event), kind))


@blueprint.get("/e/<slug>/report/logo.png")
def report_logo(slug: str) -> Response:
    """GET /e/SLUG/report/logo.png: the logo that a version carries; anyone."""
    event = shown_event(slug)
    return conditional(_logo(_required(event)), max_age=300)


@blueprint.get("/r/<token>")
def shared(token: str) -> Response:
    """GET /r/TOKEN: the version that a link shows; whoever holds it."""
    event, row, urls = _linked(token)
    text, are_coming = _text(event, row, urls)
    answer = make_response(text)
    return private(_look_again(answer) if are_coming else answer)


@blueprint.get("/r/<token>/evidence/<line>")
def shared_evidence(token: str, line: str) -> Response:
    """GET /r/TOKEN/evidence/LINE: what one figure rests on; whoever holds the link."""
    event, row, urls = _linked(token)
    return private(_evidence(event, row, line, urls))


@blueprint.get("/r/<token>/report.<any(json, csv, pdf, xlsx, pptx):kind>")
def shared_file(token: str, kind: str) -> Response:
    """GET /r/TOKEN/report.json, .csv, .pdf, .xlsx, .pptx: the version; whoever holds the link."""
    event, row, _urls = _linked(token)
    return private(_file(event, row, kind))


@blueprint.get("/r/<token>/footfall")
def shared_footfall(token: str) -> Response:
    """GET /r/TOKEN/footfall: the hours of the version; whoever holds the link."""
    event, row, urls = _linked(token)
    return private(_footfall(event, row, urls))


@blueprint.get("/r/<token>/footfall.<any(csv, xlsx):kind>")
def shared_footfall_file(token: str, kind: str) -> Response:
    """GET /r/TOKEN/footfall.csv, .xlsx: the hours as a file; whoever holds the link."""
    event, row, _urls = _linked(token)
    return private(_footfall_file(event, row, kind))


@blueprint.get("/r/<token>/logo.png")
def shared_logo(token: str) -> Response:
    """GET /r/TOKEN/logo.png: the logo of the version; whoever holds the link."""
    _event, row, _urls = _linked(token)
    return private(_logo(row))


def _linked(token: str) -> tuple[EventRow, ReportRow, Addresses]:
    row = queries.linked(token)
    event = event_by_id(row.event_id)
    return event, row, Addresses(event.slug, token=token)


def _addresses(event: EventRow) -> Addresses:
    """Return public addresses; links between pages carry the version that was asked for."""
    asked = request.args.get("version")
    return Addresses(event.slug, query={"version": asked} if asked else {})


def _look_again(answer: Response) -> Response:
    """Let a page whose charts are being drawn load again by itself, without any script."""
    answer.headers["Refresh"] = str(_LOOK_AGAIN_S)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _text(event: EventRow, row: ReportRow, urls: Addresses) -> tuple[str, bool]:
    """
    Return the page of a version and whether charts of it are still to come.

    Pages without such charts are kept per process: a version never changes.
    Only addresses without other arguments are kept, so that nobody can fill
    the store; while developing, nothing is, nor what members see ahead.
    """

    def fresh() -> tuple[str, Drawings]:
        document = row.document()
        drawings = Drawings.of(document, current_settings().instance_path / CHARTS)
        text = render_template(
            "exposure/report.html",
            event=event,
            section="report",
            row=row,
            page=report_page(document),
            urls=urls,
            drawings=drawings,
        )
        return text, drawings

    if set(request.args) - {"lang", "version"} or current_app.debug or not event.is_public:
        text, drawings = fresh()
        return text, drawings.are_coming
    kept: dict[Any, str] = current_app.extensions.setdefault("eventhub_report_pages", {})
    key = (event, row.sha256, row.status, current_lang(), request.full_path)
    held = kept.get(key)
    if held is not None:
        return held, False
    text, drawings = fresh()
    if drawings.is_final:
        while len(kept) >= _PAGES_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = text
    return text, drawings.are_coming


def _evidence(event: EventRow, row: ReportRow, line: str, urls: Addresses) -> Response:
    item = evidence(row.document(), line)
    return make_response(
        render_template(
            "exposure/evidence.html", event=event, section="report", row=row, item=item, urls=urls
        )
    )


def _footfall(event: EventRow, row: ReportRow, urls: Addresses) -> Response:
    data = report_page(row.document())
    return make_response(
        render_template(
            "exposure/footfall.html",
            event=event,
            section="report",
            row=row,
            page=data,
            urls=urls,
        )
    )


def _file(event: EventRow, row: ReportRow, kind: str) -> Response:
    made = render.FORMATS[kind]
    answer = Response(made.make(row), content_type=made.media_type)
    if kind != "json":
        _attach(answer, f"{event.slug}-report-{row.version}.{kind}")
    return answer


def _footfall_file(event: EventRow, row: ReportRow, kind: str) -> Response:
    made = render.FOOTFALL_FORMATS[kind]
    answer = Response(made.make(row), content_type=made.media_type)
    _attach(answer, f"{event.slug}-footfall-{row.version}.{kind}")
    return answer


def _attach(answer: Response, name: str) -> None:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'


def _logo(row: ReportRow) -> Response:
    png = render.logo_of(row)
    if png is None:
        raise NoReport()
    return Response(png, content_type="image/png")


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
