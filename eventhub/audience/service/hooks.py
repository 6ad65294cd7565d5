"""Who plays, as the hooks of a stream server tell: one row per player, a figure per slot."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from sqlalchemy import delete, func, select

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import BadSignature, UnreadableSource
from eventhub.audience.models import HookPlay, Stream, StreamSample
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.audience.sources import hooks
from eventhub.audience.sources.hooks import Hook, HookAction
from eventhub.kernel import clock, locks
from eventhub.kernel.crockford import encode
from eventhub.kernel.db import command, db
from eventhub.kernel.signing.secrets import derive_key
from eventhub.settings import current_settings

SLOT_S: Final = 15
_MAC_BYTES: Final = 16
_PLAYS: Final = frozenset({HookAction.PLAY, HookAction.UPDATE_PLAY})


def hook_secret(event_uuid: str, slug: str) -> str:
    """Return the part of a hook's address that nobody can guess."""
    key = derive_key(current_settings().secret_key, "stream-hooks")
    return encode(hmac.digest(key, f"{event_uuid}/{slug}".encode(), "sha256")[:_MAC_BYTES]).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeHook:
    """One call of a stream server, form-encoded (nginx-rtmp) or JSON (SRS)."""

    event_id: int
    event_uuid: str
    slug: str
    secret: str
    body: bytes
    is_json: bool
    is_synthetic: bool = False


@command
def take_hook(cmd: TakeHook) -> bool:
    """
    Note who plays; the same call again changes nothing. Commits.

    Returns:
        Whether the call was about a stream.

    Raises:
        BadSignature: The address is not that of the stream.

        UnreadableSource: JSON that is none.
    """
    true = hook_secret(cmd.event_uuid, cmd.slug)
    if not hmac.compare_digest(true.encode(), cmd.secret.lower().encode()):
        raise BadSignature()
    hook = _hook(cmd)
    if hook is None:
        return False
    stream = ensure_stream(
        EnsureStream(
            event_id=cmd.event_id,
            slug=cmd.slug,
            kind=SourceKind.STREAM_SERVER,
            sample_every_s=SLOT_S,
            is_synthetic=cmd.is_synthetic,
        )
    )
    db.session.refresh(stream, with_for_update=True)  # calls of one stream wait for each other
    _note(stream, hook)
    _sample([stream])
    return True


def _hook(cmd: TakeHook) -> Hook | None:
    if not cmd.is_json:
        return hooks.rtmp_hook(cmd.body.decode("utf-8", errors="replace"))
    try:
        found = orjson.loads(cmd.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableSource(code="invalid-json") from error
    return hooks.srs_hook(found) if isinstance(found, dict) else None


def _note(stream: Stream, hook: Hook) -> None:
    key = (stream.id, hook.server[:64], hook.client[:64])
    mine = HookPlay.stream_id == stream.id
    if hook.action in _PLAYS:
        if db.session.get(HookPlay, key) is None:
            play = HookPlay(stream_id=key[0], server=key[1], client=key[2], since=clock.now())
            play.event_id = stream.event_id
            db.session.add(play)
    elif hook.action is HookAction.PLAY_DONE:
        db.session.execute(
            delete(HookPlay).where(mine, HookPlay.server == key[1], HookPlay.client == key[2])
        )
    elif hook.action is HookAction.PUBLISH_DONE:
        db.session.execute(delete(HookPlay).where(mine))
    db.session.flush()


def _sample(streams: Sequence[Stream]) -> None:
    """Write how many play in this slot; the slot takes the last word."""
    slot = int(clock.now().timestamp()) // SLOT_S * SLOT_S
    at = datetime.fromtimestamp(slot, UTC)
    for stream in streams:
        viewers = db.session.scalar(
            select(func.count()).select_from(HookPlay).where(HookPlay.stream_id == stream.id)
        )
        row = db.session.get(StreamSample, (stream.id, at))
        if row is None:
            row = StreamSample(stream_id=stream.id, at=at, event_id=stream.event_id)
            db.session.add(row)
        row.viewers, row.is_ok = viewers or 0, True
    db.session.flush()


@command
def sample_hooks() -> int:
    """Write how many play in every stream that somebody plays; return how many. Commits."""
    locks.check_lease()
    streams = db.session.scalars(
        select(Stream).where(Stream.id.in_(select(HookPlay.stream_id).distinct()))
    ).all()
    _sample(streams)
    return len(streams)
