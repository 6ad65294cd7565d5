"""The plan of the demonstration: clean, and the three draft conflicts that its content tells."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from eventhub.demo import content
from eventhub.kernel.db import db
from eventhub.programme import queries, service
from eventhub.programme.errors import StaleEdit
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.service import Move, Resize, UndoBatch

DRAFTS = content.festival()["draft_conflicts"]


def test_the_clean_programme_has_no_finding(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert queries.check(queries.event_by_slug("demo")) == []


@pytest.mark.parametrize("draft", DRAFTS, ids=[row["id"] for row in DRAFTS])
def test_a_draft_conflict_is_found_resolved_and_undone(
    demo_app: Flask, draft: dict[str, Any]
) -> None:
    with demo_app.app_context():
        event = queries.event_by_slug("demo")
        batch = _apply(event, draft["edits"])
        [expected] = draft["expected_findings"]
        [found] = queries.check(event)
        assert found.rule == expected["rule"] == draft["rule"]
        assert _codes(event, found.subjects) == sorted(expected["shows"])
        numbers = {
            f"{'overlap' if name == 'minutes' else name}_min": value
            for name, value in found.measure.items()
        }
        assert numbers == {k: v for k, v in expected.items() if k.endswith("_min")}
        _apply(event, draft["resolve"]["edits"])
        assert queries.check(event) == []
        with pytest.raises(StaleEdit):
            service.undo(UndoBatch(event_id=event.id, batch=batch))


def test_the_command_lists_a_blocking_conflict_and_the_release_is_refused(
    demo_app: Flask,
) -> None:
    with demo_app.app_context():
        event = queries.event_by_slug("demo")
        _apply(event, DRAFTS[0]["edits"])
    runner = demo_app.test_cli_runner()
    checked = runner.invoke(args=["schedule", "check", "demo", "--json"])
    data = json.loads(checked.output)
    assert checked.exit_code == 1
    assert [row["rule"] for row in data["findings"]] == ["stage_overlap"]
    assert data["counts"]["stage_overlap"] == sum(data["counts"].values()) == 1
    refused = runner.invoke(args=["schedule", "release", "demo", "--name", "v0.9"])
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (1, "release-blocked")
    with demo_app.app_context():
        assert queries.released(event.id).name == "v0.8"  # type: ignore[union-attr] - released


def _apply(event: EventRow, edits: list[dict[str, Any]]) -> str:
    db.session.rollback()
    batch = ""
    for edit in edits:
        slot = _slot(event, edit["show"])
        assert slot.starts_at
        if "start" in edit["set"]:
            hours, minutes = map(int, edit["set"]["start"].split(":"))
            local = slot.starts_at.astimezone(event.zone)
            move = Move(
                event_id=event.id,
                performance_id=slot.performance_id,
                row_version=slot.row_version,
                stage_id=slot.stage_id,
                starts_at=local.replace(hour=hours, minute=minutes),
            )
            batch = service.move(move).batch
        else:
            resize = Resize(
                event_id=event.id,
                performance_id=slot.performance_id,
                row_version=slot.row_version,
                ends_at=slot.starts_at + timedelta(minutes=edit["set"]["minutes"]),
            )
            batch = service.resize(resize).batch
    return batch


def _slot(event: EventRow, code: str) -> GridSlot:
    grid = queries.working_grid(event)
    return next(row for row in grid if row.show_code == code and row.kind == "show")


def _codes(event: EventRow, subjects: tuple[str, ...]) -> list[str]:
    codes = {f"performance:{row.uuid}": row.show_code for row in queries.working_grid(event)}
    return sorted(codes[name] for name in subjects if name in codes)
