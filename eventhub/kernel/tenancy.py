"""
One event at a time: what an answer may read of the tables of events.

Every table with the column `event_id` belongs to an event and so to an
organisation. Once a request has been authorised for one event (`enter`), each
ORM statement of its session gets `event_id = that event` in addition to what
it says itself, so that a forgotten condition finds nothing instead of
somebody else's rows. Before that, and on pages for everybody, a statement must
name an event, a key or a token; in test runs one that does not is refused.

Statements written as plain text (the scan path) are not rewritten: they name
their event themselves. Commands of the operator and jobs act for all tenants.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, Final

from flask import current_app, has_request_context
from sqlalchemy import BindParameter, Column, Integer, Table, UniqueConstraint, event
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.sql import column, operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

from eventhub.kernel.db import Base, db

TENANT: Final = "event_id"
_SCOPE: Final = "tenant_event"
_CHECKED: Final = "eventhub_checked_statements"
_ANCHORS: Final = (operators.eq, operators.in_op)


class UnscopedQuery(AssertionError):
    """A statement would read or change rows of every organisation at once."""


class _AllTenantTables(type):
    """Stands for a base class of all models with `event_id`, which have none in common."""

    def __subclasses__(cls) -> list[Any]:  # read by with_loader_criteria
        return _models()


class _TenantRow(metaclass=_AllTenantTables):
    event_id: Any = column(TENANT, Integer)


@functools.cache
def _models() -> list[Any]:
    return [mapper.class_ for mapper in Base.registry.mappers if TENANT in mapper.columns]


def enter(event_id: int) -> None:
    """Let the session of this request see the rows of one event only, until it ends."""
    db.session().info[_SCOPE] = event_id


@contextlib.contextmanager
def across() -> Iterator[None]:
    """Read other events on purpose, such as one that a report is compared with."""
    info = db.session().info
    before = info.pop(_SCOPE, None)
    try:
        yield
    finally:
        if before is not None:
            info[_SCOPE] = before


def organisations_by(find: Callable[[int], int | None]) -> None:
    """Say how the organisation of an event is found; the domain of events does, at start."""
    _finders[:] = [find]


def organisation_of(event_id: int) -> int:
    """Return the organisation of an event; 0 for none and for no event."""
    return (_finders[0](event_id) or 0) if event_id and _finders else 0


_finders: list[Callable[[int], int | None]] = []


@functools.lru_cache(maxsize=512)
def _criteria(event_id: int, dialect: str) -> Any:
    if dialect == "sqlite":  # the sum keeps it from choosing the index on this over a better one
        return with_loader_criteria(
            _TenantRow, lambda cls: cls.event_id + 0 == event_id, include_aliases=True
        )
    return with_loader_criteria(
        _TenantRow, lambda cls: cls.event_id == event_id, include_aliases=True
    )


@event.listens_for(db.session, "do_orm_execute")
def _on_execute(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or state.is_column_load or state.is_insert:
        # a reload is of a row that was found before, a new row is found by nobody yet
        return
    event_id = state.session.info.get(_SCOPE)
    if event_id is not None:
        if not state.is_relationship_load:  # these carry the criteria of what they load from
            state.statement = state.statement.options(_criteria(event_id, db.engine.dialect.name))
    elif has_request_context() and current_app.testing:
        _check(state.statement)


def _check(statement: Any) -> None:
    """Raise UnscopedQuery when no condition of a statement names an event, a key or a token."""
    key = statement._generate_cache_key()
    seen: dict[Any, None] = current_app.extensions.setdefault(_CHECKED, {})
    if key is not None and key.key in seen:
        return
    tables: set[str] = set()
    is_anchored = False
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and TENANT in element.columns:
            tables.add(element.name)
        elif isinstance(element, Column) and element.table is not None:
            table = element.table
            if isinstance(table, Table) and TENANT in table.columns:
                tables.add(table.name)
        elif isinstance(element, BinaryExpression):
            is_anchored = is_anchored or _is_anchor(element)
    if tables and not is_anchored:
        raise UnscopedQuery(f"no event, key or token in a statement on {sorted(tables)}")
    if key is not None:
        seen[key.key] = None


def _is_anchor(element: BinaryExpression[Any]) -> bool:
    if element.operator not in _ANCHORS:
        return False
    sides = (element.left, element.right)
    return any(_names_a_row(side) for side in sides) and any(
        isinstance(side, BindParameter) or not isinstance(side, Column) for side in sides
    )


def _names_a_row(side: Any) -> bool:
    base = getattr(side, "element", side)
    if not isinstance(base, Column) or not isinstance(base.table, Table):
        return False
    return bool(base.primary_key or base.foreign_keys or base.name in _unique(base.table))


@functools.cache
def _unique(table: Table) -> frozenset[str]:
    found = {c.name for c in table.columns if c.unique}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            found |= {c.name for c in constraint.columns}
    for index in table.indexes:
        if index.unique:
            found |= {c.name for c in index.columns}
    return frozenset(found)
