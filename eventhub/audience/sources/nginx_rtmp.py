"""
The statistics page of nginx-rtmp.

Viewers are `client` elements without a `publishing` child; `nclients` counts
the publisher too and `naccepted` counts reconnects, so neither is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from eventhub.audience.enums import StreamState
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile
from eventhub.kernel.xml import UnsafeXml, root_of

HLS_NOT_COUNTED: Final = "hls-not-counted"
SEVERAL_WORKERS: Final = "several-workers"
RESTARTED: Final = "restarted"


def parse(data: bytes) -> ServerReading:
    """
    Return the streams of one answer, in its order.

    A server without streams is offline, which is no error. The page never
    lists HLS players: with a stream on air the warning `hls-not-counted` says so.

    Raises:
        UnreadableFile: Too large (2 MB), a document type or entity, not XML, or
            not this page.
    """
    root = _root(data)
    streams = tuple(
        _stream(stream, application.findtext("name", ""))
        for application in root.iterfind("server/application")
        for stream in application.iterfind("live/stream")
    )
    is_live = any(stream.state is StreamState.LIVE for stream in streams)
    return ServerReading(
        streams=streams,
        warnings=(HLS_NOT_COUNTED,) if is_live else (),
        pid=_number(root.findtext("pid")),
        uptime_s=_number(root.findtext("uptime")),
    )


def changes(readings: Sequence[ServerReading]) -> tuple[str, ...]:
    """
    Return warnings that only consecutive answers of one address can give.

    An answer of another process that has run for as long as the one before is
    a second worker; a shorter time is a restart, where counters begin again.
    """
    found: list[str] = []
    for before, now in pairwise(readings):
        if before.pid is None or now.pid is None:
            continue
        is_younger = (now.uptime_s or 0) < (before.uptime_s or 0)
        if is_younger:
            found.append(RESTARTED)
        elif now.pid != before.pid:
            found.append(SEVERAL_WORKERS)
    return tuple(dict.fromkeys(found))


def _root(data: bytes) -> Element:
    try:
        root = root_of(data)
    except UnsafeXml as error:
        raise UnreadableFile(error.code, error.detail) from error
    if root.tag != "rtmp":
        raise UnreadableFile("not-nginx-rtmp", f"root element {root.tag[:40]}")
    return root


def _stream(stream: Element, application: str) -> StreamReading:
    viewers = sum(client.find("publishing") is None for client in stream.iterfind("client"))
    is_live = stream.find("publishing") is not None
    return StreamReading(
        name=stream.findtext("name", ""),
        viewers=viewers,
        state=StreamState.LIVE if is_live else StreamState.WAITING,
        application=application,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
