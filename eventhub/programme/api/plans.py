"""Calls to the planner: ask for a proposal, read it, take it over, drop it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from flask import Response
from flask_babel import lazy_gettext as _l
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import json_answer
from eventhub.programme import planner, queries, service, wire
from eventhub.programme.api.edits import EditedAnswer, told
from eventhub.programme.api.frame import Number, Slug, actor, authorised, bp, stage_id
from eventhub.programme.errors import UnknownPerformance
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.proposals import ProposalRow, proposal, proposals
from eventhub.programme.service.proposals import LONGEST_S


class PlanBody(Schema):
    """A stage and an operating day: repair what stands there; neither: place what has no place."""

    close_stage: Slug | None = None
    day: date | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    limit_s: Annotated[int, Field(ge=1, le=LONGEST_S)] = planner.LIMIT_S


class TakeBody(Schema):
    """Public numbers of the performances that are taken over; null: all."""

    performances: Annotated[list[Number], Field(min_length=1, max_length=5000)] | None = None


class StandAnswer(Schema):
    """A place, in the event's zone."""

    stage: str
    starts_at: str
    ends_at: str


class StopAnswer(Schema):
    """A rule that keeps a show from having a place, and when it does."""

    rule: str
    windows: list[list[str]]


class LineAnswer(Schema):
    """One performance: where it was, where it shall be (null: nowhere, `stops` say why)."""

    performance: str
    show: str
    title: dict[str, str]
    was: StandAnswer | None
    now: StandAnswer | None
    reason: str
    score: float = 0.0
    parts: dict[str, float] = Field(default_factory=dict)
    stops: list[StopAnswer] = Field(default_factory=list)
    moves_with: list[LineAnswer] = Field(default_factory=list)


class PlanAnswer(Schema):
    """
    A proposal; `state` waiting, running, open, closed, stopped or failed.

    `missing` names a library without which only first fit was tried.
    """

    id: str
    kind: str
    state: str
    seed: int
    limit_s: int
    method: str | None = None
    missing: str | None = None
    cut_short: bool | None = None
    proposal: list[LineAnswer] | None = None


class PlanList(Schema):
    """The newest proposals, without their lines."""

    proposals: list[PlanAnswer]


@bp.get("/proposals")
@operation(
    summary="List the newest proposals of the planner.",
    answers={200: PlanList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def list_plans(slug: str) -> Response:
    """GET /api/v1/events/SLUG/proposals, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    return json_answer({"proposals": [_head(row) for row in proposals(event.id)]})


@bp.post("/proposals")
@operation(
    summary="Ask the planner to repair a closed stage or to place what has no place.",
    body=PlanBody,
    answers={202: PlanAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def ask_plan(slug: str) -> Response:
    """POST /api/v1/events/SLUG/proposals, keys with programme:write."""
    event, given = authorised(slug, Scope.PROGRAMME_WRITE), body(PlanBody)
    if (given.close_stage is None) != (given.day is None):
        raise Invalid(fields={"day": [_l("Give both the stage and the day, or neither.")]})
    closed = stage_id(event, given.close_stage) if given.close_stage else None
    key = service.ask_plan(
        service.AskPlan(
            event_id=event.id,
            stage_id=closed,
            day=given.day,
            seed=given.seed,
            limit_s=given.limit_s,
            actor=actor(),
        )
    )
    return json_answer(_head(proposal(event.id, key)), 202)


@bp.get("/proposals/<key>")
@operation(
    summary="Read a proposal, line by line.",
    answers={200: PlanAnswer},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def read_plan(slug: str, key: str) -> Response:
    """GET /api/v1/events/SLUG/proposals/KEY, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    return json_answer(_data(event, proposal(event.id, key)))


@bp.post("/proposals/<key>/accept")
@operation(
    summary="Take over a proposal, or some of it, as one step that can be undone.",
    body=TakeBody,
    answers={200: EditedAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def take_plan(slug: str, key: str) -> Response:
    """POST /api/v1/events/SLUG/proposals/KEY/accept, keys with programme:write."""
    event, given = authorised(slug, Scope.PROGRAMME_WRITE), body(TakeBody)
    only = None if given.performances is None else _ids(event, given.performances)
    return told(event, lambda: service.accept_stored(event.id, key, only, actor()))


@bp.post("/proposals/<key>/drop")
@operation(
    summary="Stop the planner, or drop what it proposes.",
    answers={204: None},
    scope=Scope.PROGRAMME_WRITE,
    tags=["schedule"],
)
def drop_plan(slug: str, key: str) -> Response:
    """POST /api/v1/events/SLUG/proposals/KEY/drop, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    service.stop_plan(event.id, key)
    return Response(status=204)


def _ids(event: EventRow, numbers: list[int]) -> set[int]:
    found = {row.performance_id for row in queries.working_grid(event, numbers=numbers)}
    if len(found) != len(set(numbers)):
        raise UnknownPerformance()
    return found


def _head(row: ProposalRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "state": row.state,
        "seed": row.seed,
        "limit_s": row.limit_s,
    }


def _data(event: EventRow, row: ProposalRow) -> dict[str, Any]:
    if row.content is None:
        return _head(row)
    found = planner.from_json(row.content)
    return {
        **_head(row),
        "method": found.method,
        "missing": found.missing or None,
        "cut_short": found.is_cut,
        "proposal": wire.proposal_data(event, found),
    }
