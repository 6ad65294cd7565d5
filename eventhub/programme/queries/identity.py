"""The picture of an event's cover."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import EventCover


@dataclass(frozen=True, slots=True)
class CoverRow:
    """What pages need of a picture; its bytes have an address of their own."""

    sha256: str
    width: int
    height: int
    alt: I18n


def cover_of(event_id: int) -> CoverRow | None:
    """Return the picture of an event without its bytes, None when its cover is woven."""
    row = db.session.execute(
        select(EventCover.sha256, EventCover.width, EventCover.height, EventCover.alt).where(
            EventCover.event_id == event_id
        )
    ).first()
    return CoverRow(*row) if row else None


def cover_bytes(event_id: int, *, is_small: bool = False) -> bytes | None:
    """Return the JPEG of an event's picture in one of its two sizes, None when it has none."""
    column = EventCover.small if is_small else EventCover.large
    return db.session.scalar(select(column).where(EventCover.event_id == event_id))
