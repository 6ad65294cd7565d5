"""Public pages of the programme: events, home, days, shows, colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventhub.kernel import clock
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import conditional
from eventhub.kernel.theme import theme_css, theme_of
from eventhub.programme import board, covers, frame, headline, jsonld, queries, zones
from eventhub.programme.board import Listed, StageColumn
from eventhub.programme.kept import kept
from eventhub.programme.queries import EventRow, PerformanceRow, PublishedRow, ShowRow, StageRow
from eventhub.programme.rules.publication import Publication
from eventhub.settings import current_settings

_TONIGHT = 6  # rows on the home page
_EVENING_HOUR = 16
_THEME_AGE_S = 300
_COLOURS_AGE_S = 31_536_000  # other colours have another address

bp = Blueprint("programme", __name__)
frame.init_blueprint(bp)
headline.init_blueprint(bp)


@bp.get("/")
@kept
def events() -> Response:
    """GET / - all public events, each with its cloth; anybody."""
    at = clock.now()
    found = [
        (event, covers.list_cover(event, rows, frame.stages_of(event), event.operating_day(at)))
        for event in queries.public_events()
        for rows in [queries.programme(event)]
    ]
    return _page("events", found=found, ways=_ways([event for event, _cover in found]))


@bp.get("/e/<slug>/")
@kept
def home(slug: str) -> Response:
    """GET /e/SLUG/ - the event's home; anybody."""
    event = queries.shown_event(slug)
    at = clock.now()
    rows = queries.programme(event)
    stages = frame.stages_of(event)
    today = event.operating_day(at)
    items = board.listed(rows, queries.publications(event.id), at, queries.live_states(event.id))
    return _page(
        "home",
        event=event,
        cover=covers.cover(event, rows, stages, today),
        phone_cover=covers.phone_cover(event, rows, stages, today),
        picture=queries.cover_of(event.id),
        counts=headline.counts(event, rows, queries.unplaced_shows(event), stages),
        columns=_now(event, stages, items, at),
        coming=_coming(event, items, at),
        stages=stages,
        is_woven=bool(rows and stages),
        structured=_festival(event, rows),
        at=at,
    )


@bp.get("/e/<slug>/programme")
@kept
def programme(slug: str) -> Response:
    """GET /e/SLUG/programme - today, or the first day outside the event; anybody."""
    event = queries.shown_event(slug)
    days = event.days()
    if not days:
        return _page(
            "undated", event=event, shows=queries.unplaced_shows(event), section="programme"
        )
    today = event.operating_day(clock.now())
    return _day(event, today if today in days else days[0])


@bp.get("/e/<slug>/programme/<day>")
@kept
def programme_day(slug: str, day: str) -> Response:
    """GET /e/SLUG/programme/YYYY-MM-DD - one operating day; anybody."""
    event = queries.shown_event(slug)
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    if asked not in event.days() or asked.isoformat() != day:
        raise NotFound
    return _day(event, asked)


@bp.get("/e/<slug>/shows/<code>")
@kept
def show(slug: str, code: str) -> Response | BaseResponse:
    """GET /e/SLUG/shows/CODE - one show with its performances; anybody."""
    event = queries.shown_event(slug)
    if code != code.upper():
        return redirect(url_for("programme.show", slug=slug, code=code.upper()), 301)
    page = queries.show_by_code(event, code)
    at = clock.now()
    told = queries.publications(event.id)
    items = board.listed(page.performances, told, at, queries.live_states(event.id))
    shown = board.shown_first(items)
    return _page(
        "show",
        event=event,
        show=page.show,
        items=items,
        shown=shown,
        stage=_stage_of(event, shown),
        strip=_show_strip(event, shown),
        zone=zones.chosen(event),
        structured=_structured(event, page.show, shown, told),
        section="programme",
    )


@bp.get("/e/<slug>/theme.css")
def theme(slug: str) -> Response:
    """GET /e/SLUG/theme.css - the event's colours; `?scope=list` limits them to its class."""
    event = queries.shown_event(slug)
    scope = f"theme-{event.slug}" if request.args.get("scope") == "list" else ""
    sheet = Response(theme_css(event.theme, scope=scope), mimetype="text/css")
    return conditional(sheet, _THEME_AGE_S)


@bp.get("/theme/<code>.css")
def colours(code: str) -> Response:
    """GET /theme/CODE.css - the colours that the address itself names; anybody."""
    theme = theme_of(code)
    if theme is None:
        raise NotFound
    return conditional(Response(theme_css(theme), mimetype="text/css"), _COLOURS_AGE_S)


def _ways(events: Sequence[EventRow]) -> EventRow | None:
    """Return the event by which somebody who tries the product comes in; None in production."""
    if current_settings().is_production:
        return None
    return next((event for event in events if event.is_synthetic), None)


def _day(event: EventRow, day: date) -> Response:
    at = clock.now()
    rows = queries.programme(event)
    today = [row for row in rows if row.day == day]
    is_today = event.operating_day(at) == day
    chosen = headline.Filter.of(request.args)
    items = board.listed(
        filter(chosen.admits, today),
        queries.publications(event.id),
        at,
        queries.live_states(event.id),
    )
    stages = frame.stages_of(event)
    shown = [s for s in stages if not chosen.stage or s.slug == chosen.stage]
    return _page(
        "day",
        event=event,
        day=day,
        rows=rows,
        items=items,
        stages=stages,
        chosen=chosen,
        choices=headline.choices(rows),
        picks=headline.picks(rows),
        zone=zones.chosen(event),
        grid=board.day_grid(event, shown, items, day, at if is_today else None),
        strip=covers.day_strip(event, today, stages, day, at if is_today else None),
        is_today=is_today,
        section="programme",
        at=at,
    )


def _now(
    event: EventRow, stages: Sequence[StageRow], items: Sequence[Listed], at: datetime
) -> list[StageColumn]:
    """Return the stages at this moment; none outside the days of the event."""
    today = event.operating_day(at)
    of_day = [item for item in items if item.row.day == today]
    return board.stage_columns(stages, of_day, at) if of_day else []


def _coming(
    event: EventRow, items: Sequence[Listed], at: datetime
) -> tuple[str, date, list[Listed], int] | None:
    """Return (kind, day, rows, shows of the day) of what comes next, None when nothing does."""
    ahead = [item for item in items if item.row.starts_at > at]
    if not ahead:
        return None
    day, today = ahead[0].row.day, event.operating_day(at)
    of_day = [item for item in ahead if item.row.day == day]
    is_evening = at.astimezone(event.zone).hour >= _EVENING_HOUR
    kind = "day" if day != today else ("tonight" if is_evening else "today")
    return kind, day, of_day[:_TONIGHT], sum(item.row.day == day for item in items)


def _stage_of(event: EventRow, shown: Listed | None) -> StageRow | None:
    stages = frame.stages_of(event) if shown else ()
    return next((stage for stage in stages if shown and stage.id == shown.row.stage_id), None)


def _show_strip(event: EventRow, shown: Listed | None) -> Markup:
    if shown is None or not shown.row.stage_slug:
        return covers.unwoven()
    rows = [other for other in queries.programme(event) if other.day == shown.row.day]
    return covers.show_strip(event, rows, frame.stages_of(event), shown.row)


def _festival(event: EventRow, rows: Sequence[PerformanceRow]) -> Markup:
    shows: list[Any] = list({row.show_code: row for row in rows}.values())  # only codes are read
    base_url = current_settings().base_url.rstrip("/")
    return jsonld.script_text(jsonld.festival(event, shows, base_url=base_url))


def _structured(
    event: EventRow, show: ShowRow, shown: Listed | None, told: Mapping[int, Publication]
) -> Markup | None:
    """Return the schema.org text of a show page; a show without a time has none."""
    if shown is None or shown.row.performance_id not in told:
        return None
    published = PublishedRow(shown.row, told[shown.row.performance_id])
    base_url = current_settings().base_url.rstrip("/")
    return jsonld.script_text(jsonld.performance(event, show, published, base_url=base_url))


def _page(name: str, **values: Any) -> Response:
    return conditional(make_response(render_template(f"programme/{name}.html", **values)))
