"""What the rest of the system reads, with the number of statements it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from eventhub.programme import queries
from eventhub.programme.enums import PerformanceKind, ShowState
from eventhub.programme.errors import UnknownEvent, UnknownGate, UnknownShow
from eventhub.programme.service import PlaceSlot, place_slot
from tests.assertions import assert_queries
from tests.factories import programme as make


@pytest.mark.parametrize("count", [1, 3])
def test_programme_costs_two_statements_for_any_number_of_shows(app: Flask, count: int) -> None:
    event = make.make_event()
    made = make.make_programme(event, count)
    with assert_queries(2):
        rows = queries.programme(event)
    assert [row.performance_id for row in rows] == made
    assert [len(row.parties) for row in rows] == [1] * count
    assert rows[0].stage_position == 1
    assert rows[0].type_slug == "runway"
    assert {row.day for row in rows} == {date(2026, 11, 20)}


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_places_cost_one_statement(app: Flask, count: int) -> None:
    event = make.make_event()
    for _ in range(count):
        make.make_gate(event)
        make.make_stage(event)
    with assert_queries(1):
        gates = queries.gates(event.id)
    with assert_queries(1):
        stages = queries.stages(event.id)
    with assert_queries(1):
        zones = queries.zones(event.id)
    numbers = list(range(1, count + 1))
    assert [gate.number for gate in gates] == numbers
    assert [stage.position for stage in stages] == numbers
    assert [zone.id for zone in zones] == [gate.zone_id for gate in gates]


def test_show_page_costs_two_statements(app: Flask) -> None:
    event = make.make_event()
    show_id = make.make_show(event, "ABC123", parties=[make.make_party(event, "mill")])
    stage = make.make_stage(event)
    start = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    for day in range(2):
        performance = make.make_performance(event, show_id)
        make.make_slot(
            event,
            performance_id=performance,
            stage_id=stage,
            starts_at=start + timedelta(days=day),
        )
    make.release(event)
    with assert_queries(2):
        page = queries.show_by_code(event, "ABC123")
    assert page.title == make.both("Show ABC123")
    assert [row.day for row in page.performances] == [date(2026, 11, 21), date(2026, 11, 22)]
    assert [party.slug for party in page.show.parties] == ["mill"]


def test_published_rows_cost_three_statements(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event, 3)
    with assert_queries(3):
        rows = queries.published(event)
    assert [row.publication.sequence for row in rows] == [0, 0, 0]


def test_nothing_is_public_before_the_first_release(app: Flask) -> None:
    event = make.make_event()
    make.make_slot(event)
    assert queries.programme(event) == []
    assert queries.released(event.id) is None


def test_later_edits_stay_private_until_the_next_release(app: Flask) -> None:
    event = make.make_event()
    [performance] = make.make_programme(event)
    before = queries.programme(event)
    make.make_slot(event, performance_id=performance)
    assert queries.programme(event) == before
    make.release(event)
    assert queries.programme(event) != before


def test_drafts_rehearsals_and_embargoed_shows_are_not_public(app: Flask) -> None:
    event = make.make_event()
    later = datetime(2099, 1, 1, tzinfo=UTC)
    draft = make.make_performance(event, make.make_show(event, state=ShowState.DRAFT))
    secret = make.make_performance(event, make.make_show(event, embargo_until=later))
    rehearsal = make.make_performance(event, kind=PerformanceKind.REHEARSAL)
    shown = make.make_performance(event)
    for performance in (draft, secret, rehearsal, shown):
        make.make_slot(event, performance_id=performance)
    make.release(event)
    assert [row.performance_id for row in queries.programme(event)] == [shown]


def test_shows_without_times_are_listed_apart(app: Flask) -> None:
    event = make.make_event(starts_on=None, ends_on=None)
    performance = make.make_performance(event, make.make_show(event, "FORUM1"))
    place_slot(PlaceSlot(event_id=event.id, performance_id=performance))
    make.release(event)
    with assert_queries(2):
        rows = queries.unplaced_shows(event)
    assert [row.show_code for row in rows] == ["FORUM1"]
    assert queries.programme(event) == []
    assert queries.show_by_code(event, "FORUM1").performances == ()
    assert event.days() == []


def test_a_late_set_is_on_the_evening_before(app: Flask) -> None:
    event = make.make_event()
    starts_at = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # 01:30 on the 25th, local
    make.make_slot(event, starts_at=starts_at, minutes=240)
    make.release(event)
    [row] = queries.programme(event)
    assert row.day == date(2026, 11, 24)
    opens_at, closes_at = event.day_bounds(row.day)
    assert opens_at <= row.starts_at < closes_at


def test_unknown_things_are_not_found(app: Flask) -> None:
    event = make.make_event()
    with pytest.raises(UnknownEvent):
        queries.event_by_slug("nothing")
    with pytest.raises(UnknownShow):
        queries.show_by_code(event, "NOSHOW")
    with pytest.raises(UnknownGate):
        queries.gate_by_slug(event.id, "nowhere")


def test_events_come_latest_first_and_undated_ones_last(app: Flask) -> None:
    make.make_event("old", starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    make.make_event("new")
    make.make_event("undated", starts_on=None, ends_on=None)
    make.make_event("hidden", is_public=False)
    assert [row.slug for row in queries.public_events()] == ["new", "old", "undated"]


def test_zones_come_after_those_they_lie_in(app: Flask) -> None:
    event = make.make_event()
    site = make.make_zone(event, "site")
    hall = make.make_zone(event, "hall", parent_id=site)
    make.make_zone(event, "row", parent_id=hall)
    assert [zone.slug for zone in queries.zones(event.id)] == ["site", "hall", "row"]
