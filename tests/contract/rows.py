"""One row of any table, with the rows that it refers to; knows the schema, not the domains."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Integer, LargeBinary, TypeDecorator

from eventhub.kernel.db import Base

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
_numbers = itertools.count(1)


class Rows:
    """Fills tables on one connection; `values` says what a table can not be filled with blindly."""

    def __init__(self, connection: Connection, values: dict[str, dict[str, Any]]) -> None:
        """Fill nothing yet."""
        self._connection = connection
        self._values = dict(values)
        self._made: dict[str, Any] = {}

    def give(self, name: str, **values: Any) -> None:
        """Say more about how a table is filled from now on."""
        self._values[name] = self._values.get(name, {}) | values

    def add(self, name: str, **changes: Any) -> int:
        """Insert a row and return its id; required references are filled as well."""
        table = Base.metadata.tables[name]
        values: dict[str, Any] = self._values.get(name, {}) | changes
        for column in table.columns:
            if column.name not in values and _is_required(column):
                values[column.name] = self._value(table, column)
        result = self._connection.execute(insert(table).values(**values))
        return int((result.inserted_primary_key or [0])[0])

    def _value(self, table: Table, column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            target = key.column.table.name
            if target != table.name:
                if target not in self._made:
                    self._made[target] = self.add(target)
                return self._made[target]
        number = next(_numbers)
        kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        match kind:
            case Boolean():
                return False
            case Integer():
                return number
            case DateTime():
                return _AT + timedelta(hours=number)
            case Date():
                return date(2026, 11, 21)
            case JSON():
                return {"en": "x"}
            case LargeBinary():
                return number.to_bytes(kind.length or 16, "big")
            case _:
                return str(number).zfill(getattr(kind, "length", None) or 20)


def _is_required(column: Column[Any]) -> bool:
    is_own_id = column.primary_key and not column.foreign_keys and column.name == "id"
    return not (column.nullable or is_own_id or column.default or column.server_default)
