"""Lists over all days: search and filters, one's own programme, what the releases changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.wrappers import Response

from eventhub.kernel import clock
from eventhub.kernel.http import conditional
from eventhub.programme import board, headline, queries, zones
from eventhub.programme.board import Listed
from eventhub.programme.errors import UnknownParty
from eventhub.programme.kept import kept
from eventhub.programme.queries import PartyRow

bp = Blueprint("lists", __name__)


@bp.get("/e/<slug>/programme/all")
@kept
def all_days(slug: str) -> Response:
    """GET /e/SLUG/programme/all - every show, filtered and searched by query; anybody."""
    event = queries.shown_event(slug)
    at = clock.now()
    rows = queries.programme(event)
    chosen = headline.Filter.of(request.args)
    told = queries.publications(event.id)
    items = board.listed(filter(chosen.admits, rows), told, at, queries.live_states(event.id))
    return _page(
        "all",
        event=event,
        days=_by_day(items),
        count=len(items),
        chosen=chosen,
        picks=headline.picks(rows),
        zone=zones.chosen(event),
        section="programme",
        at=at,
    )


@bp.get("/e/<slug>/programme/mine")
@kept
def mine(slug: str) -> Response:
    """
    GET /e/SLUG/programme/mine - the shows that a reader has marked; anybody.

    Which ones stands in the browser or behind the # of the address: the page
    holds all shows, and no request says which are meant.
    """
    event = queries.shown_event(slug)
    at = clock.now()
    items = board.listed(
        queries.programme(event),
        queries.publications(event.id),
        at,
        queries.live_states(event.id),
    )
    return _page(
        "mine",
        event=event,
        days=_by_day(items),
        ways=queries.ways(event.id, {item.row.venue_slug for item in items}),
        zone=zones.chosen(event),
        section="programme",
        at=at,
    )


@bp.get("/e/<slug>/parties/<party>")
@kept
def party(slug: str, party: str) -> Response:
    """GET /e/SLUG/parties/PARTY - a brand, designer or band with its shows; anybody."""
    event = queries.shown_event(slug)
    rows = [row for row in queries.programme(event) if _takes_part(row.parties, party)]
    undated = [show for show in queries.unplaced_shows(event) if _takes_part(show.parties, party)]
    if not rows and not undated:  # what is not released or not public has no page either
        raise UnknownParty()
    listed: list[Any] = [*rows, *undated]
    found = [one for row in listed for one in row.parties if one.slug == party]
    items = board.listed(
        rows, queries.publications(event.id), clock.now(), queries.live_states(event.id)
    )
    return _page(
        "party",
        event=event,
        party=found[0],
        roles=list(dict.fromkeys(one.role for one in found)),
        days=_by_day(items),
        undated=undated,
        section="programme",
    )


@bp.get("/e/<slug>/changes")
def changes(slug: str) -> Response:
    """GET /e/SLUG/changes - the releases and what each changed; anybody."""
    event = queries.shown_event(slug)
    return _page(
        "changes",
        event=event,
        releases=queries.release_changes(event.id),
        words=headline.change_words(),
        section="programme",
    )


def _takes_part(parties: Iterable[PartyRow], slug: str) -> bool:
    return any(one.slug == slug for one in parties)


def _by_day(items: Sequence[Listed]) -> list[tuple[date, list[Listed]]]:
    return [(day, list(of_day)) for day, of_day in groupby(items, key=lambda item: item.row.day)]


def _page(name: str, **values: object) -> Response:
    return conditional(make_response(render_template(f"programme/{name}.html", **values)))
