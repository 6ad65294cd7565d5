"""Transactions, on both databases."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from eventhub.kernel import db as kernel_db
from eventhub.kernel.db import RETRIES, command, db, on_violation
from eventhub.kernel.errors import Conflict, Unavailable
from eventhub.kernel.models import LeaderLease
from eventhub.notify.models import OutboxMessage
from tests import postgres
from tests.conftest import Database
from tests.factories.notify import enqueue

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEATS = 30


def read() -> int:
    """Return the number of rows."""
    return db.session.scalar(select(func.count()).select_from(LeaderLease)) or 0


@command
def write(name: str = "row", **values: Any) -> None:
    """Add a row. Commits."""
    row = {"number": 0, "holder": "", "taken_at": AT, "seen_at": AT} | values
    db.session.execute(insert(LeaderLease).values(name=name, **row))


@pytest.fixture
def forgotten_violations() -> Iterator[None]:
    """Take back what a test registers with `on_violation`."""
    before = dict(kernel_db._constraint_errors)
    yield
    kernel_db._constraint_errors.clear()
    kernel_db._constraint_errors.update(before)


@pytest.mark.only("sqlite")
def test_read_write_read_begin_as_they_must(app: Flask) -> None:
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    read()
    write()
    read()
    assert sent == ["BEGIN", "BEGIN IMMEDIATE", "BEGIN"]


@pytest.mark.only("sqlite")
def test_connections_have_the_pragmas_that_promises_rest_on(app: Flask) -> None:
    with db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in kernel_db.SQLITE_PRAGMAS
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_failed_command_leaves_nothing(app: Flask) -> None:
    @command
    def fail() -> None:
        write()
        raise Conflict()

    with pytest.raises(Conflict):
        fail()
    assert read() == 0


def test_inner_command_joins_the_outer(app: Flask) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))

    @command
    def outer() -> None:
        write("a")
        write("b")

    outer()
    assert (read(), len(commits)) == (2, 1)


def test_guarded_update_never_gives_more_than_there_is(app: Flask) -> None:
    write(number=SEATS)

    @command
    def take_seat() -> bool:
        left = (
            update(LeaderLease)
            .where(LeaderLease.number > 0)
            .values(number=LeaderLease.number - 1)
            .returning(LeaderLease.number)
        )
        return db.session.scalar(left) is not None

    def one(_: int) -> int:
        with app.app_context():
            return sum(take_seat() for _ in range(10))

    with ThreadPoolExecutor(6) as pool:
        taken = sum(pool.map(one, range(6)))
    assert taken == SEATS
    assert db.session.scalar(select(LeaderLease.number)) == 0


@pytest.mark.only("postgresql")
def test_deadlock_is_retried(app: Flask) -> None:
    write("a")
    write("b")
    both = threading.Barrier(2)
    tries: list[str] = []

    @command
    def touch(first: str, second: str) -> None:
        tries.append(first)
        for place, name in enumerate((first, second)):
            db.session.execute(
                update(LeaderLease)
                .where(LeaderLease.name == name)
                .values(number=LeaderLease.number + 1)
            )
            if place == 0 and len(tries) <= 2:
                both.wait(5)

    def run(names: tuple[str, str]) -> None:
        with app.app_context():
            touch(*names)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [("a", "b"), ("b", "a")]))
    # who is tried again may be faster than who was woken, and meet it once more
    assert 3 <= len(tries) <= 2 + RETRIES
    assert db.session.scalars(select(LeaderLease.number)).all() == [2, 2]


def locked() -> OperationalError:
    """Return what the driver says when another writer is too slow."""
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


@pytest.mark.parametrize("failures", [1, 3])
def test_busy_database_is_tried_again(app: Flask, failures: int) -> None:
    tries: list[int] = []

    @command
    def slow() -> int:
        tries.append(1)
        if len(tries) <= failures:
            raise locked()
        return len(tries)

    assert slow() == failures + 1


def test_busy_database_is_given_up_after_three_retries(app: Flask) -> None:
    tries: list[int] = []

    @command
    def stuck() -> None:
        tries.append(1)
        raise locked()

    with pytest.raises(Unavailable):
        stuck()
    assert len(tries) == 4


def test_full_disk_is_said_to_be_full(app: Flask) -> None:
    @command
    def full() -> None:
        raise OperationalError("INSERT", None, sqlite3.OperationalError("disk is full"))

    with pytest.raises(Unavailable) as caught:
        full()
    assert caught.value.error_code == "disk-full"


def _unique() -> None:
    db.session.execute(
        insert(OutboxMessage).values(
            event_ref=1,
            kind="x",
            dedupe_key="registration:1",
            message_id="other",
            channel="email",
            recipient="a@example.com",
            recipient_name="",
            locale="zh",
            subject="",
            text="",
            html="",
            attachments=[],
            state="queued",
            attempts=0,
            due_at=AT,
            last_error="",
            created_at=AT,
            is_synthetic=False,
        )
    )


def _check() -> None:
    db.session.execute(update(OutboxMessage).values(state="lost"))


@pytest.mark.parametrize(
    ("constraint", "violate"),
    [("uq_outbox_message_dedupe_key", _unique), ("ck_outbox_message_state", _check)],
)
@pytest.mark.usefixtures("forgotten_violations")
def test_violated_constraint_becomes_its_error(app: Flask, constraint: str, violate: Any) -> None:
    enqueue()

    class Taken(Conflict):
        code = "taken-in-a-test"

    with pytest.raises(IntegrityError):
        command(violate)()
    on_violation(constraint, Taken)
    with pytest.raises(Taken):
        command(violate)()
    assert db.session.scalars(select(OutboxMessage.state)).all() == ["queued"]


def test_instants_come_back_aware_and_in_utc(app: Flask, db_session: Session) -> None:
    shenzhen = timezone(timedelta(hours=8))
    write(seen_at=AT.astimezone(shenzhen))
    found = db_session.scalar(select(LeaderLease.seen_at))
    assert found == AT
    assert found is not None
    assert found.tzinfo is UTC


def test_naive_instants_are_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="an instant needs a time zone"):
        write(seen_at=datetime(2026, 11, 21, 12))  # noqa: DTZ001 - that is the point


PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%leader_lease%'")


@pytest.mark.only("postgresql")
def test_statements_stay_prepared_when_a_reader_ends(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()  # a connection that no other test has prepared anything on
    for _ in range(3):
        read()
        db.session.rollback()
    assert db.session.scalar(PREPARED) == 1
    db.session.rollback()
    db.session.execute(
        insert(LeaderLease).values(name="row", number=0, holder="", taken_at=AT, seen_at=AT)
    )
    db.session.rollback()
    assert read() == 0, "what was written outside a command has to be taken back"


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("idle_s", [0.0, 2.0])
def test_a_connection_that_was_cut_while_idle_is_not_lent(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, idle_s: float
) -> None:
    db.session.remove()
    db.engine.dispose()  # the pool shall hold this one alone
    process = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    folder, name = (
        Path(database.url.partition("host=")[2].partition("&")[0]),
        db.engine.url.database,
    )
    postgres.execute(folder, str(name), f"SELECT pg_terminate_backend({process}, 5000)")
    at = time.monotonic
    monkeypatch.setattr("eventhub.kernel.db.time.monotonic", lambda: at() + idle_s)
    if idle_s:
        assert read() == 0
    else:  # the control: lent untried, it fails once, and the pool is new then
        with pytest.raises(OperationalError):
            read()
        db.session.rollback()
        assert read() == 0
