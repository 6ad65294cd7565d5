"""The public live page and the snapshot that it polls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from flask import Blueprint, make_response, render_template
from flask.wrappers import Response
from flask_babel import gettext as _

from eventhub.audience import charts, queries
from eventhub.audience.enums import EvidenceClass
from eventhub.audience.queries import CordonNow, LiveSnapshot, ObservationRow, StreamNow, Wall
from eventhub.kernel.http import conditional, json_answer
from eventhub.kernel.i18n import LOCALES, current_lang
from eventhub.programme.queries import EventRow, disturbed, shown_event

bp = Blueprint("audience", __name__)
_PUBLISHED = ("footfall.visits", "live.viewers_claimed")  # claims that the live page repeats


@bp.get("/e/<slug>/live")
def live(slug: str) -> Response:
    """GET /e/SLUG/live - what is counted now; anybody."""
    event = shown_event(slug)
    now = queries.live_snapshot(event)
    is_counting = bool(now.streams or now.cordons or now.others)
    page = render_template(
        "audience/live.html",
        event=event,
        section="live",
        now=now,
        results=queries.stream_results(event.id) if now.streams else [],
        claims=[] if is_counting else _claims(event),
        can_watch=bool(queries.players(event.id)),
        late=disturbed(event, now.at),
        ago=lambda at: ago(at, now.at),
        curve=lambda row: _curve(row, event),
        curve_ends=lambda row: charts.ends(row.points),
    )
    return conditional(make_response(page))


@bp.get("/e/<slug>/live/wall")
def wall(slug: str) -> Response:
    """GET /e/SLUG/live/wall - the figures of now for one large screen; anybody."""
    event = shown_event(slug)
    now = queries.wall(event)
    streams = [row for row in now.live.streams if row.stream.cls is not EvidenceClass.CLAIMED]
    largest = max(streams, key=lambda row: row.peak or 0, default=None)
    page = render_template(
        "audience/wall.html",
        event=event,
        now=now,
        largest=largest,
        last=max((row for row in streams if row.at), key=lambda row: str(row.at), default=None),
        counter_count=sum(row.counter_count for row in now.live.cordons),
        curve=_curve(largest, event) if largest else "",
        span=charts.ends(largest.points) if largest else None,
        has_gap=largest is not None and any(point.mean is None for point in largest.points),
    )
    return conditional(make_response(page))


@bp.get("/e/<slug>/live/wall.json")
def wall_json(slug: str) -> Response:
    """GET /e/SLUG/live/wall.json - the figures of the wall with an ETag; anybody."""
    return conditional(json_answer(wall_snapshot(queries.wall(shown_event(slug)))))


def wall_snapshot(now: Wall) -> dict[str, Any]:
    """
    Return the figures of the wall as JSON.

    `stages` says what is on by the number of the performance, so that a page
    knows when its words are out of date.
    """
    visits = now.live.visits
    return {
        "inside": now.inside,
        "per_minute": round(now.per_minute, 1),
        "visits": visits and visits.count,
        "visits_op": visits and visits.op,
        "arrived": now.arrived,
        "viewers": now.live.viewers,
        "coverage": now.coverage and now.coverage.mentions,
        "outlets": now.coverage and now.coverage.outlets,
        "silent": len(now.silent),
        "stages": [
            {
                "stage": row.stage.slug,
                "now": row.now and row.now.public_no,
                "next": row.next and row.next.public_no,
                "inside": row.inside,
                "share": round(row.share, 3),
            }
            for row in now.stages
        ],
    }


@bp.get("/e/<slug>/live.json")
def live_json(slug: str) -> Response:
    """GET /e/SLUG/live.json - the figures of the live page with an ETag; anybody."""
    return conditional(json_answer(snapshot(queries.live_snapshot(shown_event(slug)))))


def snapshot(now: LiveSnapshot) -> dict[str, Any]:
    """
    Return the figures of a snapshot as JSON.

    Only times of figures are in it, never that of the snapshot, so that
    unchanged figures have an unchanged ETag.
    """
    visits = now.visits
    return {
        "viewers": now.viewers,
        "viewers_class": now.viewers_cls,
        "streams": [_stream_json(row) for row in now.streams],
        "day": now.day.isoformat(),
        "visits": visits and {"count": visits.count, "op": visits.op, "class": visits.cls},
        "cordons": [_cordon_json(row) for row in now.cordons],
        "complete_until": _iso(now.complete_until),
    }


def _stream_json(row: StreamNow) -> dict[str, Any]:
    return {
        "stream": row.stream.slug,
        "viewers": row.viewers if row.is_live else None,
        "last": row.viewers,
        "at": _iso(row.at),
        "stale_after_s": int(row.stream.stale_after.total_seconds()),
        "class": row.stream.cls,
        "peak": row.peak,
        "peak_at": _iso(row.peak_at),
    }


def _cordon_json(row: CordonNow) -> dict[str, Any]:
    return {
        "zone": row.zone_id,
        "count": row.visits.count,
        "op": row.visits.op,
        "class": row.visits.cls,
        "at": _iso(row.last_at),
        "stale": row.is_stale,
    }


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago an instant was, in the language of the page."""
    return str(
        format_timedelta(
            min(at - now, now - now), add_direction=True, locale=LOCALES[current_lang()]
        )
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _claims(event: EventRow) -> list[ObservationRow]:
    return [
        row
        for row in queries.observations(event.id)
        if row.cls is EvidenceClass.CLAIMED and row.metric in _PUBLISHED
    ]


def _curve(row: StreamNow, event: EventRow) -> Any:
    if row.peak is None or row.peak_at is None:
        return ""
    label = _(
        "Viewers today: peak %(peak)s at %(at)s",
        peak=f"{row.peak:,}",
        at=f"{row.peak_at.astimezone(event.zone):%H:%M}",
    )
    return charts.curve(row.points, label)
