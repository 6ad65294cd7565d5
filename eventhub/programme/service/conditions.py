"""Write down by hand what a plan is checked against: ways, times of parties, kit, order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, assert_never

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from eventhub.kernel import audit
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import AvailabilityKind, DependencyKind
from eventhub.programme.models import (
    Availability,
    Dependency,
    Party,
    Performance,
    Resource,
    ResourceUse,
    TravelTime,
    Venue,
)
from eventhub.programme.service import planning
from eventhub.programme.service.set_up import free_slug


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWay:
    """Minutes between two venues (slugs), instead of those that were there."""

    event_id: int
    venue_a: str
    venue_b: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTime:
    """When a party (slug) can, can not or would like to take part."""

    event_id: int
    party: str
    kind: AvailabilityKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveKit:
    """Kit and how many there are; one of the same name gets the new number."""

    event_id: int
    name: I18n
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveUse:
    """How much of a kit (slug) a performance (public number) needs, instead of before."""

    event_id: int
    kit: str
    number: int
    quantity: int
    before_min: int = 0
    after_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOrder:
    """How two performances (public numbers) must stand to each other."""

    event_id: int
    number_a: int
    number_b: int
    kind: DependencyKind
    min_gap_min: int = 0


Condition = SaveWay | SaveTime | SaveKit | SaveUse | SaveOrder


@command
def save_condition(cmd: Condition) -> None:
    """
    Write down a condition.

    Raises:
        Invalid: Something named is not of the event, or the values can not be.
    """
    match cmd:
        case SaveWay():
            _save_way(cmd)
        case SaveTime():
            _save_time(cmd)
        case SaveKit():
            _save_kit(cmd)
        case SaveUse():
            _save_use(cmd)
        case SaveOrder():
            _save_order(cmd)
        case _:
            assert_never(cmd)
    audit.record(
        "condition.save",
        f"condition:{type(cmd).__name__.removeprefix('Save').lower()}",
        event_id=cmd.event_id,
    )


@command
def remove_condition(event_id: int, what: str, row_id: int) -> None:
    """
    Take a condition away; one that is gone already is no error.

    Args:
        event_id: Whose.

        what: One of `KINDS`.

        row_id: Of the row.
    """
    model, mine = _OWN[what]
    row = db.session.scalar(select(model).where(model.id == row_id, mine(event_id)))
    if row is not None:
        db.session.delete(row)
        audit.record("condition.remove", f"condition:{what}", event_id=event_id)


_Own = Callable[[int], ColumnElement[bool]]
_OWN: Final[Mapping[str, tuple[Any, _Own]]] = {
    "ways": (TravelTime, lambda event_id: TravelTime.event_id == event_id),
    "times": (
        Availability,
        lambda event_id: Availability.party_id.in_(
            select(Party.id).where(Party.event_id == event_id)
        ),
    ),
    "kit": (Resource, lambda event_id: Resource.event_id == event_id),
    "uses": (
        ResourceUse,
        lambda event_id: ResourceUse.resource_id.in_(
            select(Resource.id).where(Resource.event_id == event_id)
        ),
    ),
    "order": (Dependency, lambda event_id: Dependency.event_id == event_id),
}
KINDS: Final = tuple(_OWN)


def _save_way(cmd: SaveWay) -> None:
    a, b = sorted(
        _id(Venue, cmd.event_id, Venue.slug == slug, field)
        for slug, field in ((cmd.venue_a, "venue_a"), (cmd.venue_b, "venue_b"))
    )
    if a == b:
        raise Invalid(fields={"venue_b": [_l("Choose two venues.")]})
    row = db.session.scalar(
        select(TravelTime).where(TravelTime.venue_a_id == a, TravelTime.venue_b_id == b)
    )
    if row is not None:
        row.minutes = cmd.minutes
        return
    planning.add_travel(
        planning.AddTravel(event_id=cmd.event_id, venue_a_id=a, venue_b_id=b, minutes=cmd.minutes)
    )


def _save_time(cmd: SaveTime) -> None:
    planning.add_availability(
        planning.AddAvailability(
            party_id=_id(Party, cmd.event_id, Party.slug == cmd.party, "party"),
            starts_at=cmd.starts_at,
            ends_at=cmd.ends_at,
            kind=cmd.kind,
        )
    )


def _save_kit(cmd: SaveKit) -> None:
    kits = db.session.scalars(select(Resource).where(Resource.event_id == cmd.event_id)).all()
    row = next((kit for kit in kits if kit.name == cmd.name), None)
    if row is not None:
        row.quantity = cmd.quantity
        return
    planning.add_resource(
        planning.AddResource(
            event_id=cmd.event_id,
            slug=free_slug(Resource, cmd.event_id, cmd.name, "kit"),
            name=cmd.name,
            quantity=cmd.quantity,
        )
    )


def _save_use(cmd: SaveUse) -> None:
    kit_id = _id(Resource, cmd.event_id, Resource.slug == cmd.kit, "kit")
    performance_id = _performance(cmd.event_id, cmd.number, "number")
    row = db.session.scalar(
        select(ResourceUse).where(
            ResourceUse.resource_id == kit_id, ResourceUse.performance_id == performance_id
        )
    )
    if row is not None:
        row.quantity = cmd.quantity
        row.before_min, row.after_min = cmd.before_min, cmd.after_min
        return
    planning.add_resource_use(
        planning.AddResourceUse(
            performance_id=performance_id,
            resource_id=kit_id,
            quantity=cmd.quantity,
            before_min=cmd.before_min,
            after_min=cmd.after_min,
        )
    )


def _save_order(cmd: SaveOrder) -> None:
    a = _performance(cmd.event_id, cmd.number_a, "number_a")
    b = _performance(cmd.event_id, cmd.number_b, "number_b")
    if a == b:
        raise Invalid(fields={"number_b": [_l("Choose two shows.")]})
    row = db.session.scalar(
        select(Dependency).where(
            Dependency.performance_a_id == a,
            Dependency.performance_b_id == b,
            Dependency.kind == cmd.kind,
        )
    )
    if row is not None:
        row.min_gap_min = cmd.min_gap_min
        return
    planning.add_dependency(
        planning.AddDependency(
            event_id=cmd.event_id,
            performance_a_id=a,
            performance_b_id=b,
            kind=cmd.kind,
            min_gap_min=cmd.min_gap_min,
        )
    )


def _performance(event_id: int, number: int, field: str) -> int:
    return _id(Performance, event_id, Performance.public_no == number, field)


def _id(model: Any, event_id: int, is_it: ColumnElement[bool], field: str) -> int:
    found: int | None = db.session.scalar(select(model.id).where(model.event_id == event_id, is_it))
    if found is None:
        raise Invalid(fields={field: [_l("Choose one of the list.")]})
    return found
