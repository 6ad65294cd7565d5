"""Claims and samples of streams that a file brought, taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import or_, select, update

from eventhub.audience.models import Delivery, ImportBatch, Observation, Stream, StreamSample
from eventhub.audience.service import deliveries
from eventhub.audience.service.deliveries import Said, Told
from eventhub.kernel.db import db

_SAMPLES: Final = StreamSample.__tablename__
_CLAIMS: Final = Observation.__tablename__


def take(batch: ImportBatch) -> int:
    """Take claims and samples of a file back; return how many rows that were."""
    return _claims(batch) + _samples(batch)


def _claims(batch: ImportBatch) -> int:
    rows = list(
        db.session.scalars(
            select(Observation).where(Observation.batch_id == batch.id).order_by(Observation.id)
        )
    )
    told = deliveries.load_keys(_CLAIMS, batch.event_id)
    mine = [name for name, by_batch in told.kept.items() if batch.id in by_batch]
    raw: dict[str, dict[str, Any]] = {}
    for row in rows:
        raw[str(row.id)] = _as_json(row)
        heirs = {n: one for n, one in told.kept.get(str(row.id), {}).items() if n != batch.id}
        if heirs:  # another file says the same
            heir = min(heirs)
            row.batch_id = heir or None
            row.evidence_sha256 = heirs[heir].raw["evidence_sha256"]
            continue
        _unlink(row)
    db.session.flush()
    deliveries.forget(_CLAIMS, batch.id, mine)
    deliveries.keep_raw(_CLAIMS, batch.event_id, batch.id, raw)
    return len(rows)


def _unlink(row: Observation) -> None:
    """Delete a figure; what it superseded is superseded by what superseded it."""
    after = row.superseded_by_id
    row.superseded_by_id = None
    db.session.execute(
        update(Observation)
        .where(Observation.superseded_by_id == row.id)
        .values(superseded_by_id=after)
    )
    db.session.flush()
    db.session.delete(row)
    db.session.flush()


def _as_json(row: Observation) -> dict[str, Any]:
    columns = Observation.__mapper__.column_attrs
    found = {column.key: getattr(row, column.key) for column in columns}
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in found.items()
    }


def streams(batch: ImportBatch) -> list[Stream]:
    """Return the streams that a file tells of; the log of a server may tell of several."""
    mine = select(StreamSample.stream_id).where(StreamSample.batch_id == batch.id)
    told = select(Delivery.source_id).where(
        Delivery.table_name == _SAMPLES, Delivery.batch_id == batch.id
    )
    return list(
        db.session.scalars(
            select(Stream)
            .where(
                Stream.event_id == batch.event_id,
                or_(
                    Stream.id.in_(mine.distinct()),
                    Stream.source_id.in_(told.distinct()),
                    Stream.source_id == batch.source_id,
                ),
            )
            .order_by(Stream.id)
        )
    )


def _samples(batch: ImportBatch) -> int:
    """Take samples of streams back; an instant that others tell of stands as they say."""
    mine = streams(batch)
    if not mine:
        return 0
    told = _told_samples({one.source_id for one in mine})
    names = {name for name, by_batch in told.kept.items() if batch.id in by_batch}
    raw: dict[str, dict[str, Any]] = {}
    for stream in mine:
        for row in _samples_of(stream, batch, names):
            name = deliveries.sample_key(stream.source_id, row.at)
            raw[name] = _sample_taken(row, batch, told.kept.get(name, {}))
    db.session.flush()
    deliveries.forget(_SAMPLES, batch.id, raw)
    deliveries.keep_raw(_SAMPLES, batch.event_id, batch.id, raw)
    return len(raw)


def _samples_of(
    stream: Stream, batch: ImportBatch, names: Collection[str]
) -> Iterable[StreamSample]:
    rows = db.session.scalars(select(StreamSample).where(StreamSample.stream_id == stream.id))
    for row in rows.all():
        if row.batch_id == batch.id or deliveries.sample_key(stream.source_id, row.at) in names:
            yield row


def _sample_taken(
    row: StreamSample, batch: ImportBatch, by_batch: dict[int, Said]
) -> dict[str, Any]:
    """Let a sample say what others say, or delete it; return what the file had said."""
    stood = {"viewers": row.viewers, "cumulative": row.cumulative}
    raw = by_batch[batch.id].raw if batch.id in by_batch else stood
    others = {number: said for number, said in by_batch.items() if number != batch.id}
    if not others:
        db.session.delete(row)
        return raw
    number, said = deliveries.last(others)
    for column, value in said.raw.items():
        setattr(row, column, value)
    row.batch_id = number or None
    return raw


def _told_samples(source_ids: Collection[int]) -> Told:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return deliveries.load(_SAMPLES, source_ids, first, last)
