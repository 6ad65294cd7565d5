"""Add the places of an event."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.kernel import ids
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.programme.enums import GateDirection
from eventhub.programme.errors import NumberTaken, SlugTaken
from eventhub.programme.models import Gate, Stage, Venue, Zone

for _table in ("venue", "stage", "zone", "gate"):
    on_violation(f"uq_{_table}_event_id_slug", SlugTaken)
on_violation("uq_gate_event_id_number", NumberTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVenue:
    """A place with an address."""

    event_id: int
    slug: str
    name: I18n
    address: I18n | None = None
    access: I18n | None = None
    lat: float | None = None
    lon: float | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStage:
    """A stage of a venue; `position` from 1 decides order, colour and weave."""

    event_id: int
    venue_id: int
    slug: str
    name: I18n
    kind: str
    position: int
    short_name: I18n | None = None
    capacity: int | None = None
    min_changeover_min: int = 0
    allow_overlap: bool = False
    access: I18n | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddZone:
    """An area with a capacity in people."""

    event_id: int
    slug: str
    name: I18n
    parent_id: int | None = None
    stage_id: int | None = None
    is_cordon: bool = False
    capacity: int | None = None
    width_m: float | None = None
    area_m2: float | None = None
    public_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGate:
    """A lane at the edge of a zone."""

    event_id: int
    zone_id: int
    number: int
    slug: str
    name: I18n
    stage_id: int | None = None
    direction: GateDirection = GateDirection.IN
    gate_group: str = ""
    public_id: str | None = None


@command
def add_venue(cmd: AddVenue) -> int:
    """Add a venue and return its id; raises SlugTaken."""
    return _added(
        Venue(
            event_id=cmd.event_id,
            uuid=cmd.uuid or ids.new_uuid(),
            slug=cmd.slug,
            name=cmd.name,
            address=cmd.address,
            access=cmd.access,
            lat=cmd.lat,
            lon=cmd.lon,
        )
    )


@command
def add_stage(cmd: AddStage) -> int:
    """Add a stage and return its id; raises SlugTaken."""
    return _added(
        Stage(
            event_id=cmd.event_id,
            venue_id=cmd.venue_id,
            uuid=cmd.uuid or ids.new_uuid(),
            slug=cmd.slug,
            name=cmd.name,
            short_name=cmd.short_name,
            kind=cmd.kind,
            capacity=cmd.capacity,
            position=cmd.position,
            min_changeover_min=cmd.min_changeover_min,
            allow_overlap=cmd.allow_overlap,
            access=cmd.access,
        )
    )


@command
def add_zone(cmd: AddZone) -> int:
    """Add a zone and return its id; raises SlugTaken."""
    return _added(
        Zone(
            event_id=cmd.event_id,
            public_id=cmd.public_id or ids.new_public_id(),
            slug=cmd.slug,
            name=cmd.name,
            parent_id=cmd.parent_id,
            stage_id=cmd.stage_id,
            is_cordon=cmd.is_cordon,
            capacity=cmd.capacity,
            width_m=cmd.width_m,
            area_m2=cmd.area_m2,
        )
    )


@command
def add_gate(cmd: AddGate) -> int:
    """Add a gate and return its id; raises SlugTaken or NumberTaken."""
    return _added(
        Gate(
            event_id=cmd.event_id,
            public_id=cmd.public_id or ids.new_public_id(),
            number=cmd.number,
            slug=cmd.slug,
            name=cmd.name,
            zone_id=cmd.zone_id,
            stage_id=cmd.stage_id,
            direction=cmd.direction,
            gate_group=cmd.gate_group,
        )
    )


def _added(row: Venue | Stage | Zone | Gate) -> int:
    db.session.add(row)
    db.session.flush()
    return row.id
