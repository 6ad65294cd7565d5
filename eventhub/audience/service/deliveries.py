"""What each file said of a row that more than one tells of, so that a file can go again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from eventhub.audience.models import Delivery, ImportBatch, TakenBack
from eventhub.kernel import clock
from eventhub.kernel.db import db

CHUNK: Final = 500  # rows per IN list and INSERT


@dataclass(frozen=True, slots=True)
class Said:
    """What one file, or whatever came outside of files, said last of one row."""

    seq: int
    raw: dict[str, Any]
    source_id: int = 0
    at: datetime | None = None


@dataclass(slots=True)
class Told:
    """
    By row, what each batch said of it; batch 0 is all that came outside of files.

    Only rows that two tell of are in it.
    """

    kept: dict[str, dict[int, Said]] = field(default_factory=dict)
    loaded: set[tuple[str, int]] = field(default_factory=set)
    changed: dict[tuple[str, int], Said] = field(default_factory=dict)

    def note(self, key: str, standing: tuple[int, Said], arriving: tuple[int, Said]) -> None:
        """
        Note what arrives for a row, and what stands there when it is of another batch.

        Of two values of one batch that with the higher `seq` holds, of equals
        the later.
        """
        batch_id, said = arriving
        by_batch = self.kept.get(key)
        if by_batch is None:
            if batch_id == standing[0]:
                return
            by_batch = self.kept[key] = {standing[0]: standing[1]}
            self.changed[key, standing[0]] = standing[1]
        before = by_batch.get(batch_id)
        if before is None or (before.seq <= said.seq and before != said):
            by_batch[batch_id] = self.changed[key, batch_id] = said


def load(table: str, source_ids: Collection[int], first: datetime, last: datetime) -> Told:
    """Return what several tell of rows of sources between two instants, both included."""
    rows = db.session.scalars(
        select(Delivery).where(
            Delivery.table_name == table,
            Delivery.source_id.in_(sorted(source_ids)),
            Delivery.at.between(first, last),
        )
    )
    return _told(rows.all())


def load_keys(table: str, event_id: int, keys: Collection[str] | None = None) -> Told:
    """Return what several tell of the rows of an event, all of them or those of `keys`."""
    mine = select(Delivery).where(Delivery.table_name == table, Delivery.event_id == event_id)
    if keys is None:
        return _told(db.session.scalars(mine).all())
    found: list[Delivery] = []
    names = sorted(keys)
    for start in range(0, len(names), CHUNK):
        found += db.session.scalars(mine.where(Delivery.row_key.in_(names[start : start + CHUNK])))
    return _told(found)


def _told(rows: Sequence[Delivery]) -> Told:
    told = Told()
    for row in rows:
        said = Said(row.seq, row.raw, row.source_id, row.at)
        told.kept.setdefault(row.row_key, {})[row.batch_id] = said
        told.loaded.add((row.row_key, row.batch_id))
    return told


def write(table: str, event_id: int, told: Told) -> None:
    """Keep what was noted, inside the caller's command."""
    for (key, batch_id), said in told.changed.items():
        values = {"seq": said.seq, "raw": said.raw}
        if (key, batch_id) in told.loaded:
            db.session.execute(
                update(Delivery)
                .where(
                    Delivery.table_name == table,
                    Delivery.row_key == key,
                    Delivery.batch_id == batch_id,
                )
                .values(**values)
            )
    fresh = [
        {
            "table_name": table,
            "row_key": key,
            "batch_id": batch_id,
            "event_id": event_id,
            "source_id": said.source_id,
            "at": said.at,
            "seq": said.seq,
            "raw": said.raw,
        }
        for (key, batch_id), said in told.changed.items()
        if (key, batch_id) not in told.loaded
    ]
    if fresh:
        db.session.execute(insert(Delivery), fresh)
    told.loaded |= told.changed.keys()
    told.changed.clear()


def forget(table: str, batch_id: int, keys: Collection[str]) -> None:
    """Forget what a batch said of rows, and the last word of a row that nobody disputes now."""
    names = sorted(keys)
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        mine = (Delivery.table_name == table, Delivery.row_key.in_(part))
        db.session.execute(delete(Delivery).where(*mine, Delivery.batch_id == batch_id))
        counts: dict[str, int] = {}
        for key in db.session.scalars(select(Delivery.row_key).where(*mine)):
            counts[key] = counts.get(key, 0) + 1
        alone = [key for key, count in counts.items() if count == 1]
        db.session.execute(
            delete(Delivery).where(Delivery.table_name == table, Delivery.row_key.in_(alone))
        )


def keep_raw(table: str, event_id: int, batch_id: int, rows: dict[str, dict[str, Any]]) -> None:
    """Keep rows that are taken back, by their key, as they stood."""
    now = clock.now()
    values = [
        {
            "event_id": event_id,
            "table_name": table,
            "batch_id": batch_id,
            "row_key": key,
            "raw": raw,
            "taken_at": now,
        }
        for key, raw in rows.items()
    ]
    if values:
        db.session.execute(insert(TakenBack), values)


def stands(batch_id: Any) -> ColumnElement[bool]:
    """Return the condition that a row is of no batch, or of one that was not taken back."""
    gone = select(ImportBatch.id).where(ImportBatch.undone_at.is_not(None))
    return or_(batch_id.is_(None), batch_id.not_in(gone))


def last(others: dict[int, Said]) -> tuple[int, Said]:
    """Return the word that holds: the highest `seq`, of equals the later file."""
    number = max(others, key=lambda one: (others[one].seq, one))
    return number, others[number]


def bin_key(source_id: int, starts_at: datetime, duration_s: int, direction: str) -> str:
    """Return the text under which a bin of a counter stands in `delivery`."""
    stamp = clock.utc_text(starts_at, "microseconds")
    return f"{source_id}/{stamp}/{duration_s}/{direction}"


def sample_key(source_id: int, at: datetime) -> str:
    """Return the text under which a sample of a stream stands in `delivery`."""
    return f"{source_id}/{clock.utc_text(at, 'microseconds')}"
