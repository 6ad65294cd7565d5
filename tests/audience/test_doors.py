"""Two counters at one door: both are kept, one counts, the difference is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventhub.audience import queries, service
from eventhub.audience.errors import PassagesAreNotVisits
from eventhub.audience.models import Source
from eventhub.audience.rules.doors import DoorCount, difference
from eventhub.checkin.models import ZoneReading
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


QUARTER = timedelta(minutes=15)
OPENING = NOW - timedelta(hours=3, minutes=40)  # 16:00 in Shanghai


def make_door(slug: str = "cloth-week") -> EventRow:
    """Make an event with a door that `old` counts, with `new` beside it."""
    event = make.make_counted_event(slug, is_synthetic=True)
    zone = make.make_zone(event, "avenue")
    for name in ("old", "new"):
        place(event, make.make_counter(event, name, zone_id=zone.id, is_cordon=True, period_s=900))
    return event


def count(event: EventRow, name: str, quarters: range, entered: int, **more: int) -> None:
    make.record(
        event,
        *(
            make.reading(
                name,
                OPENING + number * QUARTER,
                duration_s=900,
                entered=entered,
                left=entered // 2,
                **more,
            )
            for number in quarters
        ),
    )


def test_the_second_counter_stands_in_while_the_first_one_is_silent(app: Flask) -> None:
    event = make_door()
    count(event, "old", range(4), 10)
    count(event, "new", range(12), 13)
    count(event, "old", range(8, 12), 10)  # four quarters are missing between
    (day,) = queries.visits(event)
    assert (day.count, day.counter_names) == (8 * 10 + 4 * 13, ("old",))
    (found,) = day.stand_ins
    assert (found.silent, found.name, found.entered) == ("old", "new", 52)
    assert found.spans == ((OPENING + 4 * QUARTER, OPENING + 8 * QUARTER),)
    assert (day.op, day.missing, round(day.coverage, 4)) == ("=", (), 1.0)
    (door,) = queries.quality(event).doors
    assert (door.entered, door.other_entered) == (80, 104)  # while both counted
    (cordon,) = queries.quality(event).cordons
    assert (cordon.entered, cordon.left) == (132, 4 * 5 + 4 * 6 + 4 * 5)
    assert [row.entered for row in queries.footfall_days(event)] == [80, 156]  # both are kept
    assert [done.drift for done in service.rebuild(event.id)] == [0, 0]
    assert queries.visits(event) == [day]
    count(event, "old", range(4, 8), 9)  # what was silent comes late: the other stands back
    (late,) = queries.visits(event)
    assert (late.count, late.stand_ins) == (8 * 10 + 4 * 9, ())


def test_who_may_still_speak_is_not_silent(app: Flask, clock: Callable[[datetime], None]) -> None:
    event = make_door()
    clock(OPENING + 8 * QUARTER)
    count(event, "old", range(4), 10)
    count(event, "new", range(8), 13)
    (day,) = queries.visits(event)  # three periods are not over but for one quarter
    assert [one.spans for one in day.stand_ins] == [
        ((OPENING + 4 * QUARTER, OPENING + 5 * QUARTER),)
    ]
    (cordon,) = queries.live(event).cordons
    assert (cordon.is_stale, cordon.last_at) == (False, OPENING + 8 * QUARTER)
    clock(OPENING + 11 * QUARTER)
    (day,) = queries.visits(event)
    assert day.count == 4 * 10 + 4 * 13
    now = queries.live(event)
    assert (now.visits.count if now.visits else 0, now.others) == (92, ())


def test_a_counter_that_never_spoke_on_a_day_is_stood_in_for_all_of_it(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    event = make_door()
    clock(NOW + timedelta(hours=1))
    count(event, "new", range(12), 13)
    (day,) = queries.visits(event)
    assert (day.count, day.counter_names) == (156, ("old",))
    assert [one.spans for one in day.stand_ins] == [((OPENING, OPENING + 12 * QUARTER),)]


@pytest.mark.only("sqlite")
def test_people_inside_go_on_while_the_second_counter_stands_in(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    event = make_door()
    clock(OPENING + 4 * QUARTER)
    count(event, "old", range(4), 10)
    clock(OPENING + 11 * QUARTER)
    count(event, "new", range(11), 12)
    db.session.rollback()
    (row,) = db.session.scalars(select(ZoneReading))
    assert (row.inside, row.stale) == (4 * 5 + 4 * 6, [])


@pytest.mark.only("sqlite")
def test_the_report_and_the_page_say_who_stood_in(app: Flask) -> None:
    event = make_door()
    count(event, "old", range(4), 10)
    count(event, "new", range(8), 13)
    count(event, "old", range(9, 12), 10)
    documents = [build_report(BuildReport(event_id=event.id)).document() for _time in range(2)]
    assert documents[0]["series"] == documents[1]["series"]
    (row,) = documents[0]["series"]["doors"]
    assert row["stood_in"] == {
        "value": 52,
        "spans": [["2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"]],
    }
    line = next(line for line in documents[0]["lines"] if line["metric"] == "footfall.visits")
    assert (line["value"], [one["source"] for one in line["sources"]]) == (122, ["old", "new"])
    alice = make_people(event.organisation_id).client(app, "alice")
    page = assert_html(alice.get(f"/console/e/{event.slug}/footfall?lang=en"))
    assert "17:00–18:00: old was silent, new stood in with 52 entries" in page
    report = assert_html(alice.get(f"/e/{event.slug}/report?lang=en"))
    assert "17:00–18:00: the first one was silent, the second one stood in with 52" in report
