"""Counters that processes share: one count for all, none of it readable, never in the way."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from eventhub.kernel.limit_store import FileStorage, uri

EACH, PROCESSES = 50, 3


def store(folder: Path) -> FileStorage:
    made = storage_from_string(uri(folder))
    assert isinstance(made, FileStorage)
    return made


def _count(folder: Path) -> None:
    mine = store(folder)
    for _ in range(EACH):
        mine.incr("address", 60)


def test_processes_count_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_count, args=(tmp_path,)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert store(tmp_path).get("address") == EACH * PROCESSES


def test_a_limit_holds_for_two_that_share_it(tmp_path: Path) -> None:
    first, second = (FixedWindowRateLimiter(store(tmp_path)) for _ in range(2))
    three = parse("3 per hour")
    told = [limiter.hit(three, "10.0.0.1") for limiter in (first, second, first, second)]
    assert told == [True, True, True, False]
    assert b"10.0.0.1" not in (tmp_path / "limits.sqlite3").read_bytes()
    assert (tmp_path / "limits.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_count_ends_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = store(tmp_path)
    assert (mine.incr("a", 10), mine.incr("a", 10, amount=2)) == (1, 3)
    assert mine.get_expiry("a") > time.time()
    later = time.time() + 11
    monkeypatch.setattr(time, "time", lambda: later)
    assert mine.get("a") == 0
    assert mine.incr("a", 10) == 1
    mine.clear("a")
    assert mine.get("a") == 0
    mine.incr("b", 10)
    assert mine.reset() == 1


def test_a_file_that_can_not_be_written_never_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "limits.sqlite3").write_text("this is no database " * 8)
    mine = store(tmp_path)
    assert [mine.incr("a", 10), mine.incr("a", 10)] == [1, 2]
    assert mine.get("a") == 2
    assert mine.reset() is None
