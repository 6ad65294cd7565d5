"""People inside the zones of an event, how full they are, and which source is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from eventhub.checkin.enums import ConflictState
from eventhub.checkin.models import Admission, Conflict, Device, Scan, ZoneAlert, ZoneReading
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, cached_for, db
from eventhub.programme.models import Gate
from eventhub.programme.queries import EventRow, zones

STAYS_FOR = timedelta(hours=24)  # nobody is inside longer: they left by a way that is not scanned
INSIDE_S = 1.0  # seconds that a hard limit may lag behind
ALERTS = 20


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """People by the gates of a zone: let in today, inside now, and what is not handed in yet."""

    admitted: int = 0
    inside: int = 0
    has_exit: bool = False
    queued: int = 0


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """
    A zone as the board shows it.

    `inside` is None where exits are not scanned or a source is stale;
    `last_inside` and `last_at` are then what was known last. `most` counts
    scans that devices have not handed in yet. `levels` are those that are up.
    """

    public_id: str
    name: I18n
    capacity: int | None
    admitted: int
    inside: int | None
    most: int | None
    is_counted: bool
    has_exit: bool
    stale: tuple[str, ...]
    last_inside: int | None
    last_at: datetime | None
    levels: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Return how full the zone is; None when that is not known."""
        return self.inside / self.capacity if self.inside is not None and self.capacity else None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """A level that a zone reached; `cleared_at` None while it lasts."""

    zone: I18n
    level: str
    raised_at: datetime
    cleared_at: datetime | None
    inside: int
    capacity: int | None


def zone_counts(event: EventRow) -> dict[int, ZoneCount]:
    """Return what gates say of every zone that has one."""
    now = clock.now()
    start, end = event.day_bounds(event.operating_day(now))
    day = (Admission.entered_at_ms >= _ms(start), Admission.entered_at_ms < _ms(end))
    admitted = _per_zone(event.id, *day)
    still = (Admission.left_at_ms.is_(None), Admission.entered_at_ms >= _ms(now - STAYS_FOR))
    inside = _per_zone(event.id, *still)
    second = _second_people(event.id, _ms(now - STAYS_FOR))
    exits: dict[int, bool] = {}
    for zone_id, direction in db.session.execute(
        select(Gate.zone_id, Gate.direction).where(Gate.event_id == event.id)
    ):
        exits[zone_id] = exits.get(zone_id, False) or direction != "in"
    queued = dict(
        db.session.execute(
            select(Gate.zone_id, func.sum(Device.queue_count))
            .join(Gate, Gate.id == Device.gate_id)
            .where(Device.event_id == event.id, Device.revoked_at.is_(None))
            .group_by(Gate.zone_id)
        ).all()
    )
    return {
        zone_id: ZoneCount(
            admitted=admitted.get(zone_id, 0),
            inside=inside.get(zone_id, 0) + second.get(zone_id, 0),
            has_exit=has_exit,
            queued=int(queued.get(zone_id, 0) or 0),
        )
        for zone_id, has_exit in exits.items()
    }


def zone_board(event: EventRow) -> list[ZoneLine]:
    """Return every zone with gates or counters, in the order of the event."""
    counts = zone_counts(event)
    readings = {
        row.zone_id: row
        for row in db.session.scalars(select(ZoneReading).where(ZoneReading.event_id == event.id))
    }
    up: dict[int, list[str]] = {}
    statement = select(ZoneAlert.zone_id, ZoneAlert.level).where(
        ZoneAlert.event_id == event.id, ZoneAlert.cleared_at.is_(None)
    )
    for zone_id, level in db.session.execute(statement.order_by(ZoneAlert.id)):
        up.setdefault(zone_id, []).append(level)
    lines = []
    for zone in zones(event.id):
        reading = readings.get(zone.id)
        count = counts.get(zone.id)
        if count is None and reading is None:
            continue
        count = count or ZoneCount()
        is_counted = reading is not None and reading.is_counted
        stale = tuple(reading.stale) if reading is not None else ()
        inside = reading.inside if is_counted and reading is not None else count.inside
        is_known = (is_counted or count.has_exit) and not stale
        lines.append(
            ZoneLine(
                public_id=zone.public_id,
                name=zone.name,
                capacity=zone.capacity,
                admitted=count.admitted,
                inside=inside if is_known else None,
                most=None if inside is None else inside + count.queued,
                is_counted=is_counted,
                has_exit=count.has_exit,
                stale=stale,
                last_inside=reading.last_inside if reading is not None else None,
                last_at=reading.at if reading is not None else None,
                levels=tuple(up.get(zone.id, ())),
            )
        )
    return lines


def zone_alerts(event_id: int) -> list[AlertLine]:
    """Return the alerts of an event, those that last first, then the newest."""
    names = {zone.id: zone.name for zone in zones(event_id)}
    rows = db.session.scalars(
        select(ZoneAlert)
        .where(ZoneAlert.event_id == event_id)
        .order_by(ZoneAlert.cleared_at.is_not(None), ZoneAlert.raised_at.desc())
        .limit(ALERTS)
    )
    return [
        AlertLine(
            names.get(row.zone_id, {}),
            row.level,
            row.raised_at,
            row.cleared_at,
            row.inside,
            row.capacity,
        )
        for row in rows
    ]


def silent_devices(event_id: int, now: datetime) -> dict[int, list[tuple[str, datetime | None]]]:
    """Return by zone the devices that hold scans back, with when they were last seen."""
    found: dict[int, list[tuple[str, datetime | None]]] = {}
    statement = (
        select(Gate.zone_id, Device.name, Device.last_seen_at)
        .join(Gate, Gate.id == Device.gate_id)
        .where(Device.event_id == event_id, Device.revoked_at.is_(None), Device.queue_count > 0)
        .order_by(Device.name)
    )
    for zone_id, name, seen in db.session.execute(statement):
        found.setdefault(zone_id, []).append((name, seen))
    return found


@cached_for(INSIDE_S)
def inside_of_zone(event_id: int, zone_id: int) -> int:
    """Return how many people gates have left in a zone, at most a second old."""
    since = _ms(clock.now() - STAYS_FOR)
    found = _per_zone(
        event_id,
        Admission.left_at_ms.is_(None),
        Admission.entered_at_ms >= since,
        Gate.zone_id == zone_id,
    )
    return found.get(zone_id, 0) + _second_people(event_id, since).get(zone_id, 0)


def _per_zone(event_id: int, *conditions: ColumnElement[bool]) -> dict[int, int]:
    statement = (
        select(Gate.zone_id, func.count())
        .select_from(Admission)
        .join(Gate, Gate.id == Admission.entered_gate_id)
        .where(Admission.event_id == event_id, *conditions)
        .group_by(Gate.zone_id)
    )
    return dict(db.session.execute(statement).all())


def _second_people(event_id: int, since_ms: int) -> dict[int, int]:
    """Return by zone who came in with somebody else's ticket, as people have found out."""
    statement = (
        select(Scan.zone_id, func.count())
        .select_from(Conflict)
        .join(
            Scan,
            (Scan.device_id == Conflict.loser_device_id) & (Scan.nonce == Conflict.loser_nonce),
        )
        .where(
            Conflict.event_id == event_id,
            Conflict.state == ConflictState.TWO_PEOPLE,
            Scan.at_ms >= since_ms,
        )
        .group_by(Scan.zone_id)
    )
    return dict(db.session.execute(statement).all())


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
