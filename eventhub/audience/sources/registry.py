"""Every format of a stream server by the name that commands and rows use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from eventhub.audience.enums import EvidenceClass
from eventhub.audience.sources import hooks, icecast, nginx_rtmp, platforms, servers, srs
from eventhub.audience.sources.reading import ServerReading

Parse = Callable[[Sequence[bytes]], ServerReading]


class StreamFormat(StrEnum):
    """Formats of answers about streams."""

    NGINX_RTMP = "nginx-rtmp"
    ICECAST = "icecast"
    SRS = "srs"
    OWNCAST = "owncast"
    MEDIAMTX = "mediamtx"
    GENERIC_JSON = "generic-json"
    YOUTUBE = "youtube"
    TWITCH = "twitch"
    BILIBILI = "bilibili"
    MUX = "mux"
    HOOKS = "hooks"


def _last(parse: Callable[[bytes], ServerReading]) -> Parse:
    return lambda answers: parse(answers[-1])


def _nginx(answers: Sequence[bytes]) -> ServerReading:
    readings = [nginx_rtmp.parse(data) for data in answers]
    last = readings[-1]
    warnings = (*last.warnings, *nginx_rtmp.changes(readings))
    return ServerReading(last.streams, warnings, last.pid, last.uptime_s)


_PARSERS: Final[dict[StreamFormat, Parse]] = {
    StreamFormat.NGINX_RTMP: _nginx,
    StreamFormat.ICECAST: _last(icecast.parse),
    StreamFormat.SRS: srs.parse,
    StreamFormat.OWNCAST: _last(servers.owncast),
    StreamFormat.MEDIAMTX: servers.mediamtx,
    StreamFormat.GENERIC_JSON: _last(servers.generic_json),
    StreamFormat.YOUTUBE: _last(platforms.youtube),
    StreamFormat.TWITCH: _last(platforms.twitch),
    StreamFormat.BILIBILI: _last(platforms.bilibili),
    StreamFormat.MUX: _last(platforms.mux),
    StreamFormat.HOOKS: _last(hooks.parse),
}
_CLAIMED: Final = frozenset({StreamFormat.BILIBILI, StreamFormat.YOUTUBE, StreamFormat.TWITCH})
POLLED: Final = tuple(one for one in StreamFormat if one is not StreamFormat.HOOKS)


def parse(stream_format: StreamFormat, answers: Sequence[bytes]) -> ServerReading:
    """
    Return what `answers` of one server say together.

    Args:
        stream_format: Whose answers they are.

        answers: One or more, in order of time; pages of one list for servers
            that page, for the others the last one holds.

    Raises:
        UnreadableFile: An answer can not be read.
    """
    return _PARSERS[stream_format](answers)


def class_of(stream_format: StreamFormat) -> EvidenceClass:
    """Return how figures of this format are known: by our server, or as a platform says."""
    return EvidenceClass.CLAIMED if stream_format in _CLAIMED else EvidenceClass.MEASURED
