"""Gates: the board, devices, double entries, what a gate does beyond scanning."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.checkin import queries, service
from eventhub.checkin.enums import ConflictState
from eventhub.checkin.service import (
    ResolveConflict,
    create_pairing,
    resolve_conflict,
    revoke_device,
)
from eventhub.console.v1.frame import Text, Word, authorised, call, small, stamp
from eventhub.kernel import clock
from eventhub.kernel.api import Schema, body
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import json_answer, private
from eventhub.programme.queries import gate_by_slug
from eventhub.registration.queries import ticket_type

_READ, _WRITE = Scope.GATES_READ, Scope.GATES_WRITE


class GateOut(Schema):
    """One gate on the operating day that it is now."""

    gate: str
    number: int
    name: dict[str, str]
    direction: str
    admitted: int
    exits: int
    refused: int
    reasons: dict[str, int]
    repeats: int
    overrides: int
    rate_per_minute: float
    devices: int
    queue: int
    last_seen_at: str | None


class GatesOut(Schema):
    """All gates by number."""

    gates: list[GateOut]


class PairingOut(Schema):
    """A code that makes one phone this gate, once, until `expires_at`; told only now."""

    code: str
    url: str
    expires_at: str


class GateSettingIn(Schema):
    """What a gate does beyond scanning; `walk_in` is the ticket type that it registers."""

    welcome: bool
    walk_in: Word | None = None
    asks: bool = True
    badges: bool = False
    search: bool = True


class DeviceOut(Schema):
    """A phone or scanner and what it last said of itself."""

    id: str
    name: str
    gate: str
    paired_at: str
    last_seen_at: str | None
    revoked_at: str | None
    queue: int
    battery: float | None
    version: str


class DevicesOut(Schema):
    """All devices, those in service first."""

    devices: list[DeviceOut]


class EntryOut(Schema):
    """One of two entries with one ticket."""

    gate: str
    device: str
    at: str
    is_offline: bool


class ConflictOut(Schema):
    """Two entries with one ticket; `first` counts."""

    number: int
    name: str
    state: ConflictState
    note: str | None
    first: EntryOut
    second: EntryOut


class ConflictsOut(Schema):
    """Double entries, the newest first."""

    conflicts: list[ConflictOut]


class ResolutionIn(Schema):
    """What a double entry was; both scans stay in the log."""

    state: Literal["same_person", "two_people", "staff_error"]
    note: Annotated[Text, Field(max_length=200)] = ""


@call(
    "GET",
    "/gates",
    summary="Read the gate board of today.",
    scope=_READ,
    tag="gates",
    answers={200: GatesOut},
)
def gates(slug: str) -> Response:
    """GET /api/v1/events/SLUG/gates, keys with gates:read."""
    event = authorised(slug, _READ)
    board = [
        {
            "gate": row.gate.slug,
            "number": row.gate.number,
            "name": row.gate.name,
            "direction": row.gate.direction,
            "admitted": row.admitted,
            "exits": row.exits,
            "refused": row.refused,
            "reasons": dict(row.reasons),
            "repeats": row.repeats,
            "overrides": row.overrides,
            "rate_per_minute": row.rate_per_minute,
            "devices": row.devices,
            "queue": row.queue,
            "last_seen_at": stamp(row.last_seen_at),
        }
        for row in queries.gate_board(event)
    ]
    return private(json_answer({"gates": board}))


@call(
    "POST",
    "/gates/<gate>/pairings",
    summary="Make a code that turns one phone into this gate.",
    scope=_WRITE,
    tag="gates",
    answers={201: PairingOut},
)
def pair(slug: str, gate: str) -> Response:
    """POST /api/v1/events/SLUG/gates/GATE/pairings, keys with gates:write."""
    event = authorised(slug, _WRITE)
    made = create_pairing(gate_by_slug(event.id, gate).id, created_by=None)
    answer = {"code": made.code, "url": made.url, "expires_at": stamp(made.expires_at)}
    return private(json_answer(answer, 201))


@call(
    "PUT",
    "/gates/<gate>/setting",
    summary="Say what a gate does beyond scanning.",
    scope=_WRITE,
    tag="gates",
    body=GateSettingIn,
    answers={204: None},
)
def set_gate(slug: str, gate: str) -> Response:
    """PUT /api/v1/events/SLUG/gates/GATE/setting, keys with gates:write."""
    event = authorised(slug, _WRITE)
    given = body(GateSettingIn)
    found = gate_by_slug(event.id, gate)
    kind = ticket_type(event, given.walk_in, clock.now()) if given.walk_in else None
    if given.walk_in and kind is None:
        raise NotFound()
    service.set_gate(
        service.SetGate(
            event_id=event.id,
            gate_id=found.id,
            shows_welcome=given.welcome,
            walk_in_type_id=kind.id if kind else None,
            asks_question=given.asks,
            prints_badges=given.badges,
            finds_names=given.search,
        )
    )
    return private(Response(status=204))


@call(
    "GET",
    "/devices",
    summary="List the phones and scanners at the gates.",
    scope=_READ,
    tag="gates",
    answers={200: DevicesOut},
)
def devices(slug: str) -> Response:
    """GET /api/v1/events/SLUG/devices, keys with gates:read."""
    event = authorised(slug, _READ)
    found = [
        {
            "id": row.public_id,
            "name": row.name,
            "gate": row.gate_slug,
            "paired_at": stamp(row.paired_at),
            "last_seen_at": stamp(row.last_seen_at),
            "revoked_at": stamp(row.revoked_at),
            "queue": row.queue,
            "battery": row.battery_share,
            "version": row.version,
        }
        for row in queries.devices_of(event.id)
    ]
    return private(json_answer({"devices": found}))


@call(
    "DELETE",
    "/devices/<device>",
    summary="Take a device out of service; its later scans wait for a supervisor.",
    scope=_WRITE,
    tag="gates",
    answers={204: None},
)
def revoke(slug: str, device: str) -> Response:
    """DELETE /api/v1/events/SLUG/devices/DEVICE, keys with gates:write."""
    event = authorised(slug, _WRITE)
    if all(row.public_id != device for row in queries.devices_of(event.id)):
        raise NotFound()
    revoke_device(device)
    return private(Response(status=204))


@call(
    "GET",
    "/scan-conflicts",
    summary="List tickets that were let in twice.",
    scope=_READ,
    tag="gates",
    answers={200: ConflictsOut},
)
def conflicts(slug: str) -> Response:
    """GET /api/v1/events/SLUG/scan-conflicts, keys with gates:read."""
    event = authorised(slug, _READ)
    found = [
        {
            "number": row.id,
            "name": row.name,
            "state": row.state,
            "note": row.note,
            "first": _entry(row.winner),
            "second": _entry(row.loser),
        }
        for row in queries.conflicts(event.id)
    ]
    return private(json_answer({"conflicts": found}))


@call(
    "POST",
    "/scan-conflicts/<int:number>",
    summary="Say what a double entry was.",
    scope=_WRITE,
    tag="gates",
    body=ResolutionIn,
    answers={204: None},
)
def resolve(slug: str, number: int) -> Response:
    """POST /api/v1/events/SLUG/scan-conflicts/NUMBER, keys with gates:write."""
    event = authorised(slug, _WRITE)
    given = body(ResolutionIn)
    resolve_conflict(
        ResolveConflict(
            event_id=event.id,
            conflict_id=small(number),
            state=ConflictState(given.state),
            note=given.note,
            resolved_by=None,
        )
    )
    return private(Response(status=204))


def _entry(row: Any) -> dict[str, Any]:
    return {
        "gate": row.gate_slug,
        "device": row.device,
        "at": stamp(row.at),
        "is_offline": row.is_offline,
    }
