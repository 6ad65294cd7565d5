"""
Icecast 2.4: `/status-json.xsl` and the pages `/admin/stats`, `/admin/listclients`.

`icestats.source` is absent, an object or a list. A title that is only a dash is
printed without quotation marks, which is no JSON: exactly that is repaired.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from eventhub.audience.enums import StreamState
from eventhub.audience.sources import answer
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile

REPAIRED: Final = "invalid-json-repaired"
_STRING_OR_DASH: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(:)-(?=[,}])')
_HAN: Final = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")


def parse(data: bytes) -> ServerReading:
    """
    Return the mounts of a status page, JSON or XML; no source is offline.

    Raises:
        UnreadableFile: `invalid-json` and that one repair did not help, or
            another shape. Nothing else is guessed.
    """
    if data.lstrip()[:1] == b"<":
        return _admin(answer.xml(data, "icestats"))
    warnings: tuple[str, ...] = ()
    try:
        found = answer.document(data)
    except UnreadableFile as error:
        if error.code != "invalid-json":
            raise
        found = answer.document(_repaired(data))
        warnings = (REPAIRED,)
    stats = answer.mapping(answer.mapping(found, "answer").get("icestats"), "icestats")
    sources = stats.get("source", [])
    listed = [sources] if isinstance(sources, Mapping) else sources
    streams = tuple(_mount(source) for source in answer.items(listed, "source"))
    return ServerReading(streams=streams, warnings=warnings)


def _repaired(data: bytes) -> str:
    """Put quotation marks around a dash that stands alone as a value, outside strings."""
    text = data.decode("utf-8", errors="replace")
    return _STRING_OR_DASH.sub(lambda hit: ':"-"' if hit[1] else hit[0], text)


def _mount(source: Mapping[str, Any]) -> StreamReading:
    path = urlsplit(answer.text(source.get("listenurl"))).path
    return StreamReading(
        name=path.strip("/").rpartition(".")[0] or path.strip("/"),
        viewers=answer.count(source.get("listeners"), "listeners"),
        state=StreamState.LIVE,
        application=_mended(answer.text(source.get("server_name"))),
        peak=answer.count(source.get("listener_peak"), "listener_peak"),
    )


def _mended(name: str) -> str:
    """Undo the double encoding of names of MP3 sources where that gives Chinese."""
    try:
        mended = name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
    return mended if _HAN.search(mended) else name


def _admin(root: Element) -> ServerReading:
    return ServerReading(tuple(_admin_mount(source) for source in root.iterfind("source")))


def _admin_mount(source: Element) -> StreamReading:
    path = source.get("mount", "").strip("/")
    listeners = source.findtext("listeners") or source.findtext("Listeners")
    return StreamReading(
        name=path.rpartition(".")[0] or path,
        viewers=answer.count(listeners, "listeners"),
        state=StreamState.LIVE,
        application=_mended(source.findtext("server_name", "")),
        peak=answer.count(source.findtext("listener_peak"), "listener_peak"),
    )
