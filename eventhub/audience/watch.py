"""The watch page of an event, and the addresses that its player sends beats to."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

from flask import Blueprint, make_response, render_template, request
from flask.wrappers import Response

from eventhub.audience import beacons, queries
from eventhub.audience.errors import UnknownStream
from eventhub.audience.queries import PlayerRow, ProgrammeRow
from eventhub.audience.rules.beats import CACHED_S, MAX_K, PERIOD_S
from eventhub.kernel import clock
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import allow_hosts, conditional
from eventhub.programme.queries import live_states, shown_event

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}/[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SID: Final = re.compile(r"[0-9A-Za-z]{16}")

AROUND: Final = timedelta(minutes=15)  # a player opens so long before a show, and stays after it

bp = Blueprint("watch", __name__)
log = logging.getLogger(__name__)


@bp.get("/e/<slug>/watch")
def watch(slug: str) -> Response:
    """GET /e/SLUG/watch - the first stream that can be watched here; anybody."""
    return _page(slug, None)


@bp.get("/e/<slug>/watch/<stream>")
def watch_stream(slug: str, stream: str) -> Response:
    """GET /e/SLUG/watch/STREAM - one stream in the player of the house; anybody."""
    return _page(slug, stream)


def _page(slug: str, stream: str | None) -> Response:
    event = shown_event(slug)
    rows = queries.players(event.id)
    chosen = _chosen(rows, stream)
    is_asked = "load" in request.args
    is_loaded = chosen is not None and chosen.kind == "embed" and is_asked
    now = queries.live_snapshot(event)
    state = next((row for row in now.streams if chosen and row.stream.slug == chosen.slug), None)
    items = _items(event.id, chosen)
    phase = _phase(items, is_live=state is not None and state.is_live)
    page = render_template(
        "audience/watch.html",
        event=event,
        section="live",
        rows=rows,
        chosen=chosen,
        is_loaded=is_loaded,
        phase=phase,
        has_player=is_asked or phase is Phase.OPEN,
        now_on=_on_air(items),
        said=live_states(event.id),
        state=state,
        period_s=PERIOD_S,
    )
    answer = conditional(make_response(page))
    if chosen is None or not chosen.host:
        return answer
    if chosen.kind == "hls":
        return allow_hosts(answer, media=chosen.host)
    return allow_hosts(answer, frames=chosen.host) if is_loaded else answer


def _chosen(rows: list[PlayerRow], stream: str | None) -> PlayerRow | None:
    if stream is None:
        return rows[0] if rows else None
    found = next((row for row in rows if row.slug == stream), None)
    if found is None:
        raise UnknownStream()
    return found


def _items(event_id: int, chosen: PlayerRow | None) -> list[ProgrammeRow]:
    """Return what a stream shows, by start."""
    if chosen is None:
        return []
    rows = queries.stream_programme(event_id)
    return [item for item in rows if item.stream_id == chosen.stream_id]


def _on_air(items: Sequence[ProgrammeRow]) -> ProgrammeRow | None:
    """Return what the stream shows now, else what comes next."""
    now = clock.now()
    return next((item for item in items if item.ends_at > now), None)


class Phase(StrEnum):
    """Whether there is something to see; a stream without a programme is always open."""

    BEFORE = "before"
    OPEN = "open"
    ENDED = "ended"


def _phase(items: Sequence[ProgrammeRow], *, is_live: bool) -> Phase:
    """Return whether a stream is open: from a while before a show to a while after it."""
    now = clock.now()
    is_near = any(item.starts_at - AROUND <= now < item.ends_at + AROUND for item in items)
    if is_live or is_near or not items:
        return Phase.OPEN
    return Phase.BEFORE if any(item.starts_at > now for item in items) else Phase.ENDED


@bp.get("/live/b")
def beat() -> Response:
    """GET /live/b - a play (with `i`) or a beat of the player; anybody; no cookie, no body."""
    given = request.args
    key, k, sid = given.get("s", ""), given.get("k", ""), given.get("i")
    is_right = _KEY.fullmatch(key) and k.isdecimal() and len(k) < 3 and int(k) <= MAX_K
    if is_right and (sid is None or _SID.fullmatch(sid)):
        try:
            _keep(key, int(k), sid)
        except OSError as error:  # a full disk: viewers go on, figures have a gap
            log.error("beat not kept", extra={"why": str(error)})
    answer = Response(status=204)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _keep(key: str, k: int, sid: str | None) -> None:
    values = {"t": round(clock.now_ms() / 1000, 3), "s": key, "k": str(k)}
    if sid is None:
        beacons.append("beat", values)
        return
    seen = {"ip": request.remote_addr or "", "ua": request.user_agent.string[:500]}
    wishes = {"dnt": request.headers.get("DNT"), "gpc": request.headers.get("Sec-GPC")}
    beacons.append("join", values | {"i": sid} | seen | wishes)


@bp.get("/live/k/<slug>/<stream>.txt")
def policy(slug: str, stream: str) -> Response:
    """GET /live/k/SLUG/STREAM.txt - k: players send one of 2**k beats; anybody."""
    k = queries.k_of((slug, stream))
    if k is None:
        raise NotFound()
    answer = Response(f"{k}\n", mimetype="text/plain")
    answer.headers["Cache-Control"] = f"public, max-age={CACHED_S}"
    return answer
