"""Releases: what stops them, what they write down, two at once, the commands."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries, service
from eventhub.programme.enums import ConflictRule, DemandSource, Severity
from eventhub.programme.errors import (
    NameTaken,
    ReleaseBlocked,
    ReleaseRaced,
    UnknownFinding,
    UnknownVersion,
)
from eventhub.programme.models import Schedule, ScheduleChange, Show
from eventhub.programme.queries import EventRow
from eventhub.programme.service import Move, ReleaseSchedule, SetSeverity, Waive
from tests.factories import programme as make

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _clash(event: EventRow) -> tuple[int, int]:
    """Place two shows on one stage at once; return the ids."""
    stage = make.make_stage(event)
    kind, track = make.make_show_type(event), make.make_track(event)
    made = []
    for _ in range(2):
        show = make.make_show(event, type_id=kind, track_id=track, parties=[make.make_party(event)])
        performance = make.make_performance(event, show)
        make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=T0)
        made.append(performance)
    return made[0], made[1]


def _move(event: EventRow, performance_id: int, by: timedelta) -> None:
    grid = queries.working_grid(event)
    slot = next(row for row in grid if row.performance_id == performance_id)
    assert slot.starts_at
    service.move(
        Move(
            event_id=event.id,
            performance_id=performance_id,
            row_version=slot.row_version,
            stage_id=slot.stage_id,
            starts_at=slot.starts_at + by,
        )
    )


def _states(event: EventRow) -> list[str]:
    return [row.state for row in queries.versions(event.id)]


def test_a_blocking_finding_stops_the_release_and_nothing_changes(app: Flask) -> None:
    event = make.make_event()
    _clash(event)
    grid = queries.working_grid(event)
    with pytest.raises(ReleaseBlocked) as caught:
        make.release(event, "v1")
    assert [row["rule"] for row in caught.value.details["findings"]] == ["stage_overlap"]
    assert (_states(event), queries.working_grid(event)) == (["wip"], grid)


def test_a_waived_finding_lets_the_release_pass_until_the_facts_change(app: Flask) -> None:
    event = make.make_event()
    first, _second = _clash(event)
    [finding] = queries.check(event)
    head = {"event_id": event.id, "fingerprint": finding.fingerprint, "actor": "alice"}
    with pytest.raises(Invalid):
        service.waive(Waive(**head, reason=" "))
    with pytest.raises(UnknownFinding):
        service.waive(Waive(**(head | {"fingerprint": "0" * 32}), reason="why not"))
    service.waive(Waive(**head, reason="a duet"))
    make.release(event, "v1")
    _move(event, first, timedelta(minutes=5))
    [again] = queries.check(event)
    assert (again.waived, again.was_waived) == (False, True)
    with pytest.raises(ReleaseBlocked):
        make.release(event, "v2")


def test_the_severity_of_the_event_decides(app: Flask) -> None:
    event = make.make_event()
    _clash(event)
    for severity in (Severity.WARN, Severity.OFF):
        service.set_severity(
            SetSeverity(event_id=event.id, rule=ConflictRule.STAGE_OVERLAP, severity=severity)
        )
        assert [row.severity for row in queries.check(event)] == [severity] * (severity == "warn")
    make.release(event, "v1")
    assert _states(event) == ["wip", "released"]


def test_a_release_writes_down_what_it_changes(app: Flask) -> None:
    event = make.make_event()
    moved, renamed, _third = make.make_programme(event, 3)
    first = queries.released(event.id)
    assert first is not None
    _move(event, moved, timedelta(hours=8))

    @command
    def rename() -> None:
        show = db.session.scalars(
            select(Show).where(Show.id == queries.working_grid(event)[1].show_id)
        ).one()
        show.title = {"zh": "潮", "en": "Tide"}

    rename()
    preview = service.preview_release(event.id)
    assert (preview.blocking, preview.parties) == ((), 2)
    assert preview.diff == queries.compare(event, first.name, "wip")
    make.release(event, "v2")
    rows = db.session.scalars(
        select(ScheduleChange)
        .join(Schedule, Schedule.id == ScheduleChange.schedule_id)
        .where(Schedule.name == "v2")
        .order_by(ScheduleChange.id)
    ).all()
    assert [(row.performance_id, row.kind) for row in rows] == [
        (moved, "moved"),
        (renamed, "retitled"),
    ]
    assert queries.compare(event, first.name, "v2").changes == preview.diff.changes
    assert queries.compare(event, "latest", "wip").changes == ()
    back = queries.compare(event, "v2", first.name)
    assert [row.kind for row in back.changes] == ["moved", "retitled"]
    with pytest.raises(UnknownVersion):
        queries.compare(event, "v2", "v3")


def test_what_people_count_on_is_told_when_it_moves(app: Flask) -> None:
    event = make.make_event()
    [performance] = make.make_programme(event, 1)
    service.record_demand(performance, DemandSource.REGISTRATIONS, 3)
    service.record_demand(performance, DemandSource.REGISTRATIONS, 12)
    rules = [ConflictRule.SOLD_AND_MOVED]
    assert queries.check(event, rules) == []
    _move(event, performance, timedelta(minutes=30))
    [finding] = queries.check(event, rules)
    assert (finding.rule, finding.measure["people"]) == (ConflictRule.SOLD_AND_MOVED, 12)


def test_of_two_simultaneous_releases_of_different_names_one_succeeds(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event, 3)
    db.session.rollback()
    ready = threading.Barrier(2)

    def attempt(number: int) -> str:
        with app.app_context():
            newest = queries.released(event.id)
            assert newest is not None
            cmd = ReleaseSchedule(event_id=event.id, name=f"n{number}", based_on=newest.id)
            db.session.rollback()
            ready.wait()
            try:
                service.release(cmd)
            except (NameTaken, ReleaseRaced) as error:
                return error.error_code
            return "released"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, range(2)))
    assert found == ["release-raced", "released"]
    assert _states(event).count("wip") == 1


def test_check_prints_findings_and_exits_with_one_when_something_blocks(
    app: Flask, runner: FlaskCliRunner
) -> None:
    event = make.make_event("weaving")
    _clash(event)
    done = runner.invoke(args=["schedule", "check", "weaving", "--json"])
    data = json.loads(done.output)
    assert done.exit_code == 1
    [found] = data["findings"]
    assert (found["rule"], found["severity"], len(found["subjects"])) == (
        "stage_overlap",
        "block_release",
        2,
    )
    assert len(found["fingerprint"]) == 32
    assert data["counts"]["stage_overlap"] == 1
    only = runner.invoke(args=["schedule", "check", "weaving", "--rule", "travel", "--json"])
    assert (only.exit_code, json.loads(only.output)) == (
        0,
        {"findings": [], "counts": {"travel": 0}},
    )
    assert runner.invoke(args=["schedule", "check", "weaving", "--rule", "no"]).exit_code == 2


def test_the_release_command_is_refused_waived_tried_and_done(
    app: Flask, runner: FlaskCliRunner
) -> None:
    event = make.make_event("weaving")
    _clash(event)
    head = ["schedule", "release", "weaving", "--name", "v1", "--json"]
    refused = runner.invoke(args=head)
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (1, "release-blocked")
    assert runner.invoke(args=[*head, "--dry-run"]).exit_code == 1
    [finding] = queries.check(event)
    name = finding.fingerprint
    runner.invoke(args=["schedule", "waive", "weaving", name, "--reason", "a duet"])
    tried = json.loads(runner.invoke(args=[*head, "--dry-run"]).output)
    assert (tried["released"], tried["new"], tried["moved"]) == (False, 2, 0)
    assert _states(event) == ["wip"]
    done = json.loads(runner.invoke(args=head).output)
    assert (done["released"], done["new"], len(done["changes"])) == (True, 2, 2)
    assert queries.released(event.id).name == "v1"  # type: ignore[union-attr] - released above


def test_diff_versions_rollback_and_rules_print_json(app: Flask, runner: FlaskCliRunner) -> None:
    event = make.make_event("weaving")
    [performance] = make.make_programme(event, 1)
    name = queries.versions(event.id)[1].name
    _move(event, performance, timedelta(hours=1))
    changed = json.loads(
        runner.invoke(args=["schedule", "diff", "weaving", name, "wip", "--json"]).output
    )
    assert {key: changed[key] for key in ("new", "removed", "moved", "resized", "retitled")} == {
        "new": 0,
        "removed": 0,
        "moved": 1,
        "resized": 0,
        "retitled": 0,
    }
    back = runner.invoke(args=["schedule", "rollback", "weaving", name, "--json"])
    assert json.loads(back.output)["changed"] == 1
    after = json.loads(
        runner.invoke(args=["schedule", "diff", "weaving", name, "wip", "--json"]).output
    )
    assert after["changes"] == []
    listed = json.loads(runner.invoke(args=["schedule", "versions", "weaving", "--json"]).output)
    assert [row["state"] for row in listed["versions"]] == ["wip", "released"]
    rules = json.loads(runner.invoke(args=["schedule", "rules", "weaving", "--json"]).output)
    assert len(rules["rules"]) == 16
