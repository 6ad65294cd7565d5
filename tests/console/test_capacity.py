"""What the planner says of known events."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskCliRunner
from hypothesis import given
from hypothesis import strategies as st

from eventhub.console.capacity import BUSY, CORES_PER_HOST, Load, plan


def test_an_opening_day_on_a_street_fits_one_small_machine() -> None:
    """100,000 visits a day with 30 % in the busiest hour."""
    found = plan(Load(visits_per_hour=30_000, gates=40, viewers=730_000))
    assert (found.scans_per_s, found.lanes, found.has_enough_gates) == (8.33, 34, True)
    assert found.busy_ms == {
        "scan": 20.83,
        "gate_poll": 10.67,
        "registration": 0.0,
        "page": 100.0,
        "beat": 10.0,
    }
    assert (found.cores, found.hosts, found.database) == (2, 1, "sqlite")
    assert not found.needs_redis


def test_a_rush_needs_several_hosts() -> None:
    found = plan(Load(visits_per_hour=0, gates=1, registrations_per_hour=3_600_000))
    assert found.database == "postgresql"
    assert found.hosts > 1
    assert found.needs_redis


def test_many_writes_on_one_host_want_postgresql() -> None:
    found = plan(Load(visits_per_hour=500_000, gates=600))
    assert (found.hosts, found.database) == (1, "postgresql")


counts = st.integers(0, 10_000_000)


@given(visits=counts, gates=st.integers(1, 5000), viewers=counts, registrations=counts)
def test_processors_are_never_busier_than_said(
    visits: int, gates: int, viewers: int, registrations: int
) -> None:
    load = Load(
        visits_per_hour=visits, gates=gates, viewers=viewers, registrations_per_hour=registrations
    )
    found = plan(load)
    assert sum(found.busy_ms.values()) / 1000 <= found.cores * BUSY
    assert found.cores <= found.hosts * CORES_PER_HOST
    more = plan(
        Load(
            visits_per_hour=visits * 2,
            gates=gates,
            viewers=viewers,
            registrations_per_hour=registrations,
        )
    )
    assert more.cores >= found.cores


@pytest.mark.only("sqlite")
def test_the_command_says_when_gates_are_too_few(runner: FlaskCliRunner) -> None:
    enough = ["ops", "plan", "--visits-per-hour", "9000", "--gates", "10", "--json"]
    done = runner.invoke(args=enough)
    assert done.exit_code == 0
    assert json.loads(done.output)["lanes"] == 10
    few = runner.invoke(args=["ops", "plan", "--visits-per-hour", "9001", "--gates", "10"])
    assert few.exit_code == 1
    assert "10 gates are too few" in few.output
