"""Home, guests, messages and gates."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.checkin.queries import gate_board
from eventhub.checkin.service import create_pairing
from eventhub.console import home_page, qr, queries, render, words
from eventhub.console.access import console_event, signed_in
from eventhub.console.queries import GuestSearch
from eventhub.console.views.frame import blueprint, page
from eventhub.kernel import clock
from eventhub.kernel.http import private, see_other
from eventhub.notify import queries as notify
from eventhub.programme import queries as programme
from eventhub.programme.queries import EventRow
from eventhub.settings import current_settings

_LONGEST_SEARCH = 80
_LAST_PAGE = 100_000


class EventLine(NamedTuple):
    """An event of the list and where its console begins for this person."""

    event: EventRow
    address: str


@blueprint.get("/")
def events() -> Response | BaseResponse:
    """GET /console/: my events, or the only one; anyone signed in."""
    actor = signed_in()
    rows = [
        EventLine(event, address)
        for event in programme.all_events(actor.organisation_ids())
        if (address := render.first_page(event, actor)) is not None
    ]
    if len(rows) == 1:
        return private(make_response(see_other(rows[0].address)))
    return private(make_response(render_template("console/events.html", rows=rows)))


@blueprint.get("/e/<slug>/")
def home(slug: str) -> Response:
    """GET /console/e/SLUG/: what there is to do, and how it goes; console.view."""
    event = console_event(slug, Permission.CONSOLE_VIEW)
    return page("home", event, **home_page.context(event, clock.now()))


@blueprint.get("/e/<slug>/guests")
def guests(slug: str) -> Response:
    """GET /console/e/SLUG/guests: people, searched and narrowed; guests.view."""
    event = console_event(slug, Permission.GUESTS_VIEW)
    search = GuestSearch(
        text=request.args.get("q", "")[:_LONGEST_SEARCH].replace("\0", ""),
        state=request.args.get("state", "")[:_LONGEST_SEARCH],
        ticket_type=request.args.get("type", "")[:_LONGEST_SEARCH],
        page=min(max(1, request.args.get("page", 1, type=int)), _LAST_PAGE),
    )
    return page(
        "guests",
        event,
        guests=queries.guests(event.id, search),
        search=search,
        pages=_pages(event, search),
        types=queries.ticket_types(event.id),
        states=list(words.registration_states().items()),
        state_words=words.registration_states(),
        state_kinds=words.STATE_KINDS,
    )


@blueprint.get("/e/<slug>/outbox")
def outbox(slug: str) -> Response:
    """GET /console/e/SLUG/outbox: the newest messages; outbox.view."""
    event = console_event(slug, Permission.OUTBOX_VIEW)
    return page(
        "outbox",
        event,
        messages=notify.messages(event.id, limit=100),
        has_mail_server=bool(current_settings().mail_url),
        state_words=words.message_states(),
        state_kinds=words.MESSAGE_KINDS,
    )


@blueprint.get("/e/<slug>/outbox/<int:number>")
def message(slug: str, number: int) -> Response:
    """GET /console/e/SLUG/outbox/NUMBER: one message with its text; outbox.view."""
    event = console_event(slug, Permission.OUTBOX_VIEW)
    return page(
        "message",
        event,
        section="outbox",
        message=notify.message(event.id, number),
        state_words=words.message_states(),
        state_kinds=words.MESSAGE_KINDS,
    )


@blueprint.get("/e/<slug>/gates")
def gates(slug: str) -> Response:
    """GET /console/e/SLUG/gates: every gate and its device; gate.view."""
    event = console_event(slug, Permission.GATE_VIEW)
    now = clock.now()
    return page(
        "gates",
        event,
        board=render.gate_lines(gate_board(event), now),
        today=event.operating_day(now),
        direction_words=words.directions(),
        may_pair=render.may(event, Permission.GATE_PAIR),
    )


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


def _pages(event: EventRow, search: GuestSearch) -> dict[str, str]:
    """Return the addresses of the pages around this one."""

    def at(number: int) -> str:
        return url_for(
            "console.guests",
            slug=event.slug,
            q=search.text or None,
            state=search.state or None,
            type=search.ticket_type or None,
            page=number,
        )

    return {"earlier": at(search.page - 1), "later": at(search.page + 1)}
