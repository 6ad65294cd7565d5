"""Database base class, types, connection policy and the transaction of a command."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import JSON, TypeDecorator

from eventhub.kernel import clock, faults, postgresql
from eventhub.kernel.errors import EventHubError, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL loses acknowledged commits at a power cut
    "busy_timeout": 5000,
    "foreign_keys": 1,
    "secure_delete": 1,
}
RETRIES = 3

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only for INTEGER
I18n = dict[str, str]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, naive UTC in SQLite, timestamptz in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and convert the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models; tables are named by hand, constraints by convention."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: JSON(), I18n: JSON()},
    )


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)

_constraint_errors: dict[str, Callable[[], EventHubError]] = {}
_races: set[str] = set()


def on_violation(constraint: str, make: Callable[[], EventHubError]) -> None:
    """Say which error a command raises when the named constraint is violated."""
    _constraint_errors[constraint] = make


def on_race(constraint: str) -> None:
    """Say that who violates the constraint was too slow: the command runs again."""
    _races.add(constraint)


def violated_constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that an IntegrityError is about, if known."""
    diag = getattr(error.orig, "diag", None)
    if diag is not None:
        return cast("str | None", diag.constraint_name)
    text = str(error.orig)
    if match := re.search(r"CHECK constraint failed: (\w+)", text):
        return match.group(1)
    if match := re.search(r"index '(\w+)'", text):
        return match.group(1)
    if match := re.search(r"UNIQUE constraint failed: (.+)", text):
        names = [part.strip().split(".") for part in match.group(1).split(",")]
        return _unique_name(Base.metadata.tables[names[0][0]], {part[1] for part in names})
    return None


def _unique_name(table: Table, columns: set[str]) -> str | None:
    for constraint in table.constraints:
        if (
            isinstance(constraint, UniqueConstraint)
            and {c.name for c in constraint.columns} == columns
        ):
            return str(constraint.name)
    for index in table.indexes:
        if index.unique and {c.name for c in index.columns} == columns:
            return index.name
    return None


def install_connection_policy(engine: Engine, lock_folder: Path) -> None:
    """
    Set and assert how connections of `engine` behave.

    Side effects: registers listeners; SQLite transactions begin IMMEDIATE when
    the connection carries the execution option `write`; on PostgreSQL those of
    `kernel.postgresql`.
    """
    _lock_folders[engine] = lock_folder
    if engine.dialect.name != "sqlite":
        postgresql.install_policy(engine)
        return

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver must not begin by itself
        for name, value in SQLITE_PRAGMAS.items():
            dbapi.execute(f"PRAGMA {name}={value}")
            found = dbapi.execute(f"PRAGMA {name}").fetchone()[0]
            if found != value:
                raise RuntimeError(f"SQLite refuses {name}={value} (it is {found})")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


_lock_folders: WeakKeyDictionary[Engine, Path] = WeakKeyDictionary()


@contextlib.contextmanager
def writer_lock(engine: Engine) -> Iterator[None]:
    """
    Wait in turn for the one SQLite writer; do nothing on PostgreSQL.

    SQLite's own busy handler polls and is unfair between processes; `flock`
    queues them.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    folder = _lock_folders.get(engine, Path("instance"))
    with (folder / "writer.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def command(function: Callable[P, R]) -> Callable[P, R]:
    """
    Run `function` as one write transaction of the session.

    Begins, runs, commits once. A command called inside a command joins its
    transaction. Serialization failures, deadlocks, SQLITE_BUSY and violations
    named by `on_race` are retried at most three times, which is safe because a
    command has no effect outside the database before COMMIT.

    Raises:
        EventHubError: The error registered for a violated constraint, or
            `Unavailable` when the disk is full or the database is away.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        if session.info.get("in_command"):
            return function(*args, **kwargs)
        for attempt in range(RETRIES + 1):
            session.rollback()
            try:
                return _run_once(function, *args, **kwargs)
            except IntegrityError as error:
                name = violated_constraint(error) or ""
                if name not in _races:
                    make = _constraint_errors.get(name)
                    if make is None:
                        raise
                    raise make() from error
                if attempt == RETRIES:
                    raise Unavailable(code="try-again", retry_after_s=1) from error
            except DBAPIError as error:
                if not _is_transient(error):
                    raise (_unavailable(error) or error) from error
                if attempt == RETRIES:
                    raise Unavailable() from error
                time.sleep(random.uniform(0.005, 0.05) * (attempt + 1))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    return run


def _run_once(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    session = db.session()
    with writer_lock(db.engine):
        try:
            session.connection(execution_options={"write": True})
            session.info["in_command"] = True
            faults.point("after-begin")
            result = function(*args, **kwargs)
            faults.point("before-commit")
            session.commit()
            faults.point("after-commit")
            return result
        except BaseException:
            with contextlib.suppress(OperationalError):  # a full disk has rolled back already
                session.rollback()
            raise
        finally:
            session.info.pop("in_command", None)


def _is_transient(error: DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate in {"40001", "40P01", "55P03"}:
        return True
    return "database is locked" in str(error.orig)


def _unavailable(error: DBAPIError) -> Unavailable | None:
    text = str(error.orig)
    full = "disk is full" in text or getattr(error.orig, "sqlstate", None) == "53100"
    if full:
        return Unavailable(code="disk-full")
    return Unavailable() if error.connection_invalidated else None


def cached_for(
    seconds: float,
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """
    Keep the result of a query per process and application for `seconds`.

    The first argument must be hashable; all arguments are the key. For
    snapshots that many viewers poll.
    """

    def wrap(function: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        @functools.wraps(function)
        def run(first: S, *args: P.args, **kwargs: P.kwargs) -> R:
            store: dict[Any, tuple[float, R]] = current_app.extensions.setdefault(
                "eventhub_cache", {}
            )
            key = (function.__module__, function.__qualname__, first, args, tuple(kwargs.items()))
            at = clock.monotonic_s()
            hit = store.get(key)
            if hit is not None and 0 <= at - hit[0] < seconds:
                return hit[1]
            value = function(first, *args, **kwargs)
            store[key] = (at, value)
            return value

        return cast(Callable[Concatenate[S, P], R], run)

    return wrap
