"""Feeds of the released programme: calendar, frab XML and JSON."""

from __future__ import annotations

from datetime import datetime

import orjson
from flask import Blueprint
from flask.wrappers import Response

from eventhub.kernel.http import conditional
from eventhub.programme import frab, ical, queries
from eventhub.programme.errors import NoTimes, UnknownShow
from eventhub.programme.queries import EventRow
from eventhub.settings import current_settings

bp = Blueprint("feeds", __name__)


@bp.get("/e/<slug>/schedule.ics")
def schedule_ics(slug: str) -> Response:
    """GET /e/SLUG/schedule.ics - the programme as a calendar; anybody."""
    event = _dated(slug)
    rows = queries.published(event)
    text = ical.feed(event, rows, base_url=_base_url())
    return _answer(text, "text/calendar", ical.last_published_at(rows))


@bp.get("/e/<slug>/shows/<code>.ics")
def show_ics(slug: str, code: str) -> Response:
    """GET /e/SLUG/shows/CODE.ics - the performances of one show; anybody."""
    event = queries.event_by_slug(slug)
    rows = [row for row in queries.published(event) if row.performance.show_code == code]
    if not rows:
        raise UnknownShow()
    text = ical.feed(event, rows, base_url=_base_url())
    answer = _answer(text, "text/calendar", ical.last_published_at(rows))
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}-{code}.ics"'
    return answer


@bp.get("/e/<slug>/schedule.json")
def schedule_json(slug: str) -> Response:
    """GET /e/SLUG/schedule.json - frab schedule, version 1; anybody."""
    export, released_at = _export(slug)
    text = orjson.dumps(frab.to_json(export), option=orjson.OPT_INDENT_2)
    return _answer(text, "application/json", released_at)


@bp.get("/e/<slug>/schedule.xml")
def schedule_xml(slug: str) -> Response:
    """GET /e/SLUG/schedule.xml - frab schedule; anybody."""
    export, released_at = _export(slug)
    return _answer(frab.to_xml(export), "application/vnd.c3voc.schedule+xml", released_at)


def _dated(slug: str) -> EventRow:
    event = queries.event_by_slug(slug)
    if not event.days():
        raise NoTimes()
    return event


def _export(slug: str) -> tuple[frab.Export, datetime | None]:
    event = _dated(slug)
    release = queries.released(event.id)
    rows = queries.programme(event)
    used = {row.stage_id for row in rows}  # a stage that no release uses is not public yet
    export = frab.Export(
        event=event,
        version=release.name if release else "0",
        rows=rows,
        stages=[stage for stage in queries.stages(event.id) if stage.id in used],
        tracks=queries.tracks(event.id),
        base_url=_base_url(),
    )
    return export, release.released_at if release else None


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")


def _answer(text: bytes, mimetype: str, changed_at: datetime | None) -> Response:
    answer = Response(text, mimetype=mimetype)
    if mimetype.startswith("text/"):
        answer.headers["Content-Type"] = f"{mimetype}; charset=utf-8"
    if changed_at is not None:
        answer.last_modified = ical.http_date(changed_at)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.vary.update(("Accept-Language", "Cookie"))
    return conditional(answer, max_age=60)
