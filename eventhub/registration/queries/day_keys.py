"""Keys of rotating codes (GD), one per operating day, opened for gates and ticket pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.signing import derive_key, open_sealed
from eventhub.programme.queries import event_by_id
from eventhub.registration.models import DayKey as DayKeyRow
from eventhub.settings import current_settings

_AROUND = timedelta(days=1)  # an operating day is at most so far from its calendar day


@dataclass(frozen=True, slots=True)
class DayKey:
    """The key of one operating day, `[opens_at, closes_at)`; `kid` is its number in codes."""

    kid: int
    day: date
    key: bytes
    opens_at: datetime
    closes_at: datetime


def day_keys(event_id: int, *, frm: datetime, until: datetime) -> tuple[DayKey, ...]:
    """Return the keys of the operating days that meet `[frm, until)`, by day."""
    rows = db.session.execute(
        select(DayKeyRow.kid, DayKeyRow.day, DayKeyRow.key_enc)
        .where(
            DayKeyRow.event_id == event_id,
            DayKeyRow.day >= (frm - _AROUND).date() - timedelta(days=1),
            DayKeyRow.day <= (until + _AROUND).date(),
        )
        .order_by(DayKeyRow.day)
    ).all()
    if not rows:
        return ()
    event = event_by_id(event_id)
    found = []
    for kid, day, sealed in rows:
        opens_at, closes_at = event.day_bounds(day)
        if opens_at < until and closes_at > frm:
            key = open_sealed(sealing_key(), sealed, sealing_context(event_id, kid))
            found.append(DayKey(kid, day, key, opens_at, closes_at))
    return tuple(found)


def sealing_key() -> bytes:
    """Return the key under which day keys lie in the database."""
    return derive_key(current_settings().secret_key, "day-key")


def sealing_context(event_id: int, kid: int) -> bytes:
    """Return what binds a sealed key to its place."""
    return f"day-key:{event_id}:{kid}".encode()
