"""Stages, zones and gates of an event."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from eventhub.kernel.db import I18n, db
from eventhub.programme.errors import UnknownGate
from eventhub.programme.models import Gate, Slot, Stage, Venue, Zone
from eventhub.programme.queries.event import current_release_id


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage with its venue; `position` counts from 1 and decides thread and weave."""

    id: int
    slug: str
    name: I18n
    short_name: I18n | None
    kind: str
    capacity: int | None
    position: int
    venue_name: I18n
    venue_address: I18n | None
    access: I18n | None
    uuid: str
    venue_slug: str
    venue_access: I18n | None
    venue_lat: float | None
    venue_lon: float | None
    min_changeover_min: int
    venue_id: int = 0
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """An area with a capacity in people; a cordon's counters count every entry."""

    id: int
    public_id: str
    slug: str
    name: I18n
    parent_id: int | None
    is_cordon: bool
    capacity: int | None
    width_m: float | None
    stage_id: int | None
    is_hard_limit: bool = False


@dataclass(frozen=True, slots=True)
class GateRow:
    """A lane at the edge of a zone."""

    id: int
    public_id: str
    number: int
    slug: str
    name: I18n
    zone_id: int
    zone_public_id: str
    zone_name: I18n
    stage_id: int | None
    direction: str
    gate_group: str
    state: str


def stages(event_id: int) -> list[StageRow]:
    """Return the stages of an event in order of position."""
    statement = (
        select(Stage)
        .join(Stage.venue)
        .options(contains_eager(Stage.venue))
        .where(Stage.event_id == event_id)
        .order_by(Stage.position, Stage.id)
    )
    return [_stage(stage, stage.venue) for stage in db.session.scalars(statement)]


def public_stages(event_id: int) -> list[StageRow]:
    """Return the stages that the newest release uses; a stage of the draft alone is not public."""
    used = select(Slot.stage_id).where(Slot.schedule_id == current_release_id(event_id))
    statement = (
        select(Stage)
        .join(Stage.venue)
        .options(contains_eager(Stage.venue))
        .where(Stage.event_id == event_id, Stage.id.in_(used))
        .order_by(Stage.position, Stage.id)
    )
    return [_stage(stage, stage.venue) for stage in db.session.scalars(statement)]


def zones(event_id: int) -> list[ZoneRow]:
    """Return the zones of an event, parents before what lies in them."""
    statement = select(Zone).where(Zone.event_id == event_id).order_by(Zone.id)
    rows = [
        ZoneRow(
            id=zone.id,
            public_id=zone.public_id,
            slug=zone.slug,
            name=zone.name,
            parent_id=zone.parent_id,
            is_cordon=zone.is_cordon,
            capacity=zone.capacity,
            width_m=zone.width_m,
            stage_id=zone.stage_id,
            is_hard_limit=zone.is_hard_limit,
        )
        for zone in db.session.scalars(statement)
    ]
    return _parents_first(rows)


def gates(event_id: int) -> list[GateRow]:
    """Return the gates of an event by number."""
    return [_gate(gate) for gate in db.session.scalars(_gates(event_id).order_by(Gate.number))]


def gate_by_slug(event_id: int, slug: str) -> GateRow:
    """
    Return one gate of an event.

    Raises:
        UnknownGate: The event has no such gate.
    """
    found = db.session.scalar(_gates(event_id).where(Gate.slug == slug))
    if found is None:
        raise UnknownGate()
    return _gate(found)


def _gates(event_id: int) -> Select[Gate]:
    return (
        select(Gate)
        .join(Gate.zone)
        .options(contains_eager(Gate.zone))
        .where(Gate.event_id == event_id)
    )


def _stage(stage: Stage, venue: Venue) -> StageRow:
    return StageRow(
        id=stage.id,
        slug=stage.slug,
        name=stage.name,
        short_name=stage.short_name,
        kind=stage.kind,
        capacity=stage.capacity,
        position=stage.position,
        venue_name=venue.name,
        venue_address=venue.address,
        access=stage.access,
        uuid=stage.uuid,
        venue_slug=venue.slug,
        venue_access=venue.access,
        venue_lat=venue.lat,
        venue_lon=venue.lon,
        min_changeover_min=stage.min_changeover_min,
        venue_id=venue.id,
        is_hidden=stage.is_hidden,
    )


def _gate(gate: Gate) -> GateRow:
    return GateRow(
        id=gate.id,
        public_id=gate.public_id,
        number=gate.number,
        slug=gate.slug,
        name=gate.name,
        zone_id=gate.zone_id,
        zone_public_id=gate.zone.public_id,
        zone_name=gate.zone.name,
        stage_id=gate.stage_id,
        direction=gate.direction,
        gate_group=gate.gate_group,
        state=gate.state,
    )


def _parents_first(rows: list[ZoneRow]) -> list[ZoneRow]:
    ordered: list[ZoneRow] = []
    waiting = list(rows)
    placed: set[int | None] = {None}
    while waiting:
        ready = [row for row in waiting if row.parent_id in placed]
        ordered.extend(ready or waiting)  # a parent elsewhere must not hide its children
        placed.update(row.id for row in ready)
        waiting = [row for row in waiting if row not in ready] if ready else []
    return ordered
