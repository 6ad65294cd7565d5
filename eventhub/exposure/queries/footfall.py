"""Counters as lines and hours of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from eventhub.audience.dictionary import METRICS
from eventhub.audience.queries import (
    CounterRow,
    FootfallDay,
    HourRow,
    VisitsRow,
    counter_hours,
    counters,
    footfall_days,
    visits,
)
from eventhub.exposure.queries.claims import Z95
from eventhub.exposure.rules.lines import Line, SourceRef
from eventhub.exposure.rules.rollup import sum_op, weakest
from eventhub.kernel import clock
from eventhub.programme.queries import EventRow

_HOUR = timedelta(hours=1)


def footfall(event: EventRow) -> tuple[list[Line], list[dict[str, Any]]]:
    """
    Return the lines of the counters and one table of hours per operating day.

    Everything is read as of the last reading, not as of now, so that a report
    over unchanged data stays the same while time passes.
    """
    rows = counters(event.id)
    read = [row.last_at for row in rows if row.last_at is not None]
    if not read:
        return [], []
    with clock.fixed(max(read)):
        days = footfall_days(event)
        found = visits(event)
    lines = [_visits(found, rows)] if found else []
    lines += [_passages(row, days) for row in rows if not row.is_cordon and row.last_at]
    return lines, _hours(event, rows, counter_hours(event))


def _visits(found: Sequence[VisitsRow], rows: Sequence[CounterRow]) -> Line:
    """Add days; their calibration factors are the same, so their errors add linearly."""
    metric = METRICS["footfall.visits"]
    halves = [Z95 * row.rel_sd * row.count for row in found]
    count = sum(row.count for row in found)
    names = {name for row in found for name in row.counter_names}
    return Line(
        key="footfall-visits",
        metric=metric.id,
        zh=f"{metric.name.zh}（校准）",
        en="Visits, calibrated",
        value=count,
        op=sum_op(row.op.value for row in found),
        unit=metric.unit.zh,
        cls=weakest(row.cls.value for row in found) or "estimated",
        low=max(0, round(count - sum(halves))),
        high=round(count + sum(halves)),
        sources=tuple(_source(row, found) for row in rows if row.name in names),
        facts={
            "raw": sum(row.raw for row in found),
            "days": [_day(row) for row in found],
            "missing": [_missing(name, at) for row in found for name, at in row.missing],
        },
    )


def _day(row: VisitsRow) -> dict[str, Any]:
    return {"day": row.day.isoformat(), "value": row.count, "raw": row.raw, "op": row.op.value}


def _missing(name: str, at: datetime) -> str:
    return f"{name} {_stamp(at)}"


def _source(row: CounterRow, found: Sequence[VisitsRow]) -> SourceRef:
    days = [visit.day for visit in found if row.name in visit.counter_names]
    return SourceRef(
        source=row.name,
        title=row.title,
        observations=tuple(f"{row.name}/{day.isoformat()}" for day in days),
    )


def _passages(row: CounterRow, days: Sequence[FootfallDay]) -> Line:
    metric = METRICS["footfall.passages"]
    own = [day for day in days if day.counter.id == row.id]
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
    cordons = {row.id: row for row in rows if row.is_cordon}
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
