"""API of reports: versions, and report.json of one."""

from __future__ import annotations

from flask import Blueprint, Response

from eventhub.accounts.enums import Scope
from eventhub.exposure import queries, render
from eventhub.kernel.api import operation
from eventhub.kernel.auth import authorise
from eventhub.kernel.http import conditional, json_answer
from eventhub.programme.queries import EventRow, event_by_slug

blueprint = Blueprint("exposure_api", __name__, url_prefix="/api/v1/events/<slug>")


@blueprint.get("/reports")
@operation(
    summary="Versions of the exposure report, newest first.",
    answers={200: None},
    scope=Scope.REPORTS_READ,
    tags=["reports"],
)
def reports(slug: str) -> Response:
    """GET /api/v1/events/SLUG/reports: all versions; keys with reports:read."""
    event = _authorised(slug)
    rows = queries.versions(event.id)
    return conditional(json_answer({"reports": [render.summary(row) for row in rows]}))


@blueprint.get("/reports/<int:version>")
@operation(
    summary="report.json of one version.",
    answers={200: None},
    scope=Scope.REPORTS_READ,
    tags=["reports"],
)
def report(slug: str, version: int) -> Response:
    """GET /api/v1/events/SLUG/reports/VERSION: report.json; keys with reports:read."""
    event = _authorised(slug)
    row = queries.version_of(event.id, version)
    return conditional(Response(row.text.encode(), content_type="application/json"))


def _authorised(slug: str) -> EventRow:
    event = event_by_slug(slug)
    authorise(Scope.REPORTS_READ, organisation_id=event.organisation_id, event_id=event.id)
    return event
