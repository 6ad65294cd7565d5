"""The change counter that devices follow, and what it says has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import TextClause, select, text

from eventhub.checkin.models import GateChange, GateScope
from eventhub.kernel.db import cached_for, db

NEWEST_S = 0.25  # seconds that "nothing new" may be old
MOST_CHANGES: Final = 5_000  # of one delta
_EPOCH_BITS = 48
_NUMBER_MASK = (1 << _EPOCH_BITS) - 1

_UPTO: Final = {
    # one writer: what is committed is whole
    "sqlite": text("SELECT COALESCE(MAX(seq), 0) FROM gate_change WHERE event_id = :event_id"),
    # numbers of transactions become visible out of order: stop before the oldest that still runs
    "postgresql": text(
        "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) - 1"
    ),
}

_LATEST: Final = {
    "sqlite": _UPTO["sqlite"],
    "postgresql": text(
        "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) - 1"
    ),
}


@dataclass(frozen=True, slots=True)
class Changes:
    """
    Which tickets changed in `(since, to]`.

    `tickets` are those whose own columns may have changed, `admitted` those
    with new admissions; both in order of the change. None of both when the
    change is too large to be told in parts.
    """

    to: int
    has_more: bool
    tickets: tuple[int, ...]
    admitted: tuple[int, ...]


def epoch_of(salt: bytes) -> int:
    """Return the list epoch of an event: another salt makes another list; never 0."""
    return int.from_bytes(hashlib.sha256(b"epoch" + salt).digest()[:2], "big") & 0x7FFF | 1


def seq_text(salt: bytes, number: int) -> str:
    """Return a change number as devices keep it: epoch and number, 16 hexadecimal digits."""
    return f"{epoch_of(salt) << _EPOCH_BITS | number & _NUMBER_MASK:016x}"


def number_of(salt: bytes, seq: str) -> int | None:
    """Return the number in a device's text; None when it belongs to another list."""
    value = int(seq, 16)
    return value & _NUMBER_MASK if value >> _EPOCH_BITS == epoch_of(salt) else None


@cached_for(NEWEST_S)
def newest_change(event_id: int) -> int:
    """Return the number up to which changes are whole, at most a quarter of a second old."""
    return whole_up_to(event_id)


def whole_up_to(event_id: int) -> int:
    """Return the number up to which changes are whole, read now."""
    return _number(_UPTO, event_id)


def latest_change(event_id: int) -> int:
    """Return a number that no change committed so far is above, read now."""
    return _number(_LATEST, event_id)


def _number(statements: dict[str, TextClause], event_id: int) -> int:
    dialect = db.session.get_bind().dialect.name
    return int(db.session.execute(statements[dialect], {"event_id": event_id}).scalar_one())


def changes(event_id: int, *, since: int, upto: int) -> Changes | None:
    """
    Return what changed after `since` and not after `upto`, at most 5,000 changes.

    Changes of one number are never split. None when they do not fit: the whole
    list is then less work.
    """
    rows: Sequence[Any] = db.session.execute(
        select(GateChange.seq, GateChange.ticket_id, GateChange.kind)
        .where(GateChange.event_id == event_id, GateChange.seq > since, GateChange.seq <= upto)
        .order_by(GateChange.seq, GateChange.id)
        .limit(MOST_CHANGES + 1)
    ).all()
    has_more = len(rows) > MOST_CHANGES
    if has_more:
        rows = [row for row in rows if row.seq < rows[-1].seq]
        if not rows:
            return None
    tickets = dict.fromkeys(row.ticket_id for row in rows if row.kind == "ticket")
    admitted = dict.fromkeys(row.ticket_id for row in rows if row.kind == "admission")
    to = rows[-1].seq if has_more else upto
    return Changes(to, has_more, tuple(tickets), tuple(admitted))


def scope_numbers(event_id: int) -> dict[str, int]:
    """Return the number of each scope that devices know."""
    statement = select(GateScope.key, GateScope.number).where(GateScope.event_id == event_id)
    return {row.key: row.number for row in db.session.execute(statement)}
