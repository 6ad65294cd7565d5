"""Readings of zones, from scans or counters, and the alerts that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from eventhub.checkin.models import GateChange, ZoneAlert, ZoneReading
from eventhub.checkin.queries.zones import silent_devices, zone_counts
from eventhub.checkin.rules.levels import Change, Level, Limits, changes
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event, Zone
from eventhub.programme.queries import EventRow, event_by_id

_SEEN = "eventhub_zones_seen"
_AT_LEAST_EVERY = timedelta(seconds=30)  # what is resolved by people moves no counter
_AROUND = timedelta(days=1)  # of the event's days: building up, and the last night


@dataclass(frozen=True, slots=True)
class Source:
    """What a figure rests on; `last_at` None has never spoken."""

    name: str
    last_at: datetime | None


@command
def observe_zone(
    zone_id: int,
    inside: int | None,
    sources: Sequence[Source],
    at: datetime,
    *,
    is_counted: bool = True,
) -> None:
    """
    Keep a reading of a zone, and raise or clear what follows from it.

    A source that has been silent for longer than the zone allows makes it
    stale: it keeps its last figure and neither raises nor clears. Commits.

    Args:
        zone_id: The zone.

        inside: People inside; None when nobody can tell.

        sources: All that the figure rests on.

        at: Of the reading.

        is_counted: By counters; False for scans.
    """
    zone = db.session.get_one(Zone, zone_id)
    most = timedelta(seconds=zone.stale_after_s)
    stale = [row.name for row in sources if row.last_at is None or at - row.last_at > most]
    is_known = inside is not None and not stale
    row = db.session.get(ZoneReading, zone_id)
    if row is None:
        row = ZoneReading(zone_id=zone_id, event_id=zone.event_id, stale=[], checked_at=at)
        db.session.add(row)
    row.stale = stale
    row.inside = inside if is_known else None
    row.checked_at = at
    row.is_counted = is_counted
    if inside is not None and is_known:
        row.last_inside, row.at = inside, at
        _judge(zone, inside, at, [source.name for source in sources])
    db.session.flush()


def watch_zones() -> int:
    """
    Read the zones of running events whose gates have moved; return how many zones were read.

    Nothing is read while no scan came in and no level is on its way down, but
    every half minute at the latest.
    """
    now = clock.now()
    seen: dict[int, tuple[datetime, int]] = current_app.extensions.setdefault(_SEEN, {})
    read = 0
    for event_id in _running(now):
        last = seen.get(event_id)
        newest = _newest(event_id)
        is_quiet = last is not None and last[1] == newest and now - last[0] < _AT_LEAST_EVERY
        if is_quiet and not _is_falling(event_id):
            continue
        read += _read(event_by_id(event_id), now)
        seen[event_id] = (now, newest)
    return read


@command
def _read(event: EventRow, now: datetime) -> int:
    """Read all zones of an event in one transaction: gates wait for the same lock."""
    counts = zone_counts(event)
    silent = silent_devices(event.id, now)
    counted = set(
        db.session.scalars(
            select(ZoneReading.zone_id).where(
                ZoneReading.event_id == event.id, ZoneReading.is_counted
            )
        )
    )
    read = 0
    for zone_id, count in counts.items():
        if zone_id in counted or not count.has_exit:
            continue
        sources = [Source(name, at) for name, at in silent.get(zone_id, ())]
        observe_zone(zone_id, count.inside, sources, now, is_counted=False)
        read += 1
    return read


def _judge(zone: Zone, inside: int, at: datetime, cause: list[str]) -> None:
    open_rows = {
        Level(row.level): row
        for row in db.session.scalars(
            select(ZoneAlert).where(ZoneAlert.zone_id == zone.id, ZoneAlert.cleared_at.is_(None))
        )
    }
    limits = Limits(
        capacity=zone.capacity,
        warn_share=zone.warn_share,
        full_share=zone.full_share,
        hysteresis_share=zone.hysteresis_share,
        clear_after_s=zone.clear_after_s,
    )
    raised = {level: row.falling_since for level, row in open_rows.items()}
    for change in changes(inside, at, raised, limits):
        _apply(change, open_rows.get(change.level), zone, inside, at, cause)


def _apply(
    change: Change,
    row: ZoneAlert | None,
    zone: Zone,
    inside: int,
    at: datetime,
    cause: list[str],
) -> None:
    if row is None:
        db.session.add(
            ZoneAlert(
                event_id=zone.event_id,
                zone_id=zone.id,
                level=change.level.value,
                raised_at=at,
                inside=inside,
                capacity=zone.capacity,
                cause=cause,
            )
        )
    elif change.act == "clear":
        row.cleared_at = at
    else:
        row.falling_since = at if change.act == "fall" else None


def _running(now: datetime) -> list[int]:
    first, last = (now - _AROUND).date(), (now + _AROUND).date()
    statement = select(Event.id).where(Event.starts_on <= last, Event.ends_on >= first)
    return list(db.session.scalars(statement.order_by(Event.id)))


def _newest(event_id: int) -> int:
    statement = select(func.max(GateChange.seq)).where(GateChange.event_id == event_id)
    return db.session.scalar(statement) or 0


def _is_falling(event_id: int) -> bool:
    statement = select(ZoneAlert.id).where(
        ZoneAlert.event_id == event_id,
        ZoneAlert.cleared_at.is_(None),
        ZoneAlert.falling_since.is_not(None),
    )
    return db.session.scalar(statement.limit(1)) is not None
