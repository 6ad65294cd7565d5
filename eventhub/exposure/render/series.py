"""Hours and minutes of a report as tables and curves, ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from eventhub.exposure.render.figures import Curve, Tick, curve
from eventhub.kernel.i18n import current_lang

_STEPS: Final = (0.1, 0.25, 0.45, 0.7, 0.9)  # limits of the six heat steps, share of the largest
_MOST_TICKS: Final = 6
_EDGE: Final = 0.05  # no time stands so near an end that it would be cut


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One hour of one row: text, heat step 1-6; a gap has no figure."""

    text: str
    step: int
    is_gap: bool


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One counter or gate over the hours of a day, with its sum."""

    name: str
    cells: tuple[HeatCell, ...]
    total: int
    has_gap: bool


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Hours × rows of one operating day with sums at right and below."""

    day: date
    hours: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[int, ...]
    total: int
    limits: tuple[int, ...]
    has_gap: bool


@dataclass(frozen=True, slots=True)
class StreamCurve:
    """Viewers at the same time on one stream through one programme."""

    name: str
    title: str
    cls: str
    curve: Curve
    x_ticks: tuple[Tick, ...]
    peak: int
    missing: int
    minutes: int
    rows: tuple[tuple[str, int | None], ...]  # the table beside: every tenth minute
    points: tuple[tuple[str, int | None], ...]  # local time, marked as if it were UTC
    gaps: tuple[tuple[str, str], ...]  # stretches without data, times as in `points`


def heat_tables(document: Mapping[str, Any], key: str) -> tuple[HeatTable, ...]:
    """Return one table per operating day of a series, all with the same heat steps."""
    zone = ZoneInfo(document["timezone"])
    tables = document["series"].get(key, [])
    counted = (value for table in tables for row in table["rows"] for value in row["values"])
    largest = max((value for value in counted if value is not None), default=0)
    return tuple(_heat(table, zone, largest) for table in tables)


def stream_curves(document: Mapping[str, Any]) -> tuple[StreamCurve, ...]:
    """Return one curve per stream and programme of the report."""
    zone = ZoneInfo(document["timezone"])
    return tuple(_stream(item, zone) for item in document["series"].get("concurrency", []))


def _heat(table: Mapping[str, Any], zone: ZoneInfo, largest: int) -> HeatTable:
    rows = tuple(
        HeatRow(
            name=str(row[current_lang()]),
            cells=tuple(_cell(value, largest) for value in row["values"]),
            total=sum(value or 0 for value in row["values"]),
            has_gap=None in row["values"],
        )
        for row in table["rows"]
    )
    columns = zip(*(row["values"] for row in table["rows"]), strict=True)
    totals = tuple(sum(value or 0 for value in column) for column in columns)
    return HeatTable(
        day=date.fromisoformat(table["day"]),
        hours=tuple(f"{_local(at, zone):%H}" for at in table["hours"]),
        rows=rows,
        totals=totals,
        total=sum(totals),
        limits=tuple(round(largest * step) for step in _STEPS),
        has_gap=any(row.has_gap for row in rows),
    )


def _cell(value: int | None, largest: int) -> HeatCell:
    if value is None:
        return HeatCell(text="", step=1, is_gap=True)
    step = 1 + sum(value >= largest * limit for limit in _STEPS) if largest else 1
    return HeatCell(text=f"{value:,}", step=step, is_gap=False)


def _stream(item: Mapping[str, Any], zone: ZoneInfo) -> StreamCurve:
    times = [_local(at, zone) for at in item["at"]]
    values: Sequence[int | None] = item["values"]
    lang = current_lang()
    return StreamCurve(
        name=str(item[lang]),
        title=str((item["title"] or {}).get(lang, "")),
        cls=item["class"],
        curve=curve(values),
        x_ticks=_ticks(times),
        peak=max((value for value in values if value is not None), default=0),
        missing=sum(value is None for value in values),
        minutes=len(values),
        rows=tuple((f"{at:%H:%M}", values[n]) for n, at in enumerate(times) if n % 10 == 0),
        points=tuple((_wall(at), value) for at, value in zip(times, values, strict=True)),
        gaps=_gaps(times, values),
    )


def _wall(at: datetime) -> str:
    """Return local time in a form that a chart draws the same wherever it is drawn."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _gaps(times: Sequence[datetime], values: Sequence[int | None]) -> tuple[tuple[str, str], ...]:
    """Return runs without data, from the last known minute to the next known one."""
    found, last = [], len(values) - 1
    for is_gap, run in groupby(range(len(values)), key=lambda number: values[number] is None):
        numbers = list(run)
        if is_gap:
            start, end = max(0, numbers[0] - 1), min(last, numbers[-1] + 1)
            found.append((_wall(times[start]), _wall(times[end])))
    return tuple(found)


def _ticks(times: Sequence[datetime]) -> tuple[Tick, ...]:
    if len(times) < 2:
        return ()
    steps = (step for step in (10, 15, 30, 60, 120) if len(times) / step <= _MOST_TICKS)
    every = next(steps, 1440)
    last = len(times) - 1
    return tuple(
        Tick(f"{number * 100 / last:.3f}%", f"{at:%H:%M}")
        for number, at in enumerate(times)
        if (at.hour * 60 + at.minute) % every == 0 and _EDGE < number / last < 1 - _EDGE
    )


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)
