"""
Hooks of nginx-rtmp (form-encoded lines) and SRS (JSON lines): who plays what.

Client numbers are used again, so a session is a server, a client and the time
of its play. The publish hook carries the stream key: it is dropped here, before
anything is kept. Nobody's address is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl

from eventhub.audience.enums import StreamState
from eventhub.audience.sources import answer
from eventhub.audience.sources.reading import ServerReading, StreamReading, UnreadableFile

_SID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class HookAction(StrEnum):
    """What happened, in the words of nginx-rtmp."""

    PUBLISH = "publish"
    UPDATE_PUBLISH = "update_publish"
    PUBLISH_DONE = "publish_done"
    PLAY = "play"
    UPDATE_PLAY = "update_play"
    PLAY_DONE = "play_done"


_SRS_ACTIONS: Final = {
    "on_publish": HookAction.PUBLISH,
    "on_unpublish": HookAction.PUBLISH_DONE,
    "on_play": HookAction.PLAY,
    "on_stop": HookAction.PLAY_DONE,
}


@dataclass(frozen=True, slots=True)
class Hook:
    """One call; `sid` is the player's own session name, empty without one."""

    action: HookAction
    server: str
    client: str
    application: str
    stream: str
    sid: str


def rtmp_hook(body: str) -> Hook | None:
    """Return the hook of a form-encoded body, None for a call that is not about streams."""
    form = dict(parse_qsl(body, keep_blank_values=True))
    try:
        action = HookAction(form.get("call", ""))
    except ValueError:
        return None
    return Hook(
        action=action,
        server=form.get("pid", ""),
        client=form.get("clientid", ""),
        application=form.get("app", "")[:200],
        stream=form.get("name", "")[:200],
        sid=_sid(form),
    )


def srs_hook(body: Mapping[str, Any]) -> Hook | None:
    """Return the hook of a JSON body, None for a call that is not about streams."""
    action = _SRS_ACTIONS.get(answer.text(body.get("action")))
    if action is None:
        return None
    query = dict(parse_qsl(answer.text(body.get("param")).removeprefix("?")))
    return Hook(
        action=action,
        server=answer.text(body.get("server_id")),
        client=answer.text(body.get("client_id")),
        application=answer.text(body.get("app")),
        stream=answer.text(body.get("stream")),
        sid=_sid(query),
    )


def _sid(query: Mapping[str, str]) -> str:
    found = query.get("sid", "")
    return found if _SID.fullmatch(found) else ""


def read(data: bytes) -> list[Hook]:
    """
    Return the hooks of a log: a body per line, or a JSON line with the body in `raw`.

    Raises:
        UnreadableFile: A line that is neither.
    """
    if data.lstrip().startswith(b"{\n"):
        return _of_json(answer.mapping(answer.document(data), "hook"))
    found: list[Hook] = []
    for line in filter(None, data.decode("utf-8", errors="replace").splitlines()):
        if line.startswith("{"):
            found += _of_json(answer.mapping(answer.document(line), "hook"))
        elif hook := rtmp_hook(line):
            found.append(hook)
    if not found and data.strip():
        raise UnreadableFile("unknown-shape", "no hook")
    return found


def _of_json(line: Mapping[str, Any]) -> list[Hook]:
    raw = line.get("raw")
    hook = rtmp_hook(raw) if isinstance(raw, str) else srs_hook(line)
    return [hook] if hook else []


def playing(hooks: Iterable[Hook]) -> ServerReading:
    """
    Return who still plays after `hooks`, in order of time; a repeated call counts once.

    The end of a publication ends its plays. A stream of which only plays were
    seen has the state `unknown`.
    """
    open_plays: dict[tuple[str, str], set[tuple[str, str]]] = {}
    states: dict[tuple[str, str], StreamState] = {}
    for hook in hooks:
        key = (hook.application, hook.stream)
        players = open_plays.setdefault(key, set())
        who = (hook.server, hook.client)
        match hook.action:
            case HookAction.PUBLISH | HookAction.UPDATE_PUBLISH:
                states[key] = StreamState.LIVE
            case HookAction.PUBLISH_DONE:
                states[key] = StreamState.OFFLINE
                players.clear()
            case HookAction.PLAY | HookAction.UPDATE_PLAY:
                players.add(who)
            case HookAction.PLAY_DONE:
                players.discard(who)
    return ServerReading(
        tuple(
            StreamReading(
                name=name,
                viewers=len(players),
                state=states.get((app, name), StreamState.UNKNOWN),
                application=app,
            )
            for (app, name), players in open_plays.items()
        )
    )


def parse(data: bytes) -> ServerReading:
    """Return the state after a log of hooks; see `read` and `playing`."""
    return playing(read(data))
