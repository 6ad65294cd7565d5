"""The API of what runs now."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from flask_babel import lazy_gettext as _l
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel import clock
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, service
from eventhub.programme.api.frame import authorised, bp
from eventhub.programme.enums import LiveState
from eventhub.programme.queries import PerformanceRow
from eventhub.programme.rules.live import MAX_DELAY_MIN, Word


class LiveBody(Schema):
    """
    What is said of a show; at least one of `state` and `delay_min`.

    `performance` is the public number of one of several performances; without
    it the one that is on now or comes next is meant.
    """

    state: Literal["waiting", "running", "held", "ended", "cancelled"] | None = None
    delay_min: Annotated[int, Field(ge=0, le=MAX_DELAY_MIN)] | None = None
    performance: Annotated[int, Field(ge=1)] | None = None


class LiveAnswer(Schema):
    """What was said last of one performance; times as released, in UTC."""

    show: str
    performance: int
    stage: str
    start: str
    end: str
    state: str
    delay_min: int
    said_at: str


class LiveList(Schema):
    """All performances that somebody spoke of."""

    performances: list[LiveAnswer]


@bp.get("/live-states")
@operation(
    summary="List what stage managers said of the performances.",
    answers={200: LiveList},
    scope=Scope.PROGRAMME_READ,
    tags=["programme"],
)
def live_states(slug: str) -> Response:
    """GET /api/v1/events/SLUG/live-states, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    said = queries.live_states(event.id)
    rows = queries.performances_of(event, said)
    return json_answer({"performances": [_row(r, said[r.performance_id].word) for r in rows]})


@bp.post("/shows/<code>/live")
@operation(
    summary="Say how late a show is, that it runs, is held, has ended or is cancelled.",
    body=LiveBody,
    answers={200: LiveAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["programme"],
)
def say_live(slug: str, code: str) -> Response:
    """POST /api/v1/events/SLUG/shows/CODE/live, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    given = body(LiveBody)
    if given.state is None and given.delay_min is None:
        raise Invalid(fields={"state": [_l("Say a state or a delay.")]})
    row = queries.performance_to_speak_of(event, code.upper(), clock.now(), given.performance)
    head = {"event_id": event.id, "performance_id": row.performance_id}
    word = service.say(
        service.Say(
            **head,
            state=LiveState(given.state) if given.state else None,
            minutes=given.delay_min,
        )
    )
    return json_answer(_row(row, word))


def _row(row: PerformanceRow, word: Word) -> dict[str, object]:
    return {
        "show": row.show_code,
        "performance": row.public_no,
        "stage": row.stage_slug,
        "start": row.starts_at.isoformat(),
        "end": row.ends_at.isoformat(),
        "state": word.state,
        "delay_min": word.delay_min,
        "said_at": word.at.isoformat(),
    }
