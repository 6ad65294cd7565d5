"""Keep what the access log of an HLS server says, minute by minute."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.service.readings import Recorded
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.audience.sources import hls_log
from eventhub.audience.sources.hls_log import HlsLog, HlsStream
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.kernel.db import command

_MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHlsLog:
    """The log of one event's server; its streams become `<slug>` or `<slug>-<name>`."""

    event_id: int
    slug: str
    data: bytes
    target_s: float | None = None
    is_synthetic: bool = False


def read_hls_log(data: bytes, *, target_s: float | None = None) -> HlsLog:
    """
    Return what a log says; nothing is stored.

    Raises:
        UnreadableSource: The file can not be read at all.
    """
    try:
        return hls_log.parse(data, target_s=target_s)
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error


@command
def import_hls_log(cmd: ImportHlsLog) -> Recorded:
    """
    Keep one sample per minute and stream; the same log again changes nothing. Commits.

    Raises:
        UnreadableSource: The file can not be read at all; nothing was stored.
    """
    found = read_hls_log(cmd.data, target_s=cmd.target_s)
    digest = hashlib.sha256(cmd.data).hexdigest()
    samples: list[SampleReading] = []
    for stream in found.streams:
        slug = cmd.slug if len(found.streams) == 1 else f"{cmd.slug}-{stream.name}"
        ensure_stream(
            EnsureStream(
                event_id=cmd.event_id,
                slug=slug[:64],
                kind=SourceKind.IMPORT,
                cls=stream.cls,
                sample_every_s=_MINUTE_S,
                is_synthetic=cmd.is_synthetic,
            )
        )
        samples += _samples(slug[:64], stream, len(samples), digest)
    return record_samples(
        RecordSamples(event_id=cmd.event_id, samples=samples, is_synthetic=cmd.is_synthetic)
    )


def _samples(slug: str, stream: HlsStream, first: int, digest: str) -> list[SampleReading]:
    return [
        SampleReading(
            index=first + index,
            stream=slug,
            at=datetime.fromtimestamp(minute * _MINUTE_S, UTC),
            viewers=round(mean),
            raw_sha256=digest,
        )
        for index, (minute, mean) in enumerate(stream.minutes)
    ]
