"""Tell check-in how many people the counters of a closed cordon say are inside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from eventhub.audience.enums import Direction
from eventhub.audience.models import Calibration, CounterBin, Rollup, Source
from eventhub.audience.queries import FootfallDay, footfall_days, with_stand_ins
from eventhub.audience.rules.occupancy import Flow, inside
from eventhub.checkin.service import Source as ZoneSource
from eventhub.checkin.service import observe_zone
from eventhub.kernel.db import db
from eventhub.programme.queries import event_by_id


def observe(event_id: int, source_ids: Collection[int], now: datetime) -> None:
    """
    Pass on the people inside the zones whose cordon counters have just reported.

    Runs inside the command that keeps the readings, so that an alarm is raised
    in the moment in which its cause is kept. A zone of which a counter never
    tells exits has no such figure.
    """
    zones = set(
        db.session.scalars(
            select(Source.zone_id).where(
                Source.id.in_(sorted(source_ids)), Source.is_cordon, Source.zone_id != 0
            )
        )
    )
    if not zones:
        return
    event = event_by_id(event_id)
    first_s = int(event.day_bounds(event.operating_day(now))[0].timestamp())
    for zone_id in sorted(zones):
        _observe(event_id, zone_id, first_s, now)


def _observe(event_id: int, zone_id: int, first_s: int, now: datetime) -> None:
    rows = db.session.execute(
        select(Source.id, Source.name, Calibration.k, Rollup.direction, func.sum(Rollup.value))
        .outerjoin(Calibration, and_(Calibration.source_id == Source.id, Calibration.band == "all"))
        .outerjoin(
            Rollup,
            and_(
                Rollup.metric == "footfall.passages",
                Rollup.scope_id == Source.id,
                Rollup.start_s >= first_s,
            ),
        )
        .where(
            Source.event_id == event_id,
            Source.zone_id == zone_id,
            Source.is_cordon,
            Source.is_spare.is_(False),
        )
        .group_by(Source.id, Source.name, Calibration.k, Rollup.direction)
    ).all()
    counted: dict[int, dict[str, float]] = {}
    names: dict[int, str] = {}
    for source_id, name, k, direction, value in rows:
        names[source_id] = name
        ways = counted.setdefault(source_id, {})
        if direction is not None:
            ways[direction] = float(value) * (k or 1.0)
    if any(ways and Direction.OUT not in ways for ways in counted.values()):
        return
    flows = [
        Flow(ways.get(Direction.IN, 0.0), ways.get(Direction.OUT, 0.0)) for ways in counted.values()
    ]
    sources = {name: ZoneSource(name, _last_at(source_id)) for source_id, name in names.items()}
    for row in _stand_ins(event_id, zone_id, now):
        if row.stood_in is None or any(part.left is None for part in row.stood_in.parts):
            return
        k = row.counter.k or 1.0
        flows.append(Flow(row.entered * k, row.left * k))
        heard = ZoneSource(row.counter.name, row.counter.last_at)
        sources[row.stood_in.silent] = max(
            (sources.get(row.stood_in.silent, heard), heard), key=lambda one: str(one.last_at)
        )
    observe_zone(zone_id, inside(flows), list(sources.values()), now, is_counted=True)


def _stand_ins(event_id: int, zone_id: int, now: datetime) -> list[FootfallDay]:
    """Return today's counters of a zone that count for a silent one at their door."""
    spare = select(Source.id).where(
        Source.event_id == event_id, Source.zone_id == zone_id, Source.is_cordon, Source.is_spare
    )
    if db.session.scalar(spare.limit(1)) is None:
        return []
    event = event_by_id(event_id)
    rows = footfall_days(event, [event.operating_day(now)])
    return [
        row
        for row in with_stand_ins(event, rows)
        if row.stood_in is not None and row.counter.zone_id == zone_id
    ]


def _last_at(source_id: int) -> datetime | None:
    row = db.session.execute(
        select(CounterBin.starts_at, CounterBin.duration_s)
        .where(CounterBin.source_id == source_id)
        .order_by(CounterBin.starts_at.desc(), CounterBin.duration_s.desc())
        .limit(1)
    ).first()
    return row[0] + timedelta(seconds=row[1]) if row else None
