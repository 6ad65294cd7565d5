"""Registrations and check-ins as lines and hours of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from eventhub.audience.dictionary import METRICS
from eventhub.checkin.queries import ScanTotals, admissions_by_hour, entries, totals
from eventhub.exposure.rules.lines import Line, SourceRef
from eventhub.kernel.db import I18n
from eventhub.programme.queries import EventRow, GateRow, gates
from eventhub.registration.queries import counts

_REGISTRATION = {"zh": "报名系统", "en": "Registration of this system"}
_GATES = {"zh": "闸口核验", "en": "Gates of this system"}
_HOUR = timedelta(hours=1)


def people(event: EventRow) -> tuple[list[Line], list[dict[str, Any]]]:
    """Return the lines of registration and gates, and one table of hours per operating day."""
    lines = _registered(event.id)
    days = entries(event.id)
    if not days:
        return lines, []
    return [*lines, *_admitted(days, totals(event.id))], _hours(event)


def reach(lines: list[Line]) -> tuple[int, ...]:
    """
    Return distinct people per channel, for the people range.

    Nobody knows how many people stand behind street visits or a stream, so the
    range is stated only where checked-in visitors are the whole audience.
    """
    counted = {line.metric for line in lines}
    if any(metric.startswith(("footfall.", "live.", "media.", "kol.")) for metric in counted):
        return ()
    return tuple(int(line.value) for line in lines if line.metric == "checkin.visitors")


def _registered(event_id: int) -> list[Line]:
    found = counts(event_id)
    if not found.registrations:
        return []
    refs = ("registrations",)
    return [
        _line("reg.registered", found.people, "registration", _REGISTRATION, refs),
        _line("reg.confirmed", found.confirmed, "registration", _REGISTRATION, refs),
    ]


def _admitted(days: list[ScanTotals], whole: ScanTotals) -> list[Line]:
    refs = tuple(f"gates/{row.day.isoformat()}" for row in days if row.day is not None)
    found = (
        ("checkin.entries", whole.entries),
        ("checkin.visits", whole.visits),
        ("checkin.visitors", whole.visitors),
    )
    return [_line(metric, value, "gates", _GATES, refs) for metric, value in found]


def _line(metric_id: str, value: int, source: str, title: I18n, refs: tuple[str, ...]) -> Line:
    metric = METRICS[metric_id]
    return Line(
        key=metric_id.replace(".", "-"),
        metric=metric_id,
        zh=metric.name.zh,
        en=metric.name.en.capitalize(),
        value=value,
        op="=",
        unit=metric.unit.zh,
        cls="measured",
        sources=(SourceRef(source=source, title=title, observations=refs),),
    )


def _hours(event: EventRow) -> list[dict[str, Any]]:
    by_day: dict[date, dict[tuple[int, datetime], int]] = {}
    for row in admissions_by_hour(event):
        day = event.operating_day(row.starts_at)
        by_day.setdefault(day, {})[row.gate_id, row.starts_at] = row.entries
    doors = gates(event.id)
    return [_table(doors, day, by_day[day]) for day in sorted(by_day)]


def _table(
    doors: Sequence[GateRow], day: date, found: Mapping[tuple[int, datetime], int]
) -> dict[str, Any]:
    """Return one day; an hour in which nobody came is 0, because gates record every scan."""
    times = sorted({at for _gate, at in found})
    columns = [times[0] + n * _HOUR for n in range(int((times[-1] - times[0]) / _HOUR) + 1)]
    used = {gate for gate, _at in found}
    metric = METRICS["checkin.entries"]
    return {
        "day": day.isoformat(),
        "metric": metric.id,
        "unit": metric.unit.zh,
        "hours": [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in columns],
        "rows": [
            {
                "key": gate.slug,
                **gate.name,
                "values": [found.get((gate.id, at), 0) for at in columns],
            }
            for gate in doors
            if gate.id in used
        ],
    }
