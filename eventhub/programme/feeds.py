"""Feeds of the released programme: calendar, frab XML and JSON, changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, request
from flask.wrappers import Response

from eventhub.kernel import clock
from eventhub.kernel.http import conditional, json_answer
from eventhub.programme import atom, board, export, frame, ical, queries
from eventhub.programme.errors import NoTimes, UnknownShow
from eventhub.programme.kept import kept
from eventhub.programme.queries import EventRow, PerformanceRow, VersionRow

bp = Blueprint("feeds", __name__)


@bp.get("/e/<slug>/schedule.ics")
@kept
def schedule_ics(slug: str) -> Response:
    """GET /e/SLUG/schedule.ics - the programme as a calendar, filtered by query; anybody."""
    event = _dated(slug)
    rows = [row for row in queries.published(event) if _is_wanted(row.performance)]
    text = ical.feed(event, rows, base_url=export.base_url())
    return _answer(text, "text/calendar", ical.last_published_at(rows))


@bp.get("/e/<slug>/shows/<code>.ics")
@kept
def show_ics(slug: str, code: str) -> Response:
    """GET /e/SLUG/shows/CODE.ics - the performances of one show; anybody."""
    event = queries.shown_event(slug)
    rows = [row for row in queries.published(event) if row.performance.show_code == code]
    if not rows:
        raise UnknownShow()
    text = ical.feed(event, rows, base_url=export.base_url())
    answer = _answer(text, "text/calendar", ical.last_published_at(rows))
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}-{code}.ics"'
    return answer


@bp.get("/e/<slug>/schedule.json")
@kept
def schedule_json(slug: str) -> Response:
    """GET /e/SLUG/schedule.json - frab schedule, version 1; anybody."""
    event = _dated(slug)
    chosen = _released(event)
    return _answer(export.frab_json(event, chosen), "application/json", chosen.changed_at)


@bp.get("/e/<slug>/schedule.xml")
@kept
def schedule_xml(slug: str) -> Response:
    """GET /e/SLUG/schedule.xml - frab schedule; anybody."""
    event = _dated(slug)
    chosen = _released(event)
    mimetype = "application/vnd.c3voc.schedule+xml"
    return _answer(export.frab_xml(event, chosen), mimetype, chosen.changed_at)


@bp.get("/e/<slug>/changes.atom")
@kept
def changes_atom(slug: str) -> Response:
    """GET /e/SLUG/changes.atom - the releases and what each changed; anybody."""
    event = queries.shown_event(slug)
    releases = queries.release_changes(event.id)
    text = atom.feed(event, releases, base_url=export.base_url())
    changed_at = releases[0].released_at if releases else None
    return _answer(text, "application/atom+xml", changed_at)


@bp.get("/e/<slug>/now.json")
@kept
def now_json(slug: str) -> Response:
    """
    GET /e/SLUG/now.json - what is on each stage, what comes next, delays; anybody.

    Times are the present ones, with delays in them; nothing in it changes with
    the clock alone, so that a poll is a 304 until something happens.
    """
    event = queries.shown_event(slug)
    at = clock.now()
    said = queries.live_states(event.id)
    rows = queries.programme(event)
    items = board.listed(rows, {}, at, said)
    today = event.operating_day(at)
    columns = board.stage_columns(
        frame.stages_of(event), [item for item in items if item.row.day == today], at
    )
    release = frame.release_of(event)
    data = {
        "event": event.slug,
        "version": release.name if release else None,
        "stages": [
            {
                "stage": column.stage.slug,
                "name": column.stage.name,
                "state": column.state,
                "now": _now_item(column.live),
                "next": _now_item(column.next),
            }
            for column in columns
        ],
        "said": [_now_item(item) for item in items if item.row.performance_id in said],
    }
    answer = json_answer(data)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return conditional(answer)


def _now_item(item: board.Listed | None) -> dict[str, object] | None:
    if item is None:
        return None
    row, late = item.row, timedelta(minutes=item.delay_min)
    return {
        "code": row.show_code,
        "guid": row.uuid,
        "title": row.title,
        "stage": row.stage_slug,
        "start": (row.starts_at + late).isoformat(),
        "end": (row.ends_at + late).isoformat(),
        "delay_min": item.delay_min,
        "state": item.state,
    }


def _dated(slug: str) -> EventRow:
    event = queries.shown_event(slug)
    if not event.days():
        raise NoTimes()
    return event


def _released(event: EventRow) -> VersionRow:
    """Return what the public sees; nothing before the first release."""
    release = queries.released(event.id)
    if release is not None:
        return queries.version(event, release.name)
    return VersionRow(
        schedule_id=0, name="0", is_draft=False, is_newest=False, changed_at=None, rows=()
    )


def _is_wanted(row: PerformanceRow) -> bool:
    """Tell whether a performance is in what ?stage= &venue= &type= &track= ask for."""
    given = {
        "stage": row.stage_slug,
        "venue": row.venue_slug,
        "type": row.type_slug,
        "track": row.track_slug,
    }
    return all(
        not (wanted := request.args.getlist(name)) or slug in wanted for name, slug in given.items()
    )


def _answer(text: bytes, mimetype: str, changed_at: datetime | None) -> Response:
    answer = Response(text, mimetype=mimetype)
    if mimetype.startswith("text/"):
        answer.headers["Content-Type"] = f"{mimetype}; charset=utf-8"
    if changed_at is not None:
        answer.last_modified = ical.http_date(changed_at)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.vary.update(("Accept-Language", "Cookie"))
    return conditional(answer, max_age=60)
