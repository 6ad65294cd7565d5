"""Backup and restore: one file, whole, on both databases."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event
from tests.people import make_people
from tests.world import make_world


@command
def _act() -> None:
    audit.record("report.publish", "report:week/1")


def _run(runner: FlaskCliRunner, *args: str) -> dict[str, object]:
    done = runner.invoke(args=["ops", *args, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.output)
    return found


def test_what_is_lost_comes_back(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    make_world(make_people().organisation_id)
    _act()
    kept = audit.verify()
    events = db.session.scalar(select(func.count()).select_from(Event))
    db.session.remove()
    file = tmp_path / "kept.backup"
    made = _run(runner, "backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["bytes"] == file.stat().st_size
    assert (made["audit_entries"], made["audit_hash"]) == (kept.entries, kept.newest_hash)
    db.session.execute(text("UPDATE event SET slug = 'lost'"))
    db.session.commit()
    db.session.remove()
    back = _run(runner, "restore", str(file), "--force")
    assert back["events"] == events
    assert (back["audit_whole"], back["audit_hash"]) == (True, made["audit_hash"])
    assert "lost" not in set(db.session.scalars(select(Event.slug)))


def test_a_database_with_events_is_not_replaced_by_chance(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    make_world(make_people().organisation_id)
    file = tmp_path / "kept.backup"
    _run(runner, "backup", str(file))
    done = runner.invoke(args=["ops", "restore", str(file)])
    assert done.exit_code == 1
    assert done.stderr.startswith("not-empty: ")


def test_a_file_is_never_overwritten(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    file.write_text("mine")
    done = runner.invoke(args=["ops", "backup", str(file)])
    assert done.exit_code == 1
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "content", [b"", b"no backup at all", b"SQLite format 3\x00" + b"\x07" * 900]
)
def test_what_is_no_backup_changes_nothing(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path, content: bytes
) -> None:
    make_world(make_people().organisation_id)
    file = tmp_path / "bad.backup"
    file.write_bytes(content)
    before = set(db.session.scalars(select(Event.slug)))
    db.session.remove()
    done = runner.invoke(args=["ops", "restore", str(file), "--force"])
    assert done.exit_code == 1
    assert set(db.session.scalars(select(Event.slug))) == before
