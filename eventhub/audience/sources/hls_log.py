"""
The access log of an HLS server, one JSON object per line, gzip or plain.

A session is what one `sid` asks for. Without a `sid` nobody can tell viewers
apart: then only the number of playlist requests says something, as an estimate.
"""

from __future__ import annotations

import gzip
import math
import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from eventhub.audience.enums import EvidenceClass
from eventhub.audience.rules import sessions
from eventhub.audience.rules.sessions import Grid
from eventhub.audience.sources.reading import UnreadableFile

MAX_BYTES: Final = 512 * 1024 * 1024  # unpacked
NO_SESSION_ID: Final = "no-session-id"
BAD_LINES: Final = "lines-left-out"
_DEFAULT_TARGET_S: Final = 6.0
_GAP_TARGETS: Final = 3
_PLAYED: Final = frozenset({200, 206})
_NOT_MODIFIED: Final = 304
_LAST_S: Final = 253_402_300_799.0  # the end of year 9999
_NAME: Final = re.compile(r"([^/]+?)(?:[-_]\d+)?\.(m3u8|ts|m4s|mp4|aac)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsStream:
    """
    One stream of a log.

    `session_count` is None when requests carry no `sid`. `client_count` is the
    number of pairs of address and program, a diagnosis only. `grid` has one
    value per second, with sessions; `minutes` are means, by minute since 1970.
    """

    name: str
    session_count: int | None
    client_count: int
    target_s: float
    grid: Grid
    minutes: tuple[tuple[int, float], ...]
    cls: EvidenceClass


@dataclass(frozen=True, slots=True)
class HlsLog:
    """All streams of a log; `lines` counts all, `left_out` those that can not be read."""

    lines: int
    left_out: int
    streams: tuple[HlsStream, ...]
    warnings: tuple[str, ...] = field(default=())


@dataclass(slots=True)
class _Hits:
    by_sid: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    polls_by_sid: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    anonymous_polls: list[float] = field(default_factory=list)
    clients: set[int] = field(default_factory=set)


def parse(data: bytes, *, target_s: float | None = None, until: float = math.inf) -> HlsLog:
    """
    Return sessions and concurrency of every stream of a log.

    Args:
        data: The log; lines in any order.

        target_s: Target duration of the playlist; by default the usual time
            between two playlist requests of one session.

    Raises:
        UnreadableFile: Too large, or no line of such a log.
    """
    lines = _unpacked(data).splitlines()
    found: dict[str, _Hits] = defaultdict(_Hits)
    left_out = sum(not _add(line, found, until) for line in lines if line.strip())
    if not found and left_out:
        raise UnreadableFile("unknown-shape", "no line of an HLS log")
    streams = tuple(_stream(name, hits, target_s) for name, hits in sorted(found.items()))
    warnings = [NO_SESSION_ID] if any(one.session_count is None for one in streams) else []
    warnings += [BAD_LINES] if left_out else []
    return HlsLog(len(lines), left_out, streams, tuple(warnings))


def _unpacked(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        found = reader.decompress(data, MAX_BYTES)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile("unreadable-archive", str(error)) from error
    if reader.unconsumed_tail:
        raise UnreadableFile("file-too-large")
    return found


def _add(line: bytes, found: dict[str, _Hits], until: float) -> bool:
    """Keep one line; tell whether it could be read (a page that is no stream is read too)."""
    try:
        row: Any = orjson.loads(line)
        at, path, status = float(row["t"]), row["u"], int(row["s"])
        match, sid = _NAME.search(path), str(row.get("sid") or "")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
        return False
    if not 0 < at <= min(until, _LAST_S):  # NaN neither
        return False
    is_playlist = match is not None and match[2] == "m3u8"
    if match is None or not (status in _PLAYED or (status == _NOT_MODIFIED and is_playlist)):
        return True
    hits = found[match[1]]
    address = f"{row.get('ip')} {row.get('ua')}"
    hits.clients.add(hash(address))  # the address itself is not kept
    if not sid:
        hits.anonymous_polls += [at] if is_playlist else []
        return True
    hits.by_sid[sid].append(at)
    if is_playlist:
        hits.polls_by_sid[sid].append(at)
    return True


def _stream(name: str, hits: _Hits, target_s: float | None) -> HlsStream:
    target = target_s or sessions.usual_step(hits.polls_by_sid.values()) or _DEFAULT_TARGET_S
    if hits.anonymous_polls:
        return _estimate(name, hits, target)
    spans = sessions.spans(hits.by_sid, gap_s=_GAP_TARGETS * target, tail_s=target)
    return HlsStream(
        name=name,
        session_count=len(spans),
        client_count=len(hits.clients),
        target_s=target,
        grid=sessions.on_grid(spans),
        minutes=sessions.minute_means(spans),
        cls=EvidenceClass.MEASURED,
    )


def _estimate(name: str, hits: _Hits, target: float) -> HlsStream:
    polls: Sequence[float] = [
        *hits.anonymous_polls,
        *(at for polls in hits.polls_by_sid.values() for at in polls),
    ]
    minutes = sessions.polls_as_minutes(polls, interval_s=target)
    values = [value for _minute, value in minutes]
    return HlsStream(
        name=name,
        session_count=None,
        client_count=len(hits.clients),
        target_s=target,
        grid=Grid(
            peak=round(max(values, default=0)),
            mean=sum(values) / len(values) if values else 0.0,
            viewer_s=len(polls) * target,
        ),
        minutes=minutes,
        cls=EvidenceClass.ESTIMATED,
    )
