"""The gate board: gates, their devices, and tickets that were admitted twice."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.checkin import queries as gates_of
from eventhub.checkin.enums import ConflictState
from eventhub.checkin.queries.strangers import strangers
from eventhub.checkin.service import (
    ResolveConflict,
    create_pairing,
    resolve_conflict,
    revoke_device,
)
from eventhub.console import render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.rules import GATE_SILENT_FOR
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock, qr
from eventhub.kernel.errors import BadRequest, NotFound
from eventhub.kernel.http import see_other
from eventhub.programme import queries as programme
from eventhub.programme.queries import EventRow

_LONGEST_NOTE = 200


@blueprint.get("/e/<slug>/gates")
def gates(slug: str) -> Response:
    """GET /console/e/SLUG/gates: every gate and its device; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    now = clock.now()
    return page(
        "gates",
        event,
        board=render.gate_lines(gates_of.gate_board(event), now),
        today=event.operating_day(now),
        direction_words=words.directions(),
        may_pair=render.may(event, Permission.GATE_PAIR),
        reason_words=words.scan_results(),
        devices=gates_of.devices_of(event.id),
        strangers=strangers(event.id, _day_begins_ms(event, now)),
        conflicts=gates_of.conflicts(event.id),
        held=gates_of.quarantined(event.id),
        zones=gates_of.zone_board(event),
        alerts=gates_of.zone_alerts(event.id),
        level_words=words.zone_levels(),
        conflict_words=words.conflict_states(),
        is_silent=lambda seen: seen is None or now - seen > GATE_SILENT_FOR,
        age=lambda seen: render.age(now - seen),
    )


def _day_begins_ms(event: EventRow, now: datetime) -> int:
    return int(event.day_bounds(event.operating_day(now))[0].timestamp() * 1000)


@blueprint.post("/e/<slug>/gates/<gate>/pairing")
def pair(slug: str, gate: str) -> Response:
    """
    POST /console/e/SLUG/gates/GATE/pairing: make a pairing code; gate.pair.

    Answers with the page itself, because the code is shown once and an
    address to go on to would have to carry it.
    """
    event = console_event(slug, Permission.GATE_PAIR)
    found = programme.gate_by_slug(event.id, gate)
    pairing = create_pairing(found.id, created_by=signed_in().id)
    return page(
        "pairing",
        event,
        section="gates",
        gate=found,
        gate_url=pairing.url.partition("#")[0],
        pairing=pairing,
        picture=qr.svg(pairing.code),
    )


@blueprint.post("/e/<slug>/devices/<device>/revoke")
def revoke(slug: str, device: str) -> BaseResponse:
    """POST /console/e/SLUG/devices/DEVICE/revoke: take a device out of service; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    found = next((row for row in gates_of.devices_of(event.id) if row.public_id == device), None)
    if found is None:
        raise NotFound()
    revoke_device(found.public_id)
    flash(_("%(name)s is out of service.", name=found.name), "ok")
    return see_other(url_for("console.gates", slug=slug))


@blueprint.post("/e/<slug>/conflicts/<int:number>")
def resolve(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/conflicts/NUMBER: say what a double entry was; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    state = request.form.get("state", "")
    if state not in set(ConflictState) - {ConflictState.OPEN}:
        raise BadRequest()
    resolve_conflict(
        ResolveConflict(
            event_id=event.id,
            conflict_id=number,
            state=ConflictState(state),
            note=request.form.get("note", "")[:_LONGEST_NOTE].strip(),
            resolved_by=signed_in().id,
        )
    )
    flash(_("Noted. Both scans stay in the log."), "ok")
    return see_other(url_for("console.gates", slug=slug))
