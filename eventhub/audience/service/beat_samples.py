"""Viewers of minutes from beats: written when a minute is over, set apart where a rule doubts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, tuple_, update

from eventhub.audience import queries
from eventhub.audience.enums import Decision, QuarantineRule
from eventhub.audience.models import BeatMinute, Quarantine, Stream, StreamSample
from eventhub.audience.rules import beats as rules
from eventhub.audience.rules import integrity
from eventhub.kernel import clock, locks
from eventhub.kernel.db import command, db

Place = tuple[int, int]  # stream.id and minute

_CLOSED_AFTER_S: Final = 20  # beats of a minute may stand in a log this long after it
_OPEN_MINUTES: Final = 10
_MINUTE: Final = timedelta(seconds=rules.MINUTE_S)


@command
def close_minutes() -> None:
    """Write the viewers of the last minutes that are over by now. Commits."""
    locks.check_lease()
    now = clock.now()
    first = int((now - timedelta(minutes=_OPEN_MINUTES)).timestamp()) // rules.MINUTE_S
    rows = db.session.execute(
        select(BeatMinute.stream_id, BeatMinute.minute).where(BeatMinute.minute >= first)
    )
    write({(stream_id, minute) for stream_id, minute in rows}, now)


def write(touched: Collection[Place], now: datetime) -> None:
    """Write the viewers of minutes that are over; one with a late beat is written again."""
    if not touched:
        return
    ids = sorted({stream_id for stream_id, _minute in touched})
    first, last = min(one for _id, one in touched), max(one for _id, one in touched)
    over = (int(now.timestamp()) - _CLOSED_AFTER_S) // rules.MINUTE_S - 1
    rows = db.session.scalars(
        select(BeatMinute)
        .where(
            BeatMinute.stream_id.in_(ids),
            BeatMinute.minute.between(first - 1, min(last, over)),
        )
        .order_by(BeatMinute.stream_id, BeatMinute.minute)
    ).all()
    by_stream: dict[int, list[BeatMinute]] = defaultdict(list)
    for row in rows:
        by_stream[row.stream_id].append(row)
    if by_stream:
        _write(by_stream, set(touched), _Standing.of(sorted(by_stream), first, last), now)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // rules.MINUTE_S


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * rules.MINUTE_S, UTC)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands of streams: who they are, their samples, plays before, minutes set apart."""

    streams: Mapping[int, Stream]
    samples: dict[tuple[int, datetime], int | None]
    starts_before: Mapping[int, int]
    apart: dict[Place, Quarantine]

    @classmethod
    def of(cls, ids: Sequence[int], first: int, last: int) -> _Standing:
        """Read all of it about minutes `first` to `last`; four statements."""
        streams = {
            row.id: row for row in db.session.scalars(select(Stream).where(Stream.id.in_(ids)))
        }
        by_source = {row.source_id: row.id for row in streams.values()}
        apart = {
            (by_source[row.source_id], _minute(queries.minute_apart(row.row_key))): row
            for row in db.session.scalars(
                select(Quarantine)
                .where(Quarantine.source_id.in_(sorted(by_source)))
                .order_by(Quarantine.id)
            )
        }
        samples = db.session.execute(
            select(StreamSample.stream_id, StreamSample.at, StreamSample.viewers).where(
                StreamSample.stream_id.in_(ids),
                StreamSample.at.between(_instant(first - 1), _instant(last)),
            )
        )
        gone = [place for place, row in apart.items() if row.decision != Decision.ACCEPT]
        starts = db.session.execute(
            select(BeatMinute.stream_id, func.sum(BeatMinute.starts))
            .where(
                BeatMinute.stream_id.in_(ids),
                BeatMinute.minute < first,
                tuple_(BeatMinute.stream_id, BeatMinute.minute).not_in(gone),
            )
            .group_by(BeatMinute.stream_id)
        )
        return cls(
            streams=streams,
            samples={(stream_id, at): viewers for stream_id, at, viewers in samples},
            starts_before={stream_id: int(total) for stream_id, total in starts},
            apart=apart,
        )


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands of the minute before: null where nothing does."""

    viewers: int | None
    starts: int | None


def _write(
    by_stream: Mapping[int, Sequence[BeatMinute]],
    touched: Collection[Place],
    standing: _Standing,
    now: datetime,
) -> None:
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    kept = standing.samples
    earliest = min(minute for _id, minute in touched)
    for stream_id, rows in by_stream.items():
        stream = standing.streams[stream_id]
        total = standing.starts_before.get(stream_id, 0)
        plays = {row.minute: row.starts for row in rows}
        first = min(minute for one, minute in touched if one == stream_id)
        for row in rows:
            at = _instant(row.minute)
            known = standing.apart.get((stream_id, row.minute))
            is_in = known is not None and known.decision == Decision.ACCEPT
            if row.minute < first:
                is_counted = row.minute >= earliest and (known is None or is_in)
                total += row.starts if is_counted else 0
                continue
            viewers = round(rules.viewers(row.weight))
            before = _Before(kept.get((stream_id, at - _MINUTE)), plays.get(row.minute - 1))
            rule = QuarantineRule(known.rule) if known else _doubt(viewers, row.starts, before)
            if rule and not is_in:
                _set_apart(stream, row, at, viewers, rule, known, now)
                continue
            total += row.starts
            if not row.beats:
                continue
            values = {
                "stream_id": stream_id,
                "at": at,
                "viewers": viewers,
                "cumulative": total,
            }
            if (stream_id, at) in kept:
                changed.append(values)
            else:
                fresh.append(values | {"event_id": row.event_id, "is_ok": True, "raw_sha256": ""})
            kept[stream_id, at] = viewers
    if fresh:
        db.session.execute(insert(StreamSample), fresh)
    if changed:
        db.session.execute(update(StreamSample), changed)


def _doubt(viewers: int, starts: int, before: _Before) -> QuarantineRule | None:
    """Return the rule by which a person must decide about a minute, None without doubt."""
    return (
        integrity.too_many(max(viewers, starts))
        or integrity.jumps(viewers, before.viewers, _MINUTE)
        or integrity.jumps(starts, before.starts, _MINUTE)
    )


def _set_apart(
    stream: Stream,
    minute: BeatMinute,
    at: datetime,
    viewers: int,
    rule: QuarantineRule,
    known: Quarantine | None,
    now: datetime,
) -> None:
    """Keep a minute apart with all that came of it, once, however often it is read again."""
    row = known
    if row is None:
        row = Quarantine(
            event_id=stream.event_id, source_id=stream.source_id, rule=rule, recorded_at=now
        )
        db.session.add(row)
    row.row_key = f"{clock.utc_text(at, 'microseconds')}={max(viewers, minute.starts)}"
    row.raw = {"concurrent": viewers, "plays": minute.starts, "beats": minute.beats}
    db.session.flush()
