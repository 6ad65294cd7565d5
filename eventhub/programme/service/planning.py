"""Add what a plan is checked against: windows, travel, availability, kit, order."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l

from eventhub.kernel import ids
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import AvailabilityKind, DependencyKind, WindowKind
from eventhub.programme.errors import SlugTaken
from eventhub.programme.models import (
    Availability,
    Dependency,
    OpeningWindow,
    Resource,
    ResourceUse,
    TravelTime,
)

on_violation("uq_resource_event_id_slug", SlugTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWindow:
    """When a venue or a stage (one of them) is open, closed or quiet."""

    event_id: int
    starts_at: datetime
    ends_at: datetime
    kind: WindowKind = WindowKind.OPEN
    venue_id: int | None = None
    stage_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTravel:
    """Minutes between two venues, in either order."""

    event_id: int
    venue_a_id: int
    venue_b_id: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAvailability:
    """When a party can, can not or would like to take part."""

    party_id: int
    starts_at: datetime
    ends_at: datetime
    kind: AvailabilityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResource:
    """Kit that shows share, and how many there are."""

    event_id: int
    slug: str
    name: I18n
    quantity: int
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResourceUse:
    """A performance needs some of a resource."""

    performance_id: int
    resource_id: int
    quantity: int = 1
    before_min: int = 0
    after_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDependency:
    """How two performances must stand to each other."""

    event_id: int
    performance_a_id: int
    performance_b_id: int
    kind: DependencyKind
    min_gap_min: int = 0


_Row = OpeningWindow | TravelTime | Availability | Resource | ResourceUse | Dependency
_Command = AddWindow | AddTravel | AddAvailability | AddResource | AddResourceUse | AddDependency


@command
def add_window(cmd: AddWindow) -> int:
    """Add an opening window and return its id; raises Invalid when it ends too early."""
    _in_order(cmd.starts_at, cmd.ends_at)
    return _added(OpeningWindow, cmd)


@command
def add_travel(cmd: AddTravel) -> int:
    """Add the way between two venues and return its id."""
    first, second = sorted((cmd.venue_a_id, cmd.venue_b_id))
    return _added(TravelTime, replace(cmd, venue_a_id=first, venue_b_id=second))


@command
def add_availability(cmd: AddAvailability) -> int:
    """Add when a party is available and return the id; raises Invalid."""
    _in_order(cmd.starts_at, cmd.ends_at)
    return _added(Availability, cmd)


@command
def add_resource(cmd: AddResource) -> int:
    """Add kit and return its id; raises SlugTaken."""
    return _added(Resource, replace(cmd, uuid=cmd.uuid or ids.new_uuid()))


@command
def add_resource_use(cmd: AddResourceUse) -> int:
    """Say that a performance needs kit and return the id."""
    return _added(ResourceUse, cmd)


@command
def add_dependency(cmd: AddDependency) -> int:
    """Say how two performances must stand to each other and return the id."""
    return _added(Dependency, cmd)


def _in_order(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(fields={"ends_at": [_l("It must end after it starts.")]})


def _added(model: type[_Row], cmd: _Command) -> int:
    """Add the row of which the command has every column under its name."""
    row = model(**{each.name: getattr(cmd, each.name) for each in fields(cmd)})
    db.session.add(row)
    db.session.flush()
    return row.id
