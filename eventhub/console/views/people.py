"""Home, guests and messages."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventhub.accounts.enums import Permission
from eventhub.console import home_page, navigation, queries, render, words
from eventhub.console.access import console_event, owned_by, signed_in
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
    """GET /console/: my events, the only one, or how to make the first; anyone signed in."""
    actor = signed_in()
    may_make = bool(owned_by(actor))
    rows = [
        EventLine(event, address)
        for event in programme.all_events(actor.organisation_ids())
        if (address := navigation.first_page(event, actor)) is not None
    ]
    if may_make and not rows:
        return private(make_response(see_other(url_for("console.new_event"))))
    if len(rows) == 1 and not request.args.get("all"):
        return private(make_response(see_other(rows[0].address)))
    body = render_template("console/events.html", rows=rows, may_make=may_make)
    return private(make_response(body))


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
        may_write=render.may(event, Permission.GUESTS_EDIT),
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
