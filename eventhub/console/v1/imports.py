"""Files of counters and media monitoring; readings that were set apart."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.audience import queries as audience_rows
from eventhub.audience import service as audience
from eventhub.audience.enums import Decision
from eventhub.console.v1.frame import (
    BadLineOut,
    FileBody,
    Text,
    authorised,
    bad_lines,
    by,
    call,
    small,
    stamp,
)
from eventhub.exposure import service as exposure
from eventhub.exposure.enums import MediaFormat
from eventhub.kernel.api import Schema, body
from eventhub.kernel.http import json_answer, private

_READ, _WRITE = Scope.AUDIENCE_READ, Scope.AUDIENCE_WRITE
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class CounterFileIn(FileBody):
    """A file of one counter or of many; a wide one makes counters `source/sensor`."""

    source: _Name
    format: audience.FileFormat


class MediaFileIn(FileBody):
    """A table of media monitoring; with `dry_run` nothing is kept."""

    format: MediaFormat = MediaFormat.CSV
    dry_run: bool = False


class ImportedOut(Schema):
    """What an import did; `is_known`: these bytes were read before, nothing changed."""

    rows: int
    accepted: int
    duplicates: int
    revisions: int
    quarantined: int
    rejected: list[BadLineOut]
    is_known: bool


class TakeBackIn(Schema):
    """Why a file is taken back; `source` tells files of two counters with the same bytes apart."""

    reason: Annotated[Text, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{0,129}$")] = ""


class TakenBackOut(Schema):
    """How many rows were taken back."""

    rows: int


class ApartOut(Schema):
    """A reading that a rule set apart; it counts only when somebody says so."""

    number: int
    source: dict[str, str]
    rule: str
    at: str
    value: int
    decision: Decision


class ApartListOut(Schema):
    """Readings set apart, open ones first."""

    readings: list[ApartOut]


class VerdictIn(Schema):
    """Count it from now on, or leave it out for good."""

    decision: Literal["accept", "drop"]


@call(
    "POST",
    "/counter-files",
    summary="Read a file of counters; the same bytes again change nothing.",
    scope=_WRITE,
    tag="audience",
    body=CounterFileIn,
    answers={200: ImportedOut},
)
def counter_file(slug: str) -> Response:
    """POST /api/v1/events/SLUG/counter-files, keys with audience:write."""
    event = authorised(slug, _WRITE)
    given = body(CounterFileIn)
    done = audience.import_file(
        audience.ImportFile(
            event_id=event.id,
            source_name=given.source,
            file_format=given.format,
            file_name=given.file_name,
            data=given.data(),
            timezone=event.timezone,
            imported_by=by(),
            is_synthetic=event.is_synthetic,
        )
    )
    return json_answer(_imported(done))


@call(
    "POST",
    "/media-files",
    summary="Read a file of media monitoring; the same bytes again change nothing.",
    scope=_WRITE,
    tag="media",
    body=MediaFileIn,
    answers={200: ImportedOut},
)
def media_file(slug: str) -> Response:
    """POST /api/v1/events/SLUG/media-files, keys with audience:write."""
    event = authorised(slug, _WRITE)
    given = body(MediaFileIn)
    done = exposure.import_media(
        exposure.ImportMedia(
            event_id=event.id,
            file_format=given.format,
            file_name=given.file_name,
            data=given.data(),
            imported_by=by(),
            is_dry_run=given.dry_run,
        )
    )
    return json_answer(_imported(done))


@call(
    "POST",
    "/counter-files/<key>/undo",
    summary="Take a file of counters or of a platform back, by the SHA-256 of its bytes.",
    scope=_WRITE,
    tag="audience",
    body=TakeBackIn,
    answers={200: TakenBackOut},
)
def undo_counter_file(slug: str, key: str) -> Response:
    """POST /api/v1/events/SLUG/counter-files/SHA256/undo, keys with audience:write."""
    event = authorised(slug, _WRITE)
    given = body(TakeBackIn)
    rows = audience.undo_file(
        audience.UndoFile(
            event_id=event.id,
            key=key.lower(),
            reason=given.reason,
            by=by(),
            source_name=given.source,
        )
    )
    return json_answer({"rows": rows})


@call(
    "POST",
    "/media-files/<key>/undo",
    summary="Take the rows of a media file back, by the SHA-256 of its bytes.",
    scope=_WRITE,
    tag="media",
    body=TakeBackIn,
    answers={200: TakenBackOut},
)
def undo_media_file(slug: str, key: str) -> Response:
    """POST /api/v1/events/SLUG/media-files/SHA256/undo, keys with audience:write."""
    event = authorised(slug, _WRITE)
    reason = body(TakeBackIn).reason
    rows = exposure.undo_media(
        exposure.UndoMedia(event_id=event.id, key=key.lower(), reason=reason, undone_by=by())
    )
    return json_answer({"rows": rows})


@call(
    "GET",
    "/readings-apart",
    summary="List readings that a rule set apart.",
    scope=_READ,
    tag="audience",
    answers={200: ApartListOut},
)
def readings_apart(slug: str) -> Response:
    """GET /api/v1/events/SLUG/readings-apart, keys with audience:read."""
    event = authorised(slug, _READ)
    found = [
        {
            "number": row.id,
            "source": row.source_title,
            "rule": row.rule.value,
            "at": stamp(row.at),
            "value": row.value,
            "decision": row.decision.value,
        }
        for row in audience_rows.apart(event.id)
    ]
    return private(json_answer({"readings": found}))


@call(
    "POST",
    "/readings-apart/<int:number>",
    summary="Decide once whether a reading counts.",
    scope=_WRITE,
    tag="audience",
    body=VerdictIn,
    answers={204: None},
)
def decide_reading(slug: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/readings-apart/NUMBER, keys with audience:write."""
    event = authorised(slug, _WRITE)
    audience.decide(
        audience.Decide(
            event_id=event.id,
            quarantine_id=small(number),
            decision=Decision(body(VerdictIn).decision),
            by=by(),
        )
    )
    return Response(status=204)


def _imported(done: Any) -> dict[str, Any]:
    return {
        "rows": done.rows,
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": getattr(done, "revisions", 0),
        "quarantined": getattr(done, "quarantined", 0),
        "rejected": bad_lines(done.rejected),
        "is_known": done.is_known,
    }
