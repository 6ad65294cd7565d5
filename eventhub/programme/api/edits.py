"""
Calls that change the working copy, each one step that can be undone.

Whoever changes a performance names the `version` of its row that they saw. If
somebody else was faster the answer is 409 `stale-edit`, and `current` is the row
as it stands now. With `dry_run` nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, service, wire
from eventhub.programme.api.drafts import SlotAnswer
from eventhub.programme.api.frame import (
    At,
    FindingAnswer,
    Minutes,
    Number,
    Slug,
    Version,
    actor,
    bp,
    draft,
    row_of,
    stage_id,
    stage_ids,
)
from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import SlotPinned, StaleEdit
from eventhub.programme.queries import EventRow
from eventhub.programme.service import Edited

_DAY_MIN = 24 * 60
_SLOTS = "/schedules/<version>/slots/<int:number>"


class Seen(Schema):
    """`version` of the row as it was read (0: it has no place yet); `dry_run` saves nothing."""

    version: Version
    dry_run: bool = False


class PlaceBody(Seen):
    """Stage, start and length; without minutes it is as long as before, or as usual."""

    stage: Slug
    starts_at: At
    minutes: Minutes | None = None


class MoveBody(Seen):
    """Another start, or stage, or both; the length stays."""

    stage: Slug
    starts_at: At


class ResizeBody(Seen):
    """Another end."""

    ends_at: At


class PinBody(Seen):
    """Whether it may be moved."""

    pinned: bool


class StatusBody(Seen):
    """Whether it takes place."""

    status: SlotStatus


class SwapBody(Seen):
    """The other performance, and the version of its row as it was read."""

    other: Number
    other_version: Version


class Try(Schema):
    """`dry_run` saves nothing."""

    dry_run: bool = False


class ShiftBody(Try):
    """Everything that starts in [starts_at, ends_at), on these stages or on all, by minutes."""

    minutes: Annotated[int, Field(ge=-_DAY_MIN, le=_DAY_MIN)]
    starts_at: At
    ends_at: At
    stages: Annotated[list[Slug], Field(max_length=200)] = Field(default_factory=list)


class CloseGapsBody(Try):
    """Everything that starts in [starts_at, ends_at) on a stage, `keep_min` after one another."""

    stage: Slug
    starts_at: At
    ends_at: At
    keep_min: Annotated[int, Field(ge=0, le=_DAY_MIN)]


class CopyDayBody(Try):
    """One operating day once more on another, on these stages or on all."""

    from_day: date
    to_day: date
    stages: Annotated[list[Slug], Field(max_length=200)] = Field(default_factory=list)


class BatchBody(Schema):
    """The `batch` that an answer had."""

    batch: Annotated[str, Field(min_length=1, max_length=64)]


class EditedAnswer(Schema):
    """The slots after the step and the findings it adds and removes; no `batch`: not saved."""

    batch: str | None
    slots: list[SlotAnswer]
    added: list[FindingAnswer]
    removed: list[FindingAnswer]


def _edit(path: str, summary: str, model: type[Schema]) -> Callable[[Any], Any]:
    """Make a view a described POST that answers with what a batch did."""

    def mark(view: Any) -> Any:
        described = operation(
            summary=summary,
            body=model,
            answers={200: EditedAnswer},
            scope=Scope.PROGRAMME_WRITE,
            tags=["schedule"],
        )
        return bp.post(path)(described(view))

    return mark


@_edit(f"{_SLOTS}/place", "Put a performance on a stage at a time.", PlaceBody)
def place_slot(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/place, keys with programme:write."""
    event, given = draft(slug, version), body(PlaceBody)
    return _told(
        event,
        service.place_performance,
        service.Place(
            **_head(event, number, given),
            stage_id=stage_id(event, given.stage),
            starts_at=given.starts_at,
            minutes=given.minutes,
        ),
    )


@_edit(f"{_SLOTS}/move", "Move a performance, and with it what hangs on it.", MoveBody)
def move_slot(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/move, keys with programme:write."""
    event, given = draft(slug, version), body(MoveBody)
    return _told(
        event,
        service.move,
        service.Move(
            **_head(event, number, given),
            stage_id=stage_id(event, given.stage),
            starts_at=given.starts_at,
        ),
    )


@_edit(f"{_SLOTS}/resize", "Give a performance another end.", ResizeBody)
def resize_slot(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/resize, keys with programme:write."""
    event, given = draft(slug, version), body(ResizeBody)
    cmd = service.Resize(**_head(event, number, given), ends_at=given.ends_at)
    return _told(event, service.resize, cmd)


@_edit(f"{_SLOTS}/unplace", "Take place and time from a performance.", Seen)
def unplace_slot(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/unplace, keys with programme:write."""
    event, given = draft(slug, version), body(Seen)
    return _told(event, service.unplace, service.Unplace(**_head(event, number, given)))


@_edit(f"{_SLOTS}/pin", "Pin a performance to its place, or unpin it.", PinBody)
def pin_slot(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/pin, keys with programme:write."""
    event, given = draft(slug, version), body(PinBody)
    cmd = service.Pin(**_head(event, number, given), is_pinned=given.pinned)
    return _told(event, service.pin, cmd)


@_edit(f"{_SLOTS}/status", "Say whether a performance takes place.", StatusBody)
def set_slot_status(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/status, keys with programme:write."""
    event, given = draft(slug, version), body(StatusBody)
    cmd = service.SetStatus(**_head(event, number, given), status=given.status)
    return _told(event, service.set_status, cmd)


@_edit(f"{_SLOTS}/swap", "Let two performances change stage and start.", SwapBody)
def swap_slots(slug: str, version: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/slots/NUMBER/swap, keys with programme:write."""
    event, given = draft(slug, version), body(SwapBody)
    cmd = service.Swap(
        event_id=event.id,
        actor=actor(),
        dry_run=given.dry_run,
        performance_a=row_of(event, number).performance_id,
        version_a=given.version,
        performance_b=row_of(event, given.other).performance_id,
        version_b=given.other_version,
    )
    return _told(event, service.swap, cmd)


@_edit("/schedules/<version>/shift", "Move all that begins in a span, as one step.", ShiftBody)
def shift_range(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/shift, keys with programme:write."""
    event, given = draft(slug, version), body(ShiftBody)
    cmd = service.ShiftRange(
        **_who(event, given),
        minutes=given.minutes,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        stage_ids=stage_ids(event, given.stages),
    )
    return _told(event, service.shift_range, cmd)


@_edit("/schedules/<version>/close-gaps", "Close the gaps on a stage.", CloseGapsBody)
def close_gaps(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/close-gaps, keys with programme:write."""
    event, given = draft(slug, version), body(CloseGapsBody)
    cmd = service.CloseGaps(
        **_who(event, given),
        stage_id=stage_id(event, given.stage),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        keep_min=given.keep_min,
    )
    return _told(event, service.close_gaps, cmd)


@_edit("/schedules/<version>/copy-day", "Give all of a day once more on another.", CopyDayBody)
def copy_day(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/copy-day, keys with programme:write."""
    event, given = draft(slug, version), body(CopyDayBody)
    cmd = service.CopyDay(
        **_who(event, given),
        from_day=given.from_day,
        to_day=given.to_day,
        stage_ids=stage_ids(event, given.stages),
    )
    return _told(event, service.copy_day, cmd)


@_edit("/schedules/<version>/undo", "Put every place of a step back.", BatchBody)
def undo_batch(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/undo, keys with programme:write."""
    event, given = draft(slug, version), body(BatchBody)
    cmd = service.UndoBatch(event_id=event.id, batch=given.batch, actor=actor())
    return _told(event, service.undo, cmd)


@_edit("/schedules/<version>/redo", "Do a step again that was undone.", BatchBody)
def redo_batch(slug: str, version: str) -> Response:
    """POST /api/v1/events/SLUG/schedules/wip/redo, keys with programme:write."""
    event, given = draft(slug, version), body(BatchBody)
    cmd = service.UndoBatch(event_id=event.id, batch=given.batch, actor=actor())
    return _told(event, service.redo, cmd)


def told(event: EventRow, act: Callable[[], Edited]) -> Response:
    """
    Answer with what a batch did; a refusal names the row as the API shows it.

    Raises:
        StaleEdit, SlotPinned: `current` has the public names of stage and performance.
    """
    try:
        done = act()
    except (StaleEdit, SlotPinned) as refusal:
        key = refusal.details["current"]["performance_id"]
        stages = wire.stage_slugs(event.id)
        rows = queries.working_grid(event, ids=[key])
        current = wire.slot_data(rows[0], stages) if rows else None
        raise type(refusal)(details={"current": current}) from refusal
    return json_answer(wire.edited_data(event, done))


def _told(event: EventRow, act: Callable[[Any], Edited], cmd: object) -> Response:
    return told(event, lambda: act(cmd))


def _head(event: EventRow, number: int, given: Seen) -> dict[str, Any]:
    return {
        **_who(event, given),
        "performance_id": row_of(event, number).performance_id,
        "row_version": given.version,
    }


def _who(event: EventRow, given: Seen | Try) -> dict[str, Any]:
    return {"event_id": event.id, "actor": actor(), "dry_run": given.dry_run}
