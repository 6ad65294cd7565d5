"""Group commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import Insert, event, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventhub.kernel import clock as kernel_clock
from eventhub.kernel import commit_queue
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Conflict, Unavailable
from eventhub.kernel.models import LeaderLease

T = TypeVar("T")


AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def lease(name: str) -> Insert:
    """Return the statement that adds a row, here of the kernel's one table."""
    return insert(LeaderLease).values(name=name, number=1, holder="", taken_at=AT, seen_at=AT)


def add(name: str) -> Callable[[Session], int]:
    """Return an item that adds a row and returns how many there are then."""

    def run(session: Session) -> int:
        session.execute(lease(name))
        return session.scalar(select(func.count()).select_from(LeaderLease)) or 0

    return run


def submit_together(app: Flask, items: list[Callable[[Session], T]]) -> list[T | Exception]:
    """Submit items from as many threads at once; return results or errors in order."""
    ready = threading.Barrier(len(items))

    def one(item: Callable[[Session], T]) -> T | Exception:
        with app.app_context():
            ready.wait()
            try:
                return commit_queue.submit(item)
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(one, items))


def test_item_is_committed_when_its_caller_is_answered(app: Flask, db_session: Session) -> None:
    assert commit_queue.submit(add("loom")) == 1
    assert db_session.scalars(select(LeaderLease.name)).all() == ["loom"]


@pytest.mark.only("sqlite")
def test_waiting_items_share_one_commit(app: Flask) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))
    entered, gate = threading.Event(), threading.Event()

    def first(session: Session) -> int:
        entered.set()
        gate.wait(5)
        return add("first")(session)

    def submit(item: Callable[[Session], int]) -> int:
        with app.app_context():
            return commit_queue.submit(item)

    with ThreadPoolExecutor(9) as pool:
        running = pool.submit(submit, first)
        assert entered.wait(5)
        others = [pool.submit(submit, add(f"other-{n}")) for n in range(8)]
        queue = app.extensions["eventhub_commit_queue"]
        while len(queue._waiting) < 8:
            threading.Event().wait(0.001)
        gate.set()
        counts = sorted(future.result() for future in [running, *others])
    assert counts == list(range(1, 10))
    assert len(commits) == 2


def test_failing_item_costs_no_other_its_answer(app: Flask, db_session: Session) -> None:
    def bad(_: Session) -> int:
        raise Conflict()

    results = submit_together(app, [add("a"), bad, add("b"), bad, add("c")])
    assert [type(result) for result in results] == [int, Conflict, int, Conflict, int]
    assert sorted(db_session.scalars(select(LeaderLease.name))) == ["a", "b", "c"]


def test_violated_constraint_reaches_only_its_caller(app: Flask, db_session: Session) -> None:
    results = submit_together(app, [add("same"), add("same"), add("other")])
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == sorted(["int", "int", IntegrityError.__name__])
    assert sorted(db_session.scalars(select(LeaderLease.name))) == ["other", "same"]


def test_item_sees_the_clock_and_session_of_its_caller(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(AT)

    def look(session: Session) -> tuple[datetime, bool]:
        return kernel_clock.now(), db.session() is session

    assert commit_queue.submit(look) == (AT, True)


def test_command_inside_an_item_joins_its_transaction(app: Flask, db_session: Session) -> None:
    @command
    def inner() -> None:
        db.session.execute(lease("inner"))

    def item(_: Session) -> None:
        inner()
        raise Conflict()

    with pytest.raises(Conflict):
        commit_queue.submit(item)
    assert db_session.scalar(select(func.count()).select_from(LeaderLease)) == 0


def test_submit_inside_a_command_joins_it(app: Flask, db_session: Session) -> None:
    @command
    def outer() -> None:
        commit_queue.submit(add("joined"))
        raise Conflict()

    with pytest.raises(Conflict):
        outer()
    assert db_session.scalar(select(func.count()).select_from(LeaderLease)) == 0


@pytest.mark.only("sqlite")
def test_slow_round_answers_try_again_and_commits_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_queue, "WAIT_S", 0.05)
    gate, done = threading.Event(), threading.Event()

    def slow(session: Session) -> int:
        gate.wait(5)
        return add("slow")(session)

    event.listen(db.engine, "commit", lambda _: done.set())
    with pytest.raises(Unavailable) as caught:
        commit_queue.submit(slow)
    assert (caught.value.error_code, caught.value.retry_after_s) == ("try-again", 1)
    gate.set()
    assert done.wait(5)


@pytest.mark.only("sqlite")
def test_full_queue_refuses_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_queue, "MAX_WAITING", 0)
    with pytest.raises(Unavailable) as caught:
        commit_queue.submit(add("late"))
    assert caught.value.error_code == "try-again"


@pytest.mark.only("sqlite")
def test_fork_starts_a_queue_of_its_own(app: Flask) -> None:
    commit_queue.submit(add("parent"))
    parent = app.extensions["eventhub_commit_queue"]
    parent.pid -= 1  # what a child finds after fork: the queue of another process
    assert commit_queue.submit(add("child")) == 2
    assert app.extensions["eventhub_commit_queue"] is not parent
