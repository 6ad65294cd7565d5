"""Staff cards, the scan log, and what a supervisor corrects at the gates."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.checkin import queries as gates_of
from eventhub.checkin import service
from eventhub.checkin.enums import ADMITTED, OVERRIDABLE, ScanResult
from eventhub.checkin.queries.config import load_config
from eventhub.console import render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock, qr
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import see_other
from eventhub.programme import queries as programme
from eventhub.programme.queries import EventRow

_LOG_ROWS = 200
_FILTERS = ("failed", "override")


@blueprint.get("/e/<slug>/gates/cards")
def gate_cards(slug: str) -> Response:
    """GET /console/e/SLUG/gates/cards: staff cards and what gates may do; gate.pair."""
    return _cards_page(console_event(slug, Permission.GATE_PAIR))


@blueprint.post("/e/<slug>/gates/cards")
def make_cards(slug: str) -> Response:
    """
    POST /console/e/SLUG/gates/cards: make cards; gate.pair.

    Answers with the cards themselves, because each code is shown once.
    """
    event = console_event(slug, Permission.GATE_PAIR)
    until = _until(event)
    try:
        if until is None:
            raise Invalid(fields={"until": [_("Give a date and a time.")]})
        made = service.make_cards(
            service.MakeCards(
                event_id=event.id,
                names=request.form.get("names", "").splitlines(),
                may_override=request.form.get("may_override") == "1",
                expires_at=until,
                made_by=signed_in().id,
            )
        )
    except Invalid as error:
        return _cards_page(event, faults=set(error.fields or ()), status=422)
    return page(
        "gate_cards_print",
        event,
        section="gates",
        cards=[(card, qr.svg(card.code)) for card in made],
        is_supervisor=request.form.get("may_override") == "1",
        until=until,
    )


@blueprint.post("/e/<slug>/gates/cards/<card>/revoke")
def revoke_card(slug: str, card: str) -> BaseResponse:
    """POST /console/e/SLUG/gates/cards/CARD/revoke: let a card count no more; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    service.revoke_card(event.id, card)
    flash(_("The card counts no more. Gates with a network know it within a minute."), "ok")
    return see_other(url_for("console.gate_cards", slug=slug))


@blueprint.post("/e/<slug>/gates/reasons")
def set_reasons(slug: str) -> BaseResponse:
    """POST /console/e/SLUG/gates/reasons: reasons that gates offer for overrides; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    try:
        service.set_reasons(event.id, request.form.get("reasons", "").splitlines())
    except Invalid:
        return _cards_page(event, faults={"reasons"}, status=422)
    flash(_("Saved."), "ok")
    return see_other(url_for("console.gate_cards", slug=slug))


@blueprint.post("/e/<slug>/gates/<gate>/setting")
def set_gate(slug: str, gate: str) -> BaseResponse:
    """POST /console/e/SLUG/gates/GATE/setting: what it does beside scanning; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    found = programme.gate_by_slug(event.id, gate)
    chosen = request.form.get("walk_in", "")
    kinds = {str(kind.number): kind.id for kind in load_config(event.id).types.values()}
    service.set_gate(
        service.SetGate(
            event_id=event.id,
            gate_id=found.id,
            shows_welcome=request.form.get("welcome") == "1",
            walk_in_type_id=kinds.get(chosen),
            finds_names="search" not in request.form or "1" in request.form.getlist("search"),
            prints_badges=request.form.get("badges") == "1",
            asks_question="asks" not in request.form or "1" in request.form.getlist("asks"),
        )
    )
    flash(_("Saved."), "ok")
    return see_other(url_for("console.gate_cards", slug=slug))


@blueprint.get("/e/<slug>/gates/log")
def gate_log(slug: str) -> Response:
    """GET /console/e/SLUG/gates/log?only=: the newest scans; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    only = request.args.get("only", "")
    only = only if only in _FILTERS else ""
    return page(
        "gate_log",
        event,
        section="gates",
        only=only,
        rows=gates_of.scan_log(event.id, limit=_LOG_ROWS, only=only or None),
        today=event.operating_day(clock.now()),
        may_correct=render.may(event, Permission.GATE_PAIR),
        may_override=render.may(event, Permission.CHECKIN_OVERRIDE),
        result_words=words.scan_results(),
        passed=frozenset(result.value for result in (*ADMITTED, ScanResult.OK_EXIT)),
        overridable=frozenset(result.value for result in OVERRIDABLE),
        directions=words.scan_directions(),
        card_names=gates_of.card_names(event.id),
    )


@blueprint.post("/e/<slug>/scans/<int:number>/undo")
def undo_scan(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/scans/NUMBER/undo: take an entry back; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    return _correct(event, number, is_undo=True)


@blueprint.post("/e/<slug>/scans/<int:number>/let-in")
def let_in(slug: str, number: int) -> BaseResponse:
    """POST /console/e/SLUG/scans/NUMBER/let-in: let one in; checkin.override."""
    event = console_event(slug, Permission.CHECKIN_OVERRIDE)
    return _correct(event, number, is_undo=False)


@blueprint.post("/e/<slug>/devices/<device>/release")
def release(slug: str, device: str) -> BaseResponse:
    """POST /console/e/SLUG/devices/DEVICE/release: let quarantined scans count; gate.pair."""
    event = console_event(slug, Permission.GATE_PAIR)
    count = service.release_scans(event.id, device, person_id=signed_in().id)
    flash(ngettext("%(num)s scan counts now.", "%(num)s scans count now.", count), "ok")
    return see_other(url_for("console.gates", slug=slug))


def _cards_page(
    event: EventRow, *, faults: frozenset[str] | set[str] = frozenset(), status: int = 200
) -> Response:
    soon = clock.now() + timedelta(hours=12)
    end = event.day_bounds(event.ends_on)[1] if event.ends_on else soon
    known = load_config(event.id)
    return page(
        "gate_cards",
        event,
        section="gates",
        status=status,
        faults=faults,
        cards=gates_of.cards(event.id),
        moment=clock.now(),
        until_text=request.form.get("until")
        or max(end, clock.now() + timedelta(hours=12))
        .astimezone(event.zone)
        .strftime("%Y-%m-%dT%H:%M"),
        names_text=request.form.get("names", ""),
        reasons_text=request.form.get("reasons")
        if "reasons" in faults
        else "\n".join(known.reasons),
        gates=[(gate, known.options_of(gate.id)) for gate in known.gates.values()],
        questions=list(known.questions.values()),
        kinds=sorted(known.types.values(), key=lambda kind: kind.number),
    )


def _until(event: EventRow) -> datetime | None:
    try:
        given = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        return None
    return (given.replace(tzinfo=event.zone) if given.tzinfo is None else given).astimezone()


def _correct(event: EventRow, number: int, *, is_undo: bool) -> BaseResponse:
    cmd = service.CorrectScan(
        event_id=event.id,
        scan_id=number,
        reason=request.form.get("reason", ""),
        person_id=signed_in().id,
    )
    (service.undo_scan if is_undo else service.let_in)(cmd)
    if is_undo:
        flash(_("The scan was taken back. Both rows stay in the log."), "ok")
    else:
        flash(_("Let in by you. It is counted apart, with your reason."), "ok")
    only = request.form.get("only", "")
    return see_other(url_for("console.gate_log", slug=event.slug, only=only or None))
