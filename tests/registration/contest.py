"""Processes that register against one database at the same time."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import true

from eventhub import create_app
from eventhub.kernel.errors import EventHubError
from eventhub.registration import service
from eventhub.registration.service import Register, capacity
from eventhub.settings import Settings

PATIENCE_S = 120


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
    context = multiprocessing.get_context("forkserver")  # imports once, then forks clean
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(processes)
    outcomes = context.Queue()
    workers = [
        context.Process(target=_work, args=(contest, place, barrier, outcomes))
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    counted: Counter[str] = Counter()
    for _ in workers:
        counted.update(outcomes.get(timeout=PATIENCE_S))
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * processes
    return counted


def _work(contest: Contest, place: int, barrier: threading.Barrier, outcomes: Any) -> None:
    if not contest.has_guard:
        setattr(capacity, "room", lambda _people: true())  # noqa: B010 - the planted fault
    app = create_app(Settings.for_tests(contest.folder, database_url=contest.url))
    counted: Counter[str] = Counter()
    with app.app_context():
        for submissions in contest.rounds:
            barrier.wait(PATIENCE_S)
            counted[_outcome(submissions[place])] += 1
    outcomes.put(counted)


def _outcome(submission: Register) -> str:
    try:
        made = service.register(submission)
    except EventHubError as error:
        return error.error_code
    return "duplicate" if isinstance(made, service.Duplicate) else str(made.state)
