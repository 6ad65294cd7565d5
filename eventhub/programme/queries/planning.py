"""The working copy as the conflict rules see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from eventhub.kernel.db import db
from eventhub.programme.enums import ScheduleState
from eventhub.programme.models import (
    Availability,
    Dependency,
    Livestream,
    OpeningWindow,
    Party,
    PartyMember,
    Performance,
    PerformanceDemand,
    Resource,
    ResourceUse,
    Schedule,
    Show,
    ShowParty,
    ShowType,
    Slot,
    Stage,
    TravelTime,
    Venue,
)
from eventhub.programme.queries.event import EventRow, current_release_id
from eventhub.programme.rules import facts as plain


@dataclass(frozen=True, slots=True)
class Near:
    """
    Part of a working copy: some performances, and what may clash with them.

    That is what in `spans` stands on the same stages, or needs the same people,
    kit or channel.
    """

    performance_ids: frozenset[int]
    spans: tuple[tuple[datetime, datetime], ...]
    stage_ids: frozenset[int]
    party_ids: frozenset[int]


def facts(event: EventRow, near: Near | None = None) -> plain.Facts:
    """
    Return the working copy of an event, or a part of it, as the rules see it.

    Cost: a fixed number of statements.
    """
    items = _items(event.id, near)
    only = None if near is None else {item.show_id for item in items}
    ids = None if near is None else {item.id for item in items}
    cast = _cast(event.id, only)
    members = _members(event.id)
    wanted = None if near is None else {p for party in cast.values() for p in party}
    people = wanted and wanted | {row.person_id for row in members if row.group_id in wanted}
    return plain.Facts(
        calendar=calendar(event),
        items=items,
        shows=_shows(event.id, only, cast),
        stages=_stages(event.id),
        venues=venue_facts(event.id),
        travel_min=travel_minutes(event.id),
        parties=_parties(event.id, people),
        members=members,
        windows=windows(event.id),
        available=available(event.id),
        kits=_kits(event.id),
        uses=_uses(event.id, ids),
        needs=_needs(event.id),
        streams=_streams(event.id, ids),
        told=_told(event.id),
        demand=_demand(event.id),
    )


def calendar(event: EventRow) -> plain.Calendar:
    """Return zone, days and grid of an event."""
    return plain.Calendar(
        zone=event.zone,
        day_start=event.day_start_local,
        first_day=event.starts_on,
        last_day=event.ends_on,
        grid_min=event.grid_min,
    )


def working_copy_id(event_id: int) -> Any:
    """Return the id of the working copy as a subquery."""
    wip = select(Schedule.id).where(
        Schedule.event_id == event_id, Schedule.state == ScheduleState.WIP
    )
    return wip.scalar_subquery()


def windows(event_id: int) -> list[plain.Window]:
    """Return the opening windows of venues and stages."""
    statement = select(OpeningWindow).where(OpeningWindow.event_id == event_id)
    return [
        plain.Window(
            row.kind,
            _seconds(row.starts_at),
            _seconds(row.ends_at),
            row.venue_id,
            row.stage_id,
        )
        for row in db.session.scalars(statement.order_by(OpeningWindow.id))
    ]


def available(event_id: int) -> list[plain.Available]:
    """Return when parties can, can not or would like to take part."""
    statement = (
        select(Availability)
        .join(Party, Party.id == Availability.party_id)
        .where(Party.event_id == event_id)
        .order_by(Availability.id)
    )
    return [
        plain.Available(row.party_id, row.kind, _seconds(row.starts_at), _seconds(row.ends_at))
        for row in db.session.scalars(statement)
    ]


def venue_facts(event_id: int) -> dict[int, plain.VenueFacts]:
    """Return where the venues of an event are, by id."""
    rows = db.session.scalars(select(Venue).where(Venue.event_id == event_id))
    return {row.id: plain.VenueFacts(row.id, row.lat, row.lon) for row in rows}


def travel_minutes(event_id: int) -> dict[tuple[int, int], int]:
    """Return the minutes between venues that somebody wrote down, lower id first."""
    rows = db.session.scalars(select(TravelTime).where(TravelTime.event_id == event_id))
    return {(row.venue_a_id, row.venue_b_id): row.minutes for row in rows}


def _items(event_id: int, near: Near | None) -> list[plain.Item]:
    on_slot = (Slot.performance_id == Performance.id) & (
        Slot.schedule_id == working_copy_id(event_id)
    )
    statement = (
        select(
            Performance.id,
            Performance.uuid,
            Performance.kind,
            Performance.show_id,
            Slot.stage_id,
            Slot.starts_at,
            Slot.ends_at,
            Slot.status,
            Performance.for_performance_id,
        )
        .outerjoin(Slot, on_slot)
        .where(Performance.event_id == event_id, ~Performance.is_dropped)
    )
    if near is not None:
        statement = statement.where(_is_near(near))
    return [
        plain.Item(
            row[0], row[1], row[2], row[3], row[4],
            None if row[5] is None else _seconds(row[5]),
            None if row[6] is None else _seconds(row[6]),
            row[7] or "scheduled",
            row[8],
        )
        for row in db.session.execute(statement.order_by(Performance.id))
    ]  # fmt: skip


def _is_near(near: Near) -> ColumnElement[bool]:
    ours = near.performance_ids
    spans = [(Slot.starts_at < end) & (Slot.ends_at > start) for start, end in near.spans]
    used = select(ResourceUse.resource_id).where(ResourceUse.performance_id.in_(ours))
    channels = select(Livestream.channel).where(Livestream.performance_id.in_(ours))
    shows = select(ShowParty.show_id).where(ShowParty.party_id.in_(near.party_ids))
    kit = select(ResourceUse.performance_id).where(ResourceUse.resource_id.in_(used))
    on_air = select(Livestream.performance_id).where(Livestream.channel.in_(channels))
    shared = or_(
        Slot.stage_id.in_(near.stage_ids),
        Performance.show_id.in_(shows),
        Performance.id.in_(kit),
        Performance.id.in_(on_air),
    )
    return or_(and_(or_(false(), *spans), shared), Performance.id.in_(ours))


# columns of a show that stand in its facts under the same name
_SAME = (
    Show.id,
    Show.uuid,
    Show.code,
    Show.title,
    Show.state,
    Show.changeover_before_min,
    Show.changeover_after_min,
    Show.requires_rehearsal,
    Show.rehearsal_same_stage,
    Show.rehearsal_min_gap_min,
    Show.expected_audience,
    Show.bill,
)


def _shows(
    event_id: int, only: Collection[int] | None, cast: dict[int, list[int]]
) -> dict[int, plain.ShowFacts]:
    others = (Show.type_id, Show.track_id, ShowType.min_duration_min, ShowType.max_duration_min)
    statement = (
        select(*_SAME, *others)
        .outerjoin(ShowType, ShowType.id == Show.type_id)
        .where(Show.event_id == event_id)
    )
    names = [column.key for column in _SAME]
    return {
        row.id: plain.ShowFacts(
            **dict(zip(names, row, strict=False)),
            has_type=row.type_id is not None,
            has_track=row.track_id is not None,
            min_minutes=row.min_duration_min,
            max_minutes=row.max_duration_min,
            party_ids=tuple(cast.get(row.id, ())),
        )
        for row in db.session.execute(_only(statement, Show.id, only))
    }


def _cast(event_id: int, only: Collection[int] | None) -> dict[int, list[int]]:
    statement = (
        select(ShowParty.show_id, ShowParty.party_id)
        .join(Show, Show.id == ShowParty.show_id)
        .where(Show.event_id == event_id)
        .order_by(ShowParty.show_id, ShowParty.position, ShowParty.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(_only(statement, ShowParty.show_id, only)):
        if row.party_id not in found[row.show_id]:
            found[row.show_id].append(row.party_id)
    return found


def _stages(event_id: int) -> dict[int, plain.StageFacts]:
    return {
        row.id: plain.StageFacts(
            id=row.id,
            uuid=row.uuid,
            venue_id=row.venue_id,
            name=row.name,
            capacity=row.capacity,
            min_changeover_min=row.min_changeover_min,
            allow_overlap=row.allow_overlap,
            is_hidden=row.is_hidden,
        )
        for row in db.session.scalars(select(Stage).where(Stage.event_id == event_id))
    }


def _parties(event_id: int, only: Collection[int] | None) -> dict[int, plain.PartyFacts]:
    statement = select(Party.id, Party.uuid, Party.name, Party.buffer_min)
    statement = statement.where(Party.event_id == event_id)
    return {
        row.id: plain.PartyFacts(row.id, row.uuid, row.name, row.buffer_min)
        for row in db.session.execute(_only(statement, Party.id, only))
    }


def _members(event_id: int) -> list[plain.Member]:
    statement = (
        select(PartyMember)
        .join(Party, Party.id == PartyMember.party_id)
        .where(Party.event_id == event_id)
    )
    return [
        plain.Member(
            row.party_id,
            row.member_id,
            None if row.valid_from is None else _seconds(row.valid_from),
            None if row.valid_until is None else _seconds(row.valid_until),
        )
        for row in db.session.scalars(statement)
    ]


def _kits(event_id: int) -> dict[int, plain.Kit]:
    rows = db.session.scalars(select(Resource).where(Resource.event_id == event_id))
    return {row.id: plain.Kit(row.id, row.uuid, row.name, row.quantity) for row in rows}


def _uses(event_id: int, only: Collection[int] | None) -> list[plain.Use]:
    statement = (
        select(ResourceUse)
        .join(Resource, Resource.id == ResourceUse.resource_id)
        .where(Resource.event_id == event_id)
    )
    return [
        plain.Use(row.performance_id, row.resource_id, row.quantity, row.before_min, row.after_min)
        for row in db.session.scalars(_only(statement, ResourceUse.performance_id, only))
    ]


def _needs(event_id: int) -> list[plain.Needs]:
    rows = db.session.scalars(select(Dependency).where(Dependency.event_id == event_id))
    return [
        plain.Needs(row.performance_a_id, row.performance_b_id, row.kind, row.min_gap_min)
        for row in rows
    ]


def _streams(event_id: int, only: Collection[int] | None) -> list[plain.Stream]:
    statement = (
        select(Livestream)
        .join(Performance, Performance.id == Livestream.performance_id)
        .where(Performance.event_id == event_id)
    )
    return [
        plain.Stream(
            row.performance_id,
            row.channel,
            None if row.starts_at is None else _seconds(row.starts_at),
            None if row.ends_at is None else _seconds(row.ends_at),
        )
        for row in db.session.scalars(_only(statement, Livestream.performance_id, only))
    ]


def _told(event_id: int) -> list[plain.Told]:
    statement = (
        select(Slot.performance_id, Slot.stage_id, Slot.starts_at, Slot.ends_at, Slot.status)
        .where(Slot.schedule_id == current_release_id(event_id), Slot.starts_at.is_not(None))
        .where(Slot.performance_id.in_(select(PerformanceDemand.performance_id)))
    )
    return [
        plain.Told(
            row.performance_id,
            row.stage_id,
            _seconds(row.starts_at),
            _seconds(row.ends_at),
            row.status,
        )
        for row in db.session.execute(statement)
    ]


def _demand(event_id: int) -> dict[int, dict[str, int]]:
    statement = (
        select(PerformanceDemand)
        .join(Performance, Performance.id == PerformanceDemand.performance_id)
        .where(Performance.event_id == event_id)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in db.session.scalars(statement):
        found[row.performance_id][row.source] = row.count
    return found


def _only(
    statement: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[int],
    ids: Iterable[int] | None,
) -> Select[*tuple[Any, ...]]:
    return statement if ids is None else statement.where(column.in_(list(ids)))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
