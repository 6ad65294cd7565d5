"""Append-only and frozen rows, refused by the database itself, on both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, delete, func, inspect, select, update
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import triggers
from eventhub.kernel.db import Base, db
from eventhub.kernel.triggers import AppendOnly, Frozen, FrozenParts, Words
from tests.contract.rows import Rows

VALUES: dict[str, dict[str, Any]] = {
    "event": {"timezone": "Asia/Shanghai"},
    "schedule": {"state": "wip"},
    "slot": {"status": "scheduled"},
    "report": {"status": "draft"},
    "scan": {"dir": "in"},
    "waitlist_log": {"action": "joined"},
    "seat_log": {"action": "held"},
    "live_status": {"state": "waiting"},
    "registration": {"state": "confirmed"},
    "consent_text": {"kind": "notice"},
    "gate": {"number": 1, "direction": "in", "state": "open"},
    "ticket_type": {"number": 1},
    "metric_def": {"id": "1", "version": 1},
    "overlap": {"kind": "subset"},
    "gross_part": {"channel": "K", "metric_id": "kol.impressions"},
}


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """Return a connection in a transaction that is taken back."""
    with db.engine.connect().execution_options(write=True) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def rows(connection: Connection) -> Rows:
    """Return a filler of tables; reports need a second person who approved them."""
    made = Rows(connection, VALUES)
    made.give("report", created_by=made.add("person"), approved_by=made.add("person"))
    return made


def refused(connection: Connection, statement: Any) -> bool:
    """Tell whether the database refuses a statement."""
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except IntegrityError:
        return True
    return False


def table(name: str) -> Table:
    """Return a table by its name."""
    return Base.metadata.tables[name]


def free_column(of: Table, *, but: str = "") -> Any:
    """Return a column to be set to itself, one without a reference if there is any."""
    free = [c for c in of.columns if not c.primary_key and c.name != but]
    return min(free, key=lambda column: len(column.foreign_keys))


def guards(kind: type) -> list[Any]:
    """Return the declared guards of a kind, as test parameters."""
    return [pytest.param(guard, id=guard.table) for guard in triggers.GUARDS if type(guard) is kind]


@pytest.mark.parametrize("guard", guards(AppendOnly))
def test_append_only_rows_stay(connection: Connection, rows: Rows, guard: AppendOnly) -> None:
    rows.add(guard.table)
    it = table(guard.table)
    column = free_column(it)
    assert refused(connection, update(it).values({column.name: column}))
    assert refused(connection, delete(it))
    assert connection.scalar(select(func.count()).select_from(it)) == 1


@pytest.mark.parametrize("guard", guards(Words))
def test_words_stay_and_the_rest_may_change(
    connection: Connection, rows: Rows, guard: Words
) -> None:
    rows.add(guard.table)
    it = table(guard.table)
    for name in guard.columns:
        column = it.columns[name]
        if column.foreign_keys:
            continue
        kind = column.type.python_type
        other = column + 1 if kind is int else {"en": "new"} if kind is dict else "new"
        assert refused(connection, update(it).values({name: other})), name
        assert not refused(connection, update(it).values({name: column}))
    free = next(c for c in it.columns if c.name not in guard.columns and c.name != "id")
    assert not refused(connection, update(it).values({free.name: free}))
    assert refused(connection, delete(it))


@pytest.mark.parametrize("guard", guards(Frozen))
def test_frozen_row_may_only_leave(connection: Connection, rows: Rows, guard: Frozen) -> None:
    rows.add(guard.table)
    it = table(guard.table)
    column = free_column(it, but=guard.column)
    untouched = update(it).values({column.name: column})
    assert not refused(connection, untouched)
    assert not refused(connection, update(it).values({guard.column: guard.leave[0]}))
    touched = "changed" if column.type.python_type is str else column + 1
    assert refused(connection, update(it).values({column.name: touched}))
    assert refused(connection, update(it).values({guard.column: "draft"}))
    assert refused(connection, delete(it))
    assert not refused(connection, update(it).values({guard.column: guard.leave[1]}))
    assert refused(connection, update(it).values({guard.column: guard.leave[0]}))
    assert refused(connection, delete(it))


@pytest.mark.parametrize("guard", guards(FrozenParts))
def test_parts_of_a_frozen_row_stay(connection: Connection, rows: Rows, guard: FrozenParts) -> None:
    whole = rows.add(guard.whole.table)
    rows.add(guard.table, **{guard.key: whole})
    it = table(guard.table)
    column = free_column(it)
    assert not refused(connection, update(it).values({column.name: column}))
    owner = table(guard.whole.table)
    connection.execute(
        update(owner).where(owner.c.id == whole).values({guard.whole.column: guard.whole.leave[0]})
    )
    assert refused(connection, update(it).values({column.name: column}))
    assert refused(connection, delete(it))
    with pytest.raises(IntegrityError), connection.begin_nested():
        rows.add(guard.table, **{guard.key: whole})


def test_migrated_database_has_the_declared_triggers(connection: Connection) -> None:
    dialect = connection.dialect.name
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if dialect == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    found = set(connection.exec_driver_sql(query).scalars())
    assert found == triggers.names(Base.metadata, dialect)
    assert set(inspect(connection).get_table_names()) >= {guard.table for guard in triggers.GUARDS}
