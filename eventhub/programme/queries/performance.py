"""Shows and performances as the newest release has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, true
from sqlalchemy.orm import InstrumentedAttribute

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import PerformanceKind, ShowState, SlotStatus
from eventhub.programme.errors import UnknownShow
from eventhub.programme.models import (
    Livestream,
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
from eventhub.programme.queries.event import EventRow, current_release_id

_Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
_PUBLIC_STATES = (ShowState.CONFIRMED, ShowState.CANCELLED)


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Who takes part in a show and as what."""

    slug: str
    name: I18n
    kind: str
    role: str
    bio: I18n | None
    uuid: str
    public_no: int


@dataclass(frozen=True, slots=True)
class PerformanceRow:
    """
    One time a show is given; `[starts_at, ends_at)` in UTC.

    `day` is the operating day; `status` is cancelled when the show is.
    Without a type, track or stage the slugs are empty and the names empty
    dictionaries.
    """

    performance_id: int
    uuid: str
    public_no: int
    show_id: int
    show_code: str
    title: I18n
    line: I18n | None
    description: I18n | None
    language: str | None
    type_slug: str
    type_name: I18n
    track_name: I18n
    stage_id: int | None
    stage_slug: str
    stage_name: I18n
    stage_short: I18n
    stage_position: int
    venue_name: I18n
    starts_at: datetime
    ends_at: datetime
    status: str
    note_public: I18n | None
    day: date
    is_open_to_all: bool
    is_livestreamed: bool
    expected_audience: int | None
    parties: tuple[PartyRow, ...]
    show_uuid: str
    track_slug: str
    schema_org: str
    stage_uuid: str
    stage_capacity: int | None
    venue_slug: str
    venue_address: I18n
    stream_channel: str | None
    stream_url: str | None
    venue_lat: float | None
    venue_lon: float | None


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A strand of the programme; colour as `#rrggbb`."""

    slug: str
    name: I18n
    color: str


@dataclass(frozen=True, slots=True)
class ShowRow:
    """A released show, whatever is known of its times."""

    show_id: int
    show_uuid: str
    show_code: str
    title: I18n
    line: I18n | None
    description: I18n | None
    language: str | None
    type_slug: str
    type_name: I18n
    track_slug: str
    track_name: I18n
    schema_org: str
    is_open_to_all: bool
    is_livestreamed: bool
    expected_audience: int | None
    is_cancelled: bool
    parties: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class ShowPage:
    """A show with its performances by start; none when no time is stated."""

    show: ShowRow
    performances: tuple[PerformanceRow, ...]

    @property
    def title(self) -> I18n:
        """Return the title of the show."""
        return self.show.title


def programme(event: EventRow) -> list[PerformanceRow]:
    """Return what is on, by start and then by stage position; empty before a release."""
    statement = _released_slots(event.id).where(Slot.starts_at.is_not(None))
    return _performances(event, statement)


def programme_of(
    event: EventRow, schedule_id: int, *, is_draft: bool = False
) -> list[PerformanceRow]:
    """Return what one version says; of a draft what its release would make public."""
    chosen = _all_slots(
        Slot.schedule_id == schedule_id,
        Show.state.in_(_PUBLIC_STATES),
        true() if is_draft else Slot.is_visible,
    )
    return _performances(event, chosen.where(Slot.starts_at.is_not(None)))


def performances_of(event: EventRow, performance_ids: Iterable[int]) -> list[PerformanceRow]:
    """Return some performances of the release, by start."""
    statement = _released_slots(event.id).where(
        Slot.starts_at.is_not(None), Slot.performance_id.in_(list(performance_ids))
    )
    return _performances(event, statement)


def unplaced_shows(event: EventRow) -> list[ShowRow]:
    """Return released shows for which no time is stated, in the order of their numbers."""
    statement = _released_slots(event.id).where(Slot.starts_at.is_(None))
    found = db.session.execute(statement.order_by(None).order_by(Performance.public_no)).all()
    parties = _parties({row.Show.id for row in found})
    shows = {row.Show.id: _show(row, parties) for row in found}
    return list(shows.values())


def show_by_code(event: EventRow, code: str) -> ShowPage:
    """
    Return one released show with all its performances.

    Raises:
        UnknownShow: No release has the show, or it is under embargo.
    """
    found = db.session.execute(_released_slots(event.id).where(Show.code == code)).all()
    if not found:
        raise UnknownShow()
    parties = _parties({row.Show.id for row in found})
    placed = tuple(_performance(event, row, parties) for row in found if row.Slot.starts_at)
    return ShowPage(_show(found[0], parties), placed)


def withdrawn(event: EventRow, slot_ids: Iterable[int]) -> list[PerformanceRow]:
    """Return performances that a release has told and the newest one has not, as cancelled."""
    rows = _performances(event, _slots(Slot.id.in_(list(slot_ids))))
    return [replace(row, status=SlotStatus.CANCELLED) for row in rows]


def tracks(event_id: int) -> list[TrackRow]:
    """Return the strands of an event."""
    statement = select(Track).where(Track.event_id == event_id).order_by(Track.id)
    return [TrackRow(row.slug, row.name, row.color) for row in db.session.scalars(statement)]


def _performances(event: EventRow, statement: Select[*tuple[Any, ...]]) -> list[PerformanceRow]:
    found = db.session.execute(statement).all()
    parties = _parties({row.Show.id for row in found})
    return [_performance(event, row, parties) for row in found]


def _released_slots(event_id: int) -> Select[*tuple[Any, ...]]:
    """Select what the public may see of the newest release."""
    return _slots(Slot.schedule_id == current_release_id(event_id), Show.state.in_(_PUBLIC_STATES))


def _slots(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Select visible slots of shows without embargo."""
    return _all_slots(*conditions, Slot.is_visible)


def _all_slots(*conditions: _Condition) -> Select[*tuple[Any, ...]]:
    """Select slots of public kind and of shows without embargo."""
    return (
        select(Slot, Performance, Show, ShowType, Track, Stage, Venue, Livestream)
        .join(Performance, Performance.id == Slot.performance_id)
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(ShowType, ShowType.id == Show.type_id)
        .outerjoin(Track, Track.id == Show.track_id)
        .outerjoin(Stage, Stage.id == Slot.stage_id)
        .outerjoin(Venue, Venue.id == Stage.venue_id)
        .outerjoin(Livestream, Livestream.id == _first_livestream())
        .where(
            *conditions,
            Performance.kind == PerformanceKind.SHOW,
            Show.embargo_until.is_(None) | (Show.embargo_until <= clock.now()),
        )
        .order_by(Slot.starts_at, Stage.position, Performance.public_no)
    )


def _first_livestream() -> Any:
    """Return the id of the first stream of a performance; restreams stand after it."""
    return (
        select(Livestream.id)
        .where(Livestream.performance_id == Performance.id)
        .order_by(Livestream.id)
        .limit(1)
        .correlate(Performance)
        .scalar_subquery()
    )


def _parties(show_ids: set[int]) -> dict[int, tuple[PartyRow, ...]]:
    """Return the public parties per show id, in order."""
    if not show_ids:
        return {}
    statement = (
        select(ShowParty, Party)
        .join(Party, Party.id == ShowParty.party_id)
        .where(ShowParty.show_id.in_(show_ids), ShowParty.is_public, Party.is_public)
        .order_by(ShowParty.show_id, ShowParty.position, ShowParty.id)
    )
    found: dict[int, tuple[PartyRow, ...]] = {}
    for link, party in db.session.execute(statement):
        row = PartyRow(
            slug=party.slug,
            name=party.name,
            kind=party.kind,
            role=link.role,
            bio=party.bio,
            uuid=party.uuid,
            public_no=party.public_no,
        )
        found[link.show_id] = (*found.get(link.show_id, ()), row)
    return found


def _show(row: Row[*tuple[Any, ...]], parties: dict[int, tuple[PartyRow, ...]]) -> ShowRow:
    show, kind, track = row.Show, row.ShowType, row.Track
    return ShowRow(
        show_id=show.id,
        show_uuid=show.uuid,
        show_code=show.code,
        title=show.title,
        line=show.line,
        description=show.description,
        language=show.language,
        type_slug=kind.slug if kind else "",
        type_name=kind.name if kind else {},
        track_slug=track.slug if track else "",
        track_name=track.name if track else {},
        schema_org=kind.schema_org if kind else "Event",
        is_open_to_all=show.is_open_to_all,
        is_livestreamed=show.is_livestreamed,
        expected_audience=show.expected_audience,
        is_cancelled=show.state == ShowState.CANCELLED,
        parties=parties.get(show.id, ()),
    )


def _performance(
    event: EventRow, row: Row[*tuple[Any, ...]], parties: dict[int, tuple[PartyRow, ...]]
) -> PerformanceRow:
    slot, performance, stage, venue = row.Slot, row.Performance, row.Stage, row.Venue
    show = _show(row, parties)
    stream = row.Livestream
    return PerformanceRow(
        performance_id=performance.id,
        uuid=performance.uuid,
        public_no=performance.public_no,
        show_id=show.show_id,
        show_code=show.show_code,
        title=show.title,
        line=show.line,
        description=show.description,
        language=show.language,
        type_slug=show.type_slug,
        type_name=show.type_name,
        track_name=show.track_name,
        stage_id=stage.id if stage else None,
        stage_slug=stage.slug if stage else "",
        stage_name=stage.name if stage else {},
        stage_short=(stage.short_name or stage.name) if stage else {},
        stage_position=stage.position if stage else 1,
        venue_name=venue.name if venue else {},
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=SlotStatus.CANCELLED if show.is_cancelled else slot.status,
        note_public=slot.note_public,
        day=event.operating_day(slot.starts_at),
        is_open_to_all=show.is_open_to_all,
        is_livestreamed=show.is_livestreamed,
        expected_audience=show.expected_audience,
        parties=show.parties,
        show_uuid=show.show_uuid,
        track_slug=show.track_slug,
        schema_org=show.schema_org,
        stage_uuid=stage.uuid if stage else "",
        stage_capacity=stage.capacity if stage else None,
        venue_slug=venue.slug if venue else "",
        venue_address=(venue.address or {}) if venue else {},
        stream_channel=stream.channel if stream else None,
        stream_url=stream.url if stream else None,
        venue_lat=venue.lat if venue else None,
        venue_lon=venue.lon if venue else None,
    )
