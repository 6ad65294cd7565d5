"""Register what figures come from: sources, streams, calibrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.errors import SourceNameTaken, TooManySources
from eventhub.audience.models import Calibration, Source, Stream, StreamProgramme
from eventhub.kernel import clock
from eventhub.kernel.db import Base, I18n, command, db
from eventhub.kernel.text import web_address

R = TypeVar("R", bound=Base)

MAX_SOURCES = 500  # per event; a key that invents names stops here


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureSource:
    """
    A source to find by (event, name), or to make.

    `title` defaults to the name in both languages, `period_s` is the expected
    number of seconds between readings, `zone_id` 0 means no zone.
    """

    event_id: int
    name: str
    kind: SourceKind
    title: I18n | None = None
    device: I18n | None = None
    zone_id: int = 0
    is_cordon: bool = False
    timezone: str = ""
    file_day_start: time | None = None
    period_s: int = 60
    width_m: float | None = None
    parent_id: int | None = None
    url_ref: str = ""
    published_by: str = ""
    is_synthetic: bool = False


@command
def ensure_source(cmd: EnsureSource) -> Source:
    """
    Return the source of this name, made when there is none. Commits.

    Raises:
        SourceNameTaken: The name belongs to a source of another kind.
        TooManySources: The event has `MAX_SOURCES` already.
    """
    by_name = select(Source).where(Source.event_id == cmd.event_id, Source.name == cmd.name)
    found = db.session.scalar(by_name) or _added(_new_source(cmd)) or db.session.scalar(by_name)
    if found is None or found.kind != cmd.kind:
        raise SourceNameTaken()
    return found


def _new_source(cmd: EnsureSource) -> Source:
    count = db.session.scalar(
        select(func.count()).select_from(Source).where(Source.event_id == cmd.event_id)
    )
    if (count or 0) >= MAX_SOURCES:
        raise TooManySources()
    return Source(
        event_id=cmd.event_id,
        name=cmd.name,
        kind=cmd.kind,
        title=cmd.title or {"zh": cmd.name, "en": cmd.name},
        device=cmd.device,
        zone_id=cmd.zone_id,
        is_cordon=cmd.is_cordon,
        timezone=cmd.timezone,
        file_day_start=cmd.file_day_start,
        period_s=cmd.period_s,
        width_m=cmd.width_m,
        parent_id=cmd.parent_id,
        url_ref=cmd.url_ref,
        published_by=cmd.published_by,
        is_synthetic=cmd.is_synthetic,
        created_at=clock.now(),
    )


def _added(row: R) -> R | None:
    """Insert `row`, or return None when another command has just inserted its key."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return None
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureStream:
    """A stream to find by (event, slug), or to make together with its source."""

    event_id: int
    slug: str
    name: I18n | None = None
    platform: I18n | None = None
    url: str = ""
    note: I18n | None = None
    kind: SourceKind = SourceKind.STREAM_SERVER
    cls: EvidenceClass = EvidenceClass.MEASURED
    sample_every_s: int = 30
    position: int | None = None
    is_synthetic: bool = False


@command
def ensure_stream(cmd: EnsureStream) -> Stream:
    """Return the stream of this slug, made with its source when there is none. Commits."""
    by_slug = select(Stream).where(Stream.event_id == cmd.event_id, Stream.slug == cmd.slug)
    found = db.session.scalar(by_slug)
    if found is None:
        found = _added(_new_stream(cmd)) or db.session.scalars(by_slug).one()
    return found


def _new_stream(cmd: EnsureStream) -> Stream:
    name = cmd.name or {"zh": cmd.slug, "en": cmd.slug}
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=f"stream:{cmd.slug}",
            kind=cmd.kind,
            title=name,
            device=cmd.platform,
            period_s=cmd.sample_every_s,
            is_synthetic=cmd.is_synthetic,
        )
    )
    count = db.session.scalar(
        select(func.count()).select_from(Stream).where(Stream.event_id == cmd.event_id)
    )
    return Stream(
        event_id=cmd.event_id,
        source_id=source.id,
        slug=cmd.slug,
        name=name,
        platform=cmd.platform,
        url=web_address(cmd.url) if cmd.url else cmd.url,
        note=cmd.note,
        cls=cmd.cls,
        sample_every_s=cmd.sample_every_s,
        position=cmd.position if cmd.position is not None else (count or 0) + 1,
        is_synthetic=cmd.is_synthetic,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureStreamProgramme:
    """What a stream showed from `starts_at` to `ends_at` (aware instants)."""

    event_id: int
    stream_id: int
    title: I18n
    starts_at: datetime
    ends_at: datetime
    performance_id: int | None = None


@command
def ensure_stream_programme(cmd: EnsureStreamProgramme) -> StreamProgramme:
    """Return the programme item of this stream and start, made when there is none. Commits."""
    found = db.session.scalar(
        select(StreamProgramme).where(
            StreamProgramme.stream_id == cmd.stream_id,
            StreamProgramme.starts_at == cmd.starts_at,
        )
    )
    if found is not None:
        return found
    item = StreamProgramme(
        event_id=cmd.event_id,
        stream_id=cmd.stream_id,
        performance_id=cmd.performance_id,
        title=cmd.title,
        starts_at=cmd.starts_at,
        ends_at=cmd.ends_at,
    )
    db.session.add(item)
    db.session.flush()
    return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrate:
    """Factor `k` with standard error `se` from `manual_counts` counts of one counter."""

    event_id: int
    source_id: int
    k: float
    se: float
    manual_counts: int
    band: str = "all"


@command
def calibrate(cmd: Calibrate) -> Calibration:
    """Set the calibration of a counter and band, replacing the one before. Commits."""
    found = db.session.scalar(
        select(Calibration).where(
            Calibration.source_id == cmd.source_id, Calibration.band == cmd.band
        )
    )
    if found is None:
        found = Calibration(event_id=cmd.event_id, source_id=cmd.source_id, band=cmd.band)
        db.session.add(found)
    found.k, found.se, found.manual_counts = cmd.k, cmd.se, cmd.manual_counts
    db.session.flush()
    return found
