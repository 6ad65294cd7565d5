"""The player of the house: what it shows, and what its viewers amount to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import case, exists, func, select, tuple_

from eventhub.audience.enums import Decision
from eventhub.audience.models import (
    BeatBatch,
    BeatMinute,
    BeatPolicy,
    HookPlay,
    Quarantine,
    Stream,
    StreamPlayer,
    ViewerSketch,
)
from eventhub.audience.rules import beats, uniques
from eventhub.audience.rules.uniques import Kept
from eventhub.kernel.db import I18n, cached_for, db
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """One stream that can be watched here; `host` is "" when it comes from this site."""

    stream_id: int
    slug: str
    name: I18n
    kind: str
    address: str
    url: str
    is_on: bool

    @property
    def host(self) -> str:
        """Return scheme and host of an address that is not of this site."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def players(event_id: int, *, is_on: bool = True) -> list[PlayerRow]:
    """Return the streams with a player in their order; one statement."""
    statement = (
        select(StreamPlayer, Stream)
        .join(Stream, Stream.id == StreamPlayer.stream_id)
        .where(StreamPlayer.event_id == event_id)
        .order_by(Stream.position, Stream.id)
    )
    if is_on:
        statement = statement.where(StreamPlayer.is_on)
    return [
        PlayerRow(
            stream_id=stream.id,
            slug=stream.slug,
            name=stream.name,
            kind=player.kind,
            address=player.address,
            url=stream.url,
            is_on=player.is_on,
        )
        for player, stream in db.session.execute(statement)
    ]


@cached_for(5)
def k_of(key: tuple[str, str]) -> int | None:
    """Return the k in force for (event, stream), None without such a player; one statement."""
    found = db.session.execute(
        select(StreamPlayer.stream_id, BeatPolicy.k)
        .join(Stream, Stream.id == StreamPlayer.stream_id)
        .join(Event, Event.id == Stream.event_id)
        .outerjoin(BeatPolicy, BeatPolicy.stream_id == Stream.id)
        .where(
            Event.slug == key[0],
            Event.is_public,  # what members look at before is not counted
            Stream.slug == key[1],
            StreamPlayer.kind == "hls",
        )
        .order_by(BeatPolicy.from_s.desc())
        .limit(1)
    ).first()
    return None if found is None else found[1] or 0


def watched_zones() -> dict[int, ZoneInfo]:
    """Return the zones of events with a player, by event id; one statement."""
    rows = db.session.execute(
        select(Event.id, Event.timezone)
        .join(StreamPlayer, StreamPlayer.event_id == Event.id)
        .distinct()
    )
    return {event_id: ZoneInfo(zone) for event_id, zone in rows}


def has_open_plays() -> bool:
    """Tell whether hooks say that somebody plays; one statement."""
    return bool(db.session.scalar(select(exists(select(HookPlay.stream_id)))))


def read_until(log: str) -> int:
    """Return the offset up to which a log was taken in; one statement."""
    statement = select(func.max(BeatBatch.end_offset)).where(BeatBatch.log == log)
    return db.session.scalar(statement) or 0


def log_heads(until: int) -> list[tuple[str, int, str]]:
    """Return log, end and SHA-256 of first parts that end by `until`, by end; one statement."""
    rows = db.session.execute(
        select(BeatBatch.log, BeatBatch.end_offset, BeatBatch.sha256)
        .where(BeatBatch.start_offset == 0, BeatBatch.end_offset <= until)
        .order_by(BeatBatch.end_offset, BeatBatch.log)
    )
    return [(log, end, sha256) for log, end, sha256 in rows]


def log_parts(log: str, until: int) -> list[tuple[int, str]]:
    """Return end and SHA-256 of the parts of a log that end by `until`; one statement."""
    rows = db.session.execute(
        select(BeatBatch.end_offset, BeatBatch.sha256)
        .where(BeatBatch.log == log, BeatBatch.end_offset <= until)
        .order_by(BeatBatch.start_offset)
    )
    return [(end, sha256) for end, sha256 in rows]


@dataclass(frozen=True, slots=True)
class ViewersDay:
    """
    Different viewers of one stream on one calendar day (`live.viewers_day`).

    Days are never united: somebody who comes back on another day counts again.
    `skipped` plays asked not to be followed and are in no count of people.
    """

    stream_id: int
    day: date
    count: int
    low: int
    high: int
    is_exact: bool
    skipped: int
    starts: int


def minutes_apart(event_id: int) -> list[tuple[int, int]]:
    """
    Return stream id and minute of what a rule set apart and nobody let in; one statement.

    Plays and watch time of such minutes are in no total.
    """
    rows = db.session.execute(
        select(Stream.id, Quarantine.row_key)
        .join(Stream, Stream.source_id == Quarantine.source_id)
        .join(StreamPlayer, StreamPlayer.stream_id == Stream.id)
        .where(Quarantine.event_id == event_id, Quarantine.decision != Decision.ACCEPT)
    )
    return [
        (stream_id, int(minute_apart(row_key).timestamp()) // beats.MINUTE_S)
        for stream_id, row_key in rows
    ]


def minute_apart(row_key: str) -> datetime:
    """Return the instant that a sample set apart is of."""
    return datetime.fromisoformat(row_key.rpartition("=")[0]).astimezone(UTC)


def viewers_days(event: EventRow) -> list[ViewersDay]:
    """Return the days of all streams with plays, by day and stream; three statements."""
    starts: dict[tuple[int, date], int] = {}
    apart = set(minutes_apart(event.id))
    for stream_id, minute, count in db.session.execute(
        select(BeatMinute.stream_id, BeatMinute.minute, BeatMinute.starts).where(
            BeatMinute.event_id == event.id, BeatMinute.starts > 0
        )
    ):
        if (stream_id, minute) in apart:
            continue
        key = (stream_id, datetime.fromtimestamp(minute * 60, event.zone).date())
        starts[key] = starts.get(key, 0) + count
    rows = db.session.scalars(
        select(ViewerSketch)
        .where(ViewerSketch.event_id == event.id)
        .order_by(ViewerSketch.day, ViewerSketch.stream_id)
    )
    found: list[ViewersDay] = []
    for row in rows:
        said = uniques.estimate(Kept(row.sketch, row.digests, row.exact_count))
        found.append(
            ViewersDay(
                stream_id=row.stream_id,
                day=row.day,
                count=said.count,
                low=said.low,
                high=said.high,
                is_exact=said.is_exact,
                skipped=row.skipped,
                starts=starts.get((row.stream_id, row.day), 0),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class BeatState:
    """
    What the beats of one stream say in all.

    `rejected` carried a k not in force, or a time that can not be theirs. Plays of
    minutes that are set apart are not in `starts`.
    """

    stream_id: int
    beats: int
    rejected: int
    starts: int
    last_minute: datetime | None


def beat_states(event: EventRow) -> dict[int, BeatState]:
    """Return the sums of beats by stream id; two statements."""
    apart = tuple_(BeatMinute.stream_id, BeatMinute.minute).in_(minutes_apart(event.id))
    rows = db.session.execute(
        select(
            BeatMinute.stream_id,
            func.sum(BeatMinute.beats),
            func.sum(BeatMinute.rejected),
            func.sum(case((apart, 0), else_=BeatMinute.starts)),
            func.max(BeatMinute.minute),
        )
        .where(BeatMinute.event_id == event.id)
        .group_by(BeatMinute.stream_id)
    )
    return {
        stream_id: BeatState(
            stream_id,
            int(beat_count),
            int(rejected),
            int(starts),
            datetime.fromtimestamp(last * 60, event.zone),
        )
        for stream_id, beat_count, rejected, starts, last in rows
    }
