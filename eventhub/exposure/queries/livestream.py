"""Streams as lines and curves of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from eventhub.audience.dictionary import METRICS
from eventhub.audience.queries import (
    StreamResult,
    StreamRow,
    StreamSeries,
    ViewersDay,
    beat_states,
    stream_series,
    streams,
    viewers_days,
)
from eventhub.exposure.rules.lines import Line, SourceRef, Span
from eventhub.kernel.db import I18n
from eventhub.programme.queries import EventRow

_AROUND = timedelta(minutes=20)  # shown before and after a programme item
_MOST_CURVES = 6
_CONTACTS = frozenset({"live.starts", "live.views", "live.viewers_claimed"})


def livestream(
    event_id: int, results: Sequence[StreamResult], known: frozenset[tuple[str, str]]
) -> tuple[list[Line], list[Any]]:
    """
    Return peak and average audience per stream and item, and their curves.

    Args:
        event_id: The event.

        results: What its streams reached, item by item.

        known: (metric, scope) of figures that are recorded as such already;
            they are not computed a second time.
    """
    own = [row for row in results if row.cls.value != "claimed"]
    lines = [line for row in own for line in _lines(row)]
    series = {row.stream.id: row for row in stream_series(event_id)}
    items = sorted(results, key=_order)[:_MOST_CURVES]
    return (
        [line for line in lines if (line.metric, line.scope) not in known],
        [_curve(item, series[item.stream.id]) for item in items],
    )


def house_player(event: EventRow, recorded: Sequence[Line]) -> list[Line]:
    """
    Return plays and daily viewers that the player of the house counted itself.

    Plays stand for a whole stream. Where contacts of the same stream are
    recorded already, as a whole or item by item, they would be counted twice:
    those stand and the plays are left out.
    """
    shown = {stream.id: stream for stream in streams(event.id)}
    taken = {line.scope.partition("@")[0] for line in recorded if line.metric in _CONTACTS}
    plays = [
        _own("live.starts", state.starts, shown[state.stream_id], "")
        for state in beat_states(event).values()
        if state.starts and shown[state.stream_id].slug not in taken
    ]
    daily = [_viewers(event, row, shown[row.stream_id]) for row in viewers_days(event)]
    return [*plays, *daily]


def _viewers(event: EventRow, row: ViewersDay, stream: StreamRow) -> Line:
    """Return the different viewers of a day; a sketch has the interval of its library."""
    line = _own("live.viewers_day", row.count, stream, row.day.isoformat())
    line = replace(line, span=Span(*event.day_bounds(row.day)))
    facts = {"starts": row.starts, "skipped": row.skipped}
    if row.is_exact:
        return replace(line, cls="estimated", facts=facts)
    return replace(line, cls="estimated", low=row.low, high=row.high, facts=facts)


def _own(metric_id: str, value: int, stream: StreamRow, day: str) -> Line:
    metric = METRICS[metric_id]
    scope = "@".join(part for part in (stream.slug, day) if part)
    name = metric.name.i18n()
    dated = {"zh": f"，{day}" if day else "", "en": f", {day}" if day else ""}
    return Line(
        key=f"{metric_id.replace('.', '-').replace('_', '-')}-{scope.replace('@', '-')}",
        metric=metric_id,
        zh=f"{name['zh']}，{stream.name['zh']}{dated['zh']}",
        en=f"{name['en'].capitalize()}, {stream.name['en']}{dated['en']}",
        value=value,
        op="=",
        unit=metric.unit.zh,
        cls="measured",
        scope=scope,
        sources=(
            SourceRef(
                source=stream.source_name,
                title=stream.name,
                observations=(f"player/{scope}",),
            ),
        ),
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
        span=Span(row.programme.starts_at, row.programme.ends_at),
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
