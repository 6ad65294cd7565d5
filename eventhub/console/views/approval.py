"""The approval queue: many registrations decided at once."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from eventhub.accounts.enums import Permission
from eventhub.console import queries, render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.queries.approval import PAGE_SIZE, ApprovalFilter, approval_queue
from eventhub.console.views.frame import blueprint, page
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.enums import Decision, Outcome

_LONGEST_SEARCH = 80
_LONGEST_REASON = 500
_LONGEST_TEXT = 2000


@blueprint.get("/e/<slug>/approval")
def approval(slug: str) -> Response:
    """GET /console/e/SLUG/approval: who waits for approval, narrowed; guests.view."""
    return _queue_page(console_event(slug, Permission.GUESTS_VIEW))


@blueprint.post("/e/<slug>/approval")
def decide(slug: str) -> Response:
    """
    POST /console/e/SLUG/approval: approve, decline or waitlist the chosen; guests.edit.

    Answers with the queue and one line per chosen registration, because each
    succeeds or fails for itself: 200, and 409 when somebody else was first
    with every one of them.
    """
    event = console_event(slug, Permission.GUESTS_EDIT)
    command = _command(event)
    if command is None:
        problem = _("Choose at least one registration and what becomes of it.")
        return _queue_page(event, problem=problem, status=422)
    decided = service.decide(command)
    is_late = bool(decided) and all(row.outcome is Outcome.ALREADY_DECIDED for row in decided)
    return _queue_page(event, decided=decided, status=409 if is_late else 200)


def _queue_page(
    event: EventRow,
    *,
    decided: list[service.Decided] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    wanted = ApprovalFilter(
        text=_argument("q"), ticket_type=_argument("type"), answer=_argument("answer")
    )
    return page(
        "approval",
        event,
        status=status,
        queue=approval_queue(event.id, wanted),
        wanted=wanted,
        page_size=PAGE_SIZE,
        types=queries.ticket_types(event.id),
        decided=decided,
        problem=problem,
        outcome_words=words.outcomes(),
        outcome_kinds=words.OUTCOME_KINDS,
        state_words=words.registration_states(),
        may_decide=render.may(event, Permission.GUESTS_EDIT),
    )


def _command(event: EventRow) -> service.Decide | None:
    codes = tuple(request.form.getlist("code"))[:PAGE_SIZE]
    decision = request.form.get("decision", "")
    if not codes or decision not in set(Decision):
        return None
    when_full = request.form.get("when_full", "")
    otherwise = (Decision.WAITLIST, Decision.DECLINE)
    text = {lang: _given(f"text_{lang}", _LONGEST_TEXT) for lang in ("zh", "en")}
    return service.Decide(
        event_id=event.id,
        codes=codes,
        decision=Decision(decision),
        by=signed_in().name,
        reason=_given("reason", _LONGEST_REASON),
        text={lang: words for lang, words in text.items() if words} or None,
        when_full=Decision(when_full) if when_full in otherwise else None,
    )


def _given(name: str, limit: int) -> str:
    return request.form.get(name, "").replace("\0", "").strip()[:limit]


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\0", "")[:_LONGEST_SEARCH]
