"""Counters that report by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.audience.models import Sensor, Source
from eventhub.kernel.db import I18n, db


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One counter that reports by itself; `topic` "" is signed HTTP alone."""

    source_id: int
    name: str
    title: I18n
    topic: str
    key_rev: int
    last_seen_at: datetime | None


def sensors(event_id: int) -> list[SensorRow]:
    """Return the sensors of an event in order of making; one statement."""
    found = db.session.execute(
        select(Sensor, Source)
        .join(Source, Source.id == Sensor.source_id)
        .where(Sensor.event_id == event_id)
        .order_by(Source.id)
    )
    return [
        SensorRow(
            source_id=source.id,
            name=source.name,
            title=source.title,
            topic=sensor.topic or "",
            key_rev=sensor.key_rev,
            last_seen_at=sensor.last_seen_at,
        )
        for sensor, source in found
    ]


def topics() -> list[str]:
    """Return all topics that counters report under; one statement."""
    return list(db.session.scalars(select(Sensor.topic).where(Sensor.topic.is_not(None))))
