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
from eventhub.audience.queries import CordonNow, LiveSnapshot, ObservationRow, StreamNow
from eventhub.kernel.http import conditional, json_answer
from eventhub.kernel.i18n import LOCALES, current_lang
from eventhub.programme.queries import EventRow, event_by_slug

bp = Blueprint("audience", __name__)
_PUBLISHED = ("footfall.visits", "live.viewers_claimed")  # claims that the live page repeats


@bp.get("/e/<slug>/live")
def live(slug: str) -> Response:
    """GET /e/SLUG/live - what is counted now; anybody."""
    event = event_by_slug(slug)
    now = queries.live_snapshot(event)
    is_counting = bool(now.streams or now.cordons or now.others)
    page = render_template(
        "audience/live.html",
        event=event,
        section="live",
        now=now,
        results=queries.stream_results(event.id) if now.streams else [],
        claims=[] if is_counting else _claims(event),
        ago=lambda at: ago(at, now.at),
        curve=lambda row: _curve(row, event),
        curve_ends=lambda row: charts.ends(row.points),
    )
    return conditional(make_response(page))


@bp.get("/e/<slug>/live.json")
def live_json(slug: str) -> Response:
    """GET /e/SLUG/live.json - the figures of the live page with an ETag; anybody."""
    return conditional(json_answer(snapshot(queries.live_snapshot(event_by_slug(slug)))))


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
