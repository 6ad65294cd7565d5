"""Owncast, MediaMTX and any server that answers with one JSON number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eventhub.audience.enums import StreamState
from eventhub.audience.sources import answer
from eventhub.audience.sources.nginx_rtmp import HLS_NOT_COUNTED
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile
from eventhub.audience.sources.srs import INCOMPLETE_PAGES

UNKNOWN_OR_ZERO: Final = "viewers-unknown-or-zero"


def owncast(data: bytes) -> ServerReading:
    """
    Return what `/api/status` says of the one stream of an Owncast server.

    `viewerCount` is left out when it is 0 and when the owner hides it: then
    viewers are unknown, with a warning, never 0. People in the chat are no viewers.
    """
    found = answer.mapping(answer.document(data), "answer")
    if not isinstance(found.get("online"), bool):
        raise UnreadableFile("unknown-shape", "online is missing")
    viewers = answer.count(found.get("viewerCount"), "viewerCount")
    is_online = found["online"]
    stream = StreamReading(
        name="stream",
        viewers=viewers if is_online else 0,
        state=StreamState.LIVE if is_online else StreamState.OFFLINE,
        peak=answer.count(found.get("sessionPeakViewerCount"), "sessionPeakViewerCount"),
    )
    return ServerReading((stream,), (UNKNOWN_OR_ZERO,) if stream.viewers is None else ())


def mediamtx(answers: Sequence[bytes]) -> ServerReading:
    """
    Return the paths of all pages of `/v3/paths/list`; viewers are readers.

    A lone reader `hlsMuxer` is how old versions show all HLS viewers together:
    the warning says that they are not counted.
    """
    streams: list[StreamReading] = []
    warnings: dict[str, None] = {}
    said = 0
    for data in answers:
        found = answer.mapping(answer.document(data), "answer")
        said = answer.count(found.get("itemCount"), "itemCount") or 0
        for item in answer.items(found.get("items"), "items"):
            readers = answer.items(item.get("readers") or [], "readers")
            kinds = [answer.text(reader.get("type")) for reader in readers]
            if "hlsMuxer" in kinds:
                warnings[HLS_NOT_COUNTED] = None
            streams.append(_path(item, kinds))
    if len(streams) < said:
        warnings[INCOMPLETE_PAGES] = None
    return ServerReading(tuple(streams), tuple(warnings))


def mediamtx_pages(data: bytes) -> int:
    """Return how many pages the list has."""
    found = answer.mapping(answer.document(data), "answer")
    return answer.count(found.get("pageCount"), "pageCount") or 1


def _path(item: Mapping[str, Any], kinds: Sequence[str]) -> StreamReading:
    application, _slash, name = answer.text(item.get("name")).rpartition("/")
    is_live = bool(item.get("online", item.get("ready")))
    return StreamReading(
        name=name,
        viewers=sum(kind != "hlsMuxer" for kind in kinds),
        state=StreamState.LIVE if is_live else StreamState.WAITING,
        application=application,
    )


def generic_json(data: bytes) -> ServerReading:
    """
    Return the streams of `{"streams": [{"name", "viewers", "views"}]}` or of one such object.

    `viewers` null or absent is unknown.
    """
    found = answer.mapping(answer.document(data), "answer")
    rows = answer.items(found.get("streams", [found]), "streams")
    if any("viewers" not in row for row in rows):
        raise UnreadableFile("unknown-shape", "viewers is missing")
    return ServerReading(tuple(_row(row) for row in rows))


def _row(row: Mapping[str, Any]) -> StreamReading:
    viewers = answer.count(row["viewers"], "viewers")
    return StreamReading(
        name=answer.text(row.get("name")) or "stream",
        viewers=viewers,
        state=StreamState.UNKNOWN if viewers is None else StreamState.LIVE,
        views=answer.count(row.get("views"), "views"),
    )
