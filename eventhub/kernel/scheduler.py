"""
The jobs of the leader.

Domains add jobs at registration. Every web worker and `flask ops scheduler`
runs one thread that tries for the leader lock each second; the one that has it
runs the jobs with APScheduler, in memory: what is due stands in rows, so a
restart loses nothing. Nothing runs until `start` or `run` is called.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from eventhub.kernel import clock, locks, metrics
from eventhub.kernel.db import db
from eventhub.settings import EXTENSION as SETTINGS

_EXTENSION: Final = "eventhub_jobs"
_TRY_S: Final = 1.0
_RENEW_S: Final = 5.0
LEASE_S: Final = 12.0  # without renewal for so long, a leader hangs and another takes over


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    Something the leader does again and again.

    `run` takes nothing, runs in an application context, claims its rows and
    calls `locks.check_lease` in its commands.
    """

    name: str
    run: Callable[[], object]
    every_s: float
    jitter_s: float = 0  # for outside sources, so that hosts do not knock together
    misfire_grace_s: int = 60


def add_job(app: Flask, job: Job) -> None:
    """Let the leader of `app` run `job`."""
    app.extensions.setdefault(_EXTENSION, {})[job.name] = job


def jobs(app: Flask) -> list[Job]:
    """Return the jobs of `app` in order of registration."""
    return list(app.extensions.get(_EXTENSION, {}).values())


def start(app: Flask) -> Leader:
    """Start trying for the lead on a thread that ends with the process."""
    leader = Leader(app)
    threading.Thread(target=leader.run, name="leader", daemon=True).start()
    return leader


class Leader:
    """Tries for the lead, and runs the jobs as long as it has it."""

    def __init__(self, app: Flask) -> None:
        """Prepare; nothing is locked yet."""
        self._app = app
        self._stopped = threading.Event()
        self._looked_at = 0.0
        self.lease: int | None = None

    def stop(self) -> None:
        """Let `run` return; the lock is given back."""
        self._stopped.set()

    def run(self) -> None:
        """Compete and work until stopped. Blocks."""
        with self._app.app_context():
            lock = locks.leader_lock(db.engine, self._app.extensions[SETTINGS].instance_path)
        while not self._stopped.is_set():
            try:
                if self._gain(lock):
                    self._lead(lock)
            except (SQLAlchemyError, OSError, locks.LeaseLost) as error:
                # The database is away or the lead is lost: try again, do not die.
                self._app.logger.warning("not leading", exc_info=error)
            finally:
                self.lease = None
                lock.release()
            self._stopped.wait(_TRY_S)

    def _gain(self, lock: locks.Lock) -> bool:
        with self._app.app_context():
            self.lease = locks.take_lease() if lock.acquire() else self._of_one_that_hangs()
        if self.lease is None:
            return False
        metrics.count("leader_changes")
        self._app.logger.info("leading", extra={"lease": self.lease})
        return True

    def _of_one_that_hangs(self) -> int | None:
        """Return a lease that its holder no longer renews; looks every five seconds."""
        if clock.monotonic_s() - self._looked_at < _RENEW_S:
            return None
        self._looked_at = clock.monotonic_s()
        stale = timedelta(seconds=LEASE_S)
        seen_at = locks.leader_seen_at()
        db.session.rollback()
        if seen_at is None or seen_at > clock.now() - stale:
            return None
        return locks.take_over_lease(stale)

    def _lead(self, lock: locks.Lock) -> None:
        """Run the jobs until the lock or the lease is lost or `stop` is called."""
        scheduler = self._scheduler()
        scheduler.start()
        renewed = clock.monotonic_s()
        has_lock = lock.is_held()
        try:
            while (lock.is_held() or not has_lock) and not self._stopped.wait(_TRY_S):
                has_lock = has_lock or lock.acquire()
                if clock.monotonic_s() - renewed >= _RENEW_S and self.lease is not None:
                    with self._app.app_context():
                        locks.renew_lease(self.lease)
                    renewed = clock.monotonic_s()
        finally:
            scheduler.shutdown(wait=False)

    def _scheduler(self) -> Any:
        from apscheduler.schedulers.background import (  # noqa: PLC0415 - slow import
            BackgroundScheduler,
        )

        scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
        for job in jobs(self._app):
            scheduler.add_job(
                self._guarded(job),
                "interval",
                id=job.name,
                seconds=job.every_s,
                jitter=job.jitter_s or None,
                misfire_grace_time=job.misfire_grace_s,
                coalesce=True,
                max_instances=1,
                next_run_time=clock.now(),
            )
        return scheduler

    def _guarded(self, job: Job) -> Callable[[], None]:
        lease = self.lease

        def run() -> None:
            began = time.monotonic()
            try:
                with self._app.app_context(), locks.under_lease(lease or 0):
                    job.run()
            except locks.LeaseLost:
                self._app.logger.info("job refused: the lead is lost", extra={"job": job.name})
            except Exception as error:  # one job must not end the others
                metrics.count("job_failures", job=job.name)
                self._app.logger.error("job failed", exc_info=error, extra={"job": job.name})
            else:
                took_ms = round((time.monotonic() - began) * 1000)
                self._app.logger.debug("job done", extra={"job": job.name, "ms": took_ms})

        return run
