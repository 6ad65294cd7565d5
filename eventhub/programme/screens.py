"""The programme outside its pages: screens in a hall, other sites, browsers without a network."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from flask import Blueprint, make_response, render_template, request, url_for
from flask.wrappers import Response

from eventhub.kernel import clock
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import allow_framing, conditional
from eventhub.kernel.page import static_url
from eventhub.programme import board, frame, headline, queries
from eventhub.programme.board import Listed
from eventhub.programme.queries import EventRow, PerformanceRow

bp = Blueprint("screens", __name__)

_COMING = 4  # rows of a screen
_STYLES = (
    "css/tokens.css",
    "css/base.css",
    "css/frame.css",
    "css/components.css",
    "css/forms.css",
    "css/theme.css",
    "css/grid.css",
    "css/pages/programme.css",
    "css/pages/day-grid.css",
    "css/pages/show.css",
    "css/pages/mine.css",
    "js/programme/now.js",
    "js/programme/reader.js",
    "js/programme/favourites.js",
)


@bp.get("/e/<slug>/screen")
def screens(slug: str) -> Response:
    """GET /e/SLUG/screen - what is on and next on all stages, large; anybody."""
    return _screen(queries.shown_event(slug), None)


@bp.get("/e/<slug>/screen/<stage>")
def stage_screen(slug: str, stage: str) -> Response:
    """GET /e/SLUG/screen/STAGE - one stage for a screen at its door; anybody."""
    event = queries.shown_event(slug)
    if all(one.slug != stage for one in frame.stages_of(event)):
        raise NotFound
    return _screen(event, stage)


@bp.get("/e/<slug>/embed")
def embed(slug: str) -> Response:
    """GET /e/SLUG/embed?day=&stage=&type= - a list for a frame on another site; anybody."""
    event = queries.shown_event(slug)
    at = clock.now()
    day = _day(event, request.args.get("day", ""))
    chosen = headline.Filter.of(request.args)
    rows = [row for row in queries.programme(event) if row.day == day and chosen.admits(row)]
    page = render_template(
        "programme/embed.html",
        event=event,
        day=day,
        chosen=chosen,
        items=_items(event, rows, at),
        at=at,
    )
    answer = conditional(make_response(page))
    return allow_framing(answer, event.embed_hosts or "")


@bp.get("/e/<slug>/button")
def button(slug: str) -> Response:
    """GET /e/SLUG/button?show=&type= - a way to register for a frame on another site; anybody."""
    event = queries.shown_event(slug)
    chosen = {name: given for name in ("show", "type") if (given := request.args.get(name))}
    page = render_template("programme/button.html", event=event, chosen=chosen)
    return allow_framing(conditional(make_response(page)), event.embed_hosts or "")


@bp.get("/e/<slug>/sw.js")
def service_worker(slug: str) -> Response:
    """GET /e/SLUG/sw.js - what opens the programme without a network; anybody."""
    event = queries.shown_event(slug)
    files = [static_url(name) for name in _STYLES]
    version = hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
    home = url_for("programme.home", slug=event.slug)
    script = render_template("programme/sw.js", files=files, version=version, home=home)
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = home
    return conditional(answer)


def _screen(event: EventRow, stage: str | None) -> Response:
    at = clock.now()
    today = event.operating_day(at)
    stages = [one for one in frame.stages_of(event) if stage in (None, one.slug)]
    rows = [row for row in queries.programme(event) if row.day == today]
    items = _items(event, rows, at)
    page = render_template(
        "programme/screen.html",
        event=event,
        stages=stages,
        is_one=stage is not None,
        columns=board.stage_columns(stages, items, at),
        coming={
            one.slug: [
                item
                for item in items
                if item.row.stage_slug == one.slug
                and item.state in ("ahead", "held", "cancelled")
                and item.ends_at > at
            ][:_COMING]
            for one in stages
        },
        at=at,
    )
    return conditional(make_response(page))


def _items(event: EventRow, rows: list[PerformanceRow], at: datetime) -> list[Listed]:
    return board.listed(rows, queries.publications(event.id), at, queries.live_states(event.id))


def _day(event: EventRow, asked: str) -> date:
    days = event.days()
    today = event.operating_day(clock.now())
    wanted = next((day for day in days if day.isoformat() == asked), None)
    return wanted or (today if today in days else (days[0] if days else today))
