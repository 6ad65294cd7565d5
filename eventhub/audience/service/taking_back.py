"""Take an imported file back: what stands then is what would stand without it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update

from eventhub.audience.enums import BinFlag
from eventhub.audience.errors import UnknownFile
from eventhub.audience.models import (
    CounterBin,
    CounterTotal,
    Delivery,
    ImportBatch,
    Observation,
    Quarantine,
    Source,
    Stream,
    StreamSample,
)
from eventhub.audience.rules.rollup import Change
from eventhub.audience.service import deliveries, exports, rollup, zones
from eventhub.audience.service.bins import Key, flagged, part
from eventhub.audience.service.deliveries import Said, Told
from eventhub.audience.service.readings import RecordReadings, record_readings
from eventhub.audience.service.totals import bins_between
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id

MAX_REASON: Final = 300
_BINS, _SAMPLES = CounterBin.__tablename__, StreamSample.__tablename__
_CLAIMS = Observation.__tablename__


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoFile:
    """
    A file of readings or of a platform to take back.

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
    is_export = batch.file_format == exports.FORMAT
    taken = _figures(batch) if is_export else _readings(batch)
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
        .where(Source.id.in_([batch.source_id, *_source_ids(batch)]))
        .order_by(Source.id)
        .with_for_update()
    )
    db.session.execute(
        select(Stream.id).where(Stream.source_id == batch.source_id).with_for_update()
    )


def _source_ids(batch: ImportBatch) -> list[int]:
    """Return the counters that a file tells of; a file may name others than its own."""
    ids: set[int] = set()
    for model in (CounterBin, CounterTotal):
        mine = select(model.source_id).where(
            model.event_id == batch.event_id, model.batch_id == batch.id
        )
        ids |= set(db.session.scalars(mine.distinct()))
    told = select(Delivery.source_id).where(
        Delivery.table_name == _BINS, Delivery.batch_id == batch.id
    )
    return sorted(ids | set(db.session.scalars(told.distinct())))


def _readings(batch: ImportBatch) -> int:
    ids = _source_ids(batch)
    taken = _withdraw(batch, batch.id, _bins_of(ids, batch.id))
    for source_id in ids:
        taken += _totals(batch, source_id)
    zones.observe(batch.event_id, ids, clock.now())
    return taken


def _bins_of(source_ids: Collection[int], batch_id: int) -> list[CounterBin]:
    """Return bins that stand as a batch said, and those of which it said something else."""
    mine = select(CounterBin).where(CounterBin.source_id.in_(source_ids))
    found = list(db.session.scalars(mine.where(CounterBin.batch_id == batch_id)))
    told = db.session.execute(
        select(Delivery.source_id, Delivery.at, Delivery.row_key).where(
            Delivery.table_name == _BINS,
            Delivery.source_id.in_(source_ids),
            Delivery.batch_id == batch_id,
        )
    ).all()
    if told:
        names = {row.row_key for row in told}
        times = [row.at for row in told]
        others = db.session.scalars(
            mine.where(
                CounterBin.starts_at.between(min(times), max(times)),
                or_(CounterBin.batch_id.is_(None), CounterBin.batch_id != batch_id),
            )
        )
        found += [row for row in others if deliveries.bin_key(*_key(row)) in names]
    return found


def _key(row: CounterBin) -> Key:
    return row.source_id, row.starts_at, row.duration_s, row.direction


def _withdraw(batch: ImportBatch, origin: int, bins: list[CounterBin]) -> int:
    """Take what batch `origin` said of bins out of them and out of the sums."""
    if not bins:
        return 0
    times = [row.starts_at for row in bins]
    told = deliveries.load(_BINS, {row.source_id for row in bins}, min(times), max(times))
    changes: list[Change] = []
    raw: dict[str, dict[str, Any]] = {}
    for row in bins:
        name = deliveries.bin_key(*_key(row))
        by_batch = told.kept.get(name, {})
        mine = by_batch.get(origin)
        stood = {"value": row.passages, "coverage": row.coverage, "flags": row.flags}
        raw[name] = {**(mine.raw if mine else stood), "seq": mine.seq if mine else row.seq}
        before = part(_key(row), row.passages, row.coverage, row.flags)
        others = {number: said for number, said in by_batch.items() if number != origin}
        if not others:
            changes.append(Change(before, None))
            db.session.delete(row)
            continue
        _restore(row, others)
        changes.append(Change(before, part(_key(row), row.passages, row.coverage, row.flags)))
    db.session.flush()
    deliveries.forget(_BINS, origin, raw)
    deliveries.keep_raw(_BINS, batch.event_id, batch.id, raw)
    rollup.apply(
        rollup.RawChanges(
            event_id=batch.event_id,
            metric=rollup.PASSAGES,
            changes=changes,
            known={row.source_id for row in bins},
            batch_id=batch.id,
            is_undone=True,
        ),
        clock.now(),
    )
    return len(bins)


def _restore(row: CounterBin, others: dict[int, Said]) -> None:
    number, said = _last(others)
    values = {one.raw["value"] for one in others.values()}
    row.passages, row.coverage, row.seq = said.raw["value"], said.raw["coverage"], said.seq
    is_disputed = len(values) > 1 or any(
        BinFlag.CONFLICTING in one.raw["flags"] for one in others.values()
    )
    row.flags = flagged(said.raw["flags"]) if is_disputed else said.raw["flags"]
    row.batch_id = number or None


def _last(others: dict[int, Said]) -> tuple[int, Said]:
    """Return the word that holds: the highest `seq`, of equals the later file."""
    number = max(others, key=lambda one: (others[one].seq, one))
    return number, others[number]


def _totals(batch: ImportBatch, source_id: int) -> int:
    """Take running totals of a file back; the step over them is made anew from what stays."""
    rows = list(
        db.session.scalars(
            select(CounterTotal)
            .where(CounterTotal.source_id == source_id)
            .order_by(CounterTotal.at)
        )
    )
    gone = [row for row in rows if row.batch_id == batch.id]
    if not gone:
        return 0
    raw = {
        f"{source_id}/{row.at.astimezone(UTC).isoformat()}": {
            "in": row.entered_total,
            "out": row.left_total,
        }
        for row in gone
    }
    source = db.session.get_one(Source, source_id)
    zone = ZoneInfo(source.timezone or event_by_id(batch.event_id).timezone)
    for last, following, before in list(_bridges(rows, batch.id)):
        _withdraw(batch, following.batch_id or 0, _between(source_id, last, following))
        readings = bins_between(source, before, following, zone)
        if readings:
            record_readings(
                RecordReadings(
                    event_id=batch.event_id, readings=readings, batch_id=following.batch_id
                )
            )
    for row in gone:
        db.session.delete(row)
    db.session.flush()
    deliveries.keep_raw(CounterTotal.__tablename__, batch.event_id, batch.id, raw)
    return len(gone)


def _bridges(
    rows: list[CounterTotal], batch_id: int
) -> Iterable[tuple[CounterTotal, CounterTotal, CounterTotal | None]]:
    """Yield the last total of each run that goes, the one after it and the one before the run."""
    before: CounterTotal | None = None
    last: CounterTotal | None = None
    for row in rows:
        if row.batch_id == batch_id:
            last = row
            continue
        if last is not None:
            yield last, row, before
        before, last = row, None


def _between(source_id: int, first: CounterTotal, last: CounterTotal) -> list[CounterBin]:
    return list(
        db.session.scalars(
            select(CounterBin).where(
                CounterBin.source_id == source_id,
                CounterBin.starts_at >= first.at,
                CounterBin.starts_at < last.at,
                CounterBin.batch_id == last.batch_id
                if last.batch_id
                else CounterBin.batch_id.is_(None),
            )
        )
    )


def _figures(batch: ImportBatch) -> int:
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


def _samples(batch: ImportBatch) -> int:
    stream = db.session.scalar(select(Stream).where(Stream.source_id == batch.source_id))
    if stream is None:
        return 0
    told = _told_samples(batch)
    names = {name for name, by_batch in told.kept.items() if batch.id in by_batch}
    raw: dict[str, dict[str, Any]] = {}
    for row in db.session.scalars(select(StreamSample).where(StreamSample.stream_id == stream.id)):
        name = deliveries.sample_key(batch.source_id, row.at)
        if row.batch_id != batch.id and name not in names:
            continue
        by_batch = told.kept.get(name, {})
        stood = {"viewers": row.viewers, "cumulative": row.cumulative}
        raw[name] = by_batch[batch.id].raw if batch.id in by_batch else stood
        others = {number: said for number, said in by_batch.items() if number != batch.id}
        if not others:
            db.session.delete(row)
            continue
        number, said = _last(others)
        for column, value in said.raw.items():
            setattr(row, column, value)
        row.batch_id = number or None
    db.session.flush()
    deliveries.forget(_SAMPLES, batch.id, raw)
    deliveries.keep_raw(_SAMPLES, batch.event_id, batch.id, raw)
    return len(raw)


def _told_samples(batch: ImportBatch) -> Told:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return deliveries.load(_SAMPLES, [batch.source_id], first, last)


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
