"""
One leader per deployment: a lock that dies with its holder, and a lease number.

On SQLite the lock is `flock` on `instance/leader.lock`; on PostgreSQL a session
advisory lock on a connection of its own. A holder that hangs keeps its lock; the
lease, which it then no longer renews, passes on all the same. A lock stops
duplicate work but does not make it exactly once: jobs also claim their rows.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final, Protocol, cast

from sqlalchemy import CursorResult, Engine, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Conflict
from eventhub.kernel.models import LeaderLease

LEADER: Final = "leader"
_lease: ContextVar[int | None] = ContextVar("eventhub_lease", default=None)


class LeaseLost(Conflict):
    """This process led, and another leads now."""

    code = "lease-lost"


class Lock(Protocol):
    """A lock that its holder loses when the process or its session ends."""

    def acquire(self) -> bool:
        """Try once; True when this process holds it now."""

    def is_held(self) -> bool:
        """Tell whether this process still holds it."""

    def release(self) -> None:
        """Give it back; harmless when it is not held."""


def leader_lock(engine: Engine, folder: Path) -> Lock:
    """Return the lock that decides who leads on this database."""
    if engine.dialect.name == "sqlite":
        return FileLock(folder / f"{LEADER}.lock")
    return AdvisoryLock(engine, LEADER)


class FileLock:
    """`flock` on a file; held until released or the process ends."""

    def __init__(self, path: Path) -> None:
        """Remember the file; nothing is opened yet."""
        self._path = path
        self._handle: TextIOWrapper | None = None

    def acquire(self) -> bool:
        """Try once; True when this process holds it now."""
        if self._handle is not None:
            return True
        handle = self._path.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._handle = handle
        return True

    def is_held(self) -> bool:
        """Tell whether this process still holds it."""
        return self._handle is not None

    def release(self) -> None:
        """Give it back; harmless when it is not held."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class AdvisoryLock:
    """A PostgreSQL session lock; lost when its connection is cut."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Remember the database; no connection is opened yet."""
        self._engine = engine
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Try once; True when this process holds it now."""
        if self._connection is not None and self.is_held():
            return True
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        got = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        if not got:
            connection.close()
            return False
        self._connection = connection
        return True

    def is_held(self) -> bool:
        """Tell whether this process still holds it: the session answers."""
        if self._connection is None:
            return False
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            self._connection.invalidate()
            self._connection = None
        return self._connection is not None

    def release(self) -> None:
        """Give it back; harmless when it is not held."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(DBAPIError):  # a cut session has given it back already
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._key})
            connection.close()


@command
def take_lease(name: str = LEADER) -> int:
    """Return the next lease number of a lock that was just gained. Commits."""
    session = db.session()
    row = session.get(LeaderLease, name, with_for_update=True)
    at = clock.now()
    if row is None:
        row = LeaderLease(name=name, number=0, holder="", taken_at=at, seen_at=at)
        session.add(row)
    row.number += 1
    row.holder = f"{socket.gethostname()}:{os.getpid()}"
    row.taken_at = row.seen_at = at
    session.flush()
    return row.number


@command
def take_over_lease(older_than: timedelta, name: str = LEADER) -> int | None:
    """
    Return the next lease number when nobody has renewed for that long, else None. Commits.

    For a holder that hangs: its session still has the lock, but whatever it
    writes later is refused, because its number is over.
    """
    session = db.session()
    row = session.get(LeaderLease, name, with_for_update=True)
    if row is None or row.seen_at > clock.now() - older_than:
        return None
    return take_lease(name)


@command
def renew_lease(number: int, name: str = LEADER) -> None:
    """
    Say that the holder of `number` still leads. Commits.

    Raises:
        LeaseLost: A later lease has been taken.
    """
    _touch(number, name)


def check_lease() -> None:
    """
    Refuse, inside a command of a job, to write for a lease that is over.

    Does nothing outside the scheduler, where no lease is held.

    Raises:
        LeaseLost: A later lease has been taken.
    """
    if (number := _lease.get()) is not None:
        _touch(number, LEADER)


@contextlib.contextmanager
def under_lease(number: int) -> Iterator[None]:
    """Let `check_lease` in the block check `number`."""
    token = _lease.set(number)
    try:
        yield
    finally:
        _lease.reset(token)


def leader_seen_at(name: str = LEADER) -> datetime | None:
    """Return when a leader last renewed its lease; None when nobody ever led."""
    return db.session.scalar(select(LeaderLease.seen_at).where(LeaderLease.name == name))


def _touch(number: int, name: str) -> None:
    result = db.session.execute(
        update(LeaderLease)
        .where(LeaderLease.name == name, LeaderLease.number == number)
        .values(seen_at=clock.now())
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        raise LeaseLost()
