"""Commands of the group `flask report`."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.exposure import queries
from eventhub.exposure.service import BuildReport, build_report
from tests.factories import exposure as factory
from tests.people import email_of, make_people


def test_build_prints_report_json(app: Flask, runner: FlaskCliRunner) -> None:
    event_id = factory.make_futian()
    first = runner.invoke(args=["report", "build", "futian-2023", "--json"])
    assert first.exit_code == 0
    assert json.loads(first.stdout)["residual"] == 349_170_000
    assert first.stdout == queries.version_of(event_id, 1).text + "\n"
    assert runner.invoke(args=["report", "build", "futian-2023", "--json"]).stdout == first.stdout


def test_build_prints_the_ledger_for_people(app: Flask, runner: FlaskCliRunner) -> None:
    factory.make_futian()
    text = runner.invoke(args=["report", "build", "futian-2023"]).stdout
    assert "0.237 % of the published total has a source." in text
    assert "349,170,000" in text


def test_publish_needs_a_second_person_with_the_right(app: Flask, runner: FlaskCliRunner) -> None:
    people = make_people()
    event_id = factory.make_event(people.organisation_id)
    factory.make_futian_claims(event_id)
    runner.invoke(args=["report", "build", "futian-2023"])

    def publish(name: str) -> tuple[int, str]:
        args = ["report", "publish", "futian-2023", "--version", "1", "--by", email_of(name)]
        result = runner.invoke(args=args)
        return result.exit_code, result.stderr.partition(":")[0]

    assert publish("bob")[0] == 1
    assert publish("erin")[0] == 1
    assert publish("nobody")[0] == 1
    assert publish("frank") == (0, "")
    assert publish("alice") == (1, "report-not-open")
    listed = runner.invoke(args=["report", "list", "futian-2023", "--json"]).stdout
    assert [row["status"] for row in json.loads(listed)["reports"]] == ["published"]


def test_publish_without_a_person_is_wrong_use(app: Flask, runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["report", "publish", "futian-2023"]).exit_code == 2


def test_verify_and_export(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    event_id = factory.make_futian()
    runner.invoke(args=["report", "build", "futian-2023"])
    found = runner.invoke(args=["report", "verify", "futian-2023", "1", "--json"])
    assert (found.exit_code, json.loads(found.stdout)["reproduced"]) == (0, True)
    target = tmp_path / "report.json"
    args = ["report", "export", "futian-2023", "--format", "json", "-o", str(target)]
    assert runner.invoke(args=args).exit_code == 0
    assert target.read_text("utf-8") == queries.version_of(event_id, 1).text


def test_unknown_event_and_version(app: Flask, runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["report", "build", "nowhere"]).exit_code == 1
    factory.make_futian()
    assert runner.invoke(args=["report", "verify", "futian-2023", "4"]).exit_code == 1
    assert runner.invoke(args=["report", "list", "futian-2023"]).stdout == "No version yet.\n"


def test_lines_are_added_only_when_they_count_the_same(app: Flask, runner: FlaskCliRunner) -> None:
    build_report(BuildReport(event_id=factory.make_futian()))
    done = runner.invoke(args=["report", "sum", "futian-2023", "live-viewers", "--json"])
    assert json.loads(done.stdout)["value"] == 730_000
    refused = runner.invoke(
        args=["report", "sum", "futian-2023", "live-viewers", "footfall-opening-day"]
    )
    assert refused.exit_code == 1
    assert "visits are not people" in refused.output
