"""
The poller: asks stream servers that are due, outside any transaction.

Keys of platforms stand in `stream-keys.json` of the instance folder, which only
its owner may read: {"name": {"headers": {...}, "query": {...}}}. Rows name an
entry and never hold a secret.
"""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from eventhub.audience import service
from eventhub.audience.service import Answered, DuePoll
from eventhub.audience.sources import registry, servers, srs
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.audience.sources.registry import StreamFormat
from eventhub.kernel import clock
from eventhub.kernel.fetch import FetchFailed, fetch
from eventhub.settings import current_settings

BATCH: Final = 50
EVERY_S: Final = 5.0
KEY_FILE: Final = "stream-keys.json"
_MAX_PAGES: Final = 50
_AT_ONCE: Final = 8

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Polled:
    """What became of the streams of one round."""

    answered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """What a platform wants to see: request headers and query arguments."""

    headers: Mapping[str, str]
    query: Mapping[str, str]


def poll_due() -> Polled:
    """Ask all streams that are due, with the hosts that the settings allow."""
    return poll(allowed=allowed_hosts())


def allowed_hosts() -> tuple[str, ...]:
    """Return the private hosts that the operator lets streams be asked at."""
    listed = current_settings().fetch_allowed
    return tuple(filter(None, (one.strip() for one in listed.split(","))))


def poll(*, allowed: Collection[str]) -> Polled:
    """
    Ask every stream that is due once, and keep each answer or gap.

    Args:
        allowed: Hosts that may have private addresses.
    """
    done = Polled()
    claimed = service.claim_polls(BATCH)
    if not claimed:
        return done
    folder = current_settings().instance_path
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # one slow server holds up no other
        asked = [
            pool.submit(copy_context().run, ask, due, folder, allowed=allowed) for due in claimed
        ]
        for one in asked:
            if service.record_answer(one.result()):
                done.answered += 1
            else:
                done.failed += 1
    return done


def ask(due: DuePoll, folder: Path, *, allowed: Collection[str]) -> Answered:
    """Return what a server says now, or why it says nothing; stores nothing."""
    at = clock.now()
    try:
        key = key_of(due.key_ref, folder)
        bodies = _bodies(due, key, allowed)
        return Answered(due, at, registry.parse(due.stream_format, bodies), bodies)
    except (FetchFailed, UnreadableFile) as error:
        log.warning("poll failed", extra={"stream": due.slug, "reason": error.code})
        return Answered(due, at, None, error=error.code)


def key_of(name: str, folder: Path) -> Key:
    """
    Return an entry of the key file, an empty one for an empty name.

    Raises:
        FetchFailed: `key-missing`, or `key-file-readable` when others may read it.
    """
    if not name:
        return Key({}, {})
    path = folder / KEY_FILE
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FetchFailed("key-file-readable", "chmod 600 it")
        entry: Any = json.loads(path.read_text())[name]
        return Key(dict(entry.get("headers", {})), dict(entry.get("query", {})))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise FetchFailed("key-missing") from None


def _bodies(due: DuePoll, key: Key, allowed: Collection[str]) -> list[bytes]:
    def get(url: str, **more: str) -> bytes:
        return fetch(_with(url, {**key.query, **more}), allowed=allowed, headers=key.headers)

    if due.stream_format is StreamFormat.SRS:
        return _srs(due.url, get)
    first = get(due.url)
    if due.stream_format is not StreamFormat.MEDIAMTX:
        return [first]
    pages = min(_MAX_PAGES, servers.mediamtx_pages(first))
    return [first, *(get(due.url, page=str(page)) for page in range(1, pages))]


def _srs(url: str, get: Callable[..., bytes]) -> list[bytes]:
    """Return the streams and all pages of clients; `url` is the base of the interface."""
    base = url.rstrip("/").removesuffix("/streams")
    bodies = [get(f"{base}/streams", start="0", count=str(srs.PAGE))]
    start: int | None = 0
    while start is not None and len(bodies) < _MAX_PAGES:
        page = get(f"{base}/clients", start=str(start), count=str(srs.PAGE))
        bodies.append(page)
        start = srs.next_start(page, start)
    return bodies


def _with(url: str, query: Mapping[str, str]) -> str:
    if not query:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *query.items()])))
