"""Which show drew whom: registered, arrived and watching, by performance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventhub.audience.queries import StreamResult, stream_programme
from eventhub.exposure.queries.presence import Presence
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow, PerformanceRow, programme
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Registration, TicketType


def drawn(event: EventRow, found: Presence, shown: Sequence[StreamResult]) -> list[dict[str, Any]]:
    """
    Return the performances that anybody registered for, was admitted to or watched, by start.

    Args:
        event: The event.

        found: Who was admitted.

        shown: Results of its streams; viewers of two streams are never added.
    """
    asked, came, types = _asked(event.id), _came(found), _type_names(event.id)
    watched = _watched(event.id, shown)
    return [
        _row(item, asked.get(item.performance_id, 0), came.get(item.uuid, {}), types, watched)
        for item in programme(event)
        if item.performance_id in asked or item.uuid in came or item.performance_id in watched
    ]


def _row(
    item: PerformanceRow,
    asked: int,
    came: Mapping[int, int],
    types: Mapping[int, Mapping[str, str]],
    watched: Mapping[int, StreamResult],
) -> dict[str, Any]:
    stream = watched.get(item.performance_id)
    return {
        **item.title,
        "code": item.show_code,
        "at": _stamp(item.starts_at),
        "day": item.day.isoformat(),
        "stage": dict(item.stage_name),
        "capacity": item.stage_capacity,
        "registered": asked,
        "arrived": sum(came.values()) if came else None,
        "types": [
            {**types[type_id], "arrived": came[type_id]} for type_id in types if type_id in came
        ],
        "peak": stream.peak if stream else None,
        "ama": stream.ama if stream else None,
        "stream_class": stream.cls.value if stream else None,
        "stream": dict(stream.stream.name) if stream else None,
    }


def _asked(event_id: int) -> dict[int, int]:
    """Return confirmed people by the performance that they came for."""
    found = db.session.execute(
        select(Registration.performance_id, func.sum(Registration.group_size))
        .where(
            Registration.event_id == event_id,
            Registration.performance_id.is_not(None),
            Registration.state == RegistrationState.CONFIRMED.value,
        )
        .group_by(Registration.performance_id)
    )
    return {row[0]: int(row[1]) for row in found if row[0] is not None}


def _came(found: Presence) -> dict[str, dict[int, int]]:
    by_show: dict[str, dict[int, int]] = defaultdict(dict)
    for uuid, type_id, count in found.shows:
        by_show[uuid][type_id] = count
    return by_show


def _type_names(event_id: int) -> dict[int, Mapping[str, str]]:
    rows = db.session.execute(
        select(TicketType.id, TicketType.name)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.id)
    )
    return {row[0]: row[1] for row in rows}


def _watched(event_id: int, shown: Sequence[StreamResult]) -> dict[int, StreamResult]:
    """Return the largest stream of each performance: audiences of streams are not added."""
    performances = {item.id: item.performance_id for item in stream_programme(event_id)}
    found: dict[int, StreamResult] = {}
    for result in shown:
        performance = performances.get(result.programme.id)
        if performance is None:
            continue
        if performance not in found or (result.peak or 0) > (found[performance].peak or 0):
            found[performance] = result
    return found


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
