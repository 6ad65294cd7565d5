"""Record counter readings: idempotent, revisions kept, doubtful values set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, update

from eventhub.audience.enums import Direction, SourceKind
from eventhub.audience.models import CounterBin, Quarantine, Revision, Source
from eventhub.audience.rules import counters, integrity
from eventhub.audience.rules import rollup as rollup_rules
from eventhub.audience.rules.counters import Held, Merge
from eventhub.audience.rules.rollup import Change
from eventhub.audience.service import deliveries, rollup, zones
from eventhub.audience.service.bins import Bin, Key, after, flagged, part, row_key, said
from eventhub.audience.service.deliveries import Told
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.audience.sources.reading import CounterReading
from eventhub.kernel import clock
from eventhub.kernel.db import command, db

_COUNTING_KINDS = (SourceKind.COUNTER, SourceKind.MANUAL)
_CHUNK = 500  # rows per IN list and INSERT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReadings:
    """
    Readings of one event, in order of arrival.

    `prefix` stands before the counter names of a file of several sensors, whose
    sources then belong to `parent_id`; `first_seq` orders readings that bring
    no `seq`. `is_checked`: a person has accepted them, nothing is set apart.
    """

    event_id: int
    readings: Sequence[CounterReading]
    prefix: str = ""
    parent_id: int | None = None
    batch_id: int | None = None
    first_seq: int = 0
    is_synthetic: bool = False
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reading or sample that was not kept; `index` is its `line`, or its place from 0."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a set of readings or samples; each is counted once."""

    accepted: int = 0
    duplicates: int = 0
    revisions: int = 0
    quarantined: int = 0
    rejected: tuple[Refusal, ...] = ()
    created: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    """What one command has read and decided so far."""

    bins: dict[Key, Bin]
    apart: set[tuple[int, str]]
    told: Told = field(default_factory=Told)
    known: set[tuple[int, str, float, int]] = field(default_factory=set)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[dict[str, Any]] = field(default_factory=list)


@command
def record_readings(cmd: RecordReadings) -> Recorded:
    """
    Keep readings; sending them again changes nothing. Commits.

    An unknown counter is registered without a zone, so that its figures are
    passages until somebody places it. Each counter's row is locked, so that two
    deliveries of one counter wait for each other.

    Raises:
        TooManySources: The readings name more counters than an event may have.
    """
    now = clock.now()
    sources, created = _sources(cmd)
    work = _load(cmd, sources)
    outcome: dict[Merge, int] = dict.fromkeys(Merge, 0)
    refused: list[Refusal] = []
    quarantined = 0
    for reading in cmd.readings:
        source = sources[cmd.prefix + reading.counter]
        if reason := _fault(reading, source, now):
            refused.append(Refusal(reading.line, reason))
            continue
        if not cmd.is_checked and _set_apart(work, source, reading):
            quarantined += 1
            continue
        outcome[_keep(work, cmd, source, reading)] += 1
    _roll_up(cmd, work, now)
    _write(cmd, work, now)
    fresh = {key[0] for key, one in work.bins.items() if one.is_new or one.is_changed}
    if fresh:
        zones.observe(cmd.event_id, fresh, now)
    return Recorded(
        accepted=outcome[Merge.NEW],
        duplicates=outcome[Merge.DUPLICATE],
        revisions=outcome[Merge.REVISION] + outcome[Merge.OUTDATED],
        quarantined=quarantined,
        rejected=tuple(refused),
        created=tuple(created),
    )


def _sources(cmd: RecordReadings) -> tuple[dict[str, Source], list[str]]:
    first = {cmd.prefix + reading.counter: reading for reading in reversed(cmd.readings)}
    found = {source.name: source for source in _locked(cmd.event_id, sorted(first))}
    created = sorted(set(first) - set(found))
    for name in created:
        found[name] = ensure_source(
            EnsureSource(
                event_id=cmd.event_id,
                name=name,
                kind=SourceKind.COUNTER,
                title=dict.fromkeys(("zh", "en"), first[name].counter),
                parent_id=cmd.parent_id,
                period_s=first[name].duration_s,
                is_synthetic=cmd.is_synthetic,
            )
        )
    return found, created


def _locked(event_id: int, names: Sequence[str]) -> Iterable[Source]:
    for start in range(0, len(names), _CHUNK):
        yield from db.session.scalars(
            select(Source)
            .where(Source.event_id == event_id, Source.name.in_(names[start : start + _CHUNK]))
            .order_by(Source.id)
            .with_for_update()
        )


def _load(cmd: RecordReadings, sources: dict[str, Source]) -> _Work:
    """Read all bins that the readings may touch, and what was set apart before."""
    ids = sorted(source.id for source in sources.values())
    if not ids:
        return _Work({}, set())
    starts = [reading.starts_at for reading in cmd.readings]
    bins = db.session.execute(
        select(
            CounterBin.source_id,
            CounterBin.starts_at,
            CounterBin.duration_s,
            CounterBin.direction,
            CounterBin.passages,
            CounterBin.seq,
            CounterBin.coverage,
            CounterBin.flags,
            CounterBin.batch_id,
        ).where(
            CounterBin.source_id.in_(ids),
            CounterBin.starts_at.between(min(starts), max(starts)),
        )
    )
    apart = db.session.execute(
        select(Quarantine.source_id, Quarantine.row_key).where(Quarantine.source_id.in_(ids))
    )
    return _Work(
        bins={
            (row[0], row[1], row[2], row[3]): Bin(
                Held(row[4], row[5]), row[6], row[7], row[8] or 0, before=(row[4], row[6], row[7])
            )
            for row in bins
        },
        told=deliveries.load(CounterBin.__tablename__, ids, min(starts), max(starts)),
        apart={(row[0], row[1]) for row in apart},
        known={
            (row[0], row[1], row[2], row[3])
            for row in db.session.execute(
                select(
                    Revision.source_id, Revision.row_key, Revision.old_value, Revision.old_seq
                ).where(Revision.source_id.in_(ids), deliveries.stands(Revision.batch_id))
            )
        },
    )


def _fault(reading: CounterReading, source: Source, now: datetime) -> str | None:
    if source.kind not in _COUNTING_KINDS:
        return "counter: not-a-counter"
    if fault := integrity.time_fault(reading.starts_at, now):
        return f"start: {fault}"
    for name, value in (("in", reading.entered), ("out", reading.left), ("count", reading.passed)):
        if value is not None and (fault := integrity.count_fault(value)):
            return f"{name}: {fault}"
    return None


def _cells(reading: CounterReading) -> list[tuple[Direction, int]]:
    cells = (
        (Direction.IN, reading.entered),
        (Direction.OUT, reading.left),
        (Direction.BOTH, reading.passed),
    )
    return [(direction, value) for direction, value in cells if value is not None]


def _set_apart(work: _Work, source: Source, reading: CounterReading) -> bool:
    for direction, value in _cells(reading):
        rule = integrity.exceeds_width(value, source.width_m, reading.duration_s)
        if rule is None:
            continue
        key = row_key(reading.starts_at, reading.duration_s, direction, f"={value}")
        if (source.id, key) not in work.apart:
            work.apart.add((source.id, key))
            raw = {"in": reading.entered, "out": reading.left, "count": reading.passed}
            work.quarantine.append(
                {"source_id": source.id, "row_key": key, "rule": rule, "raw": raw}
            )
        return True
    return False


def _keep(work: _Work, cmd: RecordReadings, source: Source, reading: CounterReading) -> Merge:
    """Merge the cells of one reading; the strongest outcome is that of the reading."""
    seq = reading.seq or cmd.first_seq + reading.line * bool(cmd.first_seq)
    found = {
        _merge(
            work,
            (source.id, reading.starts_at, reading.duration_s, direction),
            Held(value, seq),
            reading,
            cmd.batch_id or 0,
        )
        for direction, value in _cells(reading)
    }
    order = (Merge.REVISION, Merge.OUTDATED, Merge.NEW, Merge.DUPLICATE)
    return next(outcome for outcome in order if outcome in found)


def _merge(work: _Work, key: Key, arriving: Held, reading: CounterReading, batch_id: int) -> Merge:
    current = work.bins.get(key)
    outcome = counters.merge(current.held if current else None, arriving)
    if current is None:
        work.bins[key] = Bin(arriving, reading.coverage, reading.flags, batch_id, is_new=True)
        return outcome
    _tell(work, key, current, Bin(arriving, reading.coverage, reading.flags, batch_id))
    if outcome is Merge.DUPLICATE:
        if arriving.seq > current.held.seq:
            current.held, current.batch_id, current.is_changed = arriving, batch_id, True
        return outcome
    name = row_key(key[1], key[2], key[3])
    old, new = current.held, arriving
    if outcome is Merge.OUTDATED:
        old, new = arriving, current.held
    mark = (key[0], name, float(old.value or 0), old.seq)
    arrived = (key[0], name, float(arriving.value or 0), arriving.seq)
    if arrived in work.known:
        return Merge.DUPLICATE  # a value that was replaced before: a delivery sent again
    work.known.add(mark)
    work.revisions.append(_revision(key[0], name, old, new))
    if outcome is Merge.REVISION:
        current.held, current.coverage = arriving, reading.coverage
        current.batch_id = batch_id
    current.flags, current.is_changed = flagged(current.flags), True
    return outcome


def _tell(work: _Work, key: Key, current: Bin, arriving: Bin) -> None:
    """Note what each file said of a bin as soon as two tell of it."""
    name = deliveries.bin_key(*key)
    before = work.told.kept.get(name, {}).get(arriving.batch_id)
    word = said(key, arriving) if before is None else after(before, arriving)
    work.told.note(name, (current.batch_id, said(key, current)), (arriving.batch_id, word))


def _revision(source_id: int, key: str, old: Held, new: Held) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "table_name": CounterBin.__tablename__,
        "row_key": key,
        "old_value": float(old.value or 0),
        "new_value": float(new.value or 0),
        "old_seq": old.seq,
        "new_seq": new.seq,
    }


def _roll_up(cmd: RecordReadings, work: _Work, now: datetime) -> None:
    """Enter the bins that came or changed into the sums by quarter of an hour."""
    changes = [
        Change(
            before=part(key, *one.before) if one.before else None,
            after=part(key, one.held.value or 0, one.coverage, one.flags),
        )
        for key, one in work.bins.items()
        if one.is_new or one.is_changed
    ]
    is_late = any(
        change.after and rollup_rules.is_frozen(change.after[0].start_s, now) for change in changes
    )
    rollup.apply(
        rollup.RawChanges(
            event_id=cmd.event_id,
            metric=rollup.PASSAGES,
            changes=changes,
            known=_counted({key[0] for key in work.bins}) if is_late else (),
            batch_id=cmd.batch_id,
            is_checked=cmd.is_checked,
        ),
        now,
    )


def _counted(source_ids: set[int]) -> set[int]:
    """Return the sources that have bins already."""
    has_bins = exists().where(CounterBin.source_id == Source.id)
    return set(
        db.session.scalars(select(Source.id).where(Source.id.in_(sorted(source_ids)), has_bins))
    )


def _write(cmd: RecordReadings, work: _Work, now: datetime) -> None:
    rows = [
        {
            "source_id": key[0],
            "starts_at": key[1],
            "duration_s": key[2],
            "direction": key[3],
            "event_id": cmd.event_id,
            "passages": one.held.value,
            "seq": one.held.seq,
            "coverage": one.coverage,
            "flags": one.flags,
            "batch_id": one.batch_id or None,
            "_new": one.is_new,
        }
        for key, one in work.bins.items()
        if one.is_new or one.is_changed
    ]
    fresh = [row for row in rows if row.pop("_new")]
    taken = {id(row) for row in fresh}
    changed = [row for row in rows if id(row) not in taken]
    if fresh:
        db.session.execute(insert(CounterBin), fresh)
    if changed:
        db.session.execute(update(CounterBin), changed)
    common = {"event_id": cmd.event_id}
    if work.revisions:
        extra = common | {"batch_id": cmd.batch_id, "revised_at": now}
        db.session.execute(insert(Revision), [row | extra for row in work.revisions])
    deliveries.write(CounterBin.__tablename__, cmd.event_id, work.told)
    if work.quarantine:
        here = {"recorded_at": now, "batch_id": cmd.batch_id}
        db.session.execute(insert(Quarantine), [row | common | here for row in work.quarantine])
