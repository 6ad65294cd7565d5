"""Calls about versions of the schedule: list, compare, release, go back."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation, query
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, service, wire
from eventhub.programme.api.edits import EditedAnswer, told
from eventhub.programme.api.frame import (
    DiffAnswer,
    FindingAnswer,
    I18nText,
    actor,
    authorised,
    bp,
    draft,
)
from eventhub.programme.errors import ReleaseBlocked, ReleaseRaced

_Name = Annotated[str, Field(min_length=1, max_length=64)]


class VersionAnswer(Schema):
    """The working copy or a release; no `released_at`: it was not released."""

    name: str
    state: str
    released_at: str | None
    note: dict[str, str] | None


class VersionList(Schema):
    """The working copy and all releases, newest first."""

    versions: list[VersionAnswer]


class DiffQuery(Schema):
    """Two versions: `wip`, `latest` or the name of a release."""

    before: _Name = queries.LATEST
    after: _Name = queries.WORKING_COPY


class ReleaseBody(Schema):
    """
    The name of the release and what to tell about it.

    `based_on` is the release that was the newest when somebody decided to
    release, empty before the first; 409 `release-raced` if it is not any more.
    """

    name: _Name
    note: I18nText | None = None
    based_on: Annotated[str, Field(max_length=64)] | None = None
    dry_run: bool = False


class ToldAnswer(Schema):
    """How many parties of changed performances a release would tell."""

    parties: int


class ReleaseAnswer(DiffAnswer):
    """What a release changes for the public, what is wrong with it, and who is told."""

    name: str
    released: bool
    based_on: str
    findings: list[FindingAnswer]
    blocking: list[str]
    told: ToldAnswer


class RollbackBody(Schema):
    """The release whose places the working copy shall have."""

    name: _Name
    dry_run: bool = False


@bp.get("/schedules")
@operation(
    summary="List the working copy and all releases.",
    answers={200: VersionList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def list_versions(slug: str) -> Response:
    """GET /api/v1/events/SLUG/schedules, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    rows = [
        {
            "name": row.name,
            "state": row.state,
            "released_at": row.released_at.isoformat() if row.released_at else None,
            "note": row.comment,
        }
        for row in queries.versions(event.id)
    ]
    return json_answer({"versions": rows})


@bp.get("/schedules/diff")
@operation(
    summary="Say what changes between two versions (?before=latest&after=wip).",
    answers={200: DiffAnswer},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def compare_versions(slug: str) -> Response:
    """GET /api/v1/events/SLUG/schedules/diff, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    asked = query(DiffQuery)
    return json_answer(wire.diff_data(queries.compare(event, asked.before, asked.after)))


@bp.post("/schedules/<version>/release")
@operation(
    summary="Release the working copy, or say with dry_run what a release would change.",
    body=ReleaseBody,
    answers={200: ReleaseAnswer, 201: ReleaseAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def release_draft(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/release, keys with programme:write."""
    event, given = draft(slug, version), body(ReleaseBody)
    preview = service.preview_release(event.id)
    names = {row.id: row.name for row in queries.versions(event.id)}
    based_on = names.get(preview.based_on, "")
    if given.based_on not in {None, based_on}:
        raise ReleaseRaced()
    if not given.dry_run:
        if preview.blocking:
            found = [wire.finding_data(row) for row in preview.blocking]
            raise ReleaseBlocked(details={"findings": found})
        service.release(
            service.ReleaseSchedule(
                event_id=event.id, name=given.name, comment=given.note, based_on=preview.based_on
            )
        )
    answer = wire.release_data(preview, given.name, based_on=based_on, is_out=not given.dry_run)
    return json_answer(answer, 200 if given.dry_run else 201)


@bp.post("/schedules/<version>/rollback")
@operation(
    summary="Make the working copy what a release was; the public sees it after a release.",
    body=RollbackBody,
    answers={200: EditedAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def roll_back(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/rollback, keys with programme:write."""
    event, given = draft(slug, version), body(RollbackBody)
    cmd = service.RollBack(event_id=event.id, name=given.name, actor=actor(), dry_run=given.dry_run)
    return told(event, lambda: service.rollback(cmd))
