"""Take in beats and plays of the house's own player: each part of a log once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update

from eventhub.audience.models import (
    BeatBatch,
    BeatJoin,
    BeatMinute,
    BeatPolicy,
    Stream,
    StreamPlayer,
    ViewerSketch,
)
from eventhub.audience.rules import beats as rules
from eventhub.audience.rules import integrity, uniques
from eventhub.audience.rules.beats import Minute, Policy
from eventhub.audience.service import beat_samples
from eventhub.audience.sources.beacon import BeaconLog, Play
from eventhub.kernel import clock, locks
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event

_CHUNK: Final = 400
_LEDGER_KEPT: Final = timedelta(days=7)  # logs go after two; older lines are refused

SaltOf = Callable[[int, date], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBeats:
    """
    One part of one log, `[start_offset, end_offset)`.

    `salt_of` returns the secret of an event's calendar day, None when that day
    is over: then a play is counted and nobody is told apart any more.
    """

    log: str
    start_offset: int
    end_offset: int
    sha256: str
    found: BeaconLog
    salt_of: SaltOf


@dataclass(frozen=True, slots=True)
class _Watched:
    id: int
    event_id: int
    key: str  # event/stream
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class BeatsTaken:
    """What became of a part of a log, or of several."""

    beats: int = 0
    rejected: int = 0
    starts: int = 0
    left_out: int = 0
    is_known: bool = False

    def plus(self, other: BeatsTaken) -> BeatsTaken:
        """Return both together."""
        return BeatsTaken(
            beats=self.beats + other.beats,
            rejected=self.rejected + other.rejected,
            starts=self.starts + other.starts,
            left_out=self.left_out + other.left_out,
            is_known=other.is_known,
        )


@command
def record_beats(cmd: RecordBeats) -> BeatsTaken:
    """
    Count the beats and plays of a part of a log; the same part again is refused. Commits.

    Lines of the future, and those older than the ledger that would know them,
    are counted as rejected in the minute in which they are read.
    """
    locks.check_lease()
    known = db.session.get(BeatBatch, (cmd.log, cmd.start_offset))
    if known is not None:
        return BeatsTaken(is_known=True)
    now = clock.now()
    streams = _watched(cmd.found)
    minutes = _judged(cmd.found, streams, now)
    starts = _plays(cmd, streams, now)
    _add_minutes(minutes, starts, streams)
    strange = sum(n for (key, _m, _k), n in cmd.found.beats.items() if key not in streams)
    left_out = cmd.found.left_out + strange
    left_out += sum(play.stream not in streams for play in cmd.found.plays)
    db.session.add(
        BeatBatch(
            log=cmd.log,
            start_offset=cmd.start_offset,
            end_offset=cmd.end_offset,
            sha256=cmd.sha256,
            line_count=cmd.found.lines,
            left_out=left_out,
            read_at=now,
        )
    )
    db.session.flush()
    touched = {(stream_id, minute) for stream_id, minute in (*minutes, *starts)}
    beat_samples.write(touched, now)
    return BeatsTaken(
        beats=sum(one.beats for one in minutes.values()),
        rejected=sum(one.rejected for one in minutes.values()),
        starts=sum(starts.values()),
        left_out=left_out,
    )


def _watched(found: BeaconLog) -> dict[str, _Watched]:
    """Return the streams that a log names and that have a player of the house."""
    keys = {key for key, _minute, _k in found.beats} | {play.stream for play in found.plays}
    slugs = sorted({key.partition("/")[0] for key in keys})
    rows = db.session.execute(
        select(Stream.id, Stream.event_id, Event.slug, Stream.slug, Event.timezone)
        .join(Event, Event.id == Stream.event_id)
        .join(StreamPlayer, StreamPlayer.stream_id == Stream.id)
        .where(Event.slug.in_(slugs[:_CHUNK]), StreamPlayer.kind == "hls")
    )
    streams = [
        _Watched(stream_id, event_id, f"{event}/{slug}", ZoneInfo(zone))
        for stream_id, event_id, event, slug, zone in rows
    ]
    return {one.key: one for one in streams if one.key in keys}


Place = tuple[int, int]  # stream.id and minute


def _is_timely(at_s: int, now: datetime) -> bool:
    """Tell whether a line can be of its time: not ahead, not older than the ledger reaches."""
    latest = now + integrity.MAX_AHEAD
    return (now - _LEDGER_KEPT).timestamp() <= at_s <= latest.timestamp()


def _judged(
    found: BeaconLog, streams: Mapping[str, _Watched], now: datetime
) -> dict[Place, Minute]:
    counts: dict[Place, dict[int, int]] = defaultdict(dict)
    untimely: dict[Place, int] = defaultdict(int)
    this_minute = int(now.timestamp()) // rules.MINUTE_S
    for (key, minute, k), count in found.beats.items():
        if key not in streams:
            continue
        if _is_timely(minute * rules.MINUTE_S, now):
            counts[streams[key].id, minute][k] = count
        else:
            untimely[streams[key].id, this_minute] += count
    for play in found.plays:
        if play.stream in streams and not _is_timely(play.at_s, now):
            untimely[streams[play.stream].id, this_minute] += 1
    policies = _policies({one.id for one in streams.values()})
    judged = {
        place: rules.judge(by_k, rules.in_force(policies.get(place[0], ()), place[1]))
        for place, by_k in counts.items()
    }
    for place, count in untimely.items():
        one = judged.get(place, Minute())
        judged[place] = Minute(one.weight, one.beats, one.rejected + count)
    return judged


def _policies(stream_ids: set[int]) -> dict[int, list[Policy]]:
    found: dict[int, list[Policy]] = defaultdict(list)
    rows = db.session.execute(
        select(BeatPolicy.stream_id, BeatPolicy.from_s, BeatPolicy.k)
        .where(BeatPolicy.stream_id.in_(sorted(stream_ids)))
        .order_by(BeatPolicy.stream_id, BeatPolicy.from_s)
    )
    for stream_id, from_s, k in rows:
        found[stream_id].append(Policy(from_s, k))
    return found


def _plays(cmd: RecordBeats, streams: Mapping[str, _Watched], now: datetime) -> dict[Place, int]:
    """Count plays that are new, add who plays to the day's viewers; addresses end here."""
    starts: dict[Place, int] = defaultdict(int)
    by_stream: dict[str, list[Play]] = defaultdict(list)
    for play in sorted(cmd.found.plays, key=lambda one: one.at_s):
        if play.stream in streams and _is_timely(play.at_s, now):
            by_stream[play.stream].append(play)
    for key, plays in by_stream.items():
        stream = streams[key]
        fresh = _fresh(stream, plays)
        for play in fresh:
            starts[stream.id, play.at_s // rules.MINUTE_S] += 1
        _add_viewers(stream, fresh, cmd.salt_of)
    return dict(starts)


def _fresh(stream: _Watched, plays: Sequence[Play]) -> list[Play]:
    oldest = plays[0].at_s - rules.JOIN_S
    db.session.execute(
        delete(BeatJoin).where(BeatJoin.stream_id == stream.id, BeatJoin.at_s < oldest)
    )
    known: dict[str, int] = {}
    sids = sorted({play.sid for play in plays})
    for first in range(0, len(sids), _CHUNK):
        statement = select(BeatJoin.sid, BeatJoin.at_s).where(
            BeatJoin.stream_id == stream.id, BeatJoin.sid.in_(sids[first : first + _CHUNK])
        )
        known |= dict(db.session.execute(statement).all())
    new, seen = rules.new_plays([(play.sid, play.at_s) for play in plays], known)
    added = {sid: seen[sid] for sid, _at in new}
    rows = [
        {"stream_id": stream.id, "sid": sid, "at_s": at_s}
        for sid, at_s in added.items()
        if sid not in known
    ]
    again = [
        {"stream_id": stream.id, "sid": sid, "at_s": at_s}
        for sid, at_s in added.items()
        if sid in known
    ]
    if rows:
        db.session.execute(insert(BeatJoin), rows)
    if again:
        db.session.execute(update(BeatJoin), again)
    by_place = {(play.sid, play.at_s): play for play in plays}
    return [by_place[place] for place in new]


def _add_viewers(stream: _Watched, plays: Sequence[Play], salt_of: SaltOf) -> None:
    days: dict[date, list[Play]] = defaultdict(list)
    for play in plays:
        days[datetime.fromtimestamp(play.at_s, stream.zone).date()].append(play)
    for day, some in days.items():
        salt = salt_of(stream.event_id, day)
        if salt is None:
            continue
        open_ = [play for play in some if not play.is_shy]
        row = db.session.get(ViewerSketch, (stream.id, day))
        kept = uniques.Kept(row.sketch, row.digests, row.exact_count) if row else None
        after = uniques.added(
            kept, (rules.digest(salt, stream.key, play.address, play.agent) for play in open_)
        )
        if row is None:
            row = ViewerSketch(stream_id=stream.id, day=day, event_id=stream.event_id, skipped=0)
            row.library, row.lg_k, row.kind = uniques.library(), uniques.LG_K, uniques.KIND
            db.session.add(row)
        row.sketch, row.digests, row.exact_count = after.sketch, after.digests, after.exact_count
        row.skipped += len(some) - len(open_)
    db.session.flush()


def _add_minutes(
    minutes: Mapping[Place, Minute], starts: Mapping[Place, int], streams: Mapping[str, _Watched]
) -> None:
    events = {one.id: one.event_id for one in streams.values()}
    places = sorted({*minutes, *starts})
    kept: dict[Place, BeatMinute] = {}
    for stream_id in {place[0] for place in places}:
        mine = [minute for one, minute in places if one == stream_id]
        rows = db.session.scalars(
            select(BeatMinute).where(
                BeatMinute.stream_id == stream_id,
                BeatMinute.minute.between(min(mine), max(mine)),
            )
        )
        kept |= {(stream_id, row.minute): row for row in rows}
    nothing = Minute()
    for place in places:
        row = kept.get(place)
        if row is None:
            row = BeatMinute(
                stream_id=place[0],
                minute=place[1],
                event_id=events[place[0]],
                weight=0,
                beats=0,
                rejected=0,
                starts=0,
            )
            db.session.add(row)
        one = minutes.get(place, nothing)
        row.weight += one.weight
        row.beats += one.beats
        row.rejected += one.rejected
        row.starts += starts.get(place, 0)
    db.session.flush()


@command
def adapt(*, rate: float = rules.RATE) -> dict[str, int]:
    """
    Let players send less often where too many beats come, and more often again. Commits.

    Args:
        rate: Beats a second that one stream may send.

    Returns:
        The k in force by `event/stream`, for every stream with a player.
    """
    locks.check_lease()
    now_s = clock.now_ms() // 1000
    minute, elapsed_s = divmod(now_s, rules.MINUTE_S)
    streams = db.session.execute(
        select(Stream.id, Event.slug, Stream.slug)
        .join(Event, Event.id == Stream.event_id)
        .join(StreamPlayer, StreamPlayer.stream_id == Stream.id)
        .where(StreamPlayer.kind == "hls", StreamPlayer.is_on)
    ).all()
    ids = {row[0] for row in streams}
    policies = _policies(ids)
    weights = _weights(ids, minute - 1)
    found: dict[str, int] = {}
    for stream_id, event, slug in streams:
        latest = policies.get(stream_id, [Policy(0, 0)])[-1]
        k = latest.k
        if now_s > latest.from_s:
            came = [weights.get((stream_id, one), 0) for one in (minute - 1, minute)]
            expected = rules.expected_rate(k, came[0], came[1], elapsed_s)
            k = rules.next_k(k, expected * rules.RATE / rate)
        if k != latest.k:
            db.session.add(BeatPolicy(stream_id=stream_id, from_s=now_s, k=k))
        found[f"{event}/{slug}"] = k
    db.session.flush()
    return found


def _weights(stream_ids: set[int], first: int) -> dict[Place, int]:
    rows = db.session.execute(
        select(BeatMinute.stream_id, BeatMinute.minute, BeatMinute.weight).where(
            BeatMinute.stream_id.in_(sorted(stream_ids)), BeatMinute.minute >= first
        )
    )
    return {(stream_id, minute): weight for stream_id, minute, weight in rows}


@command
def forget_days() -> None:
    """Keep of days that are over only how many viewers they had. Commits."""
    locks.check_lease()
    now = clock.now()
    rows = db.session.execute(
        select(ViewerSketch, Event.timezone)
        .join(Event, Event.id == ViewerSketch.event_id)
        .where(ViewerSketch.digests.is_not(None))
    )
    for row, zone in rows:
        if row.day < now.astimezone(ZoneInfo(zone)).date():
            row.digests = None
    db.session.execute(
        delete(BeatJoin).where(BeatJoin.at_s < int(now.timestamp()) - 2 * rules.JOIN_S)
    )
    db.session.execute(delete(BeatBatch).where(BeatBatch.read_at < now - _LEDGER_KEPT))
