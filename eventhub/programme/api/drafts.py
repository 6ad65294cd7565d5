"""Calls that read the working copy: where everything stands, what somebody changed."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, operation, query
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, wire
from eventhub.programme.api.frame import authorised, bp


class SlotAnswer(Schema):
    """A performance in the working copy; without a place stage and times are null. UTC."""

    performance: int
    uuid: str
    show: str
    kind: str
    title: dict[str, str]
    minutes: int
    stage: str | None
    starts_at: str | None
    ends_at: str | None
    status: str
    pinned: bool
    version: int
    updated_by: str | None


class SlotList(Schema):
    """All performances; `cursor` is the newest edit, for `edits`."""

    cursor: int
    slots: list[SlotAnswer]


class EditAnswer(Schema):
    """One changed slot of a batch, by whom and when."""

    cursor: int
    batch: str
    by: str
    operation: str
    performance: int | None
    at: str
    undone: bool


class EditList(Schema):
    """Edits after a cursor, oldest first; ask again from `cursor`."""

    cursor: int
    edits: list[EditAnswer]


class EditsQuery(Schema):
    """After which edit."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


@bp.get("/schedules/wip/slots")
@operation(
    summary="List all performances as the working copy has them.",
    answers={200: SlotList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def draft_slots(slug: str) -> Response:
    """GET /api/v1/events/SLUG/schedules/wip/slots, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    cursor = queries.latest_edit(event.id)  # before the rows: an edit between is told again
    stages = wire.stage_slugs(event.id)
    slots = [wire.slot_data(row, stages) for row in queries.working_grid(event)]
    return json_answer({"cursor": cursor, "slots": slots})


@bp.get("/schedules/wip/edits")
@operation(
    summary="List what changed in the working copy after an edit (?after=CURSOR), at most 500.",
    answers={200: EditList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def draft_edits(slug: str) -> Response:
    """GET /api/v1/events/SLUG/schedules/wip/edits, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    after = query(EditsQuery).after
    rows = queries.edits_since(event.id, after)
    keys = {row.performance_id for row in rows}
    numbers = {r.performance_id: r.public_no for r in queries.working_grid(event, ids=keys)}
    edits = [
        {
            "cursor": row.id,
            "batch": row.batch,
            "by": row.actor,
            "operation": row.op,
            "performance": numbers.get(row.performance_id),
            "at": row.at.isoformat(),
            "undone": row.is_undone,
        }
        for row in rows
    ]
    return json_answer({"cursor": rows[-1].id if rows else after, "edits": edits})
