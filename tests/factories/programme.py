"""Rows of the programme: events, places, shows, slots and releases."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from eventhub.accounts.service import default_organisation
from eventhub.kernel.db import I18n, command
from eventhub.programme import queries, service
from eventhub.programme.enums import GateDirection, PerformanceKind, ShowState, SlotStatus
from eventhub.programme.queries import EventRow
from eventhub.programme.service import (
    AddGate,
    AddParty,
    AddPerformance,
    AddShow,
    AddShowParty,
    AddShowType,
    AddStage,
    AddTrack,
    AddVenue,
    AddZone,
    CreateEvent,
    PlaceSlot,
    ReleaseSchedule,
)

_numbers = itertools.count(1)
STARTS_ON = date(2026, 11, 20)
ENDS_ON = date(2026, 11, 24)


def both(text: str) -> I18n:
    """Return a text in both languages, told apart by the language in brackets."""
    return {"zh": f"{text}（中）", "en": text}


def make_event(
    slug: str | None = None, *, is_registration_open: bool = False, **changes: Any
) -> EventRow:
    """Return a public event of five days in Shanghai; changes are fields of `CreateEvent`."""
    slug = slug or f"event-{next(_numbers)}"
    values: dict[str, Any] = {
        "organisation_id": changes.pop("organisation_id", None) or default_organisation(),
        "title": both(f"Event {slug}"),
        "timezone": "Asia/Shanghai",
        "uid_domain": "events.example.org",
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
    }
    event_id = service.create_event(CreateEvent(slug=slug, **(values | changes)))
    if is_registration_open:
        service.open_registration(event_id, is_open=True)
    return queries.event_by_id(event_id)


def make_venue(event: EventRow, slug: str | None = None, **changes: Any) -> int:
    """Return the id of a venue with an address."""
    slug = slug or f"venue-{next(_numbers)}"
    values: dict[str, Any] = {"name": both(slug), "address": both("1 Mill Road")}
    return service.add_venue(AddVenue(event_id=event.id, slug=slug, **(values | changes)))


def make_stage(event: EventRow, slug: str | None = None, **changes: Any) -> int:
    """Return the id of a stage, in a venue of its own unless `venue_id` is given."""
    number = next(_numbers)
    slug = slug or f"stage-{number}"
    values: dict[str, Any] = {
        "venue_id": changes.pop("venue_id", None) or make_venue(event),
        "name": both(slug),
        "kind": "runway",
        "position": len(queries.stages(event.id)) + 1,
        "capacity": 300,
    }
    return service.add_stage(AddStage(event_id=event.id, slug=slug, **(values | changes)))


def make_zone(event: EventRow, slug: str | None = None, **changes: Any) -> int:
    """Return the id of a zone that is no cordon."""
    slug = slug or f"zone-{next(_numbers)}"
    values: dict[str, Any] = {"name": both(slug), "capacity": 1000}
    return service.add_zone(AddZone(event_id=event.id, slug=slug, **(values | changes)))


def make_gate(event: EventRow, slug: str | None = None, **changes: Any) -> int:
    """Return the id of an open entrance, to a zone of its own unless `zone_id` is given."""
    slug = slug or f"gate-{next(_numbers)}"
    values: dict[str, Any] = {
        "zone_id": changes.pop("zone_id", None) or make_zone(event),
        "number": len(queries.gates(event.id)) + 1,
        "name": both(slug),
        "direction": GateDirection.IN,
    }
    return service.add_gate(AddGate(event_id=event.id, slug=slug, **(values | changes)))


def make_show_type(event: EventRow, slug: str = "runway", **changes: Any) -> int:
    """Return the id of a kind of show."""
    values: dict[str, Any] = {"name": both(slug)}
    return service.add_show_type(AddShowType(event_id=event.id, slug=slug, **(values | changes)))


def make_track(event: EventRow, slug: str = "main", **changes: Any) -> int:
    """Return the id of a strand."""
    values: dict[str, Any] = {"name": both(slug), "color": "#8c2f39"}
    return service.add_track(AddTrack(event_id=event.id, slug=slug, **(values | changes)))


def make_party(event: EventRow, slug: str | None = None, **changes: Any) -> int:
    """Return the id of a public brand."""
    slug = slug or f"party-{next(_numbers)}"
    values: dict[str, Any] = {"kind": "brand", "name": both(slug)}
    return service.add_party(AddParty(event_id=event.id, slug=slug, **(values | changes)))


def make_show(
    event: EventRow, code: str | None = None, *, parties: Iterable[int] = (), **changes: Any
) -> int:
    """Return the id of a confirmed show in which `parties` take part."""
    code = code or f"S{next(_numbers):05d}"
    values: dict[str, Any] = {"title": both(f"Show {code}"), "state": ShowState.CONFIRMED}
    show_id = service.add_show(AddShow(event_id=event.id, code=code, **(values | changes)))
    for position, party_id in enumerate(parties):
        service.add_show_party(
            AddShowParty(show_id=show_id, party_id=party_id, role="brand", position=position)
        )
    return show_id


def make_performance(event: EventRow, show_id: int | None = None, **changes: Any) -> int:
    """Return the id of a public performance, of a show of its own unless one is given."""
    values: dict[str, Any] = {"kind": PerformanceKind.SHOW}
    show_id = show_id or make_show(event)
    return service.add_performance(
        AddPerformance(event_id=event.id, show_id=show_id, **(values | changes))
    )


def make_slot(
    event: EventRow,
    *,
    performance_id: int | None = None,
    stage_id: int | None = None,
    starts_at: datetime | None = None,
    minutes: int = 45,
    status: SlotStatus = SlotStatus.SCHEDULED,
) -> int:
    """Place a performance in the working copy and return the performance's id."""
    performance_id = performance_id or make_performance(event)
    starts_at = starts_at or datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
    service.place_slot(
        PlaceSlot(
            event_id=event.id,
            performance_id=performance_id,
            stage_id=stage_id or make_stage(event),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            status=status,
        )
    )
    return performance_id


def release(event: EventRow, name: str | None = None) -> int:
    """Release the working copy and return the id of the version."""
    return service.release(ReleaseSchedule(event_id=event.id, name=name or f"v{next(_numbers)}"))


@command
def make_programme(event: EventRow, count: int = 1) -> list[int]:
    """Release `count` shows on one stage, one each hour, each with one party; return ids."""
    stage_id = make_stage(event)
    type_id, track_id = make_show_type(event), make_track(event)
    first = event.instant(event.days()[0], time(10, 0))
    made = []
    for number in range(count):
        show_id = make_show(event, parties=[make_party(event)], type_id=type_id, track_id=track_id)
        performance_id = make_performance(event, show_id)
        starts_at = first + timedelta(hours=number)
        make_slot(event, performance_id=performance_id, stage_id=stage_id, starts_at=starts_at)
        made.append(performance_id)
    release(event)
    return made
