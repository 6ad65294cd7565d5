"""
What a gate takes along to decide without the server: whole lists and what changed since.

A list is two blocks of columns, each column by itself so that a browser reads
it as a typed array without unpacking; numbers are little-endian:

```
GTL1: "GTL1" | n u32 | seq u64 | idhash u64[n] ascending | product u16[n] | window u16[n]
      | status u8[n] | min_rev u8[n] | party u8[n]
GTA1: "GTA1" | m u32 | seq u64 | idhash u64[m] ascending, ties by scope | last_s u32[m]
      | scope u16[m] | gate u16[m] | used u8[m] | inside u8[m] | turn u8[m]
GTQ1: "GTQ1" | n u32 | seq u64 | answered u8[n] | slugs, UTF-8, one a line
```

GTA1 and GTQ1 begin at the next multiple of 8. GTQ1 is there when gates ask
questions: `answered` has a bit per slug, in the order of the tickets of GTL1.
Nothing in a list leads back to a ticket number. Statuses are numbered by
`STATUSES`; `turn` is the highest re-entry.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import CursorResult, TextClause, bindparam, text

from eventhub.checkin.errors import ListGone
from eventhub.checkin.queries.changes import changes, newest_change, number_of, whole_up_to
from eventhub.checkin.queries.config import EventConfig, event_config
from eventhub.checkin.service.scopes import numbered_scopes
from eventhub.kernel import clock
from eventhub.kernel.db import cached_for, db
from eventhub.registration.enums import TicketStatus

LIST_S = 20.0  # seconds that a whole list may be old; the delta after it brings the rest
STATUSES: Final = tuple(status.value for status in TicketStatus)
_CHUNK = 500  # values of one IN list
_GATES = 65_536  # time and gate in one number, whose minimum is the first entry

_TICKETS = (
    "SELECT t.idhash, k.number, t.window_no, t.status, t.rev, t.party"
    " FROM ticket t JOIN ticket_type k ON k.id = t.ticket_type_id WHERE t.event_id = :event_id"
)
_ADMISSIONS = (
    "SELECT t.idhash, m.scope, SUM(CASE WHEN m.turn = 0 THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN m.left_at_ms IS NULL THEN 1 ELSE 0 END),"
    " MAX(COALESCE(m.left_at_ms, m.entered_at_ms)),"
    " MIN(m.entered_at_ms * 65536 + g.number), MAX(m.turn)"
    " FROM admission m JOIN ticket t ON t.id = m.ticket_id"
    " JOIN gate g ON g.id = m.entered_gate_id"
    " WHERE m.event_id = :event_id AND NOT (m.scope LIKE 'd:%' AND m.scope < :today)"
)
_GROUP = " GROUP BY t.idhash, m.scope"
_ALL_TICKETS: Final = text(f"{_TICKETS} ORDER BY t.idhash")
_ALL_ADMISSIONS: Final = text(f"{_ADMISSIONS}{_GROUP} ORDER BY t.idhash")


def _some(head: str, column: str, tail: str = "") -> TextClause:
    return text(f"{head} AND {column} IN :ids{tail}").bindparams(bindparam("ids", expanding=True))


_SOME_TICKETS: Final = _some(_TICKETS, "t.id")
_SOME_ADMISSIONS: Final = _some(_ADMISSIONS, "m.ticket_id", _GROUP)
_ANSWERS = (
    "SELECT t.idhash, a.question_id FROM answer a JOIN ticket t ON t.attendee_id = a.attendee_id"
    " WHERE t.event_id = :event_id AND a.question_id IN :questions"
)
_ALL_ANSWERS: Final = text(_ANSWERS).bindparams(bindparam("questions", expanding=True))
_SOME_ANSWERS: Final = _some(_ANSWERS, "t.id").bindparams(bindparam("questions", expanding=True))


@dataclass(frozen=True, slots=True)
class WholeList:
    """Everything a gate decides by, gzip-compressed; `number` is the change it stands at."""

    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in `(since, to]`, as plain values of the answer."""

    to: int
    has_more: bool
    rows: list[list[Any]]
    admissions: list[list[Any]]
    scopes: list[list[Any]]
    asks: list[str]  # slugs of the bits that rows end with; empty where nothing is asked


@cached_for(LIST_S)
def whole_list(event_id: int) -> WholeList:
    """Return the list of an event, made anew at most every 20 seconds per process."""
    return make_list(event_config(event_id))


def make_list(config: EventConfig) -> WholeList:
    """
    Return the list of an event as it is now.

    The change number is read first, so that the rows are never older than it
    says; what is newer comes again with the next delta, which changes nothing.
    """
    number = whole_up_to(config.event.id)
    seq = struct.pack("<Q", number)
    tickets = _plain(_ALL_TICKETS, {"event_id": config.event.id})
    admissions = _numbered(config, _plain(_ALL_ADMISSIONS, _asked(config)))
    head = _tickets_block(tickets, seq)
    body = _padded(head) + _admissions_block(admissions, seq)
    asks = _slugs(config)
    if asks:
        masks = _answered(config, asks)
        answered = bytes(masks.get(bytes(row[0]), 0) for row in tickets)
        body = _padded(body) + _answers_block(answered, asks, seq)
    return WholeList(number, gzip.compress(body, compresslevel=1, mtime=0))


def delta(config: EventConfig, since: str) -> Delta:
    """
    Return what changed since a device last asked.

    Args:
        config: Of the event.

        since: What the last answer or list said, 16 hexadecimal digits.

    Raises:
        ListGone: The device's list is another one, or too much has changed.
    """
    event_id = config.event.id
    number = number_of(config.salt, since)
    upto = newest_change(event_id)
    if number is None or number > max(upto, whole_up_to(event_id)):
        raise ListGone()
    if number >= upto:
        return Delta(number, False, [], [], [], [])
    found = changes(event_id, since=number, upto=upto)
    if found is None:
        raise ListGone()
    rows = [
        [bytes(idhash).hex(), product, window, status, rev, party]
        for idhash, product, window, status, rev, party in _chunks(
            _SOME_TICKETS, found.tickets, {"event_id": event_id}
        )
    ]
    admitted = list(_chunks(_SOME_ADMISSIONS, found.admitted, _asked(config)))
    scopes = numbered_scopes(event_id, {row[1] for row in admitted}) if admitted else {}
    used = sorted({(scopes[row[1]], row[1]) for row in admitted})
    admissions = [
        [bytes(row[0]).hex(), scopes[row[1]], row[2], row[3], row[4], row[5] % _GATES, row[6]]
        for row in admitted
    ]
    asks = _slugs(config)
    if asks:
        answered = _answered(config, asks, found.tickets)
        rows = [[*row, answered.get(bytes.fromhex(row[0]), 0)] for row in rows]
    return Delta(found.to, found.has_more, rows, admissions, [list(pair) for pair in used], asks)


def _slugs(config: EventConfig) -> list[str]:
    # eight bits of a row; a ninth question would be asked again at each entry
    return sorted(config.questions)[:8]


def _answered(
    config: EventConfig, asks: Sequence[str], tickets: Sequence[int] | None = None
) -> dict[bytes, int]:
    """Return which questions were answered, bit by bit, of all or some tickets that have one."""
    bits = {n: 1 << at for at, slug in enumerate(asks) for n in config.questions[slug].ids}
    asked = {"event_id": config.event.id, "questions": list(bits)}
    rows: Iterable[Any]
    if tickets is None:
        rows = db.session.execute(_ALL_ANSWERS, asked)
    else:
        rows = _chunks(_SOME_ANSWERS, tickets, asked)
    masks: dict[bytes, int] = {}
    for idhash, question in rows:
        key = bytes(idhash)
        masks[key] = masks.get(key, 0) | bits[question]
    return masks


def _padded(block: bytes) -> bytes:
    return block + b"\0" * (-len(block) % 8)


def _answers_block(answered: bytes, asks: Sequence[str], seq: bytes) -> bytes:
    names = "\n".join(asks).encode()
    return b"GTQ1" + struct.pack("<I", len(answered)) + seq + answered + names


def _asked(config: EventConfig) -> dict[str, Any]:
    today = config.event.operating_day(clock.now())
    return {"event_id": config.event.id, "today": f"d:{today.isoformat()}"}


def _plain(statement: TextClause, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    # tuples of the driver: 100,000 rows of SQLAlchemy cost more than reading them
    result = cast(CursorResult[Any], db.session.execute(statement, asked))
    return list(result.cursor.fetchall()) if result.cursor is not None else []


def _chunks(
    statement: TextClause, ids: Sequence[int], asked: dict[str, Any]
) -> Iterable[tuple[Any, ...]]:
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        yield from (tuple(row) for row in db.session.execute(statement, asked | {"ids": chunk}))


def _numbered(config: EventConfig, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return admissions with the number of their scope, ties of a ticket by that number."""
    if not rows:
        return []
    scopes = numbered_scopes(config.event.id, {row[1] for row in rows})
    return sorted((bytes(row[0]), scopes[row[1]], *row[2:]) for row in rows)


def _tickets_block(rows: Sequence[Any], seq: bytes) -> bytes:
    n = len(rows)
    columns = list(zip(*rows, strict=True)) or [()] * 6
    status = bytes(map(STATUSES.index, columns[3]))
    return b"".join(
        (
            b"GTL1" + struct.pack("<I", n) + seq,
            _hashes(columns[0]),
            struct.pack(f"<{n}H", *columns[1]),
            struct.pack(f"<{n}H", *columns[2]),
            status,
            bytes(columns[4]),
            bytes(columns[5]),
        )
    )


def _admissions_block(rows: Sequence[tuple[Any, ...]], seq: bytes) -> bytes:
    m = len(rows)
    columns = list(zip(*rows, strict=True)) or [()] * 7
    return b"".join(
        (
            b"GTA1" + struct.pack("<I", m) + seq,
            _hashes(columns[0]),
            struct.pack(f"<{m}I", *(int(ms) // 1000 for ms in columns[4])),
            struct.pack(f"<{m}H", *columns[1]),
            struct.pack(f"<{m}H", *(int(packed) % _GATES for packed in columns[5])),
            bytes(min(int(used), 255) for used in columns[2]),
            bytes(min(int(inside), 255) for inside in columns[3]),
            bytes(min(int(turn), 255) for turn in columns[6]),
        )
    )


def _hashes(hashes: Sequence[bytes]) -> bytes:
    numbers = struct.unpack(f">{len(hashes)}Q", b"".join(hashes))
    return struct.pack(f"<{len(hashes)}Q", *numbers)
