"""How full zones are: levels, hysteresis, silent sources, and figures that equal the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from eventhub.checkin import queries, service
from eventhub.checkin.enums import ConflictState
from eventhub.checkin.models import Device, ZoneAlert, ZoneReading
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.rules.levels import Level, Limits, changes
from eventhub.checkin.service import Source
from eventhub.kernel.db import command, db
from eventhub.programme.models import Gate, Zone
from tests.assertions import assert_queries
from tests.checkin.test_supervision import offline
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]
THOUSAND = Limits(capacity=1000)


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event with two gates at noon of its first day."""
    clock(NOON)
    return make.make_house()


@command
def set_zone(house: make.House, **values: Any) -> None:
    """Change the hall."""
    db.session.execute(update(Zone).where(Zone.id == house.zone_id).values(**values))


def walk(readings: list[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return acts and levels of readings as (second, inside) of a zone for 1,000."""
    raised: dict[Level, datetime | None] = {}
    acts = []
    for second, inside in readings:
        at = NOON + timedelta(seconds=second)
        for change in changes(inside, at, raised, THOUSAND):
            if change.act == "clear":
                del raised[change.level]
            else:
                raised[change.level] = at if change.act == "fall" else None
            if change.act in {"raise", "clear"}:
                acts.append((change.act, change.level.value))
    return acts


def full(acts: list[tuple[str, str]]) -> list[str]:
    """Return what happened to the level `full`."""
    return [act for act, level in acts if level == "full"]


def test_the_zone_for_a_thousand() -> None:
    rising = [(0, 949), (2, 950), (4, 948), (6, 951), (8, 901)]
    assert full(walk(rising)) == ["raise"]
    held = [(10 + 2 * n, 899) for n in range(16)]
    assert full(walk(rising + held)) == ["raise", "clear"]
    short = [(10, 899), (30, 899), (32, 903), (34, 899), (50, 899)]
    assert full(walk(rising + short)) == ["raise"]


def test_levels_rise_together_and_a_negative_figure_is_an_error_of_counters() -> None:
    assert walk([(0, 1001)]) == [("raise", "busy"), ("raise", "full"), ("raise", "over")]
    assert walk([(0, 1000)]) == [("raise", "busy"), ("raise", "full")]
    assert walk([(0, -1), (2, 0), (40, 3)]) == [
        ("raise", "counter_error"),
        ("clear", "counter_error"),
    ]
    assert changes(5_000, NOON, {}, Limits(capacity=None)) == []


def test_an_alert_is_raised_once_and_cleared_after_a_while(house: make.House) -> None:
    set_zone(house, capacity=1000)
    source = "north"

    def read(second: int, inside: int) -> None:
        at = NOON + timedelta(seconds=second)
        service.observe_zone(house.zone_id, inside, [Source(source, at)], at)

    for second, inside in [(0, 949), (2, 950), (4, 948), (6, 951), (8, 901)]:
        read(second, inside)
    rows = select(ZoneAlert).where(ZoneAlert.level == "full")
    (alert,) = db.session.scalars(rows)
    assert (alert.inside, alert.cleared_at, alert.cause) == (950, None, [source])
    read(10, 899)
    read(30, 899)
    read(32, 903)
    db.session.expire_all()
    assert alert.cleared_at is None
    read(34, 899)
    read(64, 899)
    db.session.expire_all()
    assert alert.cleared_at == NOON + timedelta(seconds=64)
    assert len(list(db.session.scalars(rows))) == 1


def test_a_silent_source_is_named_and_neither_raises_nor_clears(house: make.House) -> None:
    set_zone(house, capacity=100)
    service.observe_zone(house.zone_id, 50, [Source("east", NOON)], NOON)
    late = NOON + timedelta(seconds=91)
    sources = [Source("east", NOON), Source("west", late)]
    service.observe_zone(house.zone_id, 99, sources, late)
    (line,) = queries.zone_board(load_config(house.event_id).event)
    assert (line.inside, line.stale, line.last_inside, line.last_at) == (None, ("east",), 50, NOON)
    assert queries.zone_alerts(house.event_id) == []
    service.observe_zone(house.zone_id, 99, [Source("east", late), Source("west", late)], late)
    assert {row.level for row in queries.zone_alerts(house.event_id)} == {"busy", "full"}


def test_the_job_reads_only_what_has_moved(house: make.House, clock: Clock) -> None:
    set_zone(house, capacity=5)
    north = make.make_device(house, "north")
    tickets = make.make_tickets(house, 6)
    codes = [make.gr_of(ticket) for ticket in tickets]
    assert service.watch_zones() == 1
    assert service.watch_zones() == 0
    for code in codes[:5]:
        make.scan(north, code)
    clock(NOON + timedelta(seconds=2))
    assert service.watch_zones() == 1
    assert {row.level for row in queries.zone_alerts(house.event_id)} == {"busy", "full"}
    db.session.rollback()
    with assert_queries(3):  # running events, newest change, levels on their way down
        service.watch_zones()
    make.scan(north, codes[5])
    assert service.watch_zones() == 1
    assert {row.level for row in queries.zone_alerts(house.event_id)} == {"busy", "full", "over"}


def test_figures_equal_the_log(house: make.House, clock: Clock) -> None:
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, 7)]
    for code in codes:
        make.scan(north, code)
    for code in codes[:3]:
        make.scan(south, code, direction="out")
    make.scan(south, codes[0])  # refused: it is out
    event = load_config(house.event_id).event
    (line,) = queries.zone_board(event)
    log = queries.scan_log(house.event_id, limit=100)
    entered = sum(
        row.persons for row in log if row.result.startswith("ok") and row.direction == "in"
    )
    left = sum(row.persons for row in log if row.result == "ok_exit")
    assert (line.admitted, line.inside) == (entered, entered - left) == (7, 4)
    board = queries.gate_board(event)
    assert sum(row.admitted for row in board) == entered
    assert sum(row.exits for row in board) == left
    assert sum(row.refused for row in board) == 1


def test_scans_that_wait_on_devices_widen_the_figure(house: make.House, clock: Clock) -> None:
    make.make_device(house, "south")
    set_queue(3)
    event = load_config(house.event_id).event
    (line,) = queries.zone_board(event)
    assert (line.inside, line.most) == (0, 3)
    clock(NOON + timedelta(seconds=120))
    service.watch_zones()
    (line,) = queries.zone_board(event)
    assert (line.inside, len(line.stale)) == (None, 1)
    reading = db.session.get(ZoneReading, house.zone_id)
    assert reading is not None
    assert reading.inside is None


@command
def set_queue(count: int) -> None:
    """Let every device hold scans back."""
    db.session.execute(update(Device).values(queue_count=count))


def test_without_scanned_exits_nobody_is_called_inside(house: make.House) -> None:
    close_exits()
    (line,) = queries.zone_board(load_config(house.event_id).event)
    assert (line.inside, line.has_exit) == (None, False)
    assert service.watch_zones() == 0


@command
def close_exits() -> None:
    """Make every gate an entrance."""
    db.session.execute(update(Gate).values(direction="in"))


def test_two_people_with_one_ticket_are_two_inside(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    for n, gate in enumerate(("north", "south")):
        device = make.make_device(house, gate)
        scan = offline(
            ticket, gate_number=n + 1, claimed_ms=int(NOON.timestamp() * 1000) - 5000 + n
        )
        service.record_scans(device, [scan])
    event = load_config(house.event_id).event
    assert [line.inside for line in queries.zone_board(event)] == [1]
    (conflict,) = queries.conflicts(house.event_id)
    state = ConflictState.TWO_PEOPLE
    cmd = service.ResolveConflict(house.event_id, conflict.id, state, "", None)
    service.resolve_conflict(cmd)
    assert [line.inside for line in queries.zone_board(event)] == [2]


def test_a_zone_with_a_hard_limit_lets_nobody_more_in(house: make.House, clock: Clock) -> None:
    set_zone(house, capacity=2, is_hard_limit=True)
    device = make.make_device(house)
    codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, 3)]
    told = []
    for n, code in enumerate(codes):
        clock(NOON + timedelta(seconds=3 * n))
        make.forget_config()
        told.append(make.scan(device, code)["result"])
    assert told == ["ok", "ok", "quota_full"]
