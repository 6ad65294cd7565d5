"""The audit chain: whole, append-only, and broken visibly by any change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventhub.kernel import audit, triggers
from eventhub.kernel.auth import Actor
from eventhub.kernel.db import Base, command, db

ALICE = Actor("person", 7, "Alice")


@command
def publish(number: int) -> None:
    """Record one act."""
    audit.record(
        "report.publish",
        f"report:demo/{number}",
        organisation_id=1,
        event_id=2,
        before={"status": "submitted"},
        after={"status": "published"},
        actor=ALICE,
    )


def tamper(session: Session, statement: str) -> None:
    """Change the table as somebody with the database file could, past the triggers."""
    dialect = session.get_bind().dialect.name
    on = " ON audit_entry" if dialect == "postgresql" else ""
    for name in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER tr_audit_entry_no_{name}{on}"))
    session.execute(text(statement))
    for line in triggers.create(Base.metadata, dialect):
        if "TRIGGER tr_audit_entry" in line:
            session.execute(text(line))
    session.commit()


def test_entries_say_who_did_what(app: Flask, clock) -> None:
    clock(datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    publish(1)
    found = audit.entries(2)
    assert [
        (row.seq, row.actor, row.actor_name, row.action, row.subject, row.before, row.after)
        for row in found
    ] == [
        (
            1,
            "person:7",
            "Alice",
            "report.publish",
            "report:demo/1",
            {"status": "submitted"},
            {"status": "published"},
        )
    ]
    assert audit.entries(3) == []


def test_an_act_that_fails_leaves_no_entry(app: Flask) -> None:
    @command
    def act() -> None:
        audit.record("report.publish", "report:demo/1", actor=ALICE)
        raise ValueError("after the record")

    with pytest.raises(ValueError, match="after the record"):
        act()
    assert audit.verify() == audit.ChainState(0, audit.START, None)


def test_a_whole_chain_is_whole(app: Flask) -> None:
    for number in range(1, 6):
        publish(number)
    state = audit.verify()
    assert (state.entries, state.first_bad) == (5, None)
    assert state.newest_hash == audit.entries(2, limit=1)[0].hash


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit_entry SET actor_name = 'Bob' WHERE seq = 3", 3),
        ("UPDATE audit_entry SET event_ref = 9 WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 2", 2),
        ("UPDATE audit_entry SET prev_hash = hash WHERE seq = 5", 5),
    ],
)
def test_a_changed_or_missing_entry_is_named(
    app: Flask, db_session: Session, statement: str, first_bad: int, runner: FlaskCliRunner
) -> None:
    for number in range(1, 6):
        publish(number)
    tamper(db_session, statement)
    assert audit.verify().first_bad == first_bad
    done = runner.invoke(args=["ops", "verify-audit", "--json"])
    assert done.exit_code == 1
    assert f'"first_bad": {first_bad}' in done.output


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET seq = 9", "DELETE FROM audit_entry"])
def test_the_database_refuses_changes(app: Flask, db_session: Session, statement: str) -> None:
    publish(1)
    with pytest.raises(IntegrityError):
        db_session.execute(text(statement))
    db.session.rollback()


NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def test_a_page_reads_only_what_is_newer_than_the_checkpoint(app: Flask, clock) -> None:
    clock(NOON)
    for number in range(1, 6):
        publish(number)
    assert audit.note_checkpoint().entries == 5
    for number in range(6, 9):
        publish(number)
    read: list[int] = []

    def count(_target: object, _context: object) -> None:
        read.append(1)

    db.session.remove()
    event.listen(audit.AuditEntry, "load", count)
    try:
        state = audit.glance()
    finally:
        event.remove(audit.AuditEntry, "load", count)
    assert (len(read), state.entries, state.first_bad, state.read_at) == (3, 8, None, NOON)
    assert state.newest_hash == audit.verify().newest_hash


def test_an_old_entry_that_was_changed_shows_after_the_next_walk(
    app: Flask, db_session: Session, clock, runner: FlaskCliRunner
) -> None:
    clock(NOON)
    for number in range(1, 6):
        publish(number)
    audit.note_checkpoint()
    tamper(db_session, "UPDATE audit_entry SET actor_name = 'Bob' WHERE seq = 3")
    assert audit.glance().first_bad is None, "nobody has read it again yet"
    clock(NOON + audit.WALK_EVERY - timedelta(seconds=1))
    assert audit.note_checkpoint().first_bad is None
    clock(NOON + audit.WALK_EVERY)
    assert audit.note_checkpoint().first_bad == 3
    assert audit.glance().first_bad == 3
    done = runner.invoke(args=["ops", "verify-audit"])
    assert (done.exit_code, "entry 3 of 5" in done.output) == (1, True)


@pytest.mark.parametrize(("kept", "first_bad"), [(5, 5), (4, 5), (0, 1)])
def test_a_chain_that_was_written_anew_or_cut_short_is_named(
    app: Flask, db_session: Session, kept: int, first_bad: int
) -> None:
    """Whoever recomputes every hash still has another one where a walk noted its own."""
    for number in range(1, 6):
        publish(number)
    audit.note_checkpoint()
    tamper(db_session, "DELETE FROM audit_entry")
    for number in range(1, kept + 1):
        publish(number + 100)
    assert audit.verify().first_bad == first_bad
    assert audit.note_checkpoint(from_start=True).first_bad == first_bad
