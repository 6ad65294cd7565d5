"""Registrations and check-ins as lines and hours of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from eventhub.audience.dictionary import METRICS
from eventhub.exposure.queries.presence import Presence
from eventhub.exposure.rules.lines import Line, SourceRef, Span
from eventhub.kernel.db import I18n, db
from eventhub.programme.queries import EventRow, gates
from eventhub.registration.models import TicketType
from eventhub.registration.queries import counts

_REGISTRATION = {"zh": "报名系统", "en": "Registration of this system"}
_GATES = {"zh": "闸口核验", "en": "Gates of this system"}
_HOUR = timedelta(hours=1)
_DAYS_OF_A_REPEAT: Final = 2  # a repeat visit is on another day


class _Kind(NamedTuple):
    """A row of a table of hours: a gate or a ticket type."""

    id: int
    key: str
    name: I18n


def people(event: EventRow, found: Presence) -> tuple[list[Line], dict[str, Any]]:
    """Return the lines of registration and gates, and hours by gate and by ticket type."""
    lines = _registered(event.id)
    if not found.entries:
        return lines, {}
    doors = [_Kind(gate.id, gate.slug, gate.name) for gate in gates(event.id)]
    held = found.held()
    latest = max(datetime.fromisoformat(at) for at, _gate, _count in found.gate_hours)
    span = Span(event.day_bounds(held[0])[0], latest + _HOUR)
    counted = (*_admitted(found), *_repeat_line(found))
    return [*lines, *(replace(line, span=span) for line in counted)], {
        "checkin_hours": _hours(event, doors, found.gate_hours),
        "tier_hours": _hours(event, _types(event.id), found.type_hours),
    }


def _registered(event_id: int) -> list[Line]:
    found = counts(event_id)
    if not found.registrations:
        return []
    refs = ("registrations",)
    return [
        _line("reg.registered", found.people, "registration", _REGISTRATION, refs),
        _line("reg.confirmed", found.confirmed, "registration", _REGISTRATION, refs),
    ]


def _admitted(found: Presence) -> list[Line]:
    refs = tuple(f"gates/{day}" for day in found.days)
    counted = (
        ("checkin.entries", found.entries),
        ("checkin.visits", found.visits),
        ("checkin.visitors", found.visitors),
    )
    return [_line(metric, value, "gates", _GATES, refs) for metric, value in counted]


def _repeat_line(found: Presence) -> list[Line]:
    """Return the share of visitors who came on two days or more, in per cent."""
    if len(found.days) < _DAYS_OF_A_REPEAT or not found.visitors:
        return []
    share = Decimal(found.again) * 100 / found.visitors
    value = str(share.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN))
    refs = tuple(f"gates/{day}" for day in found.days)
    line = _line("checkin.repeat_rate", value, "gates", _GATES, refs)
    return [replace(line, facts={"again": found.again, "visitors": found.visitors})]


def _line(
    metric_id: str, value: int | str, source: str, title: I18n, refs: tuple[str, ...]
) -> Line:
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


def _types(event_id: int) -> list[_Kind]:
    rows = db.session.scalars(
        select(TicketType)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.id)
    )
    return [_Kind(row.id, row.slug, row.name) for row in rows]


def _hours(
    event: EventRow, kinds: Sequence[_Kind], found: Sequence[tuple[str, int, int]]
) -> list[dict[str, Any]]:
    by_day: dict[date, dict[tuple[int, datetime], int]] = {}
    for text, kind, count in found:
        at = datetime.fromisoformat(text)
        by_day.setdefault(event.operating_day(at), {})[kind, at] = count
    return [_table(kinds, day, by_day[day]) for day in sorted(by_day)]


def _table(
    kinds: Sequence[_Kind], day: date, found: Mapping[tuple[int, datetime], int]
) -> dict[str, Any]:
    """Return one day; an hour in which nobody came is 0, because gates record every scan."""
    times = sorted({at for _kind, at in found})
    columns = [times[0] + n * _HOUR for n in range(int((times[-1] - times[0]) / _HOUR) + 1)]
    used = {kind for kind, _at in found}
    metric = METRICS["checkin.entries"]
    return {
        "day": day.isoformat(),
        "metric": metric.id,
        "unit": metric.unit.zh,
        "hours": [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in columns],
        "rows": [
            {
                "key": kind.key,
                **kind.name,
                "values": [found.get((kind.id, at), 0) for at in columns],
            }
            for kind in kinds
            if kind.id in used
        ],
    }
