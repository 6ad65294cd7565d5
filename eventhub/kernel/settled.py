"""
What organizers decide rarely and every request needs: kept per process, never for long.

A value is kept for `KEPT_S` seconds and forgotten at once when this process
commits a change of a table it was read from. Inside a transaction that changed
such a table nothing is kept or taken from what was kept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.unitofwork import UOWTransaction

from eventhub.kernel import clock
from eventhub.kernel.db import db

P = ParamSpec("P")
R = TypeVar("R")

KEPT_S: Final = 2.0  # how long another process may go on with what it read
_STORE: Final = "eventhub_settled"
_CHANGED: Final = "settled_changed"
_SCOPE: Final = "tenant_event"  # what a session sees depends on it, so it is part of the key
_watched: set[str] = set()


def settled(
    *tables: str,
) -> Callable[[Callable[Concatenate[int, P], R]], Callable[Concatenate[int, P], R]]:
    """
    Keep the immutable result of a query of rarely changed tables for `KEPT_S`.

    Args:
        tables: All that the query reads. The first argument of the query and
            the others, all hashable, are the key.
    """
    _watched.update(tables)

    def wrap(function: Callable[Concatenate[int, P], R]) -> Callable[Concatenate[int, P], R]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def run(first: int, *args: P.args, **kwargs: P.kwargs) -> R:
            info = db.session().info
            if info.get(_CHANGED):
                return function(first, *args, **kwargs)
            store: dict[Any, tuple[float, R]] = current_app.extensions.setdefault(_STORE, {})
            key = (name, info.get(_SCOPE), first, args, tuple(kwargs.items()))
            at = clock.monotonic_s()
            hit = store.get(key)
            if hit is not None and 0 <= at - hit[0] < KEPT_S:
                return hit[1]
            value = function(first, *args, **kwargs)
            store[key] = (at, value)
            return value

        return cast("Callable[Concatenate[int, P], R]", run)

    return wrap


@event.listens_for(db.session, "after_flush")
def _on_flush(session: Session, _context: UOWTransaction) -> None:
    for changed in (session.new, session.dirty, session.deleted):
        for row in changed:
            if row.__tablename__ in _watched:
                session.info[_CHANGED] = True
                return


@event.listens_for(db.session, "do_orm_execute")
def _on_execute(state: ORMExecuteState) -> None:
    if state.is_select or state.bind_mapper is None:
        return
    if getattr(state.bind_mapper.local_table, "name", None) in _watched:
        state.session.info[_CHANGED] = True


@event.listens_for(db.session, "after_commit")
def _on_commit(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint is no commit
        return
    if session.info.pop(_CHANGED, False) and has_app_context():
        current_app.extensions.pop(_STORE, None)


@event.listens_for(db.session, "after_rollback")
def _on_rollback(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)
