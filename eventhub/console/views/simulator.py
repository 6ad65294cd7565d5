"""What a gate would say to a code or a person: tried out, never stored."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request
from flask_babel import gettext as _

from eventhub.accounts.enums import Permission
from eventhub.checkin import queries as gates_of
from eventhub.checkin.looks import LOOKS
from eventhub.checkin.service import Simulation, simulate
from eventhub.console import words
from eventhub.console.access import console_event
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.errors import BadRequest
from eventhub.kernel.i18n import current_lang, pick
from eventhub.kernel.signing import UnreadableCode, parse_code
from eventhub.programme import queries as programme
from eventhub.programme.queries import EventRow

_HITS = 10  # each is decided like a scan
_LONGEST = 200


@blueprint.get("/e/<slug>/gates/simulator")
def simulator(slug: str) -> Response:
    """GET /console/e/SLUG/gates/simulator: ask what a gate would say; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    return _page(event, now=clock.now())


@blueprint.post("/e/<slug>/gates/simulator")
def try_gate(slug: str) -> Response:
    """
    POST /console/e/SLUG/gates/simulator: what a gate would say, nothing is stored; gate.view.

    A form that is posted, because codes and names do not belong into addresses.
    """
    event = console_event(slug, Permission.GATE_VIEW)
    gate = programme.gate_by_slug(event.id, request.form.get("gate", ""))
    direction = request.form.get("direction", "in")
    if direction not in {"in", "out"}:
        raise BadRequest()
    wanted = request.form.get("wanted", "")[:_LONGEST].strip()
    at = _moment(event)
    if at is None:
        return _page(event, now=clock.now(), fault="at", status=422)
    found = [
        (label, simulate(event.id, code=code, gate_id=gate.id, at=at, direction=direction))
        for label, code in _shown(event, wanted)
    ]
    return _page(event, now=at, found=found, fault="" if found else "wanted")


def _shown(event: EventRow, wanted: str) -> list[tuple[str, str | bytes]]:
    """Return what is shown to the gate: the code itself, or the tickets of whom it names."""
    hits = [] if _is_code(wanted) else gates_of.search(event.id, wanted)[:_HITS]
    if hits:
        return [(f"{hit.name} · {pick(hit.type_name)} · {hit.order}", hit.idhash) for hit in hits]
    return [(_("The code as given"), wanted)] if wanted else []


def _is_code(text: str) -> bool:
    try:
        parse_code(text)
    except UnreadableCode:
        return False
    return True


def _moment(event: EventRow) -> datetime | None:
    try:
        given = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        return None
    return given.replace(tzinfo=event.zone) if given.tzinfo is None else given


def _page(
    event: EventRow,
    *,
    now: datetime,
    found: list[tuple[str, Simulation]] | None = None,
    fault: str = "",
    status: int = 200,
) -> Response:
    return page(
        "simulator",
        event,
        section="gates",
        status=status,
        gates=programme.gates(event.id),
        at_text=request.form.get("at") or now.astimezone(event.zone).strftime("%Y-%m-%dT%H:%M"),
        found=found,
        fault=fault,
        looks=LOOKS,
        lang=current_lang(),
        check_words=words.gate_checks(),
        directions=words.scan_directions(),
    )
