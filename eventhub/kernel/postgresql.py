"""
How connections to PostgreSQL behave: what is prepared stays so, and nobody waits for ever.

A server that goes away may do so in silence: a switch fails, a machine loses its
power, and no packet says so. Without limits a thread then waits a quarter of an
hour for its answer, and a server that lost a client keeps its locks for two hours.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final

from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

_IDLE_S: Final = 1.0
_RETRY_S: Final = 1.0  # without asking, after nobody answered
_CONNECT_S: Final = 2
_SILENT_MS: Final = 3_000  # what was sent and not even received ends the connection
_ALIVE: Final = {"idle": 2, "interval": 1, "count": 3}  # s, s, probes: while an answer is awaited
# The other end likewise, or the locks of a host that vanished would outlive it for hours.
_SERVER: Final = {
    **{f"tcp_keepalives_{name}": value for name, value in _ALIVE.items()},
    "tcp_user_timeout": _SILENT_MS,
    "client_connection_check_interval": 2_000,  # ms, while it works or waits for a lock
}


def connect_args(url: str) -> dict[str, Any]:
    """Return arguments of a connection: limits that the address does not set itself."""
    found: dict[str, Any] = {
        "prepare_threshold": 1,  # the scan path has few statements, often
        "connect_timeout": _CONNECT_S,
        "tcp_user_timeout": _SILENT_MS,
        "keepalives": 1,
        **{f"keepalives_{name}": value for name, value in _ALIVE.items()},
    }
    given = make_url(url).query
    return {name: value for name, value in found.items() if name not in given}


def install_policy(engine: Engine) -> None:
    """Register the listeners of an engine; see the functions below."""
    _keep_prepared(engine)
    _try_idle(engine)
    _set_server(engine)
    _Away(engine)


class _Away:
    """
    Lets one thread of a process ask for a database that was away; the others hear it at once.

    Each attempt takes up to `_CONNECT_S`. If every request made one, all threads of
    all workers would be waiting, and pages that need no database with them.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._is_away = False
        self._asked_at = 0.0
        event.listen(engine, "do_connect", self._connect)

    def _connect(
        self, dialect: Dialect, _record: Any, args: list[Any], named: dict[str, Any]
    ) -> Any:
        with self._lock:
            now = time.monotonic()
            if self._is_away and now - self._asked_at < _CONNECT_S + _RETRY_S:
                raise dialect.loaded_dbapi.OperationalError("the database was away just now")
            self._asked_at = now
        try:
            made = dialect.connect(*args, **named)
        except dialect.loaded_dbapi.OperationalError:
            with self._lock:
                self._is_away = True
                self._asked_at = time.monotonic() - _CONNECT_S
            raise
        self._is_away = False
        return made


def _set_server(engine: Engine) -> None:
    """Tell the server to look after the connection as well; ignored on a local socket."""
    statement = ", ".join(
        f"set_config('{name}', '{value}', false)" for name, value in _SERVER.items()
    )

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi: Any, _record: Any) -> None:
        with dbapi.cursor() as cursor:
            cursor.execute(f"SELECT {statement}")
        dbapi.commit()


def _keep_prepared(engine: Engine) -> None:
    """
    End transactions that only read with COMMIT instead of ROLLBACK; let none fail to end.

    Nothing is there to take back, but psycopg forgets all prepared statements
    of a connection at each ROLLBACK, and every request that reads ends with
    one: the server then plans each statement of each request anew.
    """

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.info["only_reads"] = True

    @event.listens_for(engine, "before_cursor_execute")
    def _on_execute(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("SELECT"):
            connection.info["only_reads"] = False

    @event.listens_for(engine, "rollback")
    def _on_rollback(connection: Connection) -> None:
        if connection.invalidated:
            return
        line = connection.connection
        try:
            if connection.info.pop("only_reads", False):
                line.commit()
            else:
                line.rollback()
        except engine.dialect.loaded_dbapi.Error:
            # It was cut: nothing is left to take back, and an answer that was read
            # before need not fail because its request ends with this.
            connection.invalidate()


def _try_idle(engine: Engine) -> None:
    """
    Send a word over a connection that nobody used for `_IDLE_S` before it is lent.

    The server may have been restarted meanwhile. One that was used just now is
    lent as it is: the question would cost as much as a statement, twice a request.
    """

    @event.listens_for(engine, "checkin")
    def _on_checkin(_dbapi: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_from"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(dbapi: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        idle_from = record.info.get("idle_from")
        if idle_from is None or time.monotonic() - idle_from < _IDLE_S:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except Exception as error:
            raise DisconnectionError from error  # the pool drops all of its age and connects anew
