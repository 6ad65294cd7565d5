"""Guests: the list page by page, guest files looked at, applied and taken back, the export."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, make_response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.console.queries.guests import GuestSearch, guests_below
from eventhub.console.v1.frame import (
    NUMBER_MAX,
    FileBody,
    Line,
    Page,
    Word,
    authorised,
    by,
    call,
    stamp,
)
from eventhub.kernel.api import Schema, body, query
from eventhub.kernel.http import json_answer, private
from eventhub.registration import service
from eventhub.registration.enums import RegistrationState
from eventhub.registration.queries import guests as rows

_READ, _WRITE = Scope.REGISTRATIONS_READ, Scope.REGISTRATIONS_WRITE
_FILES_SHOWN = 100
_FILE = "/guest-files/<batch>"


class GuestQuery(Page):
    """Part of a name, address or code; a state; a ticket type; which page."""

    q: Line = ""
    state: RegistrationState | None = None
    ticket_type: Word | None = None


class GuestOut(Schema):
    """One person; all of the registration is read and changed as `/registrations/CODE`."""

    registration: str
    name: str
    latin_name: str | None
    contact: str
    ticket_type: str
    state: str
    source: str
    registered_at: str
    entered_at: str | None
    seat: str | None


class GuestsOut(Schema):
    """A page of people, the newest first; `next` is the `before` of the next page."""

    guests: list[GuestOut]
    next: int | None


class GuestFileIn(FileBody):
    """A guest list; `ticket_type` is for lines that name none."""

    ticket_type: Word | None = None


class GuestFileOut(Schema):
    """
    A guest file; `columns` says what each heading was read as.

    `verdicts` and `outcomes` count its lines; `may_apply`: something would change.
    """

    id: str
    file_name: str
    state: str
    columns: dict[str, str]
    created_at: str
    applied_at: str | None
    undone_at: str | None
    verdicts: dict[str, int]
    outcomes: dict[str, int]
    may_apply: bool


class GuestFilesOut(Schema):
    """The newest guest files."""

    files: list[GuestFileOut]


class LineQuery(Schema):
    """Lines of one verdict or of all, after a number of them."""

    verdict: Annotated[str, Field(pattern="^(new|update|unchanged|duplicate|error)$")] | None = None
    skip: Annotated[int, Field(ge=0, le=NUMBER_MAX)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class FileLineOut(Schema):
    """What one line would do or did; `changes` maps a field to before and after."""

    line: int
    name: str
    contact: str
    ticket_type: str
    verdict: str
    reason: str
    detail: str
    changes: dict[str, Any]
    outcome: str | None


class FileLinesOut(Schema):
    """Lines of a guest file in their order."""

    lines: list[FileLineOut]


class TicketsOut(Schema):
    """How many guests of the file have a contact and a ticket: each was written to once."""

    guests: int


class SentOut(Schema):
    """How many messages were written."""

    sent: int


@call(
    "GET",
    "/guests",
    summary="List people, the newest first, narrowed and page by page.",
    scope=_READ,
    tag="guests",
    query=GuestQuery,
    answers={200: GuestsOut},
)
def list_guests(slug: str) -> Response:
    """GET /api/v1/events/SLUG/guests, keys with registrations:read."""
    event = authorised(slug, _READ)
    asked = query(GuestQuery)
    search = GuestSearch(text=asked.q, state=asked.state or "", ticket_type=asked.ticket_type or "")
    found = guests_below(event.id, search, before=asked.before, limit=asked.limit + 1)
    later = found[asked.limit - 1][0] if len(found) > asked.limit else None
    people = [
        {
            "registration": row.code,
            "name": row.name,
            "latin_name": row.latin_name,
            "contact": row.contact,
            "ticket_type": type_slug,
            "state": row.state,
            "source": row.source,
            "registered_at": stamp(row.created_at),
            "entered_at": stamp(row.entered_at),
            "seat": row.seat_label,
        }
        for _number, type_slug, row in found[: asked.limit]
    ]
    return private(json_answer({"guests": people, "next": later}))


@call(
    "POST",
    "/guests/export",
    summary="Take all people out as CSV; the log notes who did.",
    scope=_READ,
    tag="guests",
    answers={200: "text/csv"},
)
def export_guests(slug: str) -> Response:
    """POST /api/v1/events/SLUG/guests/export, keys with registrations:read."""
    event = authorised(slug, _READ)
    service.note_export(event.id, "csv")
    answer = make_response(b"".join(service.export_csv(event)))
    answer.mimetype = "text/csv"
    return private(answer)


@call(
    "GET",
    "/guest-files",
    summary="List the newest guest files.",
    scope=_READ,
    tag="guests",
    answers={200: GuestFilesOut},
)
def list_guest_files(slug: str) -> Response:
    """GET /api/v1/events/SLUG/guest-files, keys with registrations:read."""
    event = authorised(slug, _READ)
    found = rows.batches(event.id, _FILES_SHOWN)
    return private(json_answer({"files": [_file(row) for row in found]}))


@call(
    "POST",
    "/guest-files",
    summary="Read a guest list and say what each line would do; changes no guest.",
    scope=_WRITE,
    tag="guests",
    body=GuestFileIn,
    answers={201: GuestFileOut},
)
def read_guest_file(slug: str) -> Response:
    """POST /api/v1/events/SLUG/guest-files, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    given = body(GuestFileIn)
    made = service.preview_file(
        service.PreviewFile(
            event_id=event.id,
            data=given.data(),
            file_name=given.file_name,
            default_type=given.ticket_type,
            created_by=by(),
        )
    )
    location = f"/api/v1/events/{slug}/guest-files/{made}"
    answer = _file(rows.batch_by_public_id(event.id, made))
    return private(json_answer(answer, 201, {"Location": location}))


@call(
    "GET",
    _FILE,
    summary="Read one guest file.",
    scope=_READ,
    tag="guests",
    answers={200: GuestFileOut},
)
def guest_file(slug: str, batch: str) -> Response:
    """GET /api/v1/events/SLUG/guest-files/FILE, keys with registrations:read."""
    event = authorised(slug, _READ)
    return private(json_answer(_file(rows.batch_by_public_id(event.id, batch))))


@call(
    "GET",
    f"{_FILE}/lines",
    summary="List what the lines of a guest file do.",
    scope=_READ,
    tag="guests",
    query=LineQuery,
    answers={200: FileLinesOut},
)
def guest_file_lines(slug: str, batch: str) -> Response:
    """GET /api/v1/events/SLUG/guest-files/FILE/lines, keys with registrations:read."""
    event = authorised(slug, _READ)
    asked = query(LineQuery)
    found = rows.batch_by_public_id(event.id, batch)
    lines = rows.file_lines(found.id, asked.verdict or "", limit=asked.limit, offset=asked.skip)
    return private(json_answer({"lines": [_line(row) for row in lines]}))


@call(
    "POST",
    f"{_FILE}/apply",
    summary="Write the guests of a file; sends nothing. Once only.",
    scope=_WRITE,
    tag="guests",
    answers={200: GuestFileOut},
)
def apply_guest_file(slug: str, batch: str) -> Response:
    """POST /api/v1/events/SLUG/guest-files/FILE/apply, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    service.apply_batch(rows.batch_by_public_id(event.id, batch).id)
    return private(json_answer(_file(rows.batch_by_public_id(event.id, batch))))


@call(
    "POST",
    f"{_FILE}/undo",
    summary="Take the guests of a file back; who has changed since stays.",
    scope=_WRITE,
    tag="guests",
    answers={200: GuestFileOut},
)
def undo_guest_file(slug: str, batch: str) -> Response:
    """POST /api/v1/events/SLUG/guest-files/FILE/undo, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    service.undo_batch(rows.batch_by_public_id(event.id, batch).id)
    return private(json_answer(_file(rows.batch_by_public_id(event.id, batch))))


@call(
    "POST",
    f"{_FILE}/tickets",
    summary="Mail the tickets of a file's guests; nobody gets two.",
    scope=_WRITE,
    tag="guests",
    answers={200: TicketsOut},
)
def send_guest_file(slug: str, batch: str) -> Response:
    """POST /api/v1/events/SLUG/guest-files/FILE/tickets, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    count = service.send_tickets(rows.batch_by_public_id(event.id, batch).id)
    return private(json_answer({"guests": count}))


def _file(row: rows.BatchRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "file_name": row.file_name,
        "state": row.state,
        "columns": dict(row.mapping),
        "created_at": stamp(row.created_at),
        "applied_at": stamp(row.applied_at),
        "undone_at": stamp(row.undone_at),
        "verdicts": dict(row.verdicts),
        "outcomes": dict(row.outcomes),
        "may_apply": row.may_apply,
    }


def _line(row: rows.FileLine) -> dict[str, Any]:
    return {
        "line": row.line_no,
        "name": row.name,
        "contact": row.contact,
        "ticket_type": row.ticket_type,
        "verdict": row.verdict,
        "reason": row.reason,
        "detail": row.detail,
        "changes": dict(row.changes or {}),
        "outcome": row.outcome,
    }
