"""Processes that register against one database at the same time."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import true

from eventhub import create_app
from eventhub.kernel.errors import EventHubError
from eventhub.registration import service
from eventhub.registration.service import Register, capacity
from eventhub.settings import Settings

PATIENCE_S = 120
_STEP_S = 900  # from one meeting of the processes to the next
_LOOK_S = 5


class Guarded(Protocol):
    """A contest: its database, and whether quotas have their guard; False plants the fault."""

    @property
    def folder(self) -> Path: ...

    @property
    def url(self) -> str: ...

    @property
    def has_guard(self) -> bool: ...


C = TypeVar("C", bound=Guarded)
Work = Callable[[C, int, threading.Barrier], Counter[str]]


@dataclass(frozen=True, slots=True)
class Contest:
    """What each process does; `has_guard` False is the negative control."""

    folder: Path
    url: str
    rounds: Sequence[Sequence[Register]]
    has_guard: bool = True


def run(contest: Contest, *, processes: int) -> Counter[str]:
    """
    Let the processes go through the rounds side by side and count the outcomes.

    `rounds[i]` holds one submission per process; all are sent at once.
    """
    return side_by_side(_submit, contest, processes=processes)


def side_by_side(
    work: Work[C], contest: C, *, processes: int, patience_s: float | None = PATIENCE_S
) -> Counter[str]:
    """
    Run `work` in each of the processes, with its application, and add up what they count.

    Args:
        work: Gets the contest, the place of its process and a barrier that
            lets all of them go on together. A function of a module.
        contest: Where the database is, and whether quotas are guarded.
        processes: How many.
        patience_s: How long one may take; None for as long as it lives.
    """
    context = multiprocessing.get_context("forkserver")  # imports once, then forks clean
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(processes, timeout=_STEP_S)
    outcomes = context.Queue()
    workers = [
        context.Process(
            target=_in_process, args=(work, contest, place, barrier, outcomes), daemon=True
        )
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    counted: Counter[str] = Counter()
    for _ in workers:
        counted.update(_next(outcomes, workers, patience_s))
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * processes
    return counted


def _next(outcomes: Any, workers: Sequence[Any], patience_s: float | None) -> Counter[str]:
    """Wait for one more count, and not for ever when a process has failed."""
    until = None if patience_s is None else time.monotonic() + patience_s
    while True:
        with contextlib.suppress(queue.Empty):
            return outcomes.get(timeout=_LOOK_S)
        assert not any(worker.exitcode for worker in workers), "a process failed"
        assert until is None or time.monotonic() < until, "the processes take too long"


def _in_process(
    work: Work[C], contest: C, place: int, barrier: threading.Barrier, outcomes: Any
) -> None:
    if not contest.has_guard:
        setattr(capacity, "room", lambda _people: true())  # noqa: B010 - the planted fault
    app = create_app(Settings.for_tests(contest.folder, database_url=contest.url))
    with app.app_context():
        outcomes.put(work(contest, place, barrier))


def _submit(contest: Contest, place: int, barrier: threading.Barrier) -> Counter[str]:
    counted: Counter[str] = Counter()
    for submissions in contest.rounds:
        barrier.wait()
        counted[_outcome(submissions[place])] += 1
    return counted


def _outcome(submission: Register) -> str:
    try:
        made = service.register(submission)
    except EventHubError as error:
        return error.error_code
    return "duplicate" if isinstance(made, service.Duplicate) else str(made.state)
