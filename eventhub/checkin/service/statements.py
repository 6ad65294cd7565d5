"""
The fixed statements of the hot path.

Text instead of ORM objects: a redeem is the one request of which there are ten
a second at every door, and these run four times in it. `INSERT .. ON CONFLICT
DO NOTHING RETURNING` is the same on both databases.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    CursorResult,
    LargeBinary,
    Table,
    TextClause,
    any_,
    bindparam,
    literal,
    text,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventhub.checkin.models import Admission, Conflict, Scan


def _insert(table: Table, columns: Iterable[str], tail: str) -> TextClause:
    names = list(columns)
    values = ", ".join(f":{name}" for name in names)
    head = f"INSERT INTO {table.name} ({', '.join(names)})"
    statement = text(f"{head} VALUES ({values}) {tail}")
    return statement.bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))


_BYTES: Final = LargeBinary()
_SCAN_COLUMNS: Final = tuple(
    column.name for column in Scan.__table__.columns if column.name not in {"id", "undoes_nonce"}
)
_ALL_SCAN_COLUMNS: Final = (*_SCAN_COLUMNS, "undoes_nonce")

FIND: Final = (
    text(
        "SELECT t.id, t.attendee_id, t.ticket_type_id, t.window_no, t.rev, t.party, t.status,"
        " t.seat_label, p.display_name, m.scope, m.place, m.turn, m.entered_device_id,"
        " m.entered_gate_id, m.entered_at_ms, m.left_at_ms, s.answer, s.body_digest"
        " FROM (SELECT 1 AS one) o"
        " LEFT JOIN ticket t ON t.event_id = :event_id AND t.idhash = :idhash"
        " LEFT JOIN attendee p ON p.id = t.attendee_id"
        " LEFT JOIN admission m ON m.event_id = t.event_id AND m.ticket_id = t.id"
        " LEFT JOIN scan s ON s.device_id = :device_id AND s.nonce = :nonce"
    )
    .bindparams(
        bindparam("event_id", type_=BigInteger()),
        bindparam("idhash", type_=_BYTES),
        bindparam("device_id", type_=BigInteger()),
        bindparam("nonce", type_=_BYTES),
    )
    .columns(answer=JSON())
)
"""One row per admission of the ticket, at least one; `answer` when the nonce is known."""

_ENTER_COLUMNS: Final = (
    "event_id",
    "ticket_id",
    "scope",
    "place",
    "turn",
    "entered_at_ms",
    "entered_device_id",
    "entered_gate_id",
    "entered_nonce",
    "kind",
)
ENTER: Final = _insert(
    Admission.__table__,  # type: ignore[arg-type]  # declarative tables are Tables
    _ENTER_COLUMNS,
    "ON CONFLICT DO NOTHING RETURNING id",
)
"""Takes one place; no row means that somebody else has it."""

LEAVE: Final = text(
    "UPDATE admission SET left_at_ms = :left_at_ms, left_nonce = :left_nonce"
    " WHERE event_id = :event_id AND ticket_id = :ticket_id AND scope = :scope"
    " AND place = :place AND turn = :turn AND left_at_ms IS NULL RETURNING id"
).bindparams(bindparam("left_at_ms", type_=BigInteger()), bindparam("left_nonce", type_=_BYTES))

RECORD: Final = _insert(
    Scan.__table__,  # type: ignore[arg-type]  # declarative tables are Tables
    _SCAN_COLUMNS,
    "ON CONFLICT DO NOTHING RETURNING id",
)
"""Keeps the scan; no row means that its nonce is there already."""

CHANGE: Final = {
    "sqlite": text(
        "INSERT INTO gate_change (event_id, ticket_id, kind, seq)"
        " SELECT :event_id, :ticket_id, :kind, COALESCE((SELECT MAX(seq)"
        " FROM gate_change WHERE event_id = :event_id), 0) + 1 RETURNING seq"
    ),
    "postgresql": text(
        "INSERT INTO gate_change (event_id, ticket_id, kind, seq)"
        " VALUES (:event_id, :ticket_id, :kind,"
        " CAST(CAST(pg_current_xact_id() AS text) AS bigint)) RETURNING seq"
    ),
}
"""Tells other gates; the number is counted as `models.GateChange` says."""

CONFLICT: Final = _insert(
    Conflict.__table__,  # type: ignore[arg-type]  # declarative tables are Tables
    (
        "event_id",
        "ticket_id",
        "scope",
        "winner_device_id",
        "winner_nonce",
        "loser_device_id",
        "loser_nonce",
        "state",
    ),
    "ON CONFLICT (loser_device_id, loser_nonce) DO UPDATE SET"
    " winner_device_id = excluded.winner_device_id, winner_nonce = excluded.winner_nonce",
)

LOCK_TICKET: Final = {
    # SQLite has one writer; PostgreSQL takes the row so that two folds wait for each other,
    # and no key lock, so that foreign keys of other scans do not wait
    "sqlite": text("SELECT id FROM ticket WHERE id = :ticket_id"),
    "postgresql": text("SELECT id FROM ticket WHERE id = :ticket_id FOR NO KEY UPDATE"),
}

_RECORD_MANY: Final = _insert(
    Scan.__table__,  # type: ignore[arg-type]  # declarative tables are Tables
    _ALL_SCAN_COLUMNS,
    "ON CONFLICT DO NOTHING",
)
_TELL_MANY: Final = {
    "sqlite": text(str(CHANGE["sqlite"]).removesuffix(" RETURNING seq")),
    "postgresql": text(
        "INSERT INTO gate_change (event_id, ticket_id, kind, seq)"
        " SELECT :event_id, told.id, CAST(:kind AS varchar),"
        " CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
        " FROM unnest(CAST(:tickets AS bigint[])) AS told (id)"
    ),
}


def record_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep scans; those whose nonce is there already are left out. Return how many were kept."""
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        return cast(CursorResult[Any], session.execute(_RECORD_MANY, list(rows))).rowcount
    columns = _columns(rows, _ALL_SCAN_COLUMNS)
    columns["answer"] = [orjson.dumps(answer).decode() for answer in columns["answer"]]
    at_once = _insert_columns(dialect, Scan, _ALL_SCAN_COLUMNS)
    return len(session.execute(at_once, columns).all())


def enter_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Take places; return how many were free."""
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        one_by_one = insert(Admission).on_conflict_do_nothing().returning(Admission.id)
        return len(session.execute(one_by_one, list(rows)).all())
    at_once = _insert_columns(dialect, Admission, _ENTER_COLUMNS)
    return len(session.execute(at_once, _columns(rows, _ENTER_COLUMNS)).all())


def tell_many(
    session: Session, event_id: int, tickets: Sequence[int], *, kind: str = "admission"
) -> None:
    """Write that the admissions of tickets changed, or with kind `ticket` the tickets."""
    name = session.get_bind().dialect.name
    if name == "sqlite":
        rows = [{"event_id": event_id, "ticket_id": ticket, "kind": kind} for ticket in tickets]
        session.execute(_TELL_MANY[name], rows)
        return
    told = {"event_id": event_id, "tickets": list(tickets), "kind": kind}
    session.execute(_TELL_MANY[name], told)


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """Return that a column has one of the values; one array on PostgreSQL, so one fixed text."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(values)
    return column == any_(literal(list(values), ARRAY(column.type)))


def _columns(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


@functools.cache
def _insert_columns(
    dialect: Dialect, model: type[Scan] | type[Admission], names: tuple[str, ...]
) -> TextClause:
    # one statement with an array per column: 200 single ones cost PostgreSQL three times as much
    kinds = model.__table__.c
    arrays = ", ".join(
        f"CAST(:{name} AS {dialect.type_compiler_instance.process(kinds[name].type)}[])"
        for name in names
    )
    return text(
        f"INSERT INTO {model.__tablename__} ({', '.join(names)})"  # noqa: S608 - our own names
        f" SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING RETURNING id"
    )
