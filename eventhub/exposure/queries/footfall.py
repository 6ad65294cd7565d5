"""Counters as lines and hours of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from eventhub.audience.dictionary import METRICS
from eventhub.audience.queries import (
    CounterRow,
    DoorDay,
    FootfallDay,
    HourRow,
    VisitsRow,
    counter_hours,
    counters,
    door_days,
    footfall_days,
    visits,
    with_stand_ins,
)
from eventhub.exposure.rules.baseline import against_baseline
from eventhub.exposure.rules.lines import Line, SourceRef, Span
from eventhub.exposure.rules.rollup import sum_op, weakest
from eventhub.exposure.rules.uncertainty import Part, interval
from eventhub.kernel import clock
from eventhub.kernel.db import I18n
from eventhub.programme.queries import EventRow, zones

_HOUR = timedelta(hours=1)
_WHOLE: Final = 0.9  # an hour with less is a gap of a comparison


@dataclass(frozen=True, slots=True)
class Footfall:
    """Lines of the counters; hours by counter and by zone; days against other weeks."""

    lines: tuple[Line, ...]
    series: Mapping[str, Any]


def footfall(event: EventRow, notes: Mapping[date, I18n]) -> Footfall:
    """
    Return what the counters of an event say, with what was noted of its days.

    Everything is read as of the last reading, not as of now, so that a report
    over unchanged data stays the same while time passes. Days outside the
    event are the baseline and enter no figure of it.
    """
    rows = counters(event.id)
    read = [row.last_at for row in rows if row.last_at is not None]
    if not read:
        return Footfall((), {})
    held = frozenset(event.days())
    with clock.fixed(max(read)):
        seen = with_stand_ins(event, footfall_days(event))
        counted = visits(event)
    days = [day for day in seen if not held or day.day in held]
    found = [row for row in counted if not held or row.day in held]
    hours = counter_hours(event)
    own = [x for x in hours if not held or event.operating_day(x.starts_at) in held]
    ends = max(read)
    span = _span(event, [row.day for row in found], ends)
    lines = [replace(_visits(found, rows, own), span=span)] if found else []
    lines += [
        replace(line, span=_span(event, [day.day for day in days], row.last_at))
        for row in rows
        if not row.is_cordon and row.last_at
        for line in [_passages(row, days)]
    ]
    tables = _hours(event, rows, own)
    series = {
        "footfall_hours": tables,
        "footfall_zones": _by_zone(event, rows, tables),
        "doors": [_door(row) for row in door_days(days)],
        "baseline": _baseline(event, found, rows, hours, notes),
    }
    return Footfall(tuple(lines), {name: value for name, value in series.items() if value})


def _span(event: EventRow, days: Sequence[date], ends_at: datetime) -> Span | None:
    """Return the time of some operating days, as far as the readings go."""
    if not days:
        return None
    last = event.day_bounds(max(days))[1]
    return Span(event.day_bounds(min(days))[0], min(last, ends_at))


def _door(row: DoorDay) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "door": row.door,
        "counted": {**row.counter.title, "key": row.counter.name, "value": row.entered},
        "other": {**row.other.title, "key": row.other.name, "value": row.other_entered},
        "apart": row.apart,
        "is_apart": row.is_apart,
        **_stood_in(row),
    }


def _stood_in(row: DoorDay) -> dict[str, Any]:
    """Return when the other counter of a door counted for the silent one, nothing if never."""
    if row.stood_in is None:
        return {}
    spans = [[_stamp(since), _stamp(until)] for since, until in row.stood_in.spans]
    return {"stood_in": {"value": row.stood_in_entered, "spans": spans}}


def _baseline(
    event: EventRow,
    found: Sequence[VisitsRow],
    rows: Sequence[CounterRow],
    hours: Sequence[HourRow],
    notes: Mapping[date, I18n],
) -> list[dict[str, Any]]:
    """Return the days of the event beside the days outside it."""
    seen = _by_day(event, rows, hours)
    held = {row.day for row in found}
    others = {day: own for day, own in seen.items() if day not in held}
    factors = {row.name: row.k for row in rows if row.k is not None}
    ends = max(row.last_at for row in rows if row.last_at is not None)
    return [
        {
            "day": row.day.isoformat(),
            "value": row.count,
            "op": row.op.value,
            "class": row.cls.value,
            **against_baseline(
                row.day,
                {name: seen.get(row.day, {}).get(name, {}) for name in row.counter_names},
                others,
                factors=factors,
                hours=_over(event, row.day, ends),
            ).as_json(),
            "note": dict(notes[row.day]) if row.day in notes else None,
        }
        for row in found
    ]


def _by_day(
    event: EventRow, rows: Sequence[CounterRow], hours: Sequence[HourRow]
) -> dict[date, dict[str, dict[int, int]]]:
    """Return entries by operating day, counter and local hour; a repeated hour is added."""
    names = {row.id: row.name for row in rows}
    seen: dict[date, dict[str, dict[int, int]]] = {}
    for hour in hours:
        if hour.entered is None or hour.coverage < _WHOLE or hour.counter_id not in names:
            continue
        by_counter = seen.setdefault(event.operating_day(hour.starts_at), {})
        own = by_counter.setdefault(names[hour.counter_id], {})
        at = hour.starts_at.astimezone(event.zone).hour
        own[at] = own.get(at, 0) + hour.entered
    return seen


def _over(event: EventRow, day: date, ends: datetime) -> list[int]:
    """Return the local hours of a day that the last reading leaves behind, in their order."""
    start, end = event.day_bounds(day)
    at, found = start, []
    while at + _HOUR <= min(end, ends):
        found.append(at.astimezone(event.zone).hour)
        at += _HOUR
    return list(dict.fromkeys(found))


def _by_zone(
    event: EventRow, rows: Sequence[CounterRow], tables: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Add the counters of one cordon; an hour that one of them missed is a gap of the zone."""
    names = {zone.id: (zone.slug, zone.name) for zone in zones(event.id)}
    placed = {row.name: names[row.zone_id] for row in rows if row.zone_id in names}
    made = []
    for table in tables:
        by_zone: dict[str, dict[str, Any]] = {}
        for row in table["rows"]:
            if row["key"] not in placed:
                continue
            slug, name = placed[row["key"]]
            zone = by_zone.setdefault(slug, {**name, "key": slug, "values": None})
            zone["values"] = _added(zone["values"], row["values"])
        made.append({**table, "rows": list(by_zone.values())})
    return [table for table in made if table["rows"]]


def _added(one: list[int | None] | None, other: list[int | None]) -> list[int | None]:
    if one is None:
        return list(other)
    pairs = zip(one, other, strict=True)
    return [None if a is None or b is None else a + b for a, b in pairs]


def _visits(
    found: Sequence[VisitsRow], rows: Sequence[CounterRow], hours: Sequence[HourRow]
) -> Line:
    """Add days; their calibration factors are the same, so their errors add linearly."""
    metric = METRICS["footfall.visits"]
    count = sum(row.count for row in found)
    off = sum(row.rel_sd * row.count for row in found)
    parts = (Part(count, off / count, "counters"),) if count and off else ()
    sure = interval(parts)
    names = {name for row in found for name in _names(row)}
    return Line(
        key="footfall-visits",
        metric=metric.id,
        zh=f"{metric.name.zh}（校准）",
        en="Visits, calibrated",
        value=count,
        op=sum_op(row.op.value for row in found),
        unit=metric.unit.zh,
        cls=weakest(row.cls.value for row in found) or "estimated",
        low=sure.low if sure else None,
        high=sure.high if sure else None,
        sources=tuple(_source(row, found) for row in rows if row.name in names),
        facts={
            "raw": sum(row.raw for row in found),
            "days": [_day(row) for row in found],
            "missing": [_missing(name, at) for row in found for name, at in row.missing],
            **_width(found, rows, hours),
        },
        parts=parts,
    )


def _width(
    found: Sequence[VisitsRow], rows: Sequence[CounterRow], hours: Sequence[HourRow]
) -> dict[str, Any]:
    """Return how wide the cordon is and how long it was open, where every width is known."""
    names = {name for row in found for name in row.counter_names}
    doors = [row for row in rows if row.name in names]
    if not doors or any(row.width_m is None for row in doors):
        return {}
    ids = {row.id for row in doors}
    open_hours = {hour.starts_at for hour in hours if hour.counter_id in ids}
    return {
        "cordon_width_m": sum(row.width_m or 0 for row in doors),
        "open_s": len(open_hours) * int(_HOUR.total_seconds()),
    }


def _day(row: VisitsRow) -> dict[str, Any]:
    return {"day": row.day.isoformat(), "value": row.count, "raw": row.raw, "op": row.op.value}


def _missing(name: str, at: datetime) -> str:
    return f"{name} {_stamp(at)}"


def _source(row: CounterRow, found: Sequence[VisitsRow]) -> SourceRef:
    days = [visit.day for visit in found if row.name in _names(visit)]
    return SourceRef(
        source=row.name,
        title=row.title,
        observations=tuple(f"{row.name}/{day.isoformat()}" for day in days),
    )


def _names(row: VisitsRow) -> tuple[str, ...]:
    """Return the counters that a day rests on, those that stood in too."""
    return (*row.counter_names, *(one.name for one in row.stand_ins))


def _passages(row: CounterRow, days: Sequence[FootfallDay]) -> Line:
    metric = METRICS["footfall.passages"]
    own = [day for day in days if day.counter.id == row.id and not day.stood_in]
    return Line(
        key=f"footfall-passages-{row.name}",
        metric=metric.id,
        zh=f"{metric.name.zh}，{row.title['zh']}",
        en=f"Passages, {row.title['en']}",
        value=sum(day.passages for day in own),
        op=">" if any(day.missing for day in own) else "=",
        unit=metric.unit.zh,
        cls="measured",
        scope=row.name,
        sources=(
            SourceRef(
                source=row.name,
                title=row.title,
                observations=tuple(f"{row.name}/{day.day.isoformat()}" for day in own),
            ),
        ),
    )


def _hours(
    event: EventRow, rows: Sequence[CounterRow], found: Sequence[HourRow]
) -> list[dict[str, Any]]:
    cordons = {row.id: row for row in rows if row.counts_visits}
    by_day: dict[date, dict[tuple[int, datetime], int | None]] = {}
    for hour in found:
        if hour.counter_id in cordons:
            day = event.operating_day(hour.starts_at)
            by_day.setdefault(day, {})[hour.counter_id, hour.starts_at] = hour.entered
    return [_table(list(cordons.values()), day, by_day[day]) for day in sorted(by_day)]


def _table(
    rows: Sequence[CounterRow], day: date, known: Mapping[tuple[int, datetime], int | None]
) -> dict[str, Any]:
    times = sorted(at for _counter, at in known)
    columns, at = [], times[0]
    while at <= times[-1]:
        columns.append(at)
        at += _HOUR
    return {
        "day": day.isoformat(),
        "metric": "footfall.passages",
        "unit": METRICS["footfall.visits"].unit.zh,
        "hours": [_stamp(at) for at in columns],
        "rows": [
            {**row.title, "key": row.name, "values": [known.get((row.id, at)) for at in columns]}
            for row in rows
            if any(counter == row.id for counter, _at in known)
        ],
    }


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
