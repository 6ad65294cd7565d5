"""Single rows written without the unit of work, for paths where every statement counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from flask import current_app
from sqlalchemy import Insert, Table, insert
from sqlalchemy.dialects import sqlite

from eventhub.kernel.db import Base, db

_KEPT: Final = "eventhub_inserts"


def insert_row(model: type[Base], values: Mapping[str, Any]) -> int:
    """Write one row in the caller's command and return its id."""
    return int(db.session.execute(_statement(model, is_guarded=False), dict(values)).scalar_one())


def insert_unless_taken(model: type[Base], values: Mapping[str, Any]) -> int | None:
    """
    Write one row unless a unique index holds one like it; needs no savepoint.

    On PostgreSQL this waits for another transaction that is about to write
    the same key, as the index itself does.

    Returns:
        The id of the new row, None when a key is taken; nothing is written then.
    """
    found = db.session.execute(_statement(model, is_guarded=True), dict(values)).scalar()
    return None if found is None else int(found)


def insert_all_unless_taken(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows by one statement; those whose unique key is taken are left out."""
    if rows:
        statement = _guarded(cast(Table, model.__table__))
        db.session.connection().execute(statement, [dict(row) for row in rows])


def _statement(model: type[Base], *, is_guarded: bool) -> Insert:
    kept: dict[Any, Insert] = current_app.extensions.setdefault(_KEPT, {})
    key = (model, is_guarded)
    if key not in kept:
        kept[key] = _made(cast(Table, model.__table__), is_guarded=is_guarded)
    return kept[key]


def _made(table: Table, *, is_guarded: bool) -> Insert:
    if not is_guarded:
        return insert(table).returning(table.c.id)
    return cast(Insert, _guarded(table).returning(table.c.id))


def _guarded(table: Table) -> Any:
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow import

    return postgresql.insert(table).on_conflict_do_nothing()
