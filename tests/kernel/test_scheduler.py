"""The leader and its jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, current_app

from eventhub.kernel import locks, scheduler
from eventhub.kernel.scheduler import Job, Leader


class Running:
    """Leaders on threads of this test."""

    def __init__(self, app: Flask) -> None:
        """Start none yet."""
        self.app = app
        self.leaders: list[tuple[Leader, threading.Thread]] = []

    def start(self) -> Leader:
        """Start one more."""
        leader = Leader(self.app)
        thread = threading.Thread(target=leader.run, daemon=True)
        thread.start()
        self.leaders.append((leader, thread))
        return leader

    def stop(self, leader: Leader) -> None:
        """Stop one and wait for its thread."""
        leader.stop()
        for one, thread in self.leaders:
            if one is leader:
                thread.join(10)
                assert not thread.is_alive()


@pytest.fixture
def running(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Return a place to start leaders; they are stopped afterwards."""
    monkeypatch.setattr(scheduler, "_TRY_S", 0.02)
    app.extensions["eventhub_jobs"] = {}
    made = Running(app)
    yield made
    for leader, _ in made.leaders:
        made.stop(leader)


def test_nothing_runs_in_a_test_that_starts_nothing(app: Flask) -> None:
    assert "outbox" in {job.name for job in scheduler.jobs(app)}
    assert locks.leader_seen_at() is None


def test_leader_runs_its_jobs_in_an_application_context(running: Running) -> None:
    ran = threading.Event()
    names: list[str] = []

    def work() -> None:
        names.append(current_app.name)
        ran.set()

    scheduler.add_job(running.app, Job(name="work", run=work, every_s=60))
    running.start()
    assert ran.wait(10)
    assert names == ["eventhub"]


def test_failing_job_ends_neither_leader_nor_other_jobs(running: Running) -> None:
    ran = threading.Semaphore(0)

    def fail() -> None:
        raise ValueError("a poisoned row")

    scheduler.add_job(running.app, Job(name="fail", run=fail, every_s=0.05))
    scheduler.add_job(running.app, Job(name="work", run=ran.release, every_s=0.05))
    running.start()
    assert all(ran.acquire(timeout=10) for _ in range(3))


def test_second_leader_takes_over_with_a_higher_lease(running: Running) -> None:
    ran = threading.Semaphore(0)
    scheduler.add_job(running.app, Job(name="work", run=ran.release, every_s=0.05))
    first = running.start()
    assert ran.acquire(timeout=10)
    second = running.start()
    assert (first.lease, second.lease) == (1, None)
    running.stop(first)
    while second.lease is None:
        assert ran.acquire(timeout=10)
    assert second.lease == 2
