"""Say where the watch page takes a stream from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import select

from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.errors import BadPlayerAddress, UnknownStream
from eventhub.audience.models import Stream, StreamPlayer
from eventhub.audience.service.sources import EnsureStream, ensure_stream
from eventhub.kernel import audit
from eventhub.kernel.db import command, db

PlayerKind = Literal["hls", "embed", "link"]
_GRAIN_S: Final = 60  # beats are added up by the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPlayer:
    """
    Where stream `slug` is watched.

    `address` is an https address, or for `hls` a path of this site.
    """

    event_id: int
    slug: str
    kind: PlayerKind
    address: str
    is_synthetic: bool = False


@command
def set_player(cmd: SetPlayer) -> StreamPlayer:
    """
    Set the player of a stream, making the stream when there is none. Commits.

    Raises:
        BadPlayerAddress: No path and no https address.
    """
    address = checked_address(cmd.address, cmd.kind)
    is_ours = cmd.kind == "hls"
    stream = ensure_stream(
        EnsureStream(
            event_id=cmd.event_id,
            slug=cmd.slug,
            kind=SourceKind.STREAM_SERVER if is_ours else SourceKind.PLATFORM,
            cls=EvidenceClass.MEASURED if is_ours else EvidenceClass.CLAIMED,
            sample_every_s=_GRAIN_S,
            is_synthetic=cmd.is_synthetic,
        )
    )
    player = db.session.get(StreamPlayer, stream.id)
    before = {"kind": player.kind, "address": player.address} if player else {}
    if player is None:
        player = StreamPlayer(stream_id=stream.id, event_id=cmd.event_id)
        db.session.add(player)
    player.kind, player.address, player.is_on = cmd.kind, address, True
    db.session.flush()
    audit.record(
        "player.set",
        f"stream:{cmd.slug}",
        event_id=cmd.event_id,
        before=before,
        after={"kind": cmd.kind, "address": address},
    )
    return player


@command
def stop_player(event_id: int, slug: str) -> None:
    """
    Take a stream off the watch page; its figures stay. Commits.

    Raises:
        UnknownStream: The event has no player for such a stream.
    """
    player = db.session.scalar(
        select(StreamPlayer)
        .join(Stream, Stream.id == StreamPlayer.stream_id)
        .where(Stream.event_id == event_id, Stream.slug == slug)
    )
    if player is None:
        raise UnknownStream()
    player.is_on = False
    audit.record("player.stop", f"stream:{slug}", event_id=event_id)


def checked_address(text: str, kind: str) -> str:
    """
    Return an address that a page may carry.

    Raises:
        BadPlayerAddress: A script, another scheme, a name with a password.
    """
    try:
        parts = urlsplit(text.strip())
        is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/")
        is_far = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        raise BadPlayerAddress() from None
    is_plain = text.isprintable() and not set(text) & set(" ;,'\"<>")
    if not is_plain or not (is_far or (is_path and kind == "hls" and not text.startswith("//"))):
        raise BadPlayerAddress()
    return text.strip()
