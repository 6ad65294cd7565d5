"""Readings set apart and counts by hand: what a person decides and what then counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.audience import queries, service
from eventhub.audience.enums import Decision, SourceKind
from eventhub.audience.errors import AlreadyDecided, QuarterClosed, UnknownReading
from eventhub.audience.models import Quarantine
from eventhub.kernel import clock as kernel_clock
from tests.factories import audience as make
from tests.people import People, make_people, post
from tests.world import World, make_world

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
def standing(clock: Callable[[datetime], None]) -> datetime:
    """Hold the time at 18:20 on the second day of the event."""
    clock(AT + timedelta(minutes=20))
    return AT


def decide(event_id: int, number: int, decision: Decision) -> None:
    service.decide(
        service.Decide(event_id=event_id, quarantine_id=number, decision=decision, by="Alice")
    )


def test_an_accepted_reading_counts_and_stays_listed(
    app: Flask, standing: datetime, db_session: Session
) -> None:
    event = make.make_counted_event()
    make.make_counter(event, "door", width_m=1.0)
    wide = make.reading("door", AT - timedelta(hours=1), entered=9_000, left=3)
    assert make.record(event, wide).quarantined == 1
    row = queries.apart(event.id)[0]
    assert (row.value, row.duration_s, row.decision) == (9_000, 3_600, Decision.OPEN)
    assert queries.counter_hours(event) == []
    decide(event.id, row.id, Decision.ACCEPT)
    assert [(one.entered, one.left) for one in queries.counter_hours(event)] == [(9_000, 3)]
    assert queries.exclusions(event.id) == []
    assert make.record(event, wide).quarantined == 1  # sent again: nothing changes
    decided = queries.apart(event.id)[0]
    assert (decided.decision, decided.decided_by) == (Decision.ACCEPT, "Alice")
    with pytest.raises(AlreadyDecided):
        decide(event.id, row.id, Decision.DROP)


def test_a_dropped_jump_of_viewers_never_counts(app: Flask, standing: datetime) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", AT, [20, 1_000_000_000, 21])
    row = queries.apart(event.id)[0]
    assert (row.value, row.duration_s, row.at) == (10**9, 0, AT + timedelta(minutes=1))
    decide(event.id, row.id, Decision.DROP)
    assert queries.stream_series(event.id)[0].peak == 21
    assert len(queries.exclusions(event.id)) == 1


def test_an_accepted_jump_of_viewers_counts(app: Flask, standing: datetime) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", AT, [20, 1_500, 21])
    decide(event.id, queries.apart(event.id)[0].id, Decision.ACCEPT)
    assert queries.stream_series(event.id)[0].peak == 1_500


def test_readings_of_another_event_are_unknown(
    app: Flask, standing: datetime, db_session: Session
) -> None:
    one, other = make.make_counted_event(), make.make_counted_event("other")
    make.record_viewers(one, "main", AT, [20, 1_500])
    number = db_session.scalars(select(Quarantine.id)).one()
    with pytest.raises(UnknownReading):
        decide(other.id, number, Decision.ACCEPT)


def tally(event_id: int, entered: int, seq: int, start: datetime = AT) -> service.Recorded:
    return service.record_tally(
        service.Tally(
            event_id=event_id, post="east", starts_at=start, entered=entered, left=1, seq=seq
        )
    )


def test_a_tally_is_one_figure_per_quarter_and_late_deliveries_change_nothing(
    app: Flask, standing: datetime
) -> None:
    event = make.make_counted_event()
    source = service.add_post(service.AddPost(event_id=event.id, name="east"))
    assert tally(event.id, 5, 10).accepted == 1
    assert tally(event.id, 9, 20).revisions == 1
    assert tally(event.id, 9, 20).duplicates == 1
    tally(event.id, 5, 10)
    rows = queries.quarters(source.id, since=AT - timedelta(hours=1))
    assert [(row.starts_at, row.entered, row.left) for row in rows] == [(AT, 9, 1)]
    counter = queries.counters(event.id)[0]
    assert (counter.kind, counter.k, counter.is_cordon) == (SourceKind.MANUAL, 1.0, False)
    for start in (
        AT + timedelta(minutes=1),
        AT - timedelta(hours=24),
        AT + timedelta(minutes=30),
    ):
        with pytest.raises(QuarterClosed):
            tally(event.id, 1, 30, start)


@pytest.fixture
def people(app: Flask) -> People:
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, world: World) -> FlaskClient:
    return people.client(app, "alice")


@pytest.mark.only("sqlite")
def test_the_decision_page_says_why_and_takes_one_decision(
    alice: FlaskClient, world: World
) -> None:
    page = "/console/e/loom-week/quarantine"
    now = kernel_clock.now() - timedelta(minutes=5)
    make.record_viewers(world.event, "jumpy", now, [20, 70_000])
    shown = alice.get(page, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "70,000 viewers" in shown
    assert "More than 50 times the viewers of a minute before" in shown
    number = queries.apart(world.event.id)[0].id
    for wrong in ({"reading": number, "decision": "open"}, {"decision": "drop"}):
        assert post(alice, page, wrong).status_code == 400
    done = {"reading": number, "decision": "drop"}
    assert post(alice, page, done).status_code == 303
    after = alice.get(page, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Left out" in after
    again = post(alice, page, done, form_at="/console/e/loom-week/counters")
    assert again.status_code == 409


@pytest.mark.only("sqlite")
def test_counting_by_hand_works_without_a_script(alice: FlaskClient, world: World) -> None:
    page = "/console/e/loom-week/clicker"
    made = post(alice, f"{page}/posts", {"name": "东门"}, form_at=page)
    assert made.status_code == 303
    chosen = made.location
    quarter = queries.quarter(kernel_clock.now())
    count = {"post": "东门", "start": quarter.isoformat(), "entered": "12", "left": "3"}
    saved = post(alice, page, count, form_at=chosen)
    assert saved.status_code == 303
    assert 'value="12"' in alice.get(chosen).get_data(as_text=True)
    for wrong in ({"start": "now"}, {"entered": "-1"}, {"left": "x"}):
        assert post(alice, page, count | wrong, form_at=chosen).status_code == 400
    assert post(alice, page, count | {"post": "nowhere"}, form_at=chosen).status_code == 404
    late = count | {"start": (quarter - timedelta(days=2)).isoformat()}
    assert post(alice, page, late, form_at=chosen).status_code == 409
    assert alice.get(f"{page}?post=nowhere").status_code == 404
