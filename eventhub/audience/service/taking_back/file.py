"""One file taken back, whatever it told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select

from eventhub.audience.errors import UnknownFile
from eventhub.audience.models import ImportBatch, Quarantine, Source, Stream
from eventhub.audience.service import deliveries, exports, hls
from eventhub.audience.service.taking_back import figures, readings
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db

MAX_REASON: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoFile:
    """
    A file of readings, of a platform or of a stream server to take back.

    `key` is the first digits of its SHA-256; `source_name` tells files of two
    sources apart that have the same bytes.
    """

    event_id: int
    key: str
    reason: str
    by: str = ""
    source_name: str = ""


@command
def undo_file(cmd: UndoFile) -> int:
    """
    Take back what a file brought, and return how many rows that were. Commits.

    A row that another file or a device told of too goes back to what these
    said. What the file said stays in `taken_back`, the file stays listed with
    its reason and may be imported again. Closed quarters that change get an
    adjustment; published reports do not change.

    Raises:
        UnknownFile: No such file, several of them, or taken back already.
    """
    batch = _batch(cmd)
    tells_of_streams = batch.file_format in (exports.FORMAT, hls.FORMAT)
    taken = figures.take(batch) if tells_of_streams else readings.take(batch)
    taken += _quarantine(batch)
    batch.undone_at, batch.undone_by = clock.now(), cmd.by[:120]
    batch.undone_reason = cmd.reason.strip()[:MAX_REASON]
    db.session.flush()
    audit.record(
        "file.undo",
        f"file:{batch.sha256[:16]}",
        event_id=cmd.event_id,
        after={"file": batch.file_name, "rows": taken, "reason": batch.undone_reason},
    )
    return taken


def _batch(cmd: UndoFile) -> ImportBatch:
    if not cmd.key or not cmd.reason.strip():
        raise UnknownFile()
    found = db.session.execute(
        select(ImportBatch, Source.name)
        .join(Source, Source.id == ImportBatch.source_id)
        .where(
            ImportBatch.event_id == cmd.event_id,
            ImportBatch.sha256.startswith(cmd.key, autoescape=True),
            ImportBatch.undone_at.is_(None),
        )
    ).all()
    rows = [row for row, name in found if not cmd.source_name or name == cmd.source_name]
    if len(rows) != 1:
        raise UnknownFile()
    (row,) = rows
    _lock(row)
    db.session.refresh(row)  # somebody may have been faster
    if row.undone_at is not None:
        raise UnknownFile()
    return row


def _lock(batch: ImportBatch) -> None:
    """Hold the sources that deliveries hold while they write."""
    db.session.execute(
        select(Source.id)
        .where(Source.id.in_([batch.source_id, *readings.source_ids(batch)]))
        .order_by(Source.id)
        .with_for_update()
    )
    db.session.execute(
        select(Stream.id)
        .where(Stream.id.in_([one.id for one in figures.streams(batch)]))
        .order_by(Stream.id)
        .with_for_update()
    )


def _quarantine(batch: ImportBatch) -> int:
    """Take readings that a rule set apart along, decided or not."""
    rows = list(db.session.scalars(select(Quarantine).where(Quarantine.batch_id == batch.id)))
    raw = {
        f"{row.source_id}/{row.row_key}"[:160]: {
            "rule": row.rule,
            "raw": row.raw,
            "decision": row.decision,
            "decided_by": row.decided_by,
        }
        for row in rows
    }
    deliveries.keep_raw(Quarantine.__tablename__, batch.event_id, batch.id, raw)
    db.session.execute(delete(Quarantine).where(Quarantine.batch_id == batch.id))
    return len([row for row in rows if row.decision != "accept"])
