"""What the console reads, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from eventhub.checkin.models import Device
from eventhub.checkin.service import create_pairing, pair
from eventhub.console.enums import Severity, TaskKind
from eventhub.console.queries import (
    GuestSearch,
    entered,
    facts,
    guests,
    navigation_counts,
    next_shows,
    ticket_types,
)
from eventhub.console.rules import Backlog, tasks
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import programme, working_grid
from eventhub.programme.service import Move, UndoBatch, move, undo
from eventhub.registration.service import index_names
from tests.assertions import assert_queries
from tests.factories.registration import make_registration
from tests.people import make_people
from tests.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(make_people().organisation_id)


@command
def set_devices(**values: object) -> None:
    db.session.execute(update(Device).values(**values))


def found(world: World, **search: object) -> list[str]:
    return [row.name for row in guests(world.event.id, GuestSearch(**search)).rows]  # type: ignore[arg-type] - fields by name


def test_the_guest_list(world: World) -> None:
    make_registration(world.event.id, "press", name="韩媒")
    assert found(world) == ["韩媒", "Anna Meyer", "欧阳修", "王芳"]
    assert found(world, text="ANNA") == ["Anna Meyer"]
    assert found(world, text="guest1@") == ["欧阳修"]
    assert found(world, text="%") == []
    assert found(world, text="wangf") == []  # until the keys of the names are made
    index_names()
    assert found(world, text="wangf") == ["王芳"]
    assert found(world, text=world.guests[0].code.lower()) == ["王芳"]
    assert found(world, state="pending_approval") == ["韩媒"]
    assert found(world, ticket_type="press") == ["韩媒"]
    assert found(world, page=2) == []
    page = guests(world.event.id, GuestSearch())
    assert (page.first, page.last, page.total, page.has_more) == (1, 4, 4, False)
    assert [row.ticket_url is not None for row in page.rows] == [False, True, True, True]
    assert [slug for slug, _name in ticket_types(world.event.id)] == ["public", "press"]


def test_long_lists_take_as_many_statements_as_short_ones(world: World) -> None:
    with assert_queries(3):  # the names are found first
        assert len(found(world, text="王芳")) == 1
    with assert_queries(2):
        assert len(found(world)) == 3


def test_counts_beside_the_navigation(world: World) -> None:
    counts = navigation_counts(world.event.id)
    assert counts == {"approval": 0, "waitlist": 0, "outbox": 0, "report": 0}
    make_registration(world.event.id, "press", name="韩媒")
    assert navigation_counts(world.event.id) == counts | {"approval": 1}


def test_nobody_has_come_yet(world: World) -> None:
    came = entered(world.event, clock.now())
    assert (came.people, came.inside) == (0, 0)


def test_next_shows_with_their_places(world: World) -> None:
    rows = programme(world.event)
    coming = next_shows(world.event.id, rows, clock.now())
    assert [(show.row.show_code, show.taken, show.places) for show in coming] == [
        ("BBBBBB", None, 200),
        ("CCCCCC", None, None),
    ]


def test_facts_of_a_quiet_event(world: World) -> None:
    now = clock.now()
    read = facts(world.event, programme(world.event), now)
    assert read.is_released
    assert [gate.name["en"] for gate in read.gates] == []
    assert [feed.name["en"] for feed in read.counters] == ["Main door"]
    assert [feed.name["en"] for feed in read.streams] == ["Main signal"]
    assert read.messages_held.count == 3
    assert read.approvals == Backlog(0, None)
    assert [task.kind for task in tasks(read, now)] == [TaskKind.MESSAGES_HELD]


def test_a_changed_draft_of_a_near_event_is_a_task_once_it_is_old(world: World) -> None:
    row = working_grid(world.event)[0]
    head = {"event_id": world.event.id, "performance_id": row.performance_id}
    edited = move(
        Move(
            **head,
            row_version=row.row_version,
            stage_id=row.stage_id,
            starts_at=row.starts_at + timedelta(hours=1),  # type: ignore[operator]  # it has a place
        )
    )
    later = clock.now() + timedelta(hours=7)
    read = facts(world.event, [], later)
    assert read.draft.count == 1
    assert TaskKind.DRAFT_UNRELEASED in [task.kind for task in tasks(read, later)]
    assert TaskKind.DRAFT_UNRELEASED not in [task.kind for task in tasks(read, clock.now())]
    undo(UndoBatch(event_id=world.event.id, batch=edited.batch))
    assert facts(world.event, [], later).draft == Backlog(0, None)


def test_a_lost_gate_with_scans_stops_everything_else(world: World) -> None:
    now = clock.now()
    pair(create_pairing(world.gate.id, created_by=None).code, agent="test")
    set_devices(last_seen_at=now - timedelta(minutes=6), queue_count=41)
    read = facts(world.event, programme(world.event), now)
    assert [(gate.name["en"], gate.queued) for gate in read.gates] == [("North 1", 41)]
    first = tasks(read, now)[0]
    assert (first.kind, first.severity, first.figure) == (TaskKind.GATES_OFFLINE, Severity.STOP, 1)


def test_a_gate_that_was_put_away_is_no_task(world: World) -> None:
    now = clock.now()
    pair(create_pairing(world.gate.id, created_by=None).code, agent="test")
    set_devices(last_seen_at=now - timedelta(hours=13))
    assert facts(world.event, programme(world.event), now).gates == []


def test_feeds_may_be_silent_when_the_day_is_over(world: World) -> None:
    later = clock.now() + timedelta(hours=3)
    read = facts(world.event, programme(world.event), later)
    assert (read.counters, read.streams) == ([], [])
