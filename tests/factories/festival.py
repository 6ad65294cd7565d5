"""Generated festivals with stages of one name, strange texts, long and short shows."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from eventhub.programme import frab, ical
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import (
    EventRow,
    PartyRow,
    PerformanceRow,
    PublishedRow,
    StageRow,
    TrackRow,
)
from eventhub.programme.rules.publication import Publication

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]
FIRST = date(2026, 10, 23)  # Berlin ends summer time on the third day
TEXTS = st.text(max_size=40)
NAMES = st.builds(lambda zh, en: {"zh": zh, "en": en}, TEXTS, TEXTS)
TOLD_AT = datetime(2026, 9, 1, tzinfo=UTC)


@st.composite
def festivals(draw: st.DrawFn) -> frab.Export:
    """Return a festival with stages of one name, strange texts, long and short shows."""
    count = draw(st.integers(1, 4))
    event = _event(draw)
    stages = [_stage(draw, number) for number in range(draw(st.integers(0, 3)))]
    tracks = [
        TrackRow(draw(st.sampled_from(["a", "9", "main", "t-1"])), draw(NAMES), draw(TEXTS))
        for _ in range(draw(st.integers(0, 2)))
    ]
    rows = [
        _row(draw, number, event, stages, count) for number in range(1, draw(st.integers(0, 8)) + 1)
    ]
    return frab.Export(event, draw(TEXTS), rows, stages, tracks, "https://events.example.org")


def _event(draw: st.DrawFn) -> EventRow:
    values: dict[str, Any] = dict.fromkeys(EventRow.__slots__)
    return EventRow(
        **values
        | {
            "id": 1,
            "uuid": str(uuid.UUID(int=1)),
            "slug": "weaving",
            "acronym": "weaving",
            "title": draw(NAMES),
            "timezone": draw(st.sampled_from(ZONES)),
            "day_start_local": draw(st.sampled_from([time(0), time(2, 30), time(6), time(9)])),
            "starts_on": FIRST,
            "ends_on": FIRST + timedelta(days=3),
            "uid_domain": "events.example.org",
        }
    )


def _stage(draw: st.DrawFn, number: int) -> StageRow:
    values: dict[str, Any] = dict.fromkeys(StageRow.__slots__)
    return StageRow(
        **values
        | {
            "id": number,
            "slug": f"stage-{number}",
            "name": draw(
                st.sampled_from([{"en": "Hall"}, {"en": ""}, {"zh": "大厅", "en": "A & B"}])
            ),
            "kind": draw(st.sampled_from(["runway", "concert", "forum", "exhibition", "other"])),
            "capacity": draw(st.none() | st.integers(0, 10_000)),
            "position": number + 1,
            "venue_name": draw(NAMES),
            "uuid": str(uuid.UUID(int=100 + number)),
        }
    )


def _row(
    draw: st.DrawFn, number: int, event: EventRow, stages: list[StageRow], days: int
) -> PerformanceRow:
    opens_at = event.day_bounds(FIRST)[0]
    starts_at = opens_at + timedelta(minutes=draw(st.integers(0, days * 24 * 60)))
    length = draw(st.sampled_from([1, 3, 5, 45, 330, 1439, 1440, 1500, 4000]))
    stage = draw(st.sampled_from([None, *stages]))
    values: dict[str, Any] = dict.fromkeys(PerformanceRow.__slots__)
    party = PartyRow("p", draw(NAMES), "band", "", None, str(uuid.UUID(int=999)), 5)
    return PerformanceRow(
        **values
        | {
            "performance_id": number,
            "uuid": str(uuid.UUID(int=1000 + number)),
            "public_no": number,
            "show_id": draw(st.integers(1, 3)),
            "show_code": f"SHOW{number:02d}",
            "title": draw(NAMES),
            "line": draw(st.none() | NAMES),
            "description": draw(st.none() | NAMES),
            "language": draw(st.sampled_from([None, "", "zh", "mul"])),
            "type_slug": draw(st.sampled_from(["", "runway"])),
            "type_name": draw(NAMES),
            "track_name": draw(NAMES),
            "stage_slug": stage.slug if stage else "",
            "stage_name": stage.name if stage else {},
            "stage_position": stage.position if stage else 1,
            "venue_name": stage.venue_name if stage else {},
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=length),
            "status": draw(st.sampled_from(list(SlotStatus))).value,
            "day": event.operating_day(starts_at),
            "parties": draw(st.sampled_from([(), (party,)])),
            "stream_url": draw(
                st.sampled_from([None, "https://live.example/织 x", "rtmp://a", ""])
            ),
            "venue_lat": draw(st.none() | st.just(22.5)),
            "venue_lon": 114.0,
        }
    )


def calendar_of(made: frab.Export) -> bytes:
    """Return the calendar of a festival of which every row was told once."""
    rows = [
        PublishedRow(
            row,
            Publication(
                performance_id=row.performance_id,
                slot_id=0,
                sequence=0,
                first_published_at=TOLD_AT,
                last_published_at=TOLD_AT,
                stage_id=None,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                status=row.status,
            ),
        )
        for row in made.rows
    ]
    return ical.feed(made.event, rows, base_url=made.base_url)
