"""An event that takes registrations, with a show on its stage and two gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time

import pytest
from flask import Flask

from eventhub.kernel.db import command
from eventhub.programme.queries import EventRow
from tests.factories import programme as made

NOW = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)  # noon in Shanghai, the day before the event


@dataclass(frozen=True, slots=True)
class Place:
    """The event under test and what stands in it."""

    event: EventRow
    stage_id: int
    gate_ids: tuple[int, int]
    show_code: str
    performance_id: int


@pytest.fixture
def place(app: Flask, clock: Callable[[datetime], None]) -> Place:
    """Return an event of five days that takes registrations; the time stands at `NOW`."""
    clock(NOW)
    return make_place()


@pytest.fixture
def event(place: Place) -> EventRow:
    """Return the event of `place`."""
    return place.event


@command
def make_place(slug: str = "yunan", **changes: object) -> Place:
    """Make an event, a show of it at 21:30 on its second day, and two gates."""
    event = made.make_event(
        slug,
        is_registration_open=True,
        title={"zh": "云岸时装周", "en": "Yun'an Fashion Week"},
        place_text={"zh": "望汐市", "en": "Wangxi"},
        uid_domain="yunan.example",
        **changes,
    )
    stage_id = made.make_stage(event, "salt", name={"zh": "盐仓 T 台", "en": "Salt Store"})
    maker = made.make_party(event, "yarns", name={"zh": "十二纱", "en": "Twelve Yarns"})
    show_id = made.make_show(
        event, "NIGHTS", parties=[maker], title={"zh": "夜航", "en": "Night Passage"}
    )
    performance_id = made.make_slot(
        event,
        performance_id=made.make_performance(event, show_id),
        stage_id=stage_id,
        starts_at=event.instant(event.days()[1], time(21, 30)),
        minutes=75,
    )
    made.release(event)
    gates = (
        made.make_gate(event, "north", name={"zh": "北门", "en": "North"}, stage_id=stage_id),
        made.make_gate(event, "east", name={"zh": "东门", "en": "East"}),
    )
    return Place(event, stage_id, gates, "NIGHTS", performance_id)
