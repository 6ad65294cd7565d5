"""Leaders that die and leaders that hang: every row once, none left."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from eventhub import create_app
from eventhub.kernel import locks, scheduler
from eventhub.kernel.db import command, db
from eventhub.kernel.scheduler import Job, Leader
from eventhub.settings import Settings
from tests.conftest import Database
from tests.faults.conftest import Times
from tests.soak import Record

pytestmark = pytest.mark.processes
LEASE_S = 1.0
KILLS_PER_HANG = 10
AT_ONCE = 50  # rows of one transaction, as jobs do: all that is late would outlast a leader's life


def test_rows_are_done_once_while_leaders_die_and_hang(
    app: Flask, database: Database, times: Times, record: Record
) -> None:
    missed, doubled, hangs = _run(database, times, record, has_fence=True)
    assert (missed, doubled) == (0, 0)
    assert hangs


@pytest.mark.only("sqlite")
def test_without_lease_and_claim_rows_are_done_twice(
    app: Flask, database: Database, times: Times, record: Record
) -> None:
    _missed, doubled, _hangs = _run(database, times, record, has_fence=False)
    assert doubled > 0


def _run(
    database: Database, times: Times, record: Record, *, has_fence: bool
) -> tuple[int, int, int]:
    """Return how many rows were missed and doubled, and how often a leader hung."""
    kills = times(2, 550) if has_fence else 8  # 500 leaders die, 50 hang
    rows = kills * 20
    until_s = kills * 1.6
    _make_tables()
    started = time.monotonic()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])

    def start() -> multiprocessing.process.BaseProcess:
        process = context.Process(
            target=_lead, args=(database.folder, database.url, started, has_fence), daemon=True
        )
        process.start()
        return process

    processes = [start(), start()]
    while _leader(processes) is None:
        assert time.monotonic() - started < 60, "nobody leads"
        time.sleep(0.05)
    begun_s = time.monotonic() - started  # rows fall due only now, however long the start took
    _make_rows(rows, from_s=begun_s, until_s=begun_s + until_s)
    hangs = 0
    for kill in range(kills):
        if not has_fence and any(count > 1 for count in _done().values()):
            break  # the control has shown what it is for
        time.sleep(random.uniform(0.3, 1.2))
        while (leader := _leader(processes)) is None:
            time.sleep(0.05)
        if (
            kill % (KILLS_PER_HANG + 1) == 0 or not has_fence
        ):  # hangs for longer than its lease, then goes on
            hangs += 1
            os.kill(leader.pid or 0, signal.SIGSTOP)
            time.sleep(LEASE_S * 2)
            os.kill(leader.pid or 0, signal.SIGCONT)
        else:
            leader.kill()
            leader.join(10)
            processes = [one for one in processes if one is not leader] + [start()]
    until = max(time.monotonic(), started + begun_s + until_s) + 30  # the last is due only then
    while has_fence and _open_rows() and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(1)
    for process in processes:
        process.kill()
        process.join(10)
    done = _done()
    refused = done.pop(-1, 0)
    doubled = sum(count > 1 for count in done.values())
    record(
        "R18",
        database=database.name,
        rows=rows,
        kills=kills,
        hangs=hangs,
        missed=rows - len(done),
        doubled=doubled,
        refused=refused,
        has_fence=has_fence,
    )
    _drop_rows()
    return rows - len(done), doubled, hangs


def _lead(folder: Path, url: str, started: float, has_fence: bool) -> None:
    scheduler.LEASE_S, scheduler._RENEW_S, scheduler._TRY_S = LEASE_S, 0.3, 0.1
    app = create_app(Settings.for_tests(folder, database_url=url))
    app.extensions["eventhub_jobs"] = {}
    work = _fenced if has_fence else _unfenced
    scheduler.add_job(app, Job(name="work", run=lambda: work(started), every_s=0.05))
    Leader(app).run()


def _fenced(started: float) -> None:
    try:
        _do_due(started)
    except locks.LeaseLost:
        _note_refused()
        raise


@command
def _do_due(started: float) -> None:
    """Claim what is due and do it, in one transaction, under the lease."""
    locks.check_lease()
    for row in _due(started):
        claimed = db.session.execute(
            text("UPDATE fault_due SET is_done = 1 WHERE id = :id AND is_done = 0"), {"id": row}
        )
        if claimed.rowcount:  # type: ignore[attr-defined]  # of an UPDATE
            db.session.execute(text("INSERT INTO fault_done (id) VALUES (:id)"), {"id": row})


def _unfenced(started: float) -> None:
    """Look, be slow, then write: what a job without claim and lease does."""
    rows = _due(started)
    db.session.rollback()
    time.sleep(0.5)
    _write(rows)


@command
def _write(rows: list[int]) -> None:
    for row in rows:
        db.session.execute(text("UPDATE fault_due SET is_done = 1 WHERE id = :id"), {"id": row})
        db.session.execute(text("INSERT INTO fault_done (id) VALUES (:id)"), {"id": row})


@command
def _note_refused() -> None:
    db.session.execute(text("INSERT INTO fault_done (id) VALUES (-1)"))


def _due(started: float) -> list[int]:
    found = db.session.execute(
        text(
            "SELECT id FROM fault_due WHERE is_done = 0 AND due_s <= :now"
            " ORDER BY due_s LIMIT :most"
        ),
        {"now": time.monotonic() - started, "most": AT_ONCE},
    )
    return [row[0] for row in found]


@command
def _make_tables() -> None:
    db.session.execute(text("CREATE TABLE fault_due (id INTEGER, due_s REAL, is_done INTEGER)"))
    db.session.execute(text("CREATE TABLE fault_done (id INTEGER)"))


@command
def _make_rows(count: int, *, from_s: float, until_s: float) -> None:
    for number in range(count):
        db.session.execute(
            text("INSERT INTO fault_due VALUES (:id, :due, 0)"),
            {"id": number, "due": from_s + (until_s - from_s) * number / count},
        )


@command
def _drop_rows() -> None:
    db.session.execute(text("DROP TABLE fault_due"))
    db.session.execute(text("DROP TABLE fault_done"))


def _open_rows() -> int:
    db.session.rollback()
    found = db.session.execute(text("SELECT COUNT(*) FROM fault_due WHERE is_done = 0"))
    return int(found.scalar_one())


def _done() -> Counter[int]:
    db.session.rollback()
    found = db.session.execute(text("SELECT id, COUNT(*) FROM fault_done GROUP BY id"))
    done = Counter({row[0]: row[1] for row in found})
    db.session.rollback()
    return done


def _leader(
    processes: list[multiprocessing.process.BaseProcess],
) -> multiprocessing.process.BaseProcess | None:
    """Return the process that holds the lease."""
    db.session.rollback()
    holder = str(db.session.execute(text("SELECT holder FROM leader_lease")).scalar() or ":0")
    db.session.rollback()
    pid = int(holder.rpartition(":")[2])
    return next((one for one in processes if one.pid == pid), None)
