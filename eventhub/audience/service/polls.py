"""Ask stream servers: who is due, and what became of each answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from eventhub.audience.enums import SourceKind, StreamState
from eventhub.audience.errors import UnknownStream
from eventhub.audience.models import Stream, StreamPoll
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.audience.sources import nginx_rtmp, registry
from eventhub.audience.sources.reading import ServerReading, StreamReading
from eventhub.audience.sources.registry import StreamFormat
from eventhub.kernel import audit, clock, locks
from eventhub.kernel.db import command, db

MIN_PERIOD_S = 10
MAX_PERIOD_S = 60
STREAM_MISSING = "stream-not-named"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoll:
    """
    How stream `slug` is asked, every `period_s` (10 to 60 seconds).

    `remote_name` is its name on the server, empty for a server with only one
    stream; `key_ref` names an entry of the operator's key file.
    """

    event_id: int
    slug: str
    stream_format: StreamFormat
    url: str
    remote_name: str = ""
    key_ref: str = ""
    period_s: int = 30
    is_synthetic: bool = False


@command
def set_poll(cmd: SetPoll) -> StreamPoll:
    """Set how a stream is asked, making the stream when there is none. Commits."""
    claimed = registry.class_of(cmd.stream_format)
    is_platform = claimed == "claimed"
    stream = ensure_stream(
        EnsureStream(
            event_id=cmd.event_id,
            slug=cmd.slug,
            kind=SourceKind.PLATFORM if is_platform else SourceKind.STREAM_SERVER,
            cls=claimed,
            sample_every_s=cmd.period_s,
            is_synthetic=cmd.is_synthetic,
        )
    )
    poll = db.session.get(StreamPoll, stream.id)
    if poll is None:
        poll = StreamPoll(stream_id=stream.id, event_id=cmd.event_id, due_at=clock.now())
        db.session.add(poll)
    poll.stream_format, poll.url = cmd.stream_format, cmd.url
    poll.remote_name, poll.key_ref = cmd.remote_name, cmd.key_ref
    poll.is_on = True
    stream.sample_every_s = cmd.period_s
    db.session.flush()
    audit.record(
        "poll.set",
        f"stream:{cmd.slug}",
        event_id=cmd.event_id,
        after={"format": cmd.stream_format.value, "host": urlsplit(cmd.url).hostname or ""},
    )
    return poll


@command
def stop_poll(event_id: int, slug: str) -> None:
    """
    Ask a stream no more; its samples stay. Commits.

    Raises:
        UnknownStream: The event polls no such stream.
    """
    poll = db.session.scalar(
        select(StreamPoll)
        .join(Stream, Stream.id == StreamPoll.stream_id)
        .where(Stream.event_id == event_id, Stream.slug == slug)
    )
    if poll is None:
        raise UnknownStream()
    poll.is_on = False
    audit.record("poll.stop", f"stream:{slug}", event_id=event_id)


@dataclass(frozen=True, slots=True)
class DuePoll:
    """One stream to ask now."""

    stream_id: int
    event_id: int
    slug: str
    stream_format: StreamFormat
    url: str
    remote_name: str
    key_ref: str
    is_synthetic: bool


@command
def claim_polls(limit: int) -> list[DuePoll]:
    """
    Return streams that are due, and set when they are due next. Commits.

    The next time lies on the stream's own grid, so that a slow answer shifts nothing.
    """
    now = clock.now()
    locks.check_lease()
    rows = db.session.scalars(
        select(StreamPoll)
        .where(StreamPoll.is_on, StreamPoll.due_at <= now)
        .order_by(StreamPoll.due_at, StreamPoll.stream_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.asked_at = now
        row.due_at = _next(row.due_at, now, row.stream.sample_every_s)
    return [_due(row) for row in rows]


def _next(due_at: datetime, now: datetime, period_s: int) -> datetime:
    missed = int((now - due_at).total_seconds() // period_s)
    return due_at + timedelta(seconds=(missed + 1) * period_s)


def _due(row: StreamPoll) -> DuePoll:
    return DuePoll(
        stream_id=row.stream_id,
        event_id=row.event_id,
        slug=row.stream.slug,
        stream_format=StreamFormat(row.stream_format),
        url=row.url,
        remote_name=row.remote_name,
        key_ref=row.key_ref,
        is_synthetic=row.stream.is_synthetic,
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """What one poll brought: a reading with its bytes, or the code of a failure."""

    poll: DuePoll
    at: datetime
    reading: ServerReading | None
    bodies: Sequence[bytes] = ()
    error: str = ""


@command
def record_answer(answered: Answered) -> bool:
    """
    Keep the sample of one poll and the state of its source; a failure is a gap. Commits.

    Returns:
        Whether there was an answer that names the stream.
    """
    locks.check_lease()
    poll = db.session.get(StreamPoll, answered.poll.stream_id, with_for_update=True)
    if poll is None:
        return False  # removed meanwhile
    stream = _stream(answered)
    error = answered.error or ("" if stream else STREAM_MISSING)
    done = record_samples(
        RecordSamples(
            event_id=poll.event_id,
            samples=[_sample(answered, stream)],
            is_synthetic=answered.poll.is_synthetic,
        )
    )
    if done.rejected:
        error = done.rejected[0].reason
    _note(poll, answered, error)
    return not error


def _stream(answered: Answered) -> StreamReading | None:
    """Return the stream's reading; a server that does not list it has it off the air."""
    if answered.reading is None:
        return None
    name, streams = answered.poll.remote_name, answered.reading.streams
    if not name:
        if len(streams) > 1:
            return None
        return streams[0] if streams else StreamReading("", 0, StreamState.OFFLINE)
    for stream in streams:
        if name in {stream.name, f"{stream.application}/{stream.name}"}:
            return stream
    is_list = answered.poll.stream_format is not StreamFormat.YOUTUBE
    return StreamReading(name, 0 if is_list else None, StreamState.OFFLINE)


def _sample(answered: Answered, stream: StreamReading | None) -> SampleReading:
    digest = hashlib.sha256()
    for body in answered.bodies:
        digest.update(body)
    return SampleReading(
        index=0,
        stream=answered.poll.slug,
        at=answered.at,
        viewers=stream.viewers if stream else None,
        cumulative=stream.views if stream else None,
        popularity=stream.popularity if stream else None,
        is_answered=stream is not None,
        raw_sha256=digest.hexdigest() if answered.bodies else "",
    )


def _note(poll: StreamPoll, answered: Answered, error: str) -> None:
    if error:
        poll.failure_count += 1
        poll.last_error = error[:200]
    else:
        poll.failure_count, poll.last_error = 0, ""
        poll.answered_at = answered.at
    reading = answered.reading
    if reading is None:
        return
    before = ServerReading((), (), poll.server_pid, poll.server_uptime_s)
    changes = nginx_rtmp.changes([before, reading])
    poll.warnings = ",".join(dict.fromkeys((*reading.warnings, *changes)))[:200]
    poll.server_pid, poll.server_uptime_s = reading.pid, reading.uptime_s
