"""Who leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from eventhub.kernel import locks
from eventhub.kernel.db import command, db

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_lock_has_one_holder(app: Flask, tmp_path: Path) -> None:
    first, second = (locks.leader_lock(db.engine, tmp_path) for _ in range(2))
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert (first.is_held(), second.is_held()) == (True, False)
    first.release()
    assert not first.is_held()
    assert second.acquire()
    second.release()
    second.release()


@pytest.mark.only("postgresql")
def test_cut_session_has_lost_the_lock(app: Flask, tmp_path: Path) -> None:
    first, second = (locks.leader_lock(db.engine, tmp_path) for _ in range(2))
    assert first.acquire()
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    db.session.execute(kill)
    db.session.rollback()
    assert not first.is_held()
    assert second.acquire()
    second.release()


def test_each_gain_takes_the_next_lease(app: Flask, clock: Callable[[datetime], None]) -> None:
    clock(AT)
    assert locks.leader_seen_at() is None
    assert [locks.take_lease(), locks.take_lease()] == [1, 2]
    assert locks.leader_seen_at() == AT
    clock(AT + timedelta(seconds=5))
    with pytest.raises(locks.LeaseLost):
        locks.renew_lease(1)
    assert locks.leader_seen_at() == AT
    locks.renew_lease(2)
    assert locks.leader_seen_at() == AT + timedelta(seconds=5)


def test_writes_of_an_old_lease_are_refused(app: Flask) -> None:
    written: list[int] = []

    @command
    def work() -> None:
        locks.check_lease()
        written.append(1)

    work()
    old, new = locks.take_lease(), locks.take_lease()
    with locks.under_lease(old), pytest.raises(locks.LeaseLost):
        work()
    with locks.under_lease(new):
        work()
    assert len(written) == 2
