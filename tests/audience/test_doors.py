"""Two counters at one door: both are kept, one counts, the difference is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventhub.audience import queries, service
from eventhub.audience.errors import PassagesAreNotVisits
from eventhub.audience.models import Source
from eventhub.audience.rules.doors import DoorCount, difference
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from tests.assertions import assert_html
from tests.factories import audience as make
from tests.people import make_people

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


def test_a_difference_is_told_from_what_the_errors_explain() -> None:
    assert difference(DoorCount(1_000, 1.1, 0.011), DoorCount(1_050, 1.0, 0.05)) == (
        50,
        0.05,
        False,
    )
    assert difference(DoorCount(1_000, 1.1, 0.011), DoorCount(1_200, 1.0, 0.05)) == (200, 0.2, True)
    assert difference(DoorCount(1_000, None, 0), DoorCount(1_200, None, 0)) == (200, 0.2, False)
    assert difference(DoorCount(0, 1.0, 0.1), DoorCount(0, 1.0, 0.1)) == (0, None, False)


def place(event: EventRow, source: Source, *, door: str = "north 1", counts: bool = False) -> None:
    service.place_counter(
        service.PlaceCounter(
            event_id=event.id,
            source_id=source.id,
            zone_id=source.zone_id,
            is_cordon=True,
            width_m=4.0,
            door=door,
            counts_at_door=counts,
        )
    )
    db.session.rollback()


def visits(event: EventRow) -> list[tuple[int, tuple[str, ...]]]:
    db.session.rollback()
    return [(row.count, row.counter_names) for row in queries.visits(event)]


def test_of_two_counters_at_a_door_one_counts(app: Flask) -> None:
    event = make.make_counted_event(is_synthetic=True)
    zone = make.make_zone(event, "avenue")
    old, new = (
        make.make_counter(event, name, zone_id=zone.id, is_cordon=True) for name in ("old", "new")
    )
    for name, entered in (("old", 100), ("new", 170)):
        make.record(event, make.reading(name, NOW - timedelta(hours=2), entered=entered))
    assert visits(event) == [(270, ("old", "new"))]  # the fault that a door is for
    place(event, old)
    place(event, new)
    assert visits(event) == [(100, ("old",))]
    (door,) = queries.quality(event).doors
    assert (door.entered, door.other_entered, door.apart, door.is_apart) == (100, 170, 70, False)
    assert [row.entered for row in queries.footfall_days(event)] == [100, 170]  # both are kept
    with pytest.raises(PassagesAreNotVisits):
        queries.visits_of(event, ["old", "new"], event.operating_day(NOW))
    place(event, new, counts=True)
    assert visits(event) == [(170, ("new",))]
    place(event, new)  # placed again as it is: it goes on counting
    assert visits(event) == [(170, ("new",))]
    place(event, new, door="south")  # the one that stays at the door counts there again
    assert visits(event) == [(270, ("old", "new"))]
    place(event, new)
    found = build_report(BuildReport(event_id=event.id)).document()
    line = next(line for line in found["lines"] if line["metric"] == "footfall.visits")
    assert line["value"] == 100
    (row,) = found["series"]["doors"]
    assert (row["counted"]["key"], row["other"]["key"], row["apart"]) == ("old", "new", 70)
    alice = make_people(event.organisation_id).client(app, "alice")
    page = assert_html(alice.get(f"/console/e/{event.slug}/footfall?lang=en"))
    for text in ("Doors that two counters see", "+70", "within their errors"):
        assert text in page
    report = assert_html(alice.get(f"/e/{event.slug}/report?lang=en"))
    assert "Doors that two counters see" in report


@command
def count_both(event: EventRow) -> None:
    for name in ("old", "new"):
        make.make_counter(event, name).door_ref = "north 1"


def test_the_database_lets_one_counter_count_a_door(app: Flask) -> None:
    event = make.make_counted_event()
    with pytest.raises(IntegrityError):
        count_both(event)
