"""What a plan is checked against, as those who set it up see it: ways, times, kit, order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import (
    Availability,
    Dependency,
    Party,
    Performance,
    Resource,
    ResourceUse,
    Show,
    TravelTime,
    Venue,
)


@dataclass(frozen=True, slots=True)
class WayRow:
    """Minutes between two venues."""

    id: int
    a: I18n
    b: I18n
    minutes: int


@dataclass(frozen=True, slots=True)
class TimeRow:
    """When a party can, can not or would like to take part, `[starts_at, ends_at)`."""

    id: int
    party: I18n
    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class UseRow:
    """How much of a kit a performance needs, from before its start until after its end."""

    id: int
    number: int
    title: I18n
    quantity: int
    before_min: int
    after_min: int


@dataclass(frozen=True, slots=True)
class KitRow:
    """Kit that shows share, how many there are, and who needs it."""

    id: int
    slug: str
    name: I18n
    quantity: int
    uses: tuple[UseRow, ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """How two performances must stand to each other."""

    id: int
    number_a: int
    title_a: I18n
    kind: str
    number_b: int
    title_b: I18n
    min_gap_min: int


@dataclass(frozen=True, slots=True)
class PartyName:
    """A party to choose from."""

    slug: str
    name: I18n


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A performance to choose from, by its public number."""

    number: int
    title: I18n


def way_rows(event_id: int) -> list[WayRow]:
    """Return the minutes between venues that somebody wrote down."""
    a, b = aliased(Venue), aliased(Venue)
    statement = (
        select(TravelTime.id, a.name, b.name, TravelTime.minutes)
        .join(a, a.id == TravelTime.venue_a_id)
        .join(b, b.id == TravelTime.venue_b_id)
        .where(TravelTime.event_id == event_id)
        .order_by(TravelTime.id)
    )
    return [WayRow(*row) for row in db.session.execute(statement)]


def time_rows(event_id: int) -> list[TimeRow]:
    """Return the times of parties, by name of the party and time."""
    columns = (Availability.id, Party.name, Availability.kind)
    statement = (
        select(*columns, Availability.starts_at, Availability.ends_at)
        .join(Party, Party.id == Availability.party_id)
        .where(Party.event_id == event_id)
        .order_by(Party.slug, Availability.starts_at, Availability.id)
    )
    return [TimeRow(*row) for row in db.session.execute(statement)]


def kit_rows(event_id: int) -> list[KitRow]:
    """Return all kit with the performances that need it; two statements."""
    uses: dict[int, list[UseRow]] = defaultdict(list)
    statement = (
        select(
            ResourceUse.resource_id,
            ResourceUse.id,
            Performance.public_no,
            Show.title,
            ResourceUse.quantity,
            ResourceUse.before_min,
            ResourceUse.after_min,
        )
        .join(Performance, Performance.id == ResourceUse.performance_id)
        .join(Show, Show.id == Performance.show_id)
        .where(Performance.event_id == event_id)
        .order_by(Performance.public_no)
    )
    for key, row_id, number, title, quantity, before, after in db.session.execute(statement):
        uses[key].append(UseRow(row_id, number, title, quantity, before, after))
    kits = select(Resource).where(Resource.event_id == event_id).order_by(Resource.id)
    return [
        KitRow(kit.id, kit.slug, kit.name, kit.quantity, tuple(uses[kit.id]))
        for kit in db.session.scalars(kits)
    ]


def order_rows(event_id: int) -> list[OrderRow]:
    """Return how performances must stand to each other."""
    a, b = aliased(Performance), aliased(Performance)
    show_a, show_b = aliased(Show), aliased(Show)
    statement = (
        select(
            Dependency.id,
            a.public_no,
            show_a.title,
            Dependency.kind,
            b.public_no,
            show_b.title,
            Dependency.min_gap_min,
        )
        .join(a, a.id == Dependency.performance_a_id)
        .join(b, b.id == Dependency.performance_b_id)
        .join(show_a, show_a.id == a.show_id)
        .join(show_b, show_b.id == b.show_id)
        .where(Dependency.event_id == event_id)
        .order_by(a.public_no, Dependency.id)
    )
    return [OrderRow(*row) for row in db.session.execute(statement)]


def party_names(event_id: int) -> list[PartyName]:
    """Return the parties of an event by slug."""
    statement = select(Party.slug, Party.name).where(Party.event_id == event_id)
    return [PartyName(*row) for row in db.session.execute(statement.order_by(Party.slug))]


def numbers(event_id: int, limit: int = 1_000) -> list[NumberRow]:
    """Return performances to choose from, by public number."""
    statement = (
        select(Performance.public_no, Show.title)
        .join(Show, Show.id == Performance.show_id)
        .where(Performance.event_id == event_id, ~Performance.is_dropped)
        .order_by(Performance.public_no)
        .limit(limit)
    )
    return [NumberRow(*row) for row in db.session.execute(statement)]
