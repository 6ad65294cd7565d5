"""Calls about shows: list, make, change, give once more, where they could stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from flask_babel import lazy_gettext as _l
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.kernel.api import Schema, body, operation, query
from eventhub.kernel.errors import Invalid
from eventhub.kernel.http import json_answer
from eventhub.programme import queries, service, wire
from eventhub.programme.api.frame import I18nText, Minutes, Slug, authorised, bp
from eventhub.programme.enums import ShowState
from eventhub.programme.queries import EventRow, set_up

_Gap = Annotated[int, Field(ge=0, le=24 * 60)]
_People = Annotated[int, Field(ge=0, le=10_000_000)]
_Cast = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]


class ShowChange(Schema):
    """
    What is to change; what is not named stays.

    `cast` are names, all of them: those that the event knows are taken, others
    become parties of `new_kind`.
    """

    title: I18nText | None = None
    line: I18nText | None = None
    type: Slug | None = None
    track: Slug | None = None
    state: ShowState | None = None
    minutes: Minutes | None = None
    expected_audience: _People | None = None
    changeover_before_min: _Gap | None = None
    changeover_after_min: _Gap | None = None
    cast: _Cast | None = None
    new_kind: Literal["person", "brand", "band", "designer", "organisation", "crew"] = "brand"


class ShowBody(ShowChange):
    """A new show; it also gets its first performance, which waits for a place."""

    title: I18nText


class ShowAnswer(Schema):
    """A show as it is set up; `placed` of its `performances` have a place in the draft."""

    code: str
    title: dict[str, str]
    line: dict[str, str] | None
    type: str | None
    track: str | None
    state: str
    minutes: int | None
    expected_audience: int | None
    changeover_before_min: int
    changeover_after_min: int
    cast: list[dict[str, str]]
    performances: int
    placed: int


class ShowList(Schema):
    """All shows, whether they have a place or not."""

    shows: list[ShowAnswer]


class MadeAnswer(Schema):
    """The public number of a new performance."""

    performance: int


class SuggestQuery(Schema):
    """How many at most."""

    limit: Annotated[int, Field(ge=1, le=200)] = 20


class SuggestionAnswer(Schema):
    """A place that adds no finding; `score` and its parts from 0 to 1, event's zone."""

    stage: str
    starts_at: str
    ends_at: str
    score: float
    parts: dict[str, float]


class SuggestionList(Schema):
    """Places, best first."""

    slots: list[SuggestionAnswer]


@bp.get("/shows")
@operation(
    summary="List all shows of the event, drafts too.",
    answers={200: ShowList},
    scope=Scope.PROGRAMME_READ,
    tags=["shows"],
)
def list_shows(slug: str) -> Response:
    """GET /api/v1/events/SLUG/shows, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    words = _words(event)
    return json_answer({"shows": [_data(row, words) for row in set_up.shows(event.id)]})


@bp.get("/shows/<code>")
@operation(
    summary="Read a show.",
    answers={200: ShowAnswer},
    scope=Scope.PROGRAMME_READ,
    tags=["shows"],
)
def read_show(slug: str, code: str) -> Response:
    """GET /api/v1/events/SLUG/shows/CODE, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    return json_answer(_data(set_up.show(event.id, code.upper()), _words(event)))


@bp.post("/shows")
@operation(
    summary="Make a show with its first performance.",
    body=ShowBody,
    answers={201: ShowAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["shows"],
)
def make_show(slug: str) -> Response:
    """POST /api/v1/events/SLUG/shows, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    code = _save(event, body(ShowBody), None)
    return json_answer(_data(set_up.show(event.id, code), _words(event)), 201)


@bp.patch("/shows/<code>")
@operation(
    summary="Change a show; what is not named stays.",
    body=ShowChange,
    answers={200: ShowAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["shows"],
)
def change_show(slug: str, code: str) -> Response:
    """PATCH /api/v1/events/SLUG/shows/CODE, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    given = body(ShowChange)
    _save(event, given, set_up.show(event.id, code.upper()))
    return json_answer(_data(set_up.show(event.id, code.upper()), _words(event)))


@bp.post("/shows/<code>/performances")
@operation(
    summary="Let a show be given once more; the new performance waits for a place.",
    answers={201: MadeAnswer},
    scope=Scope.PROGRAMME_WRITE,
    tags=["shows"],
)
def add_performance(slug: str, code: str) -> Response:
    """POST /api/v1/events/SLUG/shows/CODE/performances, keys with programme:write."""
    event = authorised(slug, Scope.PROGRAMME_WRITE)
    made = service.add_time(event.id, code.upper())
    [row] = queries.working_grid(event, ids=[made])
    return json_answer({"performance": row.public_no}, 201)


@bp.get("/shows/<code>/suggestions")
@operation(
    summary="List places for a show that add no finding, best first (?limit=20).",
    answers={200: SuggestionList},
    scope=Scope.PROGRAMME_READ,
    tags=["schedule"],
)
def suggestions(slug: str, code: str) -> Response:
    """GET /api/v1/events/SLUG/shows/CODE/suggestions, keys with programme:read."""
    event = authorised(slug, Scope.PROGRAMME_READ)
    found = queries.suggest(event, code.upper(), query(SuggestQuery).limit)
    return json_answer({"slots": wire.suggestions_data(event, found)})


def _save(event: EventRow, given: ShowChange, row: set_up.ShowSetUp | None) -> str:
    """Write what is named over what is there; returns the code."""
    named = given.model_dump(exclude_unset=True)
    values: dict[str, Any] = {} if row is None else _kept(row)
    for field, rows in (
        ("type", set_up.types(event.id)),
        ("track", set_up.track_names(event.id)),
    ):
        if field in named:
            values[f"{field}_id"] = _id_of(field, rows, named.pop(field))
    if "minutes" in named:
        values["default_duration_min"] = named.pop("minutes")
    needed = ("title", "state", "cast", "changeover_before_min", "changeover_after_min")
    if nothing := [name for name in needed if name in named and named[name] is None]:
        raise Invalid(fields={name: [_l("This is required.")] for name in nothing})
    return service.save_show(service.SaveShow(event_id=event.id, **values | named))


def _kept(row: set_up.ShowSetUp) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "line": row.line,
        "type_id": row.type_id,
        "track_id": row.track_id,
        "state": ShowState(row.state),
        "default_duration_min": row.default_duration_min,
        "expected_audience": row.expected_audience,
        "changeover_before_min": row.changeover_before_min,
        "changeover_after_min": row.changeover_after_min,
        "cast": [name.get("en") or next(iter(name.values())) for name in row.cast],
    }


def _id_of(field: str, rows: list[set_up.NameRow], slug: str | None) -> int | None:
    if slug is None:
        return None
    found = next((row.id for row in rows if row.slug == slug), None)
    if found is None:
        raise Invalid(fields={field: [_l("Choose one of the list.")]})
    return found


def _words(event: EventRow) -> dict[str, dict[int, str]]:
    return {
        "type": {row.id: row.slug for row in set_up.types(event.id)},
        "track": {row.id: row.slug for row in set_up.track_names(event.id)},
    }


def _data(row: set_up.ShowSetUp, words: dict[str, dict[int, str]]) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "line": row.line,
        "type": words["type"].get(row.type_id or 0),
        "track": words["track"].get(row.track_id or 0),
        "state": row.state,
        "minutes": row.default_duration_min,
        "expected_audience": row.expected_audience,
        "changeover_before_min": row.changeover_before_min,
        "changeover_after_min": row.changeover_after_min,
        "cast": list(row.cast),
        "performances": row.times,
        "placed": row.placed,
    }
