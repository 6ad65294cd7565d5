"""Keep the sums by quarter of an hour: changed with the raw rows, proved every night."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from typing import cast as as_type

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    and_,
    bindparam,
    cast,
    delete,
    extract,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import aliased

from eventhub.audience.models import Adjustment, CounterBin, Rollup, RollupState
from eventhub.audience.rules import rollup as rules
from eventhub.audience.rules.rollup import Change, Key, Sum
from eventhub.checkin.models import Admission, Scan
from eventhub.kernel import clock, locks
from eventhub.kernel.db import command, db

PASSAGES: Final = "footfall.passages"
ENTRIES: Final = "checkin.entries"
METRICS: Final = (PASSAGES, ENTRIES)
_PLACE: Final = ("scope_id", "start_s", "direction", "duration_s", "flags")
_CHUNK: Final = 500
_SCANS: Final = 20_000  # taken in by one command
_SETTLED: Final = timedelta(seconds=30)  # scans newer than this are looked at once more

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChanges:
    """
    Raw rows of one metric that came or changed.

    `known` are the scopes that had rows before: the past of a new one is told
    for the first time and adjusts nothing. `is_checked`: a person let them in;
    `is_undone`: their file was taken back.
    """

    event_id: int
    metric: str
    changes: Sequence[Change]
    known: Collection[int]
    batch_id: int | None = None
    is_checked: bool = False
    is_undone: bool = False


def apply(raw: RawChanges, now: datetime) -> None:
    """
    Enter changes into the sums, inside the command that makes them.

    The caller holds the rows of the sources, so that no other command changes
    the same sums meanwhile.
    """
    found = rules.deltas(raw.changes)
    if not found:
        return
    kept = _kept(raw.event_id, raw.metric, found)
    _write(raw.event_id, raw.metric, kept, found)
    _adjust(raw, now)


def _kept(event_id: int, metric: str, keys: Collection[Key]) -> dict[Key, Sum]:
    starts = [key.start_s for key in keys]
    scopes = sorted({key.scope_id for key in keys})
    found: dict[Key, Sum] = {}
    for first in range(0, len(scopes), _CHUNK):
        found |= _sums(
            and_(
                Rollup.event_id == event_id,
                Rollup.metric == metric,
                Rollup.scope_id.in_(scopes[first : first + _CHUNK]),
                Rollup.start_s.between(min(starts), max(starts)),
            )
        )
    return found


def _sums(where: ColumnElement[bool]) -> dict[Key, Sum]:
    rows = db.session.execute(
        select(
            Rollup.scope_id,
            Rollup.start_s,
            Rollup.direction,
            Rollup.duration_s,
            Rollup.flags,
            Rollup.value,
            Rollup.parts,
            Rollup.covered_s,
        ).where(where)
    )
    return {Key(*row[:5]): Sum(*row[5:]) for row in rows}


def _write(event_id: int, metric: str, kept: Mapping[Key, Sum], added: Mapping[Key, Sum]) -> None:
    """Insert, change and remove sums, so that no row of nothing stays."""
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for key, delta in added.items():
        before = kept.get(key, Sum())
        after = before.plus(delta)
        place = {name: getattr(key, name) for name in _PLACE}
        row = {"value": after.value, "parts": after.parts, "covered_s": after.covered_s}
        if before.parts <= 0:
            fresh.append(place | row | {"metric": metric, "event_id": event_id, "rev": 0})
        elif after.parts <= 0:
            gone.append({f"at_{name}": value for name, value in place.items()})
        else:
            changed.append({f"at_{name}": value for name, value in place.items()} | row)
    table = as_type(Table, Rollup.__table__)
    here = and_(
        table.c.metric == metric, *(table.c[name] == bindparam(f"at_{name}") for name in _PLACE)
    )
    connection = db.session.connection()
    if fresh:
        db.session.execute(insert(Rollup), fresh)
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in ("value", "parts", "covered_s")}
        statement = update(table).where(here)
        connection.execute(statement.values(**values, rev=table.c.rev + 1), changed)
    if gone:
        connection.execute(delete(table).where(here), gone)


def _adjust(raw: RawChanges, now: datetime) -> None:
    """List what changes quarters that are frozen, one row per quarter and direction."""
    late: dict[tuple[int, int, str], int] = {}
    revised: set[tuple[int, int, str]] = set()
    for change in raw.changes:
        for part, sign in ((change.before, -1), (change.after, 1)):
            if part is None or part[0].scope_id not in raw.known:
                continue
            key, one = part
            if rules.is_frozen(key.start_s, now):
                place = (key.scope_id, key.start_s, key.direction)
                late[place] = late.get(place, 0) + sign * one.value
                if change.before is not None:
                    revised.add(place)
    rows = [
        {
            "event_id": raw.event_id,
            "metric": raw.metric,
            "scope_id": place[0],
            "start_s": place[1],
            "direction": place[2],
            "delta": delta,
            "reason": _reason(raw, is_revised=place in revised),
            "batch_id": raw.batch_id,
            "adjusted_at": now,
        }
        for place, delta in sorted(late.items())
        if delta
    ]
    if rows:
        db.session.execute(insert(Adjustment), rows)


def _reason(raw: RawChanges, *, is_revised: bool) -> str:
    if raw.is_undone:
        return "undone"
    if raw.is_checked:
        return "accepted"
    return "revised" if is_revised else "late"


@command
def roll_up(event_id: int) -> int:
    """
    Take in the scans that came since the last time; a second call changes nothing. Commits.

    A scan may move admissions of its ticket in its scope, so all quarters that
    scans of the two lie in are added up again. The mark stops before the newest
    scans: on PostgreSQL one with a lower number may still be on its way.

    Returns:
        How many scans were looked at.
    """
    locks.check_lease()
    now = clock.now()
    state = _state(event_id, ENTRIES)
    scans = _take_in(event_id, state.through_id)
    settled = [scan_id for scan_id, received_at in scans if now - received_at >= _SETTLED]
    if settled:
        state.through_id = settled[-1]
    db.session.flush()
    return len(scans)


def _take_in(event_id: int, after_id: int) -> list[tuple[int, datetime]]:
    """Add up again the quarters of the next scans; return their numbers and times."""
    scans = db.session.execute(
        select(Scan.id, Scan.received_at)
        .where(Scan.event_id == event_id, Scan.id > after_id)
        .order_by(Scan.id)
        .limit(_SCANS)
    ).all()
    if scans:
        _recompute(event_id, _quarters_of(event_id, after_id, scans[-1].id))
    return [(row.id, row.received_at) for row in scans]


def _state(event_id: int, metric: str) -> RollupState:
    state = db.session.get(RollupState, (event_id, metric), with_for_update=True)
    if state is None:
        state = RollupState(event_id=event_id, metric=metric)
        db.session.add(state)
        db.session.flush()
    return state


def _quarters_of(event_id: int, after_id: int, last_id: int) -> list[int]:
    """Return the quarters of all scans of tickets and scopes that new scans are of."""
    size_ms = rules.QUARTER_S * 1000
    new = aliased(Scan)
    statement = (
        select((Scan.at_ms - Scan.at_ms % size_ms).label("bucket"))
        .join(new, and_(new.ticket_id == Scan.ticket_id, new.scope == Scan.scope))
        .where(new.event_id == event_id, new.id > after_id, new.id <= last_id)
        .distinct()
    )
    return sorted(ms // 1000 for ms in db.session.scalars(statement))


def _recompute(event_id: int, quarters: Iterable[int]) -> None:
    for start_s in quarters:
        span = Admission.entered_at_ms.between(
            start_s * 1000, (start_s + rules.QUARTER_S) * 1000 - 1
        )
        true = _entries(and_(Admission.event_id == event_id, span))
        kept = _sums(
            and_(Rollup.event_id == event_id, Rollup.metric == ENTRIES, Rollup.start_s == start_s)
        )
        _replace(event_id, ENTRIES, kept, true)


def _replace(event_id: int, metric: str, kept: dict[Key, Sum], true: dict[Key, Sum]) -> int:
    """Bring the sums to what the raw rows say; return how many were not."""
    wrong = rules.differences(kept, true)
    if wrong:
        before = {key: pair[0] for key, pair in wrong.items()}
        added = {key: pair[1].plus(pair[0], -1) for key, pair in wrong.items()}
        _write(event_id, metric, before, added)
    return len(wrong)


def _entries(where: ColumnElement[bool]) -> dict[Key, Sum]:
    """Return entries by gate and quarter, re-entries included."""
    size_ms = rules.QUARTER_S * 1000
    bucket = (Admission.entered_at_ms - Admission.entered_at_ms % size_ms).label("bucket")
    rows = db.session.execute(
        select(Admission.entered_gate_id, bucket, func.count())
        .where(where)
        .group_by(Admission.entered_gate_id, bucket)
    )
    return {Key(gate, ms // 1000, "in"): Sum(count, count) for gate, ms, count in rows}


def _bins(event_id: int) -> dict[Key, Sum]:
    """Return passages by counter and quarter; the database adds up."""
    quarter = _quarter_column()
    rows = db.session.execute(
        select(
            CounterBin.source_id,
            quarter,
            CounterBin.direction,
            CounterBin.duration_s,
            CounterBin.flags,
            func.sum(CounterBin.passages),
            func.count(),
            func.sum(CounterBin.duration_s * CounterBin.coverage),
        )
        .where(CounterBin.event_id == event_id)
        .group_by(
            CounterBin.source_id,
            quarter,
            CounterBin.direction,
            CounterBin.duration_s,
            CounterBin.flags,
        )
    )
    return {Key(*row[:5]): Sum(int(row[5]), row[6], float(row[7])) for row in rows}


def _quarter_column() -> ColumnElement[int]:
    size = rules.QUARTER_S
    if db.engine.dialect.name == "sqlite":
        seconds = cast(func.strftime("%s", CounterBin.starts_at), BigInteger)
    else:
        seconds = cast(func.floor(extract("epoch", CounterBin.starts_at)), BigInteger)
    return (seconds - seconds % size).label("quarter")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: rows that the raw rows make, and those that were kept otherwise."""

    metric: str
    rows: int
    drift: int


@command
def rebuild(event_id: int) -> list[Rebuilt]:
    """
    Make all sums of an event anew from the raw rows and say where they were not equal. Commits.

    A difference means that something changed raw rows past the service; it is
    put right, and logged as an error.
    """
    locks.check_lease()
    done: list[Rebuilt] = []
    for metric in METRICS:
        state = _state(event_id, metric)
        is_new = metric == ENTRIES and not state.through_id
        if metric == ENTRIES:
            _catch_up(event_id, state, is_new=is_new)
            true = _entries(Admission.event_id == event_id)
        else:
            true = _bins(event_id)
        kept = _sums(and_(Rollup.event_id == event_id, Rollup.metric == metric))
        drift = _replace(event_id, metric, kept, true)
        state.rebuilt_at, state.drift_count = clock.now(), 0 if is_new else drift
        if state.drift_count:
            log.error(
                "roll-ups differed from the raw rows",
                extra={"event_id": event_id, "metric": metric, "rows": drift},
            )
        done.append(Rebuilt(metric, len(true), state.drift_count))
    db.session.flush()
    return done


def _catch_up(event_id: int, state: RollupState, *, is_new: bool) -> None:
    """Take in what is waiting, so that only what was missed counts as a difference."""
    if is_new:
        newest = select(func.max(Scan.id)).where(
            Scan.event_id == event_id, Scan.received_at <= clock.now() - _SETTLED
        )
        state.through_id = db.session.scalar(newest) or 0
        return
    after_id = state.through_id
    while scans := _take_in(event_id, after_id):
        after_id = scans[-1][0]
