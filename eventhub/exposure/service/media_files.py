"""Import a monitoring export as one batch, look at it first, take it back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer, cast, func, select, update

from eventhub.exposure.enums import MediaFormat
from eventhub.exposure.errors import NoBatch, UnreadableMediaFile
from eventhub.exposure.models import CreatorPost, MediaBatch, Mention
from eventhub.exposure.rules.exports import (
    BadRow,
    ExportFile,
    MentionFigures,
    UnreadableExport,
    parse_export,
)
from eventhub.exposure.service import heirs
from eventhub.exposure.service.media import RecordMentions, record_act, record_mentions
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event
from eventhub.programme.queries import event_by_id

MAX_REASON: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMedia:
    """A file of media monitoring; `columns` names the column of a field where aliases fail."""

    event_id: int
    file_format: MediaFormat
    file_name: str
    data: bytes
    columns: Mapping[str, str] | None = None
    imported_by: str = ""
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportedMedia:
    """What an import did, or would do."""

    rows: int
    accepted: int
    duplicates: int
    rejected: tuple[BadRow, ...]
    is_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMedia:
    """A batch to take back and why, by the first digits of its file's SHA-256."""

    event_id: int
    key: str
    reason: str
    undone_by: str = ""


class _LookedAt(Exception):
    """No error: it rolls a rehearsal back and carries what was seen."""

    def __init__(self, found: ImportedMedia) -> None:
        self.found = found


def import_media(cmd: ImportMedia) -> ImportedMedia:
    """
    Import a file; the same bytes again change nothing. Commits unless a dry run.

    Raises:
        UnreadableMediaFile: The file can not be read at all; nothing was stored.
    """
    try:
        return _import(cmd)
    except _LookedAt as look:
        return look.found


@command
def undo_media(cmd: UndoMedia) -> int:
    """
    Take the rows of a batch back and return how many. Commits.

    A row that another file told of too stands as that file says from now on.
    The batch stays listed with its reason and its rows in `taken_back`; the
    file may be imported again.

    Raises:
        NoBatch: No such batch, or undone already, or no reason.
    """
    db.session.get_one(Event, cmd.event_id, with_for_update=True)  # as those who record
    row = db.session.scalar(
        select(MediaBatch).where(
            MediaBatch.event_id == cmd.event_id,
            MediaBatch.sha256.startswith(cmd.key, autoescape=True),
            MediaBatch.undone_at.is_(None),
        )
    )
    if row is None or not cmd.key or not cmd.reason.strip():
        raise NoBatch()
    taken = _take(cmd.event_id, row)
    db.session.execute(
        update(MediaBatch)
        .where(MediaBatch.id == row.id)
        .values(
            undone_at=clock.now(),
            undone_by=cmd.undone_by,
            undone_reason=cmd.reason.strip()[:MAX_REASON],
        )
    )
    after = {"file": row.sha256, "rows": taken, "reason": cmd.reason.strip()[:MAX_REASON]}
    record_act("media.undo", cmd.event_id, after)
    return taken


def _take(event_id: int, batch: MediaBatch) -> int:
    """Take the rows away, let others stand in their place, and name a first of each story."""
    counts = [
        db.session.scalar(select(func.count()).select_from(model).where(model.batch_id == batch.id))
        for model in (Mention, CreatorPost)
    ]
    by_batch: dict[int, list[MentionFigures]] = {}
    for batch_id, item in heirs.take_rows(event_id, batch.id):
        by_batch.setdefault(batch_id, []).append(item)
    for batch_id, items in sorted(by_batch.items()):
        record_mentions(
            RecordMentions(
                event_id=event_id,
                items=items,
                batch_id=batch_id or None,
                recorded_by=batch.imported_by,
                is_synthetic=event_by_id(event_id).is_synthetic,
            )
        )
    firsts = (
        select(func.min(Mention.id))
        .where(Mention.event_id == event_id)
        .group_by(Mention.story)
        .having(func.max(cast(Mention.is_original, Integer)) == 0)
    )
    db.session.execute(
        update(Mention)
        .where(Mention.id.in_(firsts))
        .values(is_original=True)
        .execution_options(synchronize_session=False)
    )
    return sum(count or 0 for count in counts)


@command
def _import(cmd: ImportMedia) -> ImportedMedia:
    event = event_by_id(cmd.event_id)
    try:
        file = parse_export(cmd.data, zone=event.zone, columns=cmd.columns)
    except UnreadableExport as error:
        details = {"detail": error.detail}
        raise UnreadableMediaFile(code=error.code, details=details) from error
    found = _keep(cmd, file, is_synthetic=event.is_synthetic)
    if cmd.is_dry_run:
        raise _LookedAt(found)
    return found


def _keep(cmd: ImportMedia, file: ExportFile, *, is_synthetic: bool) -> ImportedMedia:
    digest = hashlib.sha256(cmd.data).hexdigest()
    batch = db.session.scalar(
        select(MediaBatch).where(
            MediaBatch.event_id == cmd.event_id,
            MediaBatch.sha256 == digest,
            MediaBatch.undone_at.is_(None),
        )
    )
    if batch is not None:
        return _known(batch)
    batch = MediaBatch(event_id=cmd.event_id, sha256=digest)
    batch.file_name, batch.file_format = cmd.file_name[-200:], cmd.file_format.value
    batch.imported_by, batch.imported_at, batch.undone_at = cmd.imported_by, clock.now(), None
    batch.row_count = len(file.rows) + len(file.rejected)
    batch.accepted_count, batch.duplicate_count, batch.rejected = 0, 0, []
    db.session.add(batch)
    db.session.flush()
    done = record_mentions(
        RecordMentions(
            event_id=cmd.event_id,
            items=[item for _line, item in file.rows],
            batch_id=batch.id,
            recorded_by=cmd.imported_by,
            is_synthetic=is_synthetic,
        )
    )
    late = [BadRow(file.rows[item.index][0], item.reason) for item in done.rejected]
    rejected = tuple(sorted((*file.rejected, *late), key=lambda bad: (bad.line, bad.reason)))
    batch.accepted_count, batch.duplicate_count = done.accepted, done.duplicates
    batch.rejected = [{"line": bad.line, "reason": bad.reason} for bad in rejected]
    db.session.flush()
    record_act("media.import", cmd.event_id, {"file": digest, "accepted": done.accepted})
    return ImportedMedia(batch.row_count, done.accepted, done.duplicates, rejected)


def _known(batch: MediaBatch) -> ImportedMedia:
    return ImportedMedia(
        rows=batch.row_count,
        accepted=0,
        duplicates=batch.accepted_count + batch.duplicate_count,
        rejected=tuple(BadRow(item["line"], item["reason"]) for item in batch.rejected),
        is_known=True,
    )
