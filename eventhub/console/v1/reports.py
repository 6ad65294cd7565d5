"""The report: build a version, hand it in, check it, take its files. Publishing is a person's."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.console.v1.frame import Text, authorised, call, small
from eventhub.exposure import queries, render, service
from eventhub.kernel.api import Schema, body
from eventhub.kernel.http import conditional, json_answer, private

_READ, _WRITE = Scope.REPORTS_READ, Scope.REPORTS_WRITE
_ONE = "/reports/<int:version>"
_KINDS = tuple(made.media_type.partition(";")[0] for made in render.FORMATS.values())


class BuildIn(Schema):
    """A note of the author for the list of versions."""

    note: Annotated[Text, Field(max_length=500)] = ""


class VersionOut(Schema):
    """A version and where it stands; report.json of it is `/reports/VERSION`."""

    version: int
    status: str
    digest: str
    synthetic: bool
    note: str


class VerificationOut(Schema):
    """Whether a version is whole, and whether the data of today give it again."""

    version: int
    digest: str
    is_intact: bool
    recomputed_digest: str
    is_reproduced: bool
    differences: list[dict[str, Any]]


@call(
    "POST",
    "/reports",
    summary="Build a version of the data as they stand; unchanged data give the newest again.",
    scope=_WRITE,
    tag="reports",
    body=BuildIn,
    answers={201: VersionOut, 200: VersionOut},
)
def build(slug: str) -> Response:
    """POST /api/v1/events/SLUG/reports, keys with reports:write."""
    event = authorised(slug, _WRITE)
    note = " ".join(body(BuildIn).note.split())
    before = queries.latest(event.id)
    row = service.build_report(service.BuildReport(event_id=event.id, note=note))
    is_new = before is None or before.version != row.version
    location = f"/api/v1/events/{slug}/reports/{row.version}"
    return json_answer(_version(row), 201 if is_new else 200, {"Location": location})


@call(
    "POST",
    f"{_ONE}/submission",
    summary="Hand a draft in; a second person publishes it in the console.",
    scope=_WRITE,
    tag="reports",
    answers={200: VersionOut},
)
def submit(slug: str, version: int) -> Response:
    """POST /api/v1/events/SLUG/reports/VERSION/submission, keys with reports:write."""
    event = authorised(slug, _WRITE)
    row = service.submit(service.SubmitReport(event_id=event.id, version=small(version)))
    return json_answer(_version(row))


@call(
    "GET",
    f"{_ONE}/verification",
    summary="Compute a version again from the data and compare.",
    scope=_READ,
    tag="reports",
    answers={200: VerificationOut},
)
def verification(slug: str, version: int) -> Response:
    """GET /api/v1/events/SLUG/reports/VERSION/verification, keys with reports:read."""
    event = authorised(slug, _READ)
    found = service.verify(event.id, small(version))
    return private(
        json_answer(
            {
                "version": found.version,
                "digest": found.digest,
                "is_intact": found.is_intact,
                "recomputed_digest": found.recomputed_digest,
                "is_reproduced": found.is_reproduced,
                "differences": [dict(one) for one in found.differences],
            }
        )
    )


@call(
    "GET",
    f"{_ONE}/files/<any(json, csv, pdf, xlsx, pptx):kind>",
    summary="Take a version as json, csv, pdf, xlsx or pptx.",
    scope=_READ,
    tag="reports",
    answers={200: _KINDS},
)
def file(slug: str, version: int, kind: str) -> Response:
    """GET /api/v1/events/SLUG/reports/VERSION/files/KIND, keys with reports:read."""
    event = authorised(slug, _READ)
    row = queries.version_of(event.id, small(version))
    made = render.FORMATS[kind]
    answer = Response(made.make(row), content_type=made.media_type)
    name = f"{event.slug}-report-{row.version}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return conditional(answer)


def _version(row: queries.ReportRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "status": row.status.value,
        "digest": row.document()["digest"],
        "synthetic": row.is_synthetic,
        "note": row.note,
    }
