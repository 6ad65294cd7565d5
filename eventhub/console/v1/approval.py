"""Who waits: for approval, decided many at once, and on the waitlists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.console.queries.approval import PAGE_SIZE, ApprovalFilter, ApprovalRow, approval_queue
from eventhub.console.v1.frame import (
    I18nText,
    Line,
    Text,
    Word,
    authorised,
    by,
    call,
    small,
    stamp,
)
from eventhub.kernel.api import Schema, body, query
from eventhub.kernel.http import json_answer, private
from eventhub.registration import queries, service
from eventhub.registration.enums import Decision, Outcome, RegistrationState

_READ, _WRITE = Scope.REGISTRATIONS_READ, Scope.REGISTRATIONS_WRITE
_ENTRY = "/waitlists/<int:number>/entries/<int:entry>"
_Reason = Annotated[Text, Field(max_length=500)]


class QueueQuery(Schema):
    """Part of a name, address or code; a ticket type; part of an answer."""

    q: Line = ""
    ticket_type: Line = ""
    answer: Line = ""


class AnswerOut(Schema):
    """What somebody answered to one question; `labels` are those of chosen options."""

    question: dict[str, str]
    value: Any
    labels: list[dict[str, str]]


class WaitingOut(Schema):
    """One registration that waits for approval."""

    registration: str
    name: str
    contact: str
    people: int
    lang: str
    registered_at: str
    answers: list[AnswerOut]


class QueueOut(Schema):
    """The oldest of those who wait, 200 at most, and how many there are."""

    waiting: list[WaitingOut]
    total: int


class DecisionIn(Schema):
    """
    One decision about many; each succeeds or fails for itself.

    `reason` stays inside, `text` is mailed; `when_full` says what becomes of
    those for whom there is no place: without it they go on waiting.
    """

    registrations: Annotated[list[Word], Field(min_length=1, max_length=PAGE_SIZE)]
    decision: Decision
    when_full: Literal["waitlist", "decline"] | None = None
    reason: _Reason = ""
    text: I18nText | None = None


class DecidedOut(Schema):
    """What became of one registration, and the state it has now."""

    registration: str
    name: str
    outcome: Outcome
    state: RegistrationState


class DecisionOut(Schema):
    """One row per known registration, in the order of applying."""

    decided: list[DecidedOut]


class EntryOut(Schema):
    """One who waits or holds an offer (`position` null)."""

    number: int
    position: int | None
    registration: str
    name: str
    people: int
    state: str
    joined_at: str
    offer_until: str | None


class WaitlistOut(Schema):
    """One list in the order it is served in; `free` places null is unlimited."""

    number: int
    ticket_type: str
    window: int
    is_paused: bool
    closes_at: str | None
    free: int | None
    entries: list[EntryOut]


class WaitlistsOut(Schema):
    """All lists of the event."""

    waitlists: list[WaitlistOut]


class PauseIn(Schema):
    """Whether offers stop, and why; the reason is kept in the log of the list."""

    paused: bool
    reason: _Reason = ""


class ReasonIn(Schema):
    """Why this is done by hand; kept in the log of the list."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


@call(
    "GET",
    "/approvals",
    summary="List who waits for approval, the oldest first.",
    scope=_READ,
    tag="approval",
    query=QueueQuery,
    answers={200: QueueOut},
)
def approvals(slug: str) -> Response:
    """GET /api/v1/events/SLUG/approvals, keys with registrations:read."""
    event = authorised(slug, _READ)
    asked = query(QueueQuery)
    found = approval_queue(event.id, ApprovalFilter(asked.q, asked.ticket_type, asked.answer))
    return private(
        json_answer({"waiting": [_waiting(row) for row in found.rows], "total": found.total})
    )


@call(
    "POST",
    "/approvals",
    summary="Approve, decline or waitlist many; each for itself, places are checked now.",
    scope=_WRITE,
    tag="approval",
    body=DecisionIn,
    answers={200: DecisionOut},
)
def decide(slug: str) -> Response:
    """POST /api/v1/events/SLUG/approvals, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    given = body(DecisionIn)
    decided = service.decide(
        service.Decide(
            event_id=event.id,
            codes=tuple(given.registrations),
            decision=given.decision,
            by=by(),
            reason=given.reason,
            text=given.text or None,
            when_full=Decision(given.when_full) if given.when_full else None,
        )
    )
    done = [
        {
            "registration": row.code,
            "name": row.name,
            "outcome": row.outcome.value,
            "state": row.state.value,
        }
        for row in decided
    ]
    return private(json_answer({"decided": done}))


@call(
    "GET",
    "/waitlists",
    summary="List the waitlists and who is on them, in the order they are served in.",
    scope=_READ,
    tag="waitlists",
    answers={200: WaitlistsOut},
)
def waitlists(slug: str) -> Response:
    """GET /api/v1/events/SLUG/waitlists, keys with registrations:read."""
    event = authorised(slug, _READ)
    return private(json_answer({"waitlists": _lists(event.id)}))


@call(
    "PUT",
    "/waitlists/<int:number>/pause",
    summary="Stop offers of a list, or go on with them.",
    scope=_WRITE,
    tag="waitlists",
    body=PauseIn,
    answers={200: WaitlistsOut},
)
def pause_waitlist(slug: str, number: int) -> Response:
    """PUT /api/v1/events/SLUG/waitlists/NUMBER/pause, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    given = body(PauseIn)
    service.pause(event.id, small(number), is_paused=given.paused, by=by(), reason=given.reason)
    return private(json_answer({"waitlists": _lists(event.id)}))


@call(
    "POST",
    f"{_ENTRY}/offer",
    summary="Offer a place out of turn, with a reason.",
    scope=_WRITE,
    tag="waitlists",
    body=ReasonIn,
    answers={200: WaitlistsOut},
)
def offer_place(slug: str, number: int, entry: int) -> Response:
    """POST .../waitlists/NUMBER/entries/ENTRY/offer, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    reason = body(ReasonIn).reason
    service.offer_by_hand(
        service.OfferByHand(event.id, small(number), small(entry), by=by(), reason=reason)
    )
    return private(json_answer({"waitlists": _lists(event.id)}))


@call(
    "POST",
    f"{_ENTRY}/remove",
    summary="Take somebody off a list, with a reason.",
    scope=_WRITE,
    tag="waitlists",
    body=ReasonIn,
    answers={200: WaitlistsOut},
)
def remove_entry(slug: str, number: int, entry: int) -> Response:
    """POST .../waitlists/NUMBER/entries/ENTRY/remove, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    reason = body(ReasonIn).reason
    service.remove(
        service.RemoveEntry(event.id, small(number), small(entry), by=by(), reason=reason)
    )
    return private(json_answer({"waitlists": _lists(event.id)}))


def _waiting(row: ApprovalRow) -> dict[str, Any]:
    return {
        "registration": row.code,
        "name": row.name,
        "contact": row.contact,
        "people": row.group_size,
        "lang": row.locale,
        "registered_at": stamp(row.created_at),
        "answers": [
            {"question": one.question, "value": one.value, "labels": list(one.labels)}
            for one in row.answers
        ],
    }


def _lists(event_id: int) -> list[dict[str, Any]]:
    entries = queries.waitlist_entries(event_id)
    return [
        {
            "number": line.id,
            "ticket_type": line.type_slug,
            "window": line.window_no,
            "is_paused": line.is_paused,
            "closes_at": stamp(line.closes_at),
            "free": line.free,
            "entries": [
                {
                    "number": one.number,
                    "position": one.position,
                    "registration": one.code,
                    "name": one.name,
                    "people": one.group_size,
                    "state": one.state,
                    "joined_at": stamp(one.joined_at),
                    "offer_until": stamp(one.offer_expires_at),
                }
                for one in entries
                if one.list_id == line.id
            ],
        }
        for line in queries.waitlists(event_id)
    ]
