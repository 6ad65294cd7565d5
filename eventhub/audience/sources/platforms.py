"""Platforms with an interface of their own: YouTube, Twitch, Bilibili, Mux."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eventhub.audience.enums import StreamState
from eventhub.audience.sources import answer
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile

POPULARITY: Final = "popularity-is-not-viewers"
_BILIBILI_LIVE: Final = 1


def youtube(data: bytes) -> ServerReading:
    """
    Return what `videos.list?part=liveStreamingDetails,statistics` says of each video.

    `concurrentViewers` is absent when hidden, when there are none and after the
    end, so that viewers are then unknown. `viewCount` later includes replays:
    it counts only together with the time it was read at.
    """
    found = answer.mapping(answer.document(data), "answer")
    return ServerReading(tuple(_video(item) for item in answer.items(found.get("items"), "items")))


def _video(item: Mapping[str, Any]) -> StreamReading:
    live = answer.mapping(item.get("liveStreamingDetails", {}), "liveStreamingDetails")
    statistics = answer.mapping(item.get("statistics", {}), "statistics")
    state = StreamState.WAITING
    if live.get("actualStartTime"):
        state = StreamState.OFFLINE if live.get("actualEndTime") else StreamState.LIVE
    return StreamReading(
        name=answer.text(item.get("id")),
        viewers=answer.count(live.get("concurrentViewers"), "concurrentViewers"),
        state=state,
        views=answer.count(statistics.get("viewCount"), "viewCount"),
    )


def twitch(data: bytes) -> ServerReading:
    """Return the channels of `/helix/streams`; an empty list is offline."""
    found = answer.mapping(answer.document(data), "answer")
    return ServerReading(
        tuple(
            StreamReading(
                name=answer.text(item.get("user_login")),
                viewers=answer.count(item.get("viewer_count"), "viewer_count"),
                state=StreamState.LIVE,
            )
            for item in answer.items(found.get("data"), "data")
        )
    )


def bilibili(data: bytes) -> ServerReading:
    """
    Return the room of `get_info`; `online` is its popularity index, not a number of people.

    The index never becomes viewers and is in no peak.
    """
    found = answer.mapping(answer.document(data), "answer")
    if found.get("code", 0) != 0:
        raise UnreadableFile("error-answer", f"code {found['code']}")
    room = answer.mapping(found.get("data"), "data")
    is_live = room.get("live_status") == _BILIBILI_LIVE
    stream = StreamReading(
        name=answer.text(room.get("room_id")),
        viewers=None,
        state=StreamState.LIVE if is_live else StreamState.OFFLINE,
        popularity=answer.count(room.get("online"), "online"),
    )
    return ServerReading((stream,), (POPULARITY,))


def mux(data: bytes) -> ServerReading:
    """Return one stream with all rows of `current-concurrent-viewers/breakdown` added."""
    found = answer.mapping(answer.document(data), "answer")
    rows = answer.items(found.get("data"), "data")
    counts = [answer.count(row.get("concurrent_viewers"), "concurrent_viewers") for row in rows]
    if None in counts:
        raise UnreadableFile("unknown-shape", "concurrent_viewers is missing")
    stream = StreamReading("stream", sum(one or 0 for one in counts), StreamState.LIVE)
    return ServerReading((stream,))
