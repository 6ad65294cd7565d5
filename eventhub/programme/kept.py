"""Whole public pages kept for some seconds, so that a crowd costs one rendering."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec

from flask import current_app, request
from flask.wrappers import Response
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from eventhub.kernel import clock
from eventhub.kernel.auth import current_actor
from eventhub.kernel.db import db
from eventhub.kernel.http import conditional
from eventhub.kernel.i18n import current_lang
from eventhub.programme.models import Event, LiveStatus, Schedule

P = ParamSpec("P")

KEPT_S: Final = 5.0  # texts that are edited in place show at the latest after this
_MOST: Final = 400  # pages of one process
_LONGEST_QUERY: Final = 200
_STORE: Final = "eventhub_pages"
_SAID: Final = (  # what of an answer belongs to its bytes; the rest is said anew each time
    "Access-Control-Allow-Origin",
    "Content-Disposition",
    "Content-Type",
    "Last-Modified",
    "Vary",
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A rendered page: what it was made of, when, and its bytes."""

    state: tuple[int, int, int]
    at_s: float
    body: bytes | None  # None: only that it is unchanged has been said so far
    etag: str
    headers: tuple[tuple[str, str], ...]
    max_age: int

    def holds(self, state: tuple[int, int, int], now_s: float) -> bool:
        """Tell whether this request can be answered with it."""
        is_fresh = self.state == state and 0 <= now_s - self.at_s < KEPT_S
        return is_fresh and (self.body is not None or request.if_none_match.contains(self.etag))


def kept(view: Callable[P, Response | BaseResponse]) -> Callable[P, Response | BaseResponse]:
    """
    Answer strangers from memory as long as a page is `KEPT_S` young and nothing new is said.

    A release or the word of a stage manager makes the page anew at once. Who is
    signed in, and who asks with a long query, gets a page of their own.
    """

    @functools.wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> Response | BaseResponse:
        if not current_actor().is_anonymous or len(request.query_string) > _LONGEST_QUERY:
            return view(*args, **kwargs)
        store: OrderedDict[tuple[str, str], _Kept] = current_app.extensions.setdefault(
            _STORE, OrderedDict()
        )
        key = (request.full_path, current_lang())
        state, now = _state(str(kwargs.get("slug", ""))), clock.monotonic_s()
        found = store.get(key)
        if found is not None and found.holds(state, now):
            return _again(found)
        answer = view(*args, **kwargs)
        if isinstance(answer, Response) and answer.status_code in (200, 304):
            _keep(store, key, answer, state, now)
        return answer

    return run


def _state(slug: str) -> tuple[int, int, int]:
    """
    Return the newest release and word of an event, without a slug of all public ones.

    The third number is how many of them are public: what is hidden is gone at once.
    """
    which = Event.slug == slug if slug else Event.is_public
    event_ids = select(Event.id).where(which)
    releases = select(func.max(Schedule.id)).where(
        Schedule.event_id.in_(event_ids), Schedule.released_at.is_not(None)
    )
    words = select(func.max(LiveStatus.id)).where(LiveStatus.event_id.in_(event_ids))
    shown = select(func.count()).where(which, Event.is_public)
    statement = select(releases.scalar_subquery(), words.scalar_subquery(), shown.scalar_subquery())
    row = db.session.execute(statement).one()
    return row[0] or 0, row[1] or 0, row[2]


def _again(found: _Kept) -> Response:
    answer = Response(found.body or b"", headers=dict(found.headers))
    answer.set_etag(found.etag)
    return conditional(answer, found.max_age)


def _keep(
    store: OrderedDict[tuple[str, str], _Kept],
    key: tuple[str, str],
    answer: Response,
    state: tuple[int, int, int],
    now: float,
) -> None:
    etag = answer.get_etag()[0]
    if etag is None:
        return
    body = answer.get_data() if answer.status_code == 200 else None
    said = tuple((name, answer.headers[name]) for name in _SAID if name in answer.headers)
    store[key] = _Kept(state, now, body, etag, said, answer.cache_control.max_age or 0)
    store.move_to_end(key)
    while len(store) > _MOST:
        store.popitem(last=False)
