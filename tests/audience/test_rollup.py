"""Sums by quarter of an hour: always what the raw rows say, whatever the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from eventhub.audience import jobs, queries, service
from eventhub.audience.models import Adjustment, CounterBin, Rollup
from eventhub.audience.service import CounterReading
from eventhub.checkin import queries as checkin
from eventhub.checkin.models import Admission
from eventhub.exposure import queries as exposure
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow, event_by_id
from tests.assertions import assert_queries
from tests.factories import audience as make
from tests.factories import checkin as gates

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
slugs = count()

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to the evening of the first day."""
    clock(AT + timedelta(hours=2))


@command
def spoil(statement: Any) -> None:
    """Change rows past the service."""
    db.session.execute(statement)


def drift(event: EventRow) -> dict[str, int]:
    """Rebuild and return by metric how many sums were not what the raw rows say."""
    return {done.metric: done.drift for done in service.rebuild(event.id)}


def sums(event: EventRow) -> list[tuple[int, str, int, int]]:
    """Return start, direction, value and number of rows of all sums of counters."""
    db.session.rollback()
    return [
        (row.start_s, row.direction, row.value, row.parts)
        for row in db.session.scalars(
            select(Rollup)
            .where(Rollup.event_id == event.id, Rollup.metric == "footfall.passages")
            .order_by(Rollup.start_s, Rollup.direction)
        )
    ]


def adjustments(event: EventRow) -> list[tuple[str, int, str]]:
    """Return direction, change and reason of all adjustments."""
    db.session.rollback()
    rows = db.session.scalars(
        select(Adjustment).where(Adjustment.event_id == event.id).order_by(Adjustment.id)
    )
    return [(row.direction, row.delta, row.reason) for row in rows]


reading_values = st.tuples(
    st.integers(0, 40),  # minute
    st.sampled_from(["east", "west"]),
    st.integers(0, 9),  # in
    st.integers(0, 9),  # out
    st.integers(0, 3),  # seq
    st.sampled_from(["", "imputed"]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    deliveries=st.lists(st.lists(reading_values, min_size=1, max_size=8), min_size=1, max_size=6),
    seed=st.integers(0, 99),
)
def test_any_order_of_arrival_gives_what_a_rebuild_gives(
    deliveries: list[list[tuple[int, str, int, int, int, str]]], seed: int
) -> None:
    event = make.make_counted_event(f"week-{next(slugs)}")
    random.Random(seed).shuffle(deliveries)
    for delivery in (*deliveries, *deliveries[:2]):  # the first two come again
        make.record(
            event,
            *(
                CounterReading(
                    line=line,
                    counter=name,
                    starts_at=AT + minute * MINUTE,
                    duration_s=60,
                    entered=entered,
                    left=left,
                    seq=seq,
                    flags=flags,
                )
                for line, (minute, name, entered, left, seq, flags) in enumerate(delivery, 1)
            ),
        )
    bins = db.session.scalars(select(CounterBin).where(CounterBin.event_id == event.id)).all()
    assert sum(value for _at, _way, value, _n in sums(event)) == sum(bin_.passages for bin_ in bins)
    assert drift(event)["footfall.passages"] == 0


@pytest.mark.parametrize(
    "statement",
    [
        update(CounterBin).where(CounterBin.direction == "in").values(passages=11),
        delete(CounterBin).where(CounterBin.direction == "in"),
        update(Rollup).where(Rollup.direction == "in").values(value=9_999),
        delete(Rollup).where(Rollup.direction == "in"),
    ],
    ids=["bin changed", "bin removed", "sum changed", "sum removed"],
)
def test_a_planted_difference_is_found_logged_and_put_right(
    statement: Any, caplog: pytest.LogCaptureFixture
) -> None:
    event = make.make_counted_event()
    make.record(event, make.reading("east", AT))
    assert drift(event) == {"footfall.passages": 0, "checkin.entries": 0}
    assert "roll-ups differed" not in caplog.text
    spoil(statement)
    assert drift(event)["footfall.passages"] == 1
    assert "roll-ups differed" in caplog.text
    assert drift(event)["footfall.passages"] == 0


def test_minutes_are_added_by_quarter_and_a_revision_moves_the_sum() -> None:
    event = make.make_counted_event()
    minutes = [
        make.reading("east", AT + n * MINUTE, duration_s=60, entered=2, left=None)
        for n in range(20)
    ]
    make.record(event, *minutes)
    start_s = int(AT.timestamp())
    assert sums(event) == [(start_s, "in", 30, 15), (start_s + 900, "in", 10, 5)]
    make.record(event, make.reading("east", AT, duration_s=60, entered=7, left=None, seq=9))
    hour = queries.counter_hours(event)[0]
    assert (hour.entered, hour.flags) == (45, frozenset({"conflicting"}))
    assert drift(event)["footfall.passages"] == 0


def test_a_change_within_a_day_is_none_and_one_after_it_is_an_adjustment(
    clock: Callable[[datetime], None],
) -> None:
    event = make.make_counted_event()
    make.record(event, make.reading("east", AT, duration_s=900))
    quarter_end = AT + timedelta(minutes=15)
    clock(quarter_end + timedelta(hours=23))
    make.record(event, make.reading("east", AT, duration_s=900, entered=12, seq=1))
    assert adjustments(event) == []
    assert sums(event)[0][2] == 12
    clock(quarter_end + timedelta(hours=25))
    make.record(event, make.reading("east", AT, duration_s=900, entered=15, seq=2))
    make.record(event, make.reading("east", AT - 15 * MINUTE, duration_s=900, left=None))
    assert adjustments(event) == [("in", 3, "revised"), ("in", 10, "late")]
    make.record(event, make.reading("east", AT - 15 * MINUTE, duration_s=900, left=None))
    assert len(adjustments(event)) == 2
    assert [row.delta for row in queries.adjustments(event.id)] == [10, 3]


def test_the_past_of_a_new_counter_adjusts_nothing(clock: Callable[[datetime], None]) -> None:
    event = make.make_counted_event()
    clock(AT + timedelta(days=9))
    make.record(event, make.reading("east", AT), make.reading("west", AT))
    assert adjustments(event) == []


def test_hours_of_a_zone_with_a_half_hour_are_whole() -> None:
    event = make.make_counted_event(timezone="Asia/Kolkata")
    make.record(
        event,
        *(make.reading("east", AT + n * 15 * MINUTE, duration_s=900, left=None) for n in range(6)),
    )
    with assert_queries(1):
        hours = queries.counter_hours(event)
    assert [(row.starts_at, row.entered) for row in hours] == [
        (AT - 30 * MINUTE, 20),
        (AT + 30 * MINUTE, 40),
    ]


def test_entries_of_gates_are_those_of_the_scans_and_move_with_them(
    clock: Callable[[datetime], None],
) -> None:
    house = gates.make_house()
    event = event_by_id(house.event_id)
    device = gates.make_device(house)
    tickets = gates.make_tickets(house, 3)
    answers = [gates.scan(device, gates.gs_of(ticket)) for ticket in tickets]
    assert {answer["result"] for answer in answers} == {"ok"}
    assert service.roll_up(event.id) == 3
    assert by_gate(event) == {house.gates["north"]: 3}
    service.roll_up(event.id)  # not settled yet: looked at once more, counted once
    assert by_gate(event) == {house.gates["north"]: 3}
    clock(AT + timedelta(hours=3))
    assert service.roll_up(event.id) == 3
    assert service.roll_up(event.id) == 0
    hours = checkin.admissions_by_hour(event)
    assert sum(row.entries for row in hours) == sum(by_gate(event).values())
    assert drift(event)["checkin.entries"] == 0
    spoil(delete(Admission).where(Admission.ticket_id == tickets[0]))
    assert drift(event)["checkin.entries"] == 1
    assert by_gate(event) == {house.gates["north"]: 2}


def by_gate(event: EventRow) -> dict[int, int]:
    """Return entries by gate as the sums have them."""
    db.session.rollback()
    found: dict[int, int] = {}
    for row in queries.gate_hours(event):
        found[row.gate_id] = found.get(row.gate_id, 0) + row.entries
    return found


def test_a_first_rebuild_takes_in_what_was_scanned_before() -> None:
    house = gates.make_house()
    event = event_by_id(house.event_id)
    device = gates.make_device(house)
    for ticket in gates.make_tickets(house, 2):
        gates.scan(device, gates.gs_of(ticket))
    assert drift(event)["checkin.entries"] == 0
    assert by_gate(event) == {house.gates["north"]: 2}


def test_the_job_takes_in_scans_and_rebuilds_once_a_night(
    clock: Callable[[datetime], None],
) -> None:
    house = gates.make_house()
    event = event_by_id(house.event_id)
    device = gates.make_device(house)
    assert jobs.roll_up_due() == 0
    gates.scan(device, gates.gs_of(gates.make_tickets(house, 1)[0]))
    assert jobs.roll_up_due() == 1
    assert by_gate(event) == {house.gates["north"]: 1}
    first = {row.rebuilt_at for row in queries.rollup_states(event.id)}
    assert first == {AT + timedelta(hours=2)}
    clock(datetime(2026, 11, 20, 19, 59, tzinfo=UTC))  # 03:59 in Shanghai
    jobs.roll_up_due()
    assert {row.rebuilt_at for row in queries.rollup_states(event.id)} == first
    clock(datetime(2026, 11, 20, 20, 1, tzinfo=UTC))
    jobs.roll_up_due()
    assert {row.rebuilt_at for row in queries.rollup_states(event.id)} != first
    assert jobs.roll_up_due() == 0


@pytest.mark.only("sqlite")
def test_late_readings_make_a_new_version_and_leave_the_old_one_as_it_is(
    clock: Callable[[datetime], None],
) -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "east", zone_id=zone.id, is_cordon=True)
    make.record(event, make.reading("east", AT))
    first = build_report(BuildReport(event_id=event.id))
    before = (first.version, first.document())
    clock(AT + timedelta(hours=27))  # the quarter of its begin is closed by now
    make.record(event, make.reading("east", AT, entered=25, seq=1))
    assert [(row.delta, row.reason) for row in queries.adjustments(event.id)] == [(15, "revised")]
    second = build_report(BuildReport(event_id=event.id))
    assert second.version == before[0] + 1
    old = exposure.version_of(event.id, before[0])
    assert (old.version, old.document()) == before
    lines = {row["metric"]: row["value"] for row in second.document()["lines"]}
    assert lines["footfall.visits"] == 25
