"""What the wall shows: people inside, today's figures, and every stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select

from eventhub.audience.queries.coverage import Coverage, coverage
from eventhub.audience.queries.live import LiveSnapshot, live_snapshot
from eventhub.checkin.models import Admission
from eventhub.checkin.queries import gate_board, zone_board
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, cached_for, db
from eventhub.programme.models import Gate
from eventhub.programme.queries import (
    EventRow,
    GateRow,
    PerformanceRow,
    StageRow,
    ZoneRow,
    live_programme,
    public_stages,
    zones,
)
from eventhub.registration.models import Ticket, TicketType

NEARLY_FULL = 0.95
_SILENT_FOR = timedelta(minutes=2)
_STAYS_FOR = timedelta(hours=24)
_DOORS_BEFORE = timedelta(hours=1)
_OFF = frozenset({"cancelled", "postponed"})


@dataclass(frozen=True, slots=True)
class StageNow:
    """
    One stage at this moment.

    `inside` is how many people its gates have let in and not out again; where
    no exit is scanned those let in to the show that is on; None without gates.
    """

    stage: StageRow
    now: PerformanceRow | None
    next: PerformanceRow | None
    inside: int | None

    @property
    def share(self) -> float:
        """Return how full the stage is, 0 to 1."""
        if self.inside is None or not self.stage.capacity:
            return 0.0
        return min(1.0, self.inside / self.stage.capacity)

    @property
    def is_nearly_full(self) -> bool:
        """Tell whether at most a twentieth of the places is left."""
        return self.share >= NEARLY_FULL


@dataclass(frozen=True, slots=True)
class Wall:
    """
    The figures of the wall at `at`.

    `inside` counts people behind gates that scan exits; without such a gate those
    that counters of closed cordons say (`is_by_counters`), None when nobody can
    tell. `arrived` counts distinct tickets of visitors today. `silent` names
    gates that have scanned today and are not heard of any more. `coverage` is
    None where no media report is kept at all.
    """

    at: datetime
    live: LiveSnapshot
    inside: int | None
    is_by_counters: bool
    per_minute: float
    arrived: int
    has_gates: bool
    silent: tuple[I18n, ...]
    seen_at: datetime | None
    stages: tuple[StageNow, ...]
    coverage: Coverage | None


@cached_for(1)
def wall(event: EventRow) -> Wall:
    """Return the figures of the wall, at most a second old; twenty statements at most."""
    now = clock.now()
    board = gate_board(event)
    gates = [row.gate for row in board]
    places = zones(event.id)
    inside = _inside(event.id, now)
    scanned = _behind_exits(inside, gates, places)
    counted = _by_counters(event, places) if scanned is None else None
    seen = [row.last_seen_at for row in board if row.last_seen_at is not None]
    return Wall(
        at=now,
        live=live_snapshot(event),
        inside=counted if scanned is None else scanned,
        is_by_counters=counted is not None,
        per_minute=sum(row.rate_per_minute for row in board),
        arrived=_arrived(event, now),
        has_gates=bool(gates),
        silent=tuple(
            row.gate.name
            for row in board
            if row.last_seen_at is not None and now - row.last_seen_at > _SILENT_FOR
        ),
        seen_at=max(seen, default=None),
        stages=tuple(_stages(event, now, inside, gates, places)),
        coverage=coverage(event),
    )


def _inside(event_id: int, now: datetime) -> Mapping[int, int]:
    """Return people let in and not out again within a day, by zone."""
    found = db.session.execute(
        select(Gate.zone_id, func.count())
        .select_from(Admission)
        .join(Gate, Gate.id == Admission.entered_gate_id)
        .where(
            Admission.event_id == event_id,
            Admission.left_at_ms.is_(None),
            Admission.entered_at_ms >= _ms(now - _STAYS_FOR),
        )
        .group_by(Gate.zone_id)
    )
    return {zone_id: count for zone_id, count in found if zone_id is not None}


def _with_exits(gates: Sequence[GateRow]) -> frozenset[int]:
    return frozenset(row.zone_id for row in gates if row.zone_id and row.direction != "in")


def _behind_exits(
    inside: Mapping[int, int], gates: Sequence[GateRow], places: Sequence[ZoneRow]
) -> int | None:
    """Add zones whose exits are scanned; one inside another is not counted again."""
    counted = _with_exits(gates)
    if not counted:
        return None
    return sum(inside.get(zone_id, 0) for zone_id in _outermost(counted, places))


def _by_counters(event: EventRow, places: Sequence[ZoneRow]) -> int | None:
    """Add what counters say is inside their outermost zones, None when none of them can tell."""
    ids = {zone.public_id: zone.id for zone in places}
    known = {
        ids[line.public_id]: line.inside
        for line in zone_board(event)
        if line.is_counted and line.inside is not None and line.public_id in ids
    }
    if not known:
        return None
    return sum(known[zone_id] for zone_id in _outermost(known.keys(), places))


def _outermost(counted: Collection[int], places: Sequence[ZoneRow]) -> list[int]:
    """Return the zones of `counted` that lie inside no other of them."""
    parents = {zone.id: zone.parent_id for zone in places}

    def is_outermost(zone_id: int) -> bool:
        seen: set[int] = set()
        at = parents.get(zone_id)
        while at is not None and at not in seen:
            if at in counted:
                return False
            seen.add(at)
            at = parents.get(at)
        return True

    return [zone_id for zone_id in counted if is_outermost(zone_id)]


def _arrived(event: EventRow, now: datetime) -> int:
    start, end = event.day_bounds(event.operating_day(now))
    statement = (
        select(func.count(distinct(Admission.ticket_id)))
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(
            Admission.event_id == event.id,
            Admission.entered_at_ms >= _ms(start),
            Admission.entered_at_ms < _ms(end),
            TicketType.counts_as_visitor,
        )
    )
    return db.session.scalar(statement) or 0


def _stages(
    event: EventRow,
    now: datetime,
    inside: Mapping[int, int],
    gates: Sequence[GateRow],
    places: Sequence[ZoneRow],
) -> list[StageNow]:
    today = event.operating_day(now)
    rows = [
        row for row in live_programme(event, now) if row.day == today and row.status not in _OFF
    ]
    zone_of = {zone.stage_id: zone.id for zone in places if zone.stage_id is not None}
    gated = {row.zone_id for row in gates}
    exits = _with_exits(gates)
    found: list[StageNow] = []
    for stage in public_stages(event.id):
        mine = [row for row in rows if row.stage_slug == stage.slug and row.ends_at > now]
        running = next((row for row in mine if row.starts_at <= now), None)
        zone_id = zone_of.get(stage.id)
        people: int | None = None
        if zone_id in exits:
            people = inside.get(zone_id or 0, 0)
        elif zone_id in gated and running is not None:
            people = _let_in(event.id, zone_id or 0, running.starts_at - _DOORS_BEFORE)
        following = next((row for row in mine if row.starts_at > now), None)
        found.append(StageNow(stage, running, following, people))
    return found


def _let_in(event_id: int, zone_id: int, since: datetime) -> int:
    statement = (
        select(func.count())
        .select_from(Admission)
        .join(Gate, Gate.id == Admission.entered_gate_id)
        .where(
            Admission.event_id == event_id,
            Gate.zone_id == zone_id,
            Admission.entered_at_ms >= _ms(since),
        )
    )
    return db.session.scalar(statement) or 0


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
