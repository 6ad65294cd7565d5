"""The group `flask event`."""

from __future__ import annotations

import json
from datetime import date

from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.programme import queries
from tests.factories import programme as make

CREATE = [
    "event", "create", "weaving", "--name-zh", "织潮", "--name-en", "Weaving the Tide",
    "--timezone", "Asia/Shanghai", "--starts", "2026-11-20", "--ends", "2026-11-24", "--json",
]  # fmt: skip


def test_create_prints_slug_and_uuid(app: Flask, runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=CREATE)
    event = queries.event_by_slug("weaving")
    assert (done.exit_code, json.loads(done.output)) == (0, {"slug": "weaving", "uuid": event.uuid})
    assert (event.title, event.starts_on, event.ends_on) == (
        {"zh": "织潮", "en": "Weaving the Tide"},
        date(2026, 11, 20),
        date(2026, 11, 24),
    )


def test_create_refuses_a_taken_slug(app: Flask, runner: FlaskCliRunner) -> None:
    runner.invoke(args=CREATE)
    done = runner.invoke(args=CREATE)
    assert (done.exit_code, done.stderr) == (1, "slug-taken: This short name is taken.\n")


def test_create_refuses_an_unknown_zone(app: Flask, runner: FlaskCliRunner) -> None:
    wrong = ["Mars/Base" if word == "Asia/Shanghai" else word for word in CREATE]
    done = runner.invoke(args=wrong)
    assert (done.exit_code, done.stderr.splitlines()[0].split(":")[0]) == (1, "invalid")


def test_wrong_use_exits_with_two(app: Flask, runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["event", "create", "weaving"]).exit_code == 2


def test_list_holds_counts(app: Flask, runner: FlaskCliRunner) -> None:
    make.make_programme(make.make_event("weaving"), 3)
    data = json.loads(runner.invoke(args=["event", "list", "--json"]).output)
    [event] = data["events"]
    assert (event["slug"], event["counts"]["shows"], event["counts"]["registrations"]) == (
        "weaving",
        3,
        0,
    )


def test_show_holds_places_and_ticket_types(app: Flask, runner: FlaskCliRunner) -> None:
    event = make.make_event("weaving")
    make.make_gate(event, "north")
    make.make_stage(event, "hall")
    make.release(event, "v1")
    data = json.loads(runner.invoke(args=["event", "show", "weaving", "--json"]).output)
    assert data["uuid"] == event.uuid
    assert data["release"] == "v1"
    assert data["gates"] == [{"slug": "north", "number": 1}]
    assert [stage["slug"] for stage in data["stages"]] == ["hall"]
    assert data["ticket_types"] == []
    assert data["counts"]["gates"] == 1


def test_show_of_an_unknown_event_is_refused(app: Flask, runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["event", "show", "nothing"])
    assert (done.exit_code, done.stderr) == (
        1,
        "unknown-event: There is no event at this address.\n",
    )
