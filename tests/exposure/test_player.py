"""Plays and daily viewers of the house's own player as lines of a report."""

from __future__ import annotations

import pytest

from eventhub.audience import jobs
from eventhub.audience.enums import Op
from eventhub.audience.queries import streams
from eventhub.audience.service import RecordClaim, record_claim
from eventhub.exposure.service import BuildReport, build_report
from eventhub.programme.queries import EventRow
from tests.audience.test_beats import (  # noqa: F401 - two are fixtures
    MINUTE,
    evening,
    event,
    join_line,
    write,
)

pytestmark = pytest.mark.only("sqlite")


def played() -> None:
    """Let two people watch, one of them twice."""
    at = MINUTE * 60 - 120
    write("join-1.log", join_line(at, "a"), join_line(at + 9, "b"))
    write("join-1.log", join_line(at + 20, "c", ip="192.0.2.2"))
    assert jobs.read_beats().starts == 3


def lines_of(event_id: int) -> dict[str, dict[str, object]]:
    """Return the lines of the player by metric."""
    document = build_report(BuildReport(event_id=event_id)).document()
    return {
        line["metric"]: line
        for line in document["lines"]
        if any(ref.startswith("player/") for s in line["sources"] for ref in s["observations"])
    }


def test_plays_are_contacts_and_viewers_of_a_day_are_people(
    event: EventRow,  # noqa: F811 - the fixture
) -> None:
    played()
    found = lines_of(event.id)
    assert (found["live.starts"]["value"], found["live.starts"]["class"]) == (3, "measured")
    assert found["live.starts"]["in_gross"]
    assert found["live.viewers_day"]["value"] == 2
    assert not found["live.viewers_day"]["in_gross"]
    assert found["live.viewers_day"]["class"] == "estimated"


def test_plays_of_a_stream_that_has_recorded_contacts_are_not_added_again(
    event: EventRow,  # noqa: F811 - the fixture
) -> None:
    played()
    main = next(row for row in streams(event.id) if row.slug == "main")
    record_claim(
        RecordClaim(
            event_id=event.id,
            metric="live.views",
            value=40,
            op=Op.EQUAL,
            quote="观看 40",
            source_name="platform",
            source_title={"zh": "平台导出", "en": "Platform export"},
            stream_id=main.id,
        )
    )
    assert "live.starts" not in lines_of(event.id)
