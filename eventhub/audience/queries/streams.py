"""Streams: their samples, and what these say about each programme item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.models import Source, Stream, StreamProgramme, StreamSample
from eventhub.audience.rules import samples as rules
from eventhub.audience.rules.samples import Gap, Point, Viewers
from eventhub.audience.rules.sums import MIN_COVERAGE
from eventhub.kernel.db import I18n, db

STALE_PERIODS = 3
MIN_STALE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A channel on one platform."""

    id: int
    slug: str
    source_id: int
    source_name: str
    source_kind: SourceKind
    name: I18n
    platform: I18n | None
    url: str
    note: I18n | None
    cls: EvidenceClass
    sample_every_s: int
    position: int
    is_synthetic: bool

    @property
    def stale_after(self) -> timedelta:
        """Return the age at which the latest sample is no longer shown as the present."""
        return max(MIN_STALE, timedelta(seconds=STALE_PERIODS * self.sample_every_s))

    @property
    def grain_s(self) -> int:
        """Return the width of the buckets that peaks are means of, seconds."""
        return max(rules.MINUTE_S, self.sample_every_s)


def streams(event_id: int) -> list[StreamRow]:
    """Return the streams of an event in their order; one statement."""
    found = db.session.execute(
        select(Stream, Source)
        .join(Source, Stream.source_id == Source.id)
        .where(Stream.event_id == event_id)
        .order_by(Stream.position, Stream.id)
    )
    return [
        StreamRow(
            id=stream.id,
            slug=stream.slug,
            source_id=source.id,
            source_name=source.name,
            source_kind=SourceKind(source.kind),
            name=stream.name,
            platform=stream.platform,
            url=stream.url,
            note=stream.note,
            cls=EvidenceClass(stream.cls),
            sample_every_s=stream.sample_every_s,
            position=stream.position,
            is_synthetic=stream.is_synthetic,
        )
        for stream, source in found
    ]


def stream_samples(
    event_id: int, *, since: datetime | None = None, until: datetime | None = None
) -> dict[int, list[Viewers]]:
    """Return samples by stream id in order of time, `[since, until)`; one statement."""
    statement = (
        select(StreamSample.stream_id, StreamSample.at, StreamSample.viewers)
        .where(StreamSample.event_id == event_id)
        .order_by(StreamSample.stream_id, StreamSample.at)
    )
    if since is not None:
        statement = statement.where(StreamSample.at >= since)
    if until is not None:
        statement = statement.where(StreamSample.at < until)
    found: dict[int, list[Viewers]] = defaultdict(list)
    for stream_id, at, viewers in db.session.execute(statement):
        found[stream_id].append(Viewers(at, viewers))
    return dict(found)


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """What a stream shows in `[starts_at, ends_at)`."""

    id: int
    stream_id: int
    performance_id: int | None
    title: I18n
    starts_at: datetime
    ends_at: datetime


def stream_programme(event_id: int) -> list[ProgrammeRow]:
    """Return what all streams of an event show, by stream and start; one statement."""
    found = db.session.scalars(
        select(StreamProgramme)
        .where(StreamProgramme.event_id == event_id)
        .order_by(StreamProgramme.stream_id, StreamProgramme.starts_at)
    )
    return [
        ProgrammeRow(r.id, r.stream_id, r.performance_id, r.title, r.starts_at, r.ends_at)
        for r in found
    ]


@dataclass(frozen=True, slots=True)
class StreamSeries:
    """
    All samples of one stream as one curve.

    `points` are means of `grain_s` seconds, None for a gap. `peak` is their
    largest, rounded. `viewer_minutes` is the sum over all minutes with a sample.
    """

    stream: StreamRow
    points: tuple[Point, ...]
    peak: int | None
    peak_at: datetime | None
    viewer_minutes: int
    coverage: float
    gaps: tuple[Gap, ...]
    grain_s: int


def stream_series(event_id: int) -> list[StreamSeries]:
    """Return one curve per stream of an event, streams without samples too; two statements."""
    found = stream_samples(event_id)
    return [_series(stream, found.get(stream.id, [])) for stream in streams(event_id)]


def _series(stream: StreamRow, values: list[Viewers]) -> StreamSeries:
    points = rules.series(values, grain_s=stream.grain_s)
    said = rules.concurrency(values, period_s=stream.sample_every_s, grain_s=stream.grain_s)
    minutes = stream.grain_s / rules.MINUTE_S
    return StreamSeries(
        stream=stream,
        points=tuple(points),
        peak=None if said.peak is None else round(said.peak),
        peak_at=said.peak_at,
        viewer_minutes=round(sum(p.mean for p in points if p.mean is not None) * minutes),
        coverage=said.coverage,
        gaps=said.gaps,
        grain_s=stream.grain_s,
    )


@dataclass(frozen=True, slots=True)
class StreamResult:
    """
    What samples say about one programme item of one stream.

    `peak` is the largest mean of `grain_s` seconds, `ama` the average minute
    audience over its minutes. The class is that of the samples, weakened to
    estimated below 90 % coverage. People, null without any sample.
    """

    stream: StreamRow
    programme: ProgrammeRow
    peak: int | None
    peak_at: datetime | None
    ama: int | None
    viewer_minutes: int
    coverage: float
    gaps: tuple[Gap, ...]
    grain_s: int
    cls: EvidenceClass


def stream_results(event_id: int) -> list[StreamResult]:
    """Return a result per stream and programme item with samples; three statements."""
    rows = {stream.id: stream for stream in streams(event_id)}
    found = stream_samples(event_id)
    results = [
        _result(rows[item.stream_id], item, found.get(item.stream_id, []))
        for item in stream_programme(event_id)
        if item.stream_id in rows
    ]
    return [result for result in results if result.peak is not None]


def _result(stream: StreamRow, item: ProgrammeRow, values: list[Viewers]) -> StreamResult:
    window = (item.starts_at, item.ends_at)
    said = rules.concurrency(
        values, period_s=stream.sample_every_s, grain_s=stream.grain_s, window=window
    )
    audience = rules.average_minute_audience(values, window=window, grain_s=stream.grain_s)
    is_thin = said.coverage < MIN_COVERAGE and stream.cls is EvidenceClass.MEASURED
    return StreamResult(
        stream=stream,
        programme=item,
        peak=None if said.peak is None else round(said.peak),
        peak_at=said.peak_at,
        ama=None if audience.ama is None else round(audience.ama),
        viewer_minutes=round(audience.viewer_minutes),
        coverage=said.coverage,
        gaps=said.gaps,
        grain_s=stream.grain_s,
        cls=EvidenceClass.ESTIMATED if is_thin else stream.cls,
    )


@dataclass(frozen=True, slots=True)
class LatestRow:
    """The latest sample of a stream that says a number, with the latest running total."""

    stream_id: int
    at: datetime
    viewers: int
    cumulative: int | None


def latest(event_id: int, now: datetime) -> dict[int, LatestRow]:
    """Return the latest good sample at or before `now`, by stream id; one statement."""
    newest = (
        select(StreamSample.stream_id, func.max(StreamSample.at).label("at"))
        .where(
            StreamSample.event_id == event_id,
            StreamSample.viewers.is_not(None),
            StreamSample.at <= now,
        )
        .group_by(StreamSample.stream_id)
        .subquery()
    )
    found = db.session.scalars(
        select(StreamSample).join(
            newest,
            (StreamSample.stream_id == newest.c.stream_id) & (StreamSample.at == newest.c.at),
        )
    )
    return {
        row.stream_id: LatestRow(row.stream_id, row.at, row.viewers or 0, row.cumulative)
        for row in found
    }
