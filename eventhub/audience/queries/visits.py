"""Visits through the cordons of an event: what may be added, and who stood in for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eventhub.audience.enums import EvidenceClass, Op
from eventhub.audience.errors import PassagesAreNotVisits
from eventhub.audience.queries.doors import with_stand_ins
from eventhub.audience.queries.footfall import FootfallDay, footfall_days
from eventhub.audience.rules import sums
from eventhub.audience.rules.doors import StandIn
from eventhub.programme.queries import EventRow, zones


@dataclass(frozen=True, slots=True)
class VisitsRow:
    """
    Visits of one operating day through the event's cordons (`footfall.visits`).

    `op` is `>` when something that was expected is missing. `counter_names` are
    the counters of the cordons; who stood in for one of them is in `stand_ins`.
    """

    day: date
    count: int
    raw: int
    op: Op
    cls: EvidenceClass
    rel_sd: float
    coverage: float
    counter_names: tuple[str, ...]
    missing: tuple[tuple[str, datetime], ...]  # counter name and hour (UTC)
    is_open: bool
    stand_ins: tuple[StandIn, ...] = ()


def visits(event: EventRow, days: Collection[date] | None = None) -> list[VisitsRow]:
    """Return visits by day over the cordons; three statements, five with spare counters."""
    paths = zone_paths(event.id)
    outer = outer_cordons(with_stand_ins(event, footfall_days(event, days)), paths)
    return [
        visits_from(day, [row for row in outer if row.day == day], paths)
        for day in sorted({row.day for row in outer})
    ]


def visits_of(event: EventRow, names: Collection[str], day: date) -> VisitsRow:
    """
    Return visits of one day over counters that the caller names; three statements.

    Raises:
        PassagesAreNotVisits: One of them is no cordon counter, lies inside the
            cordon of another, or is not the one that counts at its door (rule DC-1).
    """
    rows = [row for row in footfall_days(event, [day]) if row.counter.name in names]
    paths = zone_paths(event.id)
    if reason := sums.double_counted([_part(row, paths) for row in rows]):
        raise PassagesAreNotVisits(details={"rule": "DC-1", "reason": reason})
    return visits_from(day, rows, paths)


def zone_paths(event_id: int) -> Mapping[int, tuple[int, ...]]:
    """Return for each zone its id and those of the zones around it, nearest first."""
    parents = {zone.id: zone.parent_id for zone in zones(event_id)}
    paths: dict[int, tuple[int, ...]] = {}
    for zone_id in parents:
        path: list[int] = []
        at: int | None = zone_id
        while at is not None and at not in path:
            path.append(at)
            at = parents.get(at)
        paths[zone_id] = tuple(path)
    return paths


def outer_cordons(
    rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> list[FootfallDay]:
    """Return rows of counters of outermost cordons: those that may be added into visits."""
    placed = [row for row in rows if _counts(row) and paths.get(row.counter.zone_id)]
    return [row for row in placed if not _is_inside(row, placed, paths)]


def _counts(row: FootfallDay) -> bool:
    return row.counter.counts_visits or row.stood_in is not None


def _is_inside(
    row: FootfallDay, rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> bool:
    around = paths[row.counter.zone_id][1:]
    return any(other.counter.zone_id in around for other in rows)


def _part(row: FootfallDay, paths: Mapping[int, tuple[int, ...]]) -> sums.CordonCount:
    return sums.CordonCount(
        source=row.counter.name,
        entries=row.entered,
        is_cordon=_counts(row),
        zone_path=paths.get(row.counter.zone_id, ()),
        k=row.counter.k,
        k_se=row.counter.k_se,
    )


def visits_from(
    day: date, rows: Sequence[FootfallDay], paths: Mapping[int, tuple[int, ...]]
) -> VisitsRow:
    """Return the visits of `rows`, which `outer_cordons` or rule DC-1 has allowed."""
    own = [row for row in rows if row.stood_in is None]
    coverage = sum(row.coverage for row in own) / len(own) if own else 0.0
    total = sums.visits([_part(row, paths) for row in rows], coverage=coverage)
    missing = tuple((row.counter.name, at) for row in own for at in row.missing)
    return VisitsRow(
        day=day,
        count=total.count,
        raw=total.raw,
        op=Op.OVER if missing else Op.EQUAL,
        cls=total.cls,
        rel_sd=total.rel_sd,
        coverage=coverage,
        counter_names=tuple(row.counter.name for row in own),
        missing=missing,
        is_open=any(row.is_open for row in rows),
        stand_ins=tuple(row.stood_in for row in rows if row.stood_in is not None),
    )
