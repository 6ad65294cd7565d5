"""Readings and running totals of counters that a file brought, taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from eventhub.audience.enums import BinFlag
from eventhub.audience.models import CounterBin, CounterTotal, Delivery, ImportBatch, Source
from eventhub.audience.rules.rollup import Change
from eventhub.audience.service import deliveries, rollup, zones
from eventhub.audience.service.bins import Key, flagged, part
from eventhub.audience.service.deliveries import Said
from eventhub.audience.service.readings import RecordReadings, record_readings
from eventhub.audience.service.totals import bins_between
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import event_by_id

_BINS: Final = CounterBin.__tablename__


def take(batch: ImportBatch) -> int:
    """Take what a file said of counters back; return how many rows that were."""
    ids = source_ids(batch)
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
    number, said = deliveries.last(others)
    values = {one.raw["value"] for one in others.values()}
    row.passages, row.coverage, row.seq = said.raw["value"], said.raw["coverage"], said.seq
    is_disputed = len(values) > 1 or any(
        BinFlag.CONFLICTING in one.raw["flags"] for one in others.values()
    )
    row.flags = flagged(said.raw["flags"]) if is_disputed else said.raw["flags"]
    row.batch_id = number or None


def source_ids(batch: ImportBatch) -> list[int]:
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
