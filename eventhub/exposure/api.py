"""API of reports and media: versions, report.json of one, and mentions to add."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import Blueprint, Response
from pydantic import Field, field_validator

from eventhub.accounts.enums import Scope
from eventhub.exposure import queries, render, service
from eventhub.exposure.enums import MentionKind, ReachKind
from eventhub.extensions import csrf
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.auth import current_actor
from eventhub.kernel.http import conditional, json_answer
from eventhub.programme.queries import EventRow, keyed_event

MAX_ITEMS: Final = 5_000
_LARGEST: Final = 10**12

blueprint = Blueprint("exposure_api", __name__, url_prefix="/api/v1/events/<slug>")
csrf.exempt(blueprint)


class MentionIn(Schema):
    """
    One report of one outlet; kind `kol_post` is a post of the creator named as outlet.

    `reach` null is unknown, not 0; for a post it is the impressions shown.
    """

    outlet: str = Field(min_length=1, max_length=120)
    title: str = Field(min_length=1, max_length=500)
    published_at: datetime
    url: str = Field(default="", max_length=1000)
    kind: MentionKind = MentionKind.NEWS
    reach: int | None = Field(default=None, ge=0, le=_LARGEST)
    reach_kind: ReachKind | None = None
    reads: int | None = Field(default=None, ge=0, le=_LARGEST)
    engagement: int | None = Field(default=None, ge=0, le=_LARGEST)
    tone: int | None = Field(default=None, ge=-1, le=1)
    lang: str = Field(default="", max_length=12)

    @field_validator("published_at")
    @classmethod
    def _has_offset(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("needs an offset")
        return value

    def figures(self) -> service.MentionFigures:
        """Return the item as the service takes it."""
        unknown = ReachKind.NONE if self.reach is None else ReachKind.UNSTATED
        values = self.model_dump() | {"reach_kind": self.reach_kind or unknown}
        return service.MentionFigures(**values)


class MentionsIn(Schema):
    """Mentions in order of arrival."""

    mentions: list[MentionIn] = Field(max_length=MAX_ITEMS)


class RefusedOut(Schema):
    """An item that was not kept; `index` counts from 0."""

    index: int
    reason: str


class MentionsOut(Schema):
    """What became of the items."""

    accepted: int
    duplicates: int
    rejected: list[RefusedOut]


@blueprint.post("/mentions")
@operation(
    summary="Send media mentions and posts of creators; the same again changes nothing.",
    body=MentionsIn,
    answers={201: MentionsOut, 200: MentionsOut},
    scope=Scope.AUDIENCE_WRITE,
    tags=["media"],
)
def mentions(slug: str) -> Response:
    """POST /api/v1/events/SLUG/mentions: media and posts; keys with audience:write."""
    event = _authorised(slug, Scope.AUDIENCE_WRITE)
    done = service.record_mentions(
        service.RecordMentions(
            event_id=event.id,
            items=[item.figures() for item in body(MentionsIn).mentions],
            recorded_by=current_actor().name,
            is_synthetic=event.is_synthetic,
        )
    )
    data = {
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "rejected": [{"index": item.index, "reason": item.reason} for item in done.rejected],
    }
    return json_answer(data, 201 if done.accepted else 200)


@blueprint.get("/reports")
@operation(
    summary="Versions of the exposure report, newest first.",
    answers={200: "application/json"},
    scope=Scope.REPORTS_READ,
    tags=["reports"],
)
def reports(slug: str) -> Response:
    """GET /api/v1/events/SLUG/reports: all versions; keys with reports:read."""
    event = _authorised(slug, Scope.REPORTS_READ)
    rows = queries.versions(event.id)
    return conditional(json_answer({"reports": [render.summary(row) for row in rows]}))


@blueprint.get("/reports/<int:version>")
@operation(
    summary="report.json of one version.",
    answers={200: "application/json"},
    scope=Scope.REPORTS_READ,
    tags=["reports"],
)
def report(slug: str, version: int) -> Response:
    """GET /api/v1/events/SLUG/reports/VERSION: report.json; keys with reports:read."""
    event = _authorised(slug, Scope.REPORTS_READ)
    row = queries.version_of(event.id, version)
    return conditional(Response(row.text.encode(), content_type="application/json"))


def _authorised(slug: str, scope: Scope) -> EventRow:
    return keyed_event(slug, scope)
