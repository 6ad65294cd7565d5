"""Feeds of the released programme: calendar, frab XML and JSON, changes."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request
from flask.wrappers import Response

from eventhub.kernel.http import conditional
from eventhub.programme import atom, export, ical, queries
from eventhub.programme.errors import NoTimes, UnknownShow
from eventhub.programme.queries import EventRow, PerformanceRow, VersionRow

bp = Blueprint("feeds", __name__)


@bp.get("/e/<slug>/schedule.ics")
def schedule_ics(slug: str) -> Response:
    """GET /e/SLUG/schedule.ics - the programme as a calendar, filtered by query; anybody."""
    event = _dated(slug)
    rows = [row for row in queries.published(event) if _is_wanted(row.performance)]
    text = ical.feed(event, rows, base_url=export.base_url())
    return _answer(text, "text/calendar", ical.last_published_at(rows))


@bp.get("/e/<slug>/shows/<code>.ics")
def show_ics(slug: str, code: str) -> Response:
    """GET /e/SLUG/shows/CODE.ics - the performances of one show; anybody."""
    event = queries.event_by_slug(slug)
    rows = [row for row in queries.published(event) if row.performance.show_code == code]
    if not rows:
        raise UnknownShow()
    text = ical.feed(event, rows, base_url=export.base_url())
    answer = _answer(text, "text/calendar", ical.last_published_at(rows))
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}-{code}.ics"'
    return answer


@bp.get("/e/<slug>/schedule.json")
def schedule_json(slug: str) -> Response:
    """GET /e/SLUG/schedule.json - frab schedule, version 1; anybody."""
    event = _dated(slug)
    chosen = _released(event)
    return _answer(export.frab_json(event, chosen), "application/json", chosen.changed_at)


@bp.get("/e/<slug>/schedule.xml")
def schedule_xml(slug: str) -> Response:
    """GET /e/SLUG/schedule.xml - frab schedule; anybody."""
    event = _dated(slug)
    chosen = _released(event)
    mimetype = "application/vnd.c3voc.schedule+xml"
    return _answer(export.frab_xml(event, chosen), mimetype, chosen.changed_at)


@bp.get("/e/<slug>/changes.atom")
def changes_atom(slug: str) -> Response:
    """GET /e/SLUG/changes.atom - the releases and what each changed; anybody."""
    event = queries.event_by_slug(slug)
    releases = queries.release_changes(event.id)
    text = atom.feed(event, releases, base_url=export.base_url())
    changed_at = releases[0].released_at if releases else None
    return _answer(text, "application/atom+xml", changed_at)


def _dated(slug: str) -> EventRow:
    event = queries.event_by_slug(slug)
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
