"""Visits of an open ground from people present and how long they stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.errors import (
    BadTurnover,
    GroundIsCounted,
    GroundIsEstimated,
    UnknownCounter,
)
from eventhub.audience.models import Source, Turnover
from eventhub.audience.rules import occupancy as rules
from eventhub.audience.service.claims import RecordObservation, record_observation
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.programme.models import Zone
from eventhub.programme.queries import event_by_id

MIN_SAMPLE: Final = 200  # people who were asked how long they stayed


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterTurnover:
    """
    What was counted on an open ground in one operating day.

    `densities` are (instant, people on a square metre) in order of time, two or
    more; `dwell_min` is how long people stay on average, minutes, of
    `dwell_sample` who were asked.
    """

    event_id: int
    zone_id: int
    day: date
    area_m2: float
    densities: Sequence[tuple[datetime, float]]
    dwell_min: float
    dwell_sample: int
    by: str = ""


@command
def enter_turnover(cmd: EnterTurnover) -> tuple[int, float]:
    """
    Keep the visits of an open ground as an estimate; a second one of a day replaces it. Commits.

    Returns:
        Visits, and their relative standard deviation.

    Raises:
        UnknownCounter: The event has no such zone.

        BadTurnover: Fewer than two densities or 200 people asked, more people
            than fit, or an instant outside of the day.

        GroundIsCounted: Counters or another ground count these people already.
    """
    zone = db.session.get(Zone, cmd.zone_id)
    if zone is None or zone.event_id != cmd.event_id:
        raise UnknownCounter()
    event = event_by_id(cmd.event_id)
    starts_at, ends_at = event.day_bounds(cmd.day)
    times = [at for at, _density in cmd.densities]
    in_day = all(starts_at <= at <= ends_at for at in times)
    if cmd.dwell_sample < MIN_SAMPLE or not in_day or cmd.area_m2 <= 0 or max(times) > clock.now():
        raise BadTurnover()
    _check_free(cmd, zone)
    try:
        visits, rel_sd = rules.turnover_of(
            [(at.timestamp() / 3600, density) for at, density in cmd.densities],
            cmd.area_m2,
            cmd.dwell_min,
        )
    except ValueError:
        raise BadTurnover() from None
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=f"ground:{zone.slug}"[:120],
            kind=SourceKind.DOCUMENT,
            title=zone.name,
            is_synthetic=event.is_synthetic,
        )
    )
    figure = record_observation(
        RecordObservation(
            event_id=cmd.event_id,
            source_id=source.id,
            metric="footfall.visits",
            value=visits,
            cls=EvidenceClass.ESTIMATED,
            starts_at=starts_at,
            ends_at=ends_at,
            zone_id=zone.id,
            label=zone.name,
            rel_sd=rel_sd,
            is_synthetic=event.is_synthetic,
        )
    )
    row = db.session.scalar(
        select(Turnover).where(
            Turnover.event_id == cmd.event_id,
            Turnover.zone_id == zone.id,
            Turnover.day == cmd.day,
        )
    ) or Turnover(event_id=cmd.event_id, zone_id=zone.id, day=cmd.day)
    row.area_m2, row.dwell_min, row.dwell_sample = cmd.area_m2, cmd.dwell_min, cmd.dwell_sample
    row.counts = [[at.isoformat(), density] for at, density in cmd.densities]
    row.observation_id, row.made_by, row.made_at = figure.id, cmd.by[:120], clock.now()
    db.session.add(row)
    db.session.flush()
    audit.record(
        "ground.turnover",
        f"zone:{zone.slug}",
        event_id=cmd.event_id,
        after={"day": cmd.day.isoformat(), "visits": visits, "rel_sd": round(rel_sd, 3)},
    )
    return visits, rel_sd


def check_not_estimated(event_id: int, zone_id: int) -> None:
    """
    Refuse a cordon where people are estimated already: both would count them (DC-1).

    Raises:
        GroundIsEstimated: An estimate stands for the zone, one around or inside it.
    """
    days = db.session.scalars(
        select(Turnover.day)
        .where(Turnover.event_id == event_id, Turnover.zone_id.in_(_kin(event_id, zone_id)))
        .distinct()
        .order_by(Turnover.day)
    ).all()
    if days:
        raise GroundIsEstimated(details={"days": [day.isoformat() for day in days]})


def _kin(event_id: int, zone_id: int) -> set[int]:
    """Return a zone with those around and inside it."""
    parents = {
        row.id: row.parent_id
        for row in db.session.scalars(select(Zone).where(Zone.event_id == event_id))
    }

    def around(one: int) -> set[int]:
        found: set[int] = set()
        at: int | None = one
        while at is not None and at not in found:
            found.add(at)
            at = parents.get(at)
        return found

    return around(zone_id) | {one for one in parents if zone_id in around(one)}


def _check_free(cmd: EnterTurnover, zone: Zone) -> None:
    """Refuse a ground of which a part is counted, or that is part of one: DC-1."""
    counted = set(
        db.session.scalars(
            select(Source.zone_id).where(Source.event_id == cmd.event_id, Source.is_cordon)
        )
    ) | set(
        db.session.scalars(
            select(Turnover.zone_id).where(
                Turnover.event_id == cmd.event_id,
                Turnover.day == cmd.day,
                Turnover.zone_id != zone.id,
            )
        )
    )
    if counted & _kin(cmd.event_id, zone.id):
        raise GroundIsCounted()
