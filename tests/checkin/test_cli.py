"""`flask gate`, and the figures behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.checkin import queries, service
from eventhub.checkin.enums import ConflictState, ScanResult
from eventhub.checkin.service import LoggedScan, OfflineScan
from eventhub.kernel.db import db
from eventhub.registration.models import Ticket
from tests.assertions import assert_queries
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event at noon of its first day."""
    clock(NOON)
    return make.make_house()


def run(runner: FlaskCliRunner, *args: str, code: int = 0) -> Any:
    """Return the JSON that a command prints."""
    result = runner.invoke(args=["gate", *args, "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result


def test_pair_prints_a_code_that_works(house: make.House, runner: FlaskCliRunner) -> None:
    made = run(runner, "pair", "demo", "north")
    assert made["url"].endswith(f"/gate/#{made['code']}")
    assert service.pair(made["code"], agent="").device.gate_id == house.gates["north"]


def test_pair_names_what_does_not_exist(house: make.House, runner: FlaskCliRunner) -> None:
    assert "unknown-event" in run(runner, "pair", "nowhere", "north", code=1).stderr
    assert "unknown-gate" in run(runner, "pair", "demo", "nowhere", code=1).stderr


def test_list_log_and_replay_agree(house: make.House, runner: FlaskCliRunner) -> None:
    one, two = make.make_tickets(house, 2)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    for device, code in (
        (north, make.gs_of(one)),
        (south, make.gs_of(one)),
        (south, make.gs_of(two)),
        (south, "nonsense"),
    ):
        make.scan(device, code)
    gates = run(runner, "list", "demo")["gates"]
    assert [(g["gate"], g["admitted"], g["refused"]) for g in gates] == [
        ("north", 1, 0),
        ("south", 1, 2),
    ]
    log = run(runner, "log", "demo")["scans"]
    assert sorted(scan["result"] for scan in log) == ["ok", "ok", "unknown_code", "used"]
    failed = run(runner, "log", "demo", "--failed")["scans"]
    assert sorted(scan["result"] for scan in failed) == ["unknown_code", "used"]
    assert run(runner, "replay", "demo") == {
        "event": "demo",
        "scans": 4,
        "admitted": 2,
        "conflicts": 0,
        "matches_projection": True,
    }


def test_words_for_people(house: make.House, runner: FlaskCliRunner) -> None:
    make.scan(make.make_device(house), "nonsense")
    for command in ("list", "log", "replay"):
        assert runner.invoke(args=["gate", command, "demo"]).exit_code == 0
    assert "15 minutes" in runner.invoke(args=["gate", "pair", "demo", "north"]).output


def test_the_board_counts_the_day_once_a_second_and_as_the_log(
    house: make.House, clock: Clock
) -> None:
    event = queries.event_config(house.event_id).event
    device = make.make_device(house)
    for second, count in enumerate((1, 4), start=1):
        clock(NOON + timedelta(seconds=second))
        tickets = make.make_tickets(house, count)
        make.scan(device, make.gs_of(tickets[0]))
        with assert_queries(5):
            board = queries.gate_board(event)
        for ticket in tickets[1:]:
            make.scan(device, make.gs_of(ticket))
        make.scan(device, f"nonsense {second}")
        with assert_queries(2):  # gates and devices; the day is not counted again
            assert queries.gate_board(event) == board
        with assert_queries(1):
            log = queries.scan_log(house.event_id)
    assert [row.admitted for row in board] == [2, 0]
    clock(NOON + timedelta(seconds=3))
    board = queries.gate_board(event)
    results = [row.result for row in log]
    assert [row.admitted for row in board] == [results.count("ok"), 0] == [5, 0]
    assert [row.refused for row in board] == [len(results) - results.count("ok"), 0] == [2, 0]
    assert [row.reasons for row in board] == [(("unknown_code", 2),), ()]


def test_a_loaded_log_becomes_admissions_visits_and_visitors(house: make.House) -> None:
    make.make_policy(house, once="day")
    make.make_type(house, "crew", counts_as_visitor=False)
    one, two = make.make_tickets(house, 2)
    (crew,) = make.make_tickets(house, 1, type_slug="crew")
    device = make.make_device(house)
    gate = house.gates["north"]

    def at(hours: float) -> datetime:
        return NOON + timedelta(hours=hours)

    def logged(ticket: int | None, hours: float, result: str = "ok") -> LoggedScan:
        return LoggedScan(device.id, gate, ticket, at(hours), result)

    rows = [
        logged(one, 0),
        logged(one, 1, "used"),
        logged(two, 1.25),
        logged(crew, -3),
        logged(one, 14),  # 02:00 of the next date is still the first operating day
        logged(one, 24),
        logged(None, 25, "unknown_code"),
        logged(two, 25, "repeat"),
    ]
    found = service.load_scans(house.event_id, rows)
    assert (found.scans, found.admitted, found.conflicts) == (8, 4, 1)
    assert found.matches_projection

    first, second = queries.entries(house.event_id)
    assert (first.day, first.entries, first.visits, first.refused) == (date(2026, 9, 25), 3, 2, 1)
    assert (second.day, second.entries, second.visits, second.refused) == (
        date(2026, 9, 26),
        1,
        1,
        1,
    )
    whole = queries.totals(house.event_id)
    assert (whole.entries, whole.visits, whole.visitors, whole.refused) == (4, 3, 2, 2)
    assert queries.refused_by_result(house.event_id) == {
        "repeat": 1,
        "unknown_code": 1,
        "used": 1,
    }
    hours = queries.admissions_by_hour(queries.event_config(house.event_id).event)
    assert [(row.starts_at, row.entries) for row in hours] == [
        (at(-3), 1),
        (at(0), 1),
        (at(1), 1),
        (at(24), 1),
    ]


def test_nothing_scanned_is_nothing(house: make.House) -> None:
    assert queries.entries(house.event_id) == []
    whole = queries.totals(house.event_id)
    assert (whole.entries, whole.visits, whole.visitors, whole.refused) == (0, 0, 0, 0)


def test_devices_are_listed_and_revoked(house: make.House, runner: FlaskCliRunner) -> None:
    device = make.make_device(house, "south")
    (row,) = run(runner, "devices", "demo")["devices"]
    assert (row["device"], row["gate"], row["revoked_at"]) == (device.public_id, "south", None)
    run(runner, "revoke", "demo", device.public_id)
    assert run(runner, "devices", "demo")["devices"][0]["revoked_at"] == NOON.isoformat()
    assert "not-found" in run(runner, "revoke", "demo", "dv_none", code=1).stderr


def test_conflicts_name_both_gates_and_times(house: make.House, runner: FlaskCliRunner) -> None:
    (ticket,) = make.make_tickets(house, 1)
    for minutes, gate in enumerate(("north", "south")):
        scan = OfflineScan(
            nonce=bytes([minutes]) * 16,
            n=1,
            gate_number=minutes + 1,
            result=ScanResult.OK,
            claimed_ms=int((NOON - timedelta(minutes=5 - minutes)).timestamp() * 1000),
            idhash=db.session.get_one(Ticket, ticket).idhash,
        )
        service.record_scans(make.make_device(house, gate), [scan])
    (row,) = run(runner, "conflicts", "demo", "--open")["conflicts"]
    assert [row[name]["gate"] for name in ("first", "second")] == ["north", "south"]
    assert [row[name]["at"] for name in ("first", "second")] == [
        (NOON - timedelta(minutes=minutes)).isoformat() for minutes in (5, 4)
    ]
    assert (row["state"], row["first"]["offline"]) == ("open", True)
    service.resolve_conflict(
        service.ResolveConflict(house.event_id, row["id"], ConflictState.SAME_PERSON, "", None)
    )
    assert run(runner, "conflicts", "demo", "--open")["conflicts"] == []
    (kept,) = run(runner, "conflicts", "demo")["conflicts"]
    assert kept["state"] == "same_person"


def test_simulate_names_the_check_that_refuses(house: make.House, runner: FlaskCliRunner) -> None:
    good, blocked = make.make_tickets(house, 1) + make.make_tickets(house, 1, status="blocked")
    make.make_gate(house, "closed", number=3, state="closed")

    def ask(code: str, *more: str, gate: str = "north") -> tuple[str, list[str], str | None]:
        found = run(runner, "simulate", "demo", "--code", code, "--gate", gate, *more)
        return found["result"], found["passed"], found["refused_by"]

    whole = ["code", "known", "list", "ticket", "gate", "window", "place"]
    assert ask(make.gs_of(good)) == ("ok", whole, None)
    assert ask(make.gs_of(good), "--out") == ("ok_exit", ["code", "known", "place"], None)
    assert ask(make.gs_of(blocked)) == ("blocked", whole[:3], "ticket")
    assert ask(make.gs_of(good), gate="closed") == ("wrong_gate", whole[:4], "gate")
    assert ask("nonsense") == ("unknown_code", [], "code")
    assert ask("GR04HMASW9NF6YZC4P") == ("unknown_code", ["code"], "known")
    make.scan(make.make_device(house, "south"), make.gs_of(good))
    at = "2026-09-25T13:00"
    assert ask(make.gs_of(good), "--at", at) == ("used", whole[:6], "place")
    assert len(queries.scan_log(house.event_id)) == 1  # nothing was written
    bad = ("simulate", "demo", "--code", "x", "--gate", "north", "--at", "noon")
    assert run(runner, *bad, code=2).exit_code == 2
