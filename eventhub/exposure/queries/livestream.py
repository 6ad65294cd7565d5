"""Streams as lines and curves of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from eventhub.audience.dictionary import METRICS
from eventhub.audience.queries import (
    StreamResult,
    StreamSeries,
    stream_results,
    stream_series,
)
from eventhub.exposure.rules.lines import Line, SourceRef
from eventhub.kernel.db import I18n

_AROUND = timedelta(minutes=20)  # shown before and after a programme item
_MOST_CURVES = 6


def livestream(event_id: int, known: frozenset[tuple[str, str]]) -> tuple[list[Line], list[Any]]:
    """
    Return peak and average audience per stream and item, and their curves.

    Args:
        event_id: The event.

        known: (metric, scope) of figures that are recorded as such already;
            they are not computed a second time.
    """
    results = stream_results(event_id)
    own = [row for row in results if row.cls.value != "claimed"]
    lines = [line for row in own for line in _lines(row)]
    series = {row.stream.id: row for row in stream_series(event_id)}
    items = sorted(results, key=_order)[:_MOST_CURVES]
    return (
        [line for line in lines if (line.metric, line.scope) not in known],
        [_curve(item, series[item.stream.id]) for item in items],
    )


def _order(row: StreamResult) -> tuple[int, datetime, int]:
    return -(row.peak or 0), row.programme.starts_at, row.stream.position


def _lines(row: StreamResult) -> list[Line]:
    scope = f"{row.stream.slug}@{row.programme.starts_at:%Y-%m-%dT%H:%MZ}"
    lines = [_line("live.pcu", row.peak, row, scope), _line("live.ama", row.ama, row, scope)]
    return [line for line in lines if line is not None]


def _line(metric_id: str, value: int | None, row: StreamResult, scope: str) -> Line | None:
    if value is None:
        return None
    metric = METRICS[metric_id]
    name = _both(metric.name.i18n(), row.programme.title, row.stream.name)
    return Line(
        key=f"{metric_id.replace('.', '-')}-{row.stream.slug}-{row.programme.starts_at:%m%dT%H%MZ}",
        metric=metric_id,
        zh=name["zh"],
        en=name["en"],
        value=value,
        op="=",
        unit=metric.unit.zh,
        cls=row.cls.value,
        scope=scope,
        sources=(
            SourceRef(source=row.stream.source_name, title=row.stream.name, observations=(scope,)),
        ),
        facts={"grain_s": row.grain_s, "coverage": f"{row.coverage:.4f}"},
    )


def _both(metric: I18n, title: I18n, stream: I18n) -> dict[str, str]:
    return {
        "zh": f"{metric['zh']}，{title['zh']}（{stream['zh']}）",
        "en": f"{metric['en'].capitalize()}, {title['en']} ({stream['en']})",
    }


def _curve(item: StreamResult, series: StreamSeries) -> dict[str, Any]:
    start, end = item.programme.starts_at - _AROUND, item.programme.ends_at + _AROUND
    points = [point for point in series.points if start <= point.at < end]
    return {
        "stream": item.stream.slug,
        "zh": item.stream.name["zh"],
        "en": item.stream.name["en"],
        "title": dict(item.programme.title),
        "class": item.cls.value,
        "metric": "live.concurrent",
        "grain_s": series.grain_s,
        "at": [_stamp(point.at) for point in points],
        "values": _rounded([point.mean for point in points]),
    }


def _rounded(values: Sequence[Any]) -> list[int | None]:
    return [None if value is None else round(value) for value in values]


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
