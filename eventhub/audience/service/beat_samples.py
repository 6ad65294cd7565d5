"""Viewers of minutes from beats: written when a minute is over, set apart where a rule doubts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, update

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
    now_s = int(now.timestamp())
    for stream_id in sorted({one for one, _minute in touched}):
        minutes = [minute for one, minute in touched if one == stream_id]
        rows = db.session.scalars(
            select(BeatMinute)
            .where(
                BeatMinute.stream_id == stream_id,
                BeatMinute.minute.between(min(minutes), max(minutes)),
                BeatMinute.minute <= (now_s - _CLOSED_AFTER_S) // rules.MINUTE_S - 1,
                (BeatMinute.beats > 0) | (BeatMinute.starts > integrity.JUMP_FLOOR),
            )
            .order_by(BeatMinute.minute)
        ).all()
        if rows:
            _write(db.session.get_one(Stream, stream_id), rows, now)


def _apart(source_id: int) -> dict[datetime, Quarantine]:
    rows = db.session.scalars(
        select(Quarantine).where(Quarantine.source_id == source_id).order_by(Quarantine.id)
    )
    return {queries.minute_apart(row.row_key): row for row in rows}


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // rules.MINUTE_S


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands of the minute before: null where nothing does."""

    viewers: int | None
    starts: int | None


def _write(stream: Stream, rows: Sequence[BeatMinute], now: datetime) -> None:
    apart = _apart(stream.source_id)
    kept, starts = _standing(stream, rows)
    total = _starts_before(stream, rows[0].minute, apart)
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for row in rows:
        at = datetime.fromtimestamp(row.minute * rules.MINUTE_S, UTC)
        viewers = round(rules.viewers(row.weight))
        known = apart.get(at)
        before = _Before(kept.get(at - _MINUTE), starts.get(row.minute - 1))
        rule = QuarantineRule(known.rule) if known else _doubt(viewers, row.starts, before)
        if rule and (known is None or known.decision != Decision.ACCEPT):
            _set_apart(stream, row, at, viewers, rule, known, now)
            continue
        total += row.starts
        if not row.beats:
            continue
        values = {
            "stream_id": stream.id,
            "at": at,
            "viewers": viewers,
            "cumulative": int(total),
        }
        if at in kept:
            changed.append(values)
        else:
            fresh.append(values | {"event_id": row.event_id, "is_ok": True, "raw_sha256": ""})
        kept[at] = viewers
    if fresh:
        db.session.execute(insert(StreamSample), fresh)
    if changed:
        db.session.execute(update(StreamSample), changed)


def _standing(
    stream: Stream, rows: Sequence[BeatMinute]
) -> tuple[dict[datetime, int | None], dict[int, int]]:
    """Return the samples and the plays of the minutes of `rows` and of the one before."""
    first, last = rows[0].minute - 1, rows[-1].minute
    since, until = (datetime.fromtimestamp(one * rules.MINUTE_S, UTC) for one in (first, last))
    samples = db.session.execute(
        select(StreamSample.at, StreamSample.viewers).where(
            StreamSample.stream_id == stream.id, StreamSample.at.between(since, until)
        )
    )
    plays = db.session.execute(
        select(BeatMinute.minute, BeatMinute.starts).where(
            BeatMinute.stream_id == stream.id, BeatMinute.minute.between(first, last)
        )
    )
    return dict(samples.all()), dict(plays.all())


def _starts_before(stream: Stream, minute: int, apart: Mapping[datetime, Quarantine]) -> int:
    gone = [_minute(at) for at, row in apart.items() if row.decision != Decision.ACCEPT]
    total = db.session.scalar(
        select(func.sum(BeatMinute.starts)).where(
            BeatMinute.stream_id == stream.id,
            BeatMinute.minute < minute,
            BeatMinute.minute.not_in(gone),
        )
    )
    return int(total or 0)


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
