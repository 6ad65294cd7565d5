"""A crowd at the gates: processes that scan against one database at the same time."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from eventhub import create_app
from eventhub.checkin import queries, service
from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Unavailable
from eventhub.settings import Settings
from tests.concurrency.history import Op

THREADS = 6  # lanes of one process, as many as it has connections
PATIENCE_S = 120  # of a thousand codes


@dataclass(frozen=True, slots=True)
class Crowd:
    """
    What each process does; `has_guard` False is the negative control.

    Every process scans all codes with one of the tokens; `in_pairs` gives each
    two processes a share of their own, which both walk in step. The control looks
    whether the code is in and then writes, into a table without a unique key.
    """

    folder: Path
    url: str
    tokens: Sequence[str]
    codes: Sequence[str]
    has_guard: bool = True
    in_pairs: bool = False

    @property
    def patience_s(self) -> int:
        """Return how long the slowest process may take."""
        return PATIENCE_S * max(1, len(self.codes) // 1_000)

    def share(self, place: int, processes: int) -> list[str]:
        """Return what one process scans, in its order."""
        if self.in_pairs:
            return list(self.codes[place // 2 :: processes // 2])
        codes = list(self.codes)
        if place % 2:  # half walk in step, half each in an order of its own
            random.Random(place).shuffle(codes)
        return codes


def run(crowd: Crowd, *, processes: int) -> list[Op]:
    """Let all processes scan side by side and return what each was told, and when."""
    context = multiprocessing.get_context("forkserver")  # imports once, then forks clean
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(processes)
    told = context.Queue()
    workers = [
        context.Process(target=_work, args=(crowd, place, barrier, told))
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    history: list[Op] = []
    for _ in workers:
        history += map(Op._make, told.get(timeout=crowd.patience_s))
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * processes
    return history


def _work(crowd: Crowd, place: int, barrier: threading.Barrier, told: Any) -> None:
    app = create_app(Settings.for_tests(crowd.folder, database_url=crowd.url))
    codes = crowd.share(place, barrier.parties)
    with app.app_context():
        device = queries.device_by_token(crowd.tokens[place % len(crowd.tokens)])
        queries.event_config(device.event_id)
        db.session.remove()
    scan = _guarded if crowd.has_guard else _unguarded
    barrier.wait(PATIENCE_S)
    with ThreadPoolExecutor(THREADS) as pool:
        told.put([tuple(op) for op in pool.map(lambda code: scan(app, device, code), codes)])
    with app.app_context():
        db.engine.dispose()


def _guarded(app: Flask, device: queries.DeviceRow, code: str) -> Op:
    command = service.Redeem(nonce=ids.new_nonce(), code=code)
    called = time.monotonic_ns()  # one clock for all processes of a machine
    with app.app_context():
        while True:
            try:
                told = service.redeem(device, command)
            except Unavailable:  # as a device does: the same nonce again
                time.sleep(0.05)
                continue
            first = told["first"]["at_ms"] if told["first"] else None
            return Op(code, called, time.monotonic_ns(), str(told["result"]), first)


def _unguarded(app: Flask, _device: queries.DeviceRow, code: str) -> Op:
    called = time.monotonic_ns()
    with app.app_context():
        seen = db.session.execute(
            text("SELECT COUNT(*) FROM admission_unguarded WHERE code = :code"), {"code": code}
        ).scalar_one()
        db.session.rollback()
        if not seen:
            _insert(code)
    return Op(code, called, time.monotonic_ns(), "used" if seen else "ok")


@command
def _insert(code: str) -> None:
    db.session.execute(
        text("INSERT INTO admission_unguarded (code) VALUES (:code)"), {"code": code}
    )
