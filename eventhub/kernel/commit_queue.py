"""
Group commit: many small commands of waiting requests share one COMMIT on SQLite.

One thread per process takes what waits, runs it in order in one transaction
and answers after COMMIT has returned. A failing item rolls the round back and
every item of it runs again alone, so one bad item never costs another its
answer. On PostgreSQL, which groups commits itself, an item is a plain command.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from eventhub.kernel import faults, metrics
from eventhub.kernel.db import command, db, writer_lock
from eventhub.kernel.errors import Unavailable

T = TypeVar("T")

ROUND: Final = 64  # items of one COMMIT at most
MAX_WAITING: Final = 1_000
WAIT_S: Final = 0.7  # then 503; the caller sends the same nonce again
_LINGER_S: Final = 0.002  # only when the last round had company
_IDLE_S: Final = 10.0  # then the thread ends; the next item starts another
_EXTENSION: Final = "eventhub_commit_queue"
_make_lock = threading.Lock()


def submit(function: Callable[[Session], T]) -> T:
    """
    Run `function` in a write transaction that it may share, and return its result.

    Inside a command it joins that command. Otherwise, on SQLite, it runs on the
    queue thread: `db.session` is then the session it is given, the current
    request and clock are those of the caller, `g` is empty. It must be safe to
    run twice and have no effect outside the database.

    Args:
        function: Takes the session; plain SQL statements, no flush per item.

    Raises:
        Unavailable: `try-again` when it was not committed within 700 ms or too
            many wait. It may still be committed later: send the same nonce.

        EventHubError: What the function raised, or the error registered for
            the constraint that it violated.
    """
    app = cast(Any, current_app)._get_current_object()
    in_command = db.session().info.get("in_command", False)
    if in_command or db.engine.dialect.name != "sqlite":
        return command(lambda: function(db.session()))()
    return _queue(app).submit(function)


def _queue(app: Flask) -> CommitQueue:
    with _make_lock:
        made: CommitQueue | None = app.extensions.get(_EXTENSION)
        if made is None or made.pid != os.getpid():  # a fork has no thread of its parent
            made = app.extensions[_EXTENSION] = CommitQueue(app)
        return made


class _Item:
    """One waiting function, its caller's context and where its result goes."""

    __slots__ = ("context", "function", "future")

    def __init__(self, function: Callable[[Session], Any]) -> None:
        self.function = function
        self.context = contextvars.copy_context()
        self.future: Future[Any] = Future()


class CommitQueue:
    """The queue of one process and application."""

    def __init__(self, app: Flask) -> None:
        """Make an empty queue; the thread starts with the first item."""
        self.pid = os.getpid()
        self._app = app
        self._waiting: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._last_round = 0

    def submit(self, function: Callable[[Session], T]) -> T:
        """Wait until `function` has been committed; see `commit_queue.submit`."""
        item = _Item(function)
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                raise Unavailable(code="try-again", retry_after_s=1)
            self._waiting.append(item)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="commit-queue", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            return cast(T, item.future.result(timeout=WAIT_S))
        except TimeoutError:
            if item.future.done():
                raise  # raised by the function itself
            item.future.cancel()
            raise Unavailable(code="try-again", retry_after_s=1) from None

    def _run(self) -> None:
        while items := self._take():
            running = [item for item in items if item.future.set_running_or_notify_cancel()]
            if running:
                with self._app.app_context():
                    self._round(running)
            self._last_round = len(running)

    def _take(self) -> list[_Item]:
        """Return the items of the next round; none after an idle time, which ends the thread."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, timeout=_IDLE_S):
                self._thread = None
                return []
            if self._last_round > 1 and len(self._waiting) < ROUND:
                self._changed.wait(timeout=_LINGER_S)
            return [self._waiting.popleft() for _ in range(min(ROUND, len(self._waiting)))]

    def _round(self, items: list[_Item]) -> None:
        """Run items in one transaction; when one fails, each alone."""
        results: list[Any] | None = None
        try:
            results = self._together(items)
        except Exception:
            if len(items) > 1:
                self._app.logger.info("a commit round failed, its items run alone")
        if results is None:
            for item in items:
                self._alone(item)
            return
        metrics.observe("commit_round_items", len(items))
        for item, result in zip(items, results, strict=True):
            item.future.set_result(result)

    def _together(self, items: list[_Item]) -> list[Any]:
        session = db.session()
        with writer_lock(db.engine):
            try:
                session.connection(execution_options={"write": True})
                session.info["in_command"] = True
                faults.point("after-begin")
                results = []
                for item in items:
                    results.append(item.context.run(self._call, item.function, session))
                    faults.point("between-items")
                faults.point("before-commit")
                session.commit()
                faults.point("after-commit")
                return results
            except BaseException:
                session.rollback()
                raise
            finally:
                session.info.pop("in_command", None)
                session.close()

    def _alone(self, item: _Item) -> None:
        """Run one item as a command of its own: with retries and translated errors."""
        try:
            with self._app.app_context():
                session = db.session()
                run = command(lambda: item.context.run(self._call, item.function, session))
                item.future.set_result(run())
        except Exception as error:
            item.future.set_exception(error)

    def _call(self, function: Callable[[Session], T], session: Session) -> T:
        """Run `function` in the caller's context, with `db.session` being the round's."""
        with self._app.app_context():
            db.session.registry.set(cast(Any, session))
            try:
                return function(session)
            finally:
                db.session.registry.clear()  # the round owns the session, not this context
