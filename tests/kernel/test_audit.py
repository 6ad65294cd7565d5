"""The audit chain: whole, append-only, and broken visibly by any change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text
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
