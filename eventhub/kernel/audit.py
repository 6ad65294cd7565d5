"""
The audit log: acts of people and programs, in a chain that shows every change.

Each entry carries the SHA-256 of itself and of the entry before it. Whoever
keeps the newest hash elsewhere (it is in every backup's report) can prove later
that nothing before it was changed, removed or slipped in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import func, select, text

from eventhub.kernel import clock, locks, tenancy
from eventhub.kernel.auth import Actor, current_actor
from eventhub.kernel.db import command, db
from eventhub.kernel.models import AuditCheckpoint, AuditEntry

START: Final = "0" * 64
WALK_EVERY: Final = timedelta(days=1)
CHECKPOINT_EVERY_S: Final = 300
_NUMBER: Final = 1  # of the one checkpoint
_LOCK: Final = 0x45484155  # any number, the same in all processes
_FIELDS: Final = (
    "seq",
    "organisation_ref",
    "event_ref",
    "actor",
    "actor_name",
    "action",
    "subject",
    "before",
    "after",
    "prev_hash",
)


@dataclass(frozen=True, slots=True)
class ChainState:
    """What `verify` found; `first_bad` is the number of the first wrong entry, None if none."""

    entries: int
    newest_hash: str
    first_bad: int | None
    read_at: datetime | None = None  # when a page relies on an earlier walk, the time of it

    @property
    def is_whole(self) -> bool:
        """Tell whether no entry was changed, removed or slipped in."""
        return self.first_bad is None


def record(
    action: str,
    subject: str,
    *,
    organisation_id: int = 0,
    event_id: int = 0,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
) -> AuditEntry:
    """
    Add an entry inside the caller's command: the act and its record, both or neither.

    Args:
        action: `<thing>.<verb>`, such as `report.publish`.

        subject: What it was done to, such as `report:demo/3`.

        organisation_id, event_id: Where; 0 for the installation, no one event. The
            organisation of an event is looked up where it is not given.

        before, after: Values that changed, JSON; no personal values.

        actor: Who did it; by default who is asking.
    """
    who = actor or current_actor()
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = db.session.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        seq=last.seq + 1 if last else 1,
        at=clock.now(),
        organisation_ref=organisation_id or tenancy.organisation_of(event_id),
        event_ref=event_id,
        actor="system" if who.is_anonymous else f"{who.kind}:{who.id}",
        actor_name=who.name,
        action=action,
        subject=subject,
        before=dict(before or {}),
        after=dict(after or {}),
        prev_hash=last.hash if last else START,
    )
    entry.hash = entry_hash(entry)
    db.session.add(entry)
    db.session.flush()
    return entry


def entry_hash(entry: AuditEntry) -> str:
    """Return the SHA-256 of an entry's values and of the hash before it, in hex."""
    values = {name: getattr(entry, name) for name in _FIELDS}
    values["at"] = _instant(entry.at)
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verify() -> ChainState:
    """
    Walk the whole chain; return how long it is and where it first breaks.

    A chain that is whole in itself but has another hash where an earlier walk
    noted one was written anew: that entry is named.
    """
    noted = db.session.get(AuditCheckpoint, _NUMBER)
    state = _walk(ChainState(0, START, None), noted)
    if state.is_whole and noted is not None and noted.seq > state.entries:
        return ChainState(state.entries, state.newest_hash, state.entries + 1)
    return state


def glance() -> ChainState:
    """
    Return the state by the newest checkpoint and the entries after it.

    What was changed before the checkpoint shows with the next walk, at most
    `WALK_EVERY` later.
    """
    noted = db.session.get(AuditCheckpoint, _NUMBER)
    if noted is None:
        return verify()
    if noted.first_bad is not None:
        return ChainState(noted.seq, noted.hash, noted.first_bad, noted.read_at)
    return _walk(ChainState(noted.seq, noted.hash, None, noted.read_at), None)


def note_checkpoint(*, from_start: bool = False) -> ChainState:
    """
    Read the chain on and keep how far it is whole. Commits; reads without a write lock.

    Args:
        from_start: Walk all of it; without, only what is newer than the
            checkpoint, and all of it when the last whole walk is a day old.
    """
    noted = db.session.get(AuditCheckpoint, _NUMBER)
    now = clock.now()
    walks = from_start or noted is None or now - noted.read_at >= WALK_EVERY
    state = verify() if walks else glance()
    _keep(state, now if walks else None)
    return state


@command
def _keep(state: ChainState, walked_at: datetime | None) -> None:
    locks.check_lease()
    noted = db.session.get(AuditCheckpoint, _NUMBER)
    if noted is None:
        noted = AuditCheckpoint(number=_NUMBER, seq=0, hash=START, read_at=clock.now())
        db.session.add(noted)
    if walked_at is not None:
        noted.read_at, noted.first_bad = walked_at, state.first_bad
    elif state.first_bad is not None:
        noted.first_bad = state.first_bad
    if state.is_whole:
        noted.seq, noted.hash = state.entries, state.newest_hash


def _walk(begin: ChainState, noted: AuditCheckpoint | None) -> ChainState:
    """Read the entries after those of `begin`; a noted hash must be found on the way."""
    expected, count = begin.newest_hash, begin.entries
    statement = (
        select(AuditEntry)
        .where(AuditEntry.seq > begin.entries)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=1000)
    )
    with closing(db.session.scalars(statement)) as rows:
        for count, entry in enumerate(rows, begin.entries + 1):
            if entry.seq != count or entry.prev_hash != expected or entry.hash != entry_hash(entry):
                break
            if noted is not None and noted.seq == count and noted.hash != entry.hash:
                break
            expected = entry.hash
        else:
            return ChainState(count, expected, None, begin.read_at)
    total = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return ChainState(total, expected, count, begin.read_at)


def entries(event_id: int, *, limit: int = 100, before_seq: int | None = None) -> list[AuditEntry]:
    """Return the newest entries of an event, below `before_seq` if given."""
    statement = select(AuditEntry).where(AuditEntry.event_ref == event_id)
    if before_seq is not None:
        statement = statement.where(AuditEntry.seq < before_seq)
    return list(db.session.scalars(statement.order_by(AuditEntry.seq.desc()).limit(limit)))


def export_rows(event_id: int) -> Iterator[dict[str, Any]]:
    """
    Yield every entry of an event, oldest first, with all values its hash covers.

    The numbers have gaps, because one chain runs through all events; whoever
    holds the entries of all can recompute it.
    """
    statement = (
        select(AuditEntry)
        .where(AuditEntry.event_ref == event_id)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=1000)
    )
    for entry in db.session.scalars(statement):
        values = {name: getattr(entry, name) for name in (*_FIELDS, "hash")}
        yield {"at": _instant(entry.at), **values}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
