"""
A calendar of one's own shows, without an account.

The address of the calendar is the only name that it has: whoever knows it reads
it. The key to change or revoke it travels in bodies alone and stays in the
browser that made it, so that a calendar program can not.
"""

from __future__ import annotations

from typing import Annotated, Final

from flask import Blueprint, Response, url_for
from pydantic import Field

from eventhub.extensions import limiter
from eventhub.kernel.api import Schema, body
from eventhub.kernel.http import conditional, json_answer, private
from eventhub.programme import export, ical, queries, service
from eventhub.programme.rules.naming import NUMBER_MAX
from eventhub.programme.service.own_feeds import MOST

bp = Blueprint("own_feeds", __name__, url_prefix="/e/<slug>/calendars")

# Readers behind one carrier address subscribe at human speed; each mark is one change.
_MADE: Final = "120 per hour"
_CHANGED: Final = "240 per minute"
_FRESH_S: Final = 60

_Numbers = Annotated[
    list[Annotated[int, Field(ge=1, le=NUMBER_MAX)]], Field(min_length=0, max_length=MOST)
]
_Key = Annotated[str, Field(min_length=1, max_length=128)]


class FeedBody(Schema):
    """Public numbers of the performances."""

    performances: _Numbers


class FeedChange(FeedBody):
    """All performances from now on, and the key of the calendar."""

    key: _Key


class FeedKey(Schema):
    """The key of the calendar."""

    key: _Key


@bp.post("")
@limiter.limit(_MADE)
def make_feed(slug: str) -> Response:
    """
    POST /e/SLUG/calendars - a calendar of one's own shows; anybody.

    The address and the key to change it are told only now.
    """
    event = queries.shown_event(slug)
    made = service.make_feed(event, body(FeedBody).performances)
    path = url_for("own_feeds.own_ics", slug=event.slug, token=made.token)
    answer = json_answer({"url": f"{export.base_url()}{path}", "key": made.key}, 201)
    return private(answer)


@bp.post("/change")
@limiter.limit(_CHANGED)
def change_feed(slug: str) -> Response:
    """POST /e/SLUG/calendars/change - who has its key."""
    event = queries.shown_event(slug)
    given = body(FeedChange)
    service.change_feed(event.id, given.key, given.performances)
    return Response(status=204)


@bp.post("/revoke")
@limiter.limit(_CHANGED)
def revoke_feed(slug: str) -> Response:
    """POST /e/SLUG/calendars/revoke - who has its key."""
    event = queries.shown_event(slug)
    service.revoke_feed(event.id, body(FeedKey).key)
    return Response(status=204)


@bp.get("/<token>.ics")
def own_ics(slug: str, token: str) -> Response:
    """GET /e/SLUG/calendars/TOKEN.ics - one's own shows; who has the address."""
    event = queries.shown_event(slug)
    numbers = queries.own_numbers(event.id, token)
    rows = [row for row in queries.published(event) if row.performance.public_no in numbers]
    answer = Response(ical.feed(event, rows, base_url=export.base_url()))
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}.ics"'
    answer = conditional(private(answer))
    answer.headers["Cache-Control"] = f"private, max-age={_FRESH_S}"
    return answer
