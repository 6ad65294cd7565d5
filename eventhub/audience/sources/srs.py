"""
SRS: `/api/v1/streams` and every page of `/api/v1/clients`.

`clients` of a stream counts its publisher, so viewers are client rows that do
not publish. Ids are text since version 4 and were numbers before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eventhub.audience.enums import StreamState
from eventhub.audience.sources import answer
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile

NO_CLIENT_LIST: Final = "no-client-list"
INCOMPLETE_PAGES: Final = "incomplete-pages"
PAGE: Final = 100  # rows asked for at once; the server's default is 10


def parse(answers: Sequence[bytes]) -> ServerReading:
    """
    Return the streams of one look at a server.

    Args:
        answers: The answer of `streams` and the pages of `clients`, any order.
            Without a client list viewers are unknown, with a warning; a list
            that is shorter than the streams say gives `incomplete-pages`.

    Raises:
        UnreadableFile: Not this API, or an answer with an error code.
    """
    streams: list[Mapping[str, Any]] = []
    clients: dict[str, Mapping[str, Any]] = {}
    has_list = False
    for data in answers:
        found = _answer(data)
        streams += answer.items(found.get("streams", []), "streams")
        has_list |= "clients" in found
        for row in answer.items(found.get("clients", []), "clients"):
            clients[answer.text(row.get("id"))] = row
    viewers = Counter(
        answer.text(row.get("stream")) for row in clients.values() if not row.get("publish")
    )
    return ServerReading(
        streams=tuple(_stream(row, viewers, has_list=has_list) for row in streams),
        warnings=_warnings(streams, clients, has_list=has_list),
    )


def next_start(data: bytes, start: int) -> int | None:
    """Return where the next page of `clients` begins, None after the last one."""
    rows = answer.items(_answer(data).get("clients", []), "clients")
    return start + PAGE if len(rows) >= PAGE else None


def _answer(data: bytes) -> Mapping[str, Any]:
    found = answer.mapping(answer.document(data), "answer")
    if found.get("code", 0) != 0:
        raise UnreadableFile("error-answer", f"code {found['code']}")
    if not {"streams", "clients"} & set(found):
        raise UnreadableFile("unknown-shape", "neither streams nor clients")
    return found


def _stream(row: Mapping[str, Any], viewers: Counter[str], *, has_list: bool) -> StreamReading:
    publish = answer.mapping(row.get("publish", {}), "publish")
    return StreamReading(
        name=answer.text(row.get("name")),
        viewers=viewers[answer.text(row.get("id"))] if has_list else None,
        state=StreamState.LIVE if publish.get("active") else StreamState.WAITING,
        application=answer.text(row.get("app")),
    )


def _warnings(
    streams: Sequence[Mapping[str, Any]], clients: Mapping[str, Any], *, has_list: bool
) -> tuple[str, ...]:
    if not has_list:
        return (NO_CLIENT_LIST,) if streams else ()
    said = sum(answer.count(row.get("clients"), "clients") or 0 for row in streams)
    return (INCOMPLETE_PAGES,) if len(clients) < said else ()
