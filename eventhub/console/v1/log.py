"""The log of acts, page by page, and how far its chain is whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from eventhub.accounts.enums import Scope
from eventhub.console.v1.frame import Page, authorised, call, stamp
from eventhub.kernel import audit
from eventhub.kernel.api import Schema, query
from eventhub.kernel.http import json_answer, private

_READ = Scope.ACCESS_READ


class EntryOut(Schema):
    """One act; `hash` covers its values and the hash of the entry before it in the chain."""

    seq: int
    at: str
    actor: str
    actor_name: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


class LogOut(Schema):
    """A page of acts, the newest first; `next` is the `before` of the next page."""

    entries: list[EntryOut]
    next: int | None


class CheckpointOut(Schema):
    """How many entries the chain of all events has, its newest hash, where it first breaks."""

    entries: int
    newest_hash: str
    first_bad: int | None
    is_whole: bool
    read_at: str | None


@call(
    "GET",
    "/log",
    summary="Read the log of acts, the newest first.",
    scope=_READ,
    tag="log",
    query=Page,
    answers={200: LogOut},
)
def entries(slug: str) -> Response:
    """GET /api/v1/events/SLUG/log, keys with access:read."""
    event = authorised(slug, _READ)
    asked = query(Page)
    found = audit.entries(event.id, limit=asked.limit + 1, before_seq=asked.before)
    older = found[asked.limit - 1].seq if len(found) > asked.limit else None
    shown = [
        {
            "seq": row.seq,
            "at": stamp(row.at),
            "actor": row.actor,
            "actor_name": row.actor_name,
            "action": row.action,
            "subject": row.subject,
            "before": row.before,
            "after": row.after,
            "hash": row.hash,
        }
        for row in found[: asked.limit]
    ]
    return private(json_answer({"entries": shown, "next": older}))


@call(
    "GET",
    "/log/checkpoint",
    summary="Read how far the chain of the log is whole.",
    scope=_READ,
    tag="log",
    answers={200: CheckpointOut},
)
def checkpoint(slug: str) -> Response:
    """GET /api/v1/events/SLUG/log/checkpoint, keys with access:read."""
    authorised(slug, _READ)
    state = audit.glance()
    return private(
        json_answer(
            {
                "entries": state.entries,
                "newest_hash": state.newest_hash,
                "first_bad": state.first_bad,
                "is_whole": state.is_whole,
                "read_at": stamp(state.read_at),
            }
        )
    )
