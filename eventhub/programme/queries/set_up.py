"""Venues, stages, windows and shows as those who set them up see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from eventhub.kernel.db import I18n, db
from eventhub.programme.errors import UnknownShow
from eventhub.programme.models import (
    OpeningWindow,
    Party,
    Performance,
    Show,
    ShowParty,
    ShowType,
    Slot,
    Stage,
    Track,
    Venue,
)
from eventhub.programme.queries.planning import working_copy_id


@dataclass(frozen=True, slots=True)
class StageSetUp:
    """A stage as it is set up."""

    slug: str
    name: I18n
    short_name: I18n | None
    kind: str
    capacity: int | None
    min_changeover_min: int
    allow_overlap: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class VenueSetUp:
    """A venue with its stages."""

    slug: str
    name: I18n
    address: I18n | None
    lat: float | None
    lon: float | None
    stages: tuple[StageSetUp, ...]


@dataclass(frozen=True, slots=True)
class WindowSetUp:
    """An opening window and the name of the stage or venue that it is about."""

    id: int
    place: I18n
    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class NameRow:
    """A type or track to choose from."""

    id: int
    slug: str
    name: I18n


@dataclass(frozen=True, slots=True)
class ShowSetUp:
    """A show as it is set up; `placed` of its `times` have a place in the draft."""

    code: str
    title: I18n
    line: I18n | None
    type_id: int | None
    track_id: int | None
    state: str
    default_duration_min: int | None
    expected_audience: int | None
    changeover_before_min: int
    changeover_after_min: int
    cast: tuple[I18n, ...]
    times: int
    placed: int


def venues(event_id: int) -> list[VenueSetUp]:
    """Return the venues of an event with all their stages."""
    stages = db.session.scalars(
        select(Stage).where(Stage.event_id == event_id).order_by(Stage.position, Stage.id)
    ).all()
    rows = db.session.scalars(select(Venue).where(Venue.event_id == event_id).order_by(Venue.id))
    return [
        VenueSetUp(
            venue.slug,
            venue.name,
            venue.address,
            venue.lat,
            venue.lon,
            tuple(_stage(stage) for stage in stages if stage.venue_id == venue.id),
        )
        for venue in rows
    ]


def window_rows(event_id: int) -> list[WindowSetUp]:
    """Return the opening windows of an event by time."""
    statement = (
        select(OpeningWindow, Stage.name, Venue.name)
        .outerjoin(Stage, Stage.id == OpeningWindow.stage_id)
        .outerjoin(Venue, Venue.id == OpeningWindow.venue_id)
        .where(OpeningWindow.event_id == event_id)
        .order_by(OpeningWindow.starts_at, OpeningWindow.id)
    )
    return [
        WindowSetUp(row.id, stage or venue, row.kind, row.starts_at, row.ends_at)
        for row, stage, venue in db.session.execute(statement)
    ]


def types(event_id: int) -> list[NameRow]:
    """Return the kinds of show of an event."""
    return _names(ShowType, event_id)


def track_names(event_id: int) -> list[NameRow]:
    """Return the tracks of an event."""
    return _names(Track, event_id)


def shows(event_id: int) -> list[ShowSetUp]:
    """Return all shows of an event by code; three statements."""
    statement = select(Show).where(Show.event_id == event_id).order_by(Show.id)
    return _shows(event_id, statement)


def show(event_id: int, code: str) -> ShowSetUp:
    """Return one show; raises UnknownShow."""
    found = _shows(event_id, select(Show).where(Show.event_id == event_id, Show.code == code))
    if not found:
        raise UnknownShow()
    return found[0]


def _shows(event_id: int, statement: Select[Show]) -> list[ShowSetUp]:
    loaded = statement.options(selectinload(Show.parties).selectinload(ShowParty.party))
    rows = db.session.scalars(loaded).all()
    on_slot = (Slot.performance_id == Performance.id) & (
        Slot.schedule_id == working_copy_id(event_id)
    )
    counts = {
        row[0]: (row[1], row[2])
        for row in db.session.execute(
            select(Performance.show_id, func.count(), func.count(Slot.starts_at))
            .outerjoin(Slot, on_slot)
            .where(
                Performance.event_id == event_id,
                Performance.kind == "show",
                ~Performance.is_dropped,
            )
            .group_by(Performance.show_id)
        )
    }
    return [_show(row, *counts.get(row.id, (0, 0))) for row in rows]


def _show(row: Show, times: int, placed: int) -> ShowSetUp:
    cast: list[Party] = [link.party for link in row.parties]
    return ShowSetUp(
        row.code,
        row.title,
        row.line,
        row.type_id,
        row.track_id,
        row.state,
        row.default_duration_min,
        row.expected_audience,
        row.changeover_before_min,
        row.changeover_after_min,
        tuple(party.name for party in cast),
        times,
        placed,
    )


def _stage(stage: Stage) -> StageSetUp:
    return StageSetUp(
        stage.slug,
        stage.name,
        stage.short_name,
        stage.kind,
        stage.capacity,
        stage.min_changeover_min,
        stage.allow_overlap,
        stage.is_hidden,
    )


def _names(model: type[ShowType] | type[Track], event_id: int) -> list[NameRow]:
    statement = select(model.id, model.slug, model.name).where(model.event_id == event_id)
    return [NameRow(*row) for row in db.session.execute(statement.order_by(model.id))]
