"""Record viewers of streams: idempotent, a failed poll is a gap, jumps are set apart."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from eventhub.audience.enums import QuarantineRule
from eventhub.audience.models import Quarantine, Revision, Stream, StreamSample
from eventhub.audience.rules import integrity
from eventhub.audience.service import deliveries
from eventhub.audience.service.deliveries import Said, Told
from eventhub.audience.service.readings import Recorded, Refusal
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id

_BEFORE = timedelta(minutes=2)  # how far back the last value is looked for
_EARLY = timedelta(days=400)  # so long before an event and before now nothing is its stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReading:
    """
    Viewers of one stream at one instant.

    `viewers` null is a failed poll, unless `is_answered` says that the server
    answered without a number. `cumulative` is a running count of starts or
    views, `popularity` a platform's index. `index` is the place of the sample in
    the request, from 0.
    """

    index: int
    stream: str
    at: datetime
    viewers: int | None
    cumulative: int | None = None
    popularity: int | None = None
    is_answered: bool = False
    raw_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSamples:
    """
    Samples of one event, in order of arrival; the later one of an instant holds.

    `is_checked`: a person has accepted them, nothing is set apart.
    """

    event_id: int
    samples: Sequence[SampleReading]
    batch_id: int | None = None
    is_synthetic: bool = False
    is_checked: bool = False


@dataclass(slots=True)
class _Kept:
    viewers: int | None
    cumulative: int | None
    is_new: bool
    is_changed: bool = False
    popularity: int | None = None
    is_answered: bool = False
    raw_sha256: str = ""
    batch_id: int = 0  # 0: not of a file


Key = tuple[int, datetime]


@command
def record_samples(cmd: RecordSamples) -> Recorded:
    """
    Keep samples; sending them again changes nothing. Commits.

    An unknown stream is registered under its slug as a measured one.

    Raises:
        TooManySources: The samples name more streams than an event may have.
    """
    now = clock.now()
    streams, created = _streams(cmd)
    kept = _load(cmd, streams)
    times = _Times.of(kept)
    replaced = _replaced(streams)
    told = _told(cmd, streams)
    counts = dict.fromkeys(("new", "same", "revised", "apart"), 0)
    refused: list[Refusal] = []
    for sample in sorted(cmd.samples, key=lambda one: one.at):
        stream = streams[sample.stream]
        if reason := _fault(cmd.event_id, sample, now):
            refused.append(Refusal(sample.index, reason))
        elif not cmd.is_checked and (rule := _doubt(sample, stream, kept, times)):
            counts["apart"] += 1
            _set_apart(cmd, sample, stream, rule, now)
        else:
            if not _is_replay(sample, stream, kept, replaced):
                _tell(cmd, told, sample, stream, kept)
            counts[_keep(cmd, sample, stream, kept, replaced, now)] += 1
            times.add(sample, stream)
    _write(cmd, kept)
    deliveries.write(StreamSample.__tablename__, cmd.event_id, told)
    return Recorded(
        accepted=counts["new"],
        duplicates=counts["same"],
        revisions=counts["revised"],
        quarantined=counts["apart"],
        rejected=tuple(sorted(refused, key=lambda one: one.index)),
        created=tuple(created),
    )


def _streams(cmd: RecordSamples) -> tuple[dict[str, Stream], list[str]]:
    slugs = sorted({sample.stream for sample in cmd.samples})
    found = {
        stream.slug: stream
        for stream in db.session.scalars(
            select(Stream)
            .where(Stream.event_id == cmd.event_id, Stream.slug.in_(slugs))
            .order_by(Stream.id)
            .with_for_update()
        )
    }
    created = [slug for slug in slugs if slug not in found]
    for slug in created:
        found[slug] = ensure_stream(
            EnsureStream(event_id=cmd.event_id, slug=slug, is_synthetic=cmd.is_synthetic)
        )
    return found, created


def _load(cmd: RecordSamples, streams: dict[str, Stream]) -> dict[Key, _Kept]:
    if not cmd.samples:
        return {}
    first = min(sample.at for sample in cmd.samples) - _BEFORE
    last = max(sample.at for sample in cmd.samples)
    rows = db.session.execute(
        select(
            StreamSample.stream_id,
            StreamSample.at,
            StreamSample.viewers,
            StreamSample.cumulative,
            StreamSample.popularity,
            StreamSample.is_ok,
            StreamSample.raw_sha256,
            StreamSample.batch_id,
        ).where(
            StreamSample.stream_id.in_([stream.id for stream in streams.values()]),
            StreamSample.at.between(first, last),
        )
    )
    return {
        (row[0], row[1]): _Kept(
            row[2],
            row[3],
            is_new=False,
            popularity=row[4],
            is_answered=row[5],
            raw_sha256=row[6],
            batch_id=row[7] or 0,
        )
        for row in rows
    }


def _told(cmd: RecordSamples, streams: dict[str, Stream]) -> Told:
    if not cmd.samples:
        return Told()
    times = [sample.at for sample in cmd.samples]
    ids = [stream.source_id for stream in streams.values()]
    return deliveries.load(StreamSample.__tablename__, ids, min(times), max(times))


def _tell(
    cmd: RecordSamples, told: Told, sample: SampleReading, stream: Stream, kept: dict[Key, _Kept]
) -> None:
    """Note what each file said of an instant as soon as two tell of it; the later holds."""
    current = kept.get((stream.id, sample.at))
    if current is None:
        return
    name = deliveries.sample_key(stream.source_id, sample.at)
    seq = max((one.seq for one in told.kept.get(name, {}).values()), default=0) + 1

    def said(one: _Kept, number: int) -> Said:
        return Said(number, _raw(one), stream.source_id, sample.at)

    arriving = _kept(cmd, sample)
    told.note(
        name,
        (current.batch_id, said(current, seq - 1)),
        (arriving.batch_id, said(arriving, seq)),
    )


def _is_replay(
    sample: SampleReading,
    stream: Stream,
    kept: dict[Key, _Kept],
    replaced: set[tuple[int, str, float]],
) -> bool:
    """Tell whether a value was replaced before, or takes nothing away because it failed."""
    current = kept.get((stream.id, sample.at))
    if current is None or (current.viewers, current.cumulative) == (
        sample.viewers,
        sample.cumulative,
    ):
        return False
    if sample.viewers is None and current.viewers is not None:
        return True
    return (stream.source_id, _key(sample.at), float(sample.viewers or 0)) in replaced


def _kept(cmd: RecordSamples, sample: SampleReading) -> _Kept:
    return _Kept(
        sample.viewers,
        sample.cumulative,
        is_new=True,
        popularity=sample.popularity,
        is_answered=sample.is_answered,
        raw_sha256=sample.raw_sha256,
        batch_id=cmd.batch_id or 0,
    )


def _raw(one: _Kept) -> dict[str, Any]:
    return {
        "viewers": one.viewers,
        "cumulative": one.cumulative,
        "popularity": one.popularity,
        "is_ok": one.is_answered or one.viewers is not None or one.cumulative is not None,
        "raw_sha256": one.raw_sha256,
    }


def _replaced(streams: dict[str, Stream]) -> set[tuple[int, str, float]]:
    ids = [stream.source_id for stream in streams.values()]
    return {
        (row[0], row[1], row[2])
        for row in db.session.execute(
            select(Revision.source_id, Revision.row_key, Revision.old_value).where(
                Revision.source_id.in_(ids),
                Revision.table_name == StreamSample.__tablename__,
                deliveries.stands(Revision.batch_id),
            )
        )
    }


def _fault(event_id: int, sample: SampleReading, now: datetime) -> str | None:
    if fault := integrity.time_fault(sample.at, now):
        return f"at: {fault}"
    if sample.at < now - _EARLY and _is_before(event_id, sample.at):
        return "at: before-the-event"
    if sample.viewers is not None and (fault := integrity.count_fault(sample.viewers)):
        return f"concurrent: {fault}"
    return None


def _is_before(event_id: int, at: datetime) -> bool:
    """Tell whether an instant is of no preparation of an event: its curve would have no end."""
    event = event_by_id(event_id)
    return event.starts_on is None or at < event.day_bounds(event.starts_on)[0] - _EARLY


@dataclass(slots=True)
class _Times:
    """When each stream has a number, in order, so that the last one before is found at once."""

    by_stream: dict[int, list[datetime]]

    @classmethod
    def of(cls, kept: dict[Key, _Kept]) -> _Times:
        found: dict[int, list[datetime]] = defaultdict(list)
        for stream_id, at in sorted(key for key, one in kept.items() if one.viewers is not None):
            found[stream_id].append(at)
        return cls(found)

    def add(self, sample: SampleReading, stream: Stream) -> None:
        if sample.viewers is not None:
            insort(self.by_stream[stream.id], sample.at)

    def before(self, sample: SampleReading, stream: Stream) -> datetime | None:
        times = self.by_stream[stream.id]
        place = bisect_left(times, sample.at)
        return times[place - 1] if place else None


def _doubt(
    sample: SampleReading, stream: Stream, kept: dict[Key, _Kept], times: _Times
) -> QuarantineRule | None:
    """Return the rule by which a person must decide about a sample, None without doubt."""
    if sample.viewers is None or sample.viewers <= integrity.JUMP_FLOOR:
        return None
    if rule := integrity.too_many(sample.viewers):
        return rule
    at = times.before(sample, stream)
    if at is None:
        return None
    return integrity.jumps(sample.viewers, kept[stream.id, at].viewers, sample.at - at)


def _key(at: datetime) -> str:
    return clock.utc_text(at, "microseconds")


def _set_apart(
    cmd: RecordSamples, sample: SampleReading, stream: Stream, rule: QuarantineRule, now: datetime
) -> None:
    key = f"{_key(sample.at)}={sample.viewers}"
    known = db.session.scalar(
        select(Quarantine.id).where(
            Quarantine.source_id == stream.source_id, Quarantine.row_key == key
        )
    )
    if known is None:
        db.session.add(
            Quarantine(
                event_id=stream.event_id,
                source_id=stream.source_id,
                row_key=key,
                rule=rule,
                raw={"concurrent": sample.viewers, "cumulative": sample.cumulative},
                recorded_at=now,
                batch_id=cmd.batch_id,
            )
        )
        db.session.flush()


def _keep(
    cmd: RecordSamples,
    sample: SampleReading,
    stream: Stream,
    kept: dict[Key, _Kept],
    replaced: set[tuple[int, str, float]],
    now: datetime,
) -> str:
    key = (stream.id, sample.at)
    current = kept.get(key)
    if current is None:
        kept[key] = _kept(cmd, sample)
        return "new"
    is_same = (current.viewers, current.cumulative) == (sample.viewers, sample.cumulative)
    if is_same or _is_replay(sample, stream, kept, replaced):
        return "same"
    if current.viewers is not None:
        replaced.add((stream.source_id, _key(sample.at), float(current.viewers)))
        db.session.add(_revision(cmd, sample, stream, current.viewers, now))
    current.viewers, current.cumulative = sample.viewers, sample.cumulative
    current.raw_sha256, current.batch_id = sample.raw_sha256, cmd.batch_id or 0
    current.is_changed = not current.is_new
    return "revised"


def _revision(
    cmd: RecordSamples, sample: SampleReading, stream: Stream, old: int, now: datetime
) -> Revision:
    return Revision(
        event_id=stream.event_id,
        source_id=stream.source_id,
        batch_id=cmd.batch_id,
        table_name=StreamSample.__tablename__,
        row_key=_key(sample.at),
        old_value=float(old),
        new_value=float(sample.viewers or 0),
        old_seq=0,
        new_seq=0,
        revised_at=now,
    )


def _write(cmd: RecordSamples, kept: dict[Key, _Kept]) -> None:
    def row(key: Key, one: _Kept) -> dict[str, Any]:
        return {
            "stream_id": key[0],
            "at": key[1],
            "event_id": cmd.event_id,
            "batch_id": one.batch_id or None,
            **_raw(one),
        }

    fresh = [row(key, one) for key, one in kept.items() if one.is_new]
    changed = [row(key, one) for key, one in kept.items() if one.is_changed]
    if fresh:
        db.session.execute(insert(StreamSample), fresh)
    if changed:
        db.session.execute(update(StreamSample), changed)
