"""Estimates of visits to open grounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from eventhub.audience.models import Observation, Turnover
from eventhub.kernel.db import db


@dataclass(frozen=True, slots=True)
class TurnoverRow:
    """One ground on one day with what its figure rests on."""

    zone_id: int
    day: date
    visits: int
    rel_sd: float
    area_m2: float
    dwell_min: float
    dwell_sample: int
    made_by: str


def turnovers(event_id: int) -> list[TurnoverRow]:
    """Return estimates, latest day first; one statement."""
    found = db.session.execute(
        select(Turnover, Observation)
        .join(Observation, Observation.id == Turnover.observation_id)
        .where(Turnover.event_id == event_id)
        .order_by(Turnover.day.desc(), Turnover.zone_id)
    )
    return [
        TurnoverRow(
            zone_id=row.zone_id,
            day=row.day,
            visits=round(figure.value),
            rel_sd=figure.rel_sd or 0.0,
            area_m2=row.area_m2,
            dwell_min=row.dwell_min,
            dwell_sample=row.dwell_sample,
            made_by=row.made_by,
        )
        for row, figure in found
    ]
