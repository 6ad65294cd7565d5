"""Changing the working copy from the command line: move, shift, copy a day, undo."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.programme.queries import EventRow
from tests.console.draft import at, make_draft
from tests.factories.programme import default_organisation

pytestmark = pytest.mark.only("sqlite")  # tests/programme proves the operations on both databases

AT = "2026-11-20T12:00"


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_draft(default_organisation())


def run(runner: FlaskCliRunner, *args: str) -> Any:
    done = runner.invoke(args=["schedule", *args, "--json"])
    assert done.exit_code == 0, done.output + done.stderr
    return json.loads(done.output)


def test_a_show_is_moved_tried_and_put_back(runner: FlaskCliRunner, event: EventRow) -> None:
    day = event.days()[0].isoformat()
    moved = ("move", "loom", "AAAAAA", "--stage", "court", "--at", f"{day}T12:00")
    assert run(runner, *moved, "--dry-run") == {"batch": None, "changed": 1} | {
        "added": [],
        "removed": [],
    }
    assert at(event) == "runway 18:00-18:45"
    batch = run(runner, *moved)["batch"]
    assert at(event) == "court 12:00-12:45"
    run(runner, "undo", "loom", batch)
    assert at(event) == "runway 18:00-18:45"


def test_a_span_is_shifted_and_a_day_copied(runner: FlaskCliRunner, event: EventRow) -> None:
    days = [day.isoformat() for day in event.days()]
    span = ("--from", f"{days[0]}T19:00", "--until", f"{days[0]}T23:00")
    assert run(runner, "shift", "loom", "--minutes", "30", *span)["changed"] == 1
    assert (at(event), at(event, "BBBBBB")) == ("runway 18:00-18:45", "runway 20:30-21:15")
    assert run(runner, "copy-day", "loom", days[0], days[1])["changed"] == 2


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (
            ("move", "loom", "NOSUCH", "--stage", "court", "--at", "2026-11-20T12:00"),
            "unknown-show",
        ),
        (
            ("move", "loom", "AAAAAA", "--stage", "moon", "--at", "2026-11-20T12:00"),
            "unknown-stage",
        ),
        (("undo", "loom", "nothing"), "nothing-to-undo"),
    ],
)
def test_what_is_not_there_is_refused(
    runner: FlaskCliRunner, event: EventRow, args: tuple[str, ...], code: str
) -> None:
    done = runner.invoke(args=["schedule", *args])
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, code)
