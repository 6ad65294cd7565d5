"""What stage managers said of the performances of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from eventhub.kernel.db import db
from eventhub.programme.enums import LiveState, SlotStatus
from eventhub.programme.errors import UnknownShow
from eventhub.programme.models import LiveStatus
from eventhub.programme.queries.event import EventRow
from eventhub.programme.queries.performance import PerformanceRow, programme, show_by_code
from eventhub.programme.rules.live import Word, seen


@dataclass(frozen=True, slots=True)
class LiveRow:
    """The last word on one performance."""

    performance_id: int
    word: Word
    by: str


@dataclass(frozen=True, slots=True)
class LateRow:
    """A performance that is not as released: held, cancelled or some minutes late."""

    row: PerformanceRow
    state: str
    delay_min: int


def live_states(event_id: int) -> dict[int, LiveRow]:
    """Return the last word by performance id; performances nobody spoke of are left out."""
    newest = (
        select(func.max(LiveStatus.id))
        .where(LiveStatus.event_id == event_id)
        .group_by(LiveStatus.performance_id)
    )
    statement = select(LiveStatus).where(LiveStatus.id.in_(newest))
    return {
        row.performance_id: LiveRow(
            row.performance_id, Word(LiveState(row.state), row.delay_min, row.at), row.by
        )
        for row in db.session.scalars(statement)
    }


def live_programme(event: EventRow, at: datetime) -> list[PerformanceRow]:
    """Return the released programme with the times and states that hold at `at`, in its order."""
    return at_instant(programme(event), live_states(event.id), at)


def disturbed(event: EventRow, at: datetime) -> list[LateRow]:
    """Return what of the running operating day is late, held or cancelled by word, by start."""
    words = live_states(event.id)
    if not words:
        return []
    today = event.operating_day(at)
    found = []
    for row in programme(event):
        told = words.get(row.performance_id)
        if told is None or row.day != today:
            continue
        now = seen(row.starts_at, row.ends_at, row.status, told.word, at)
        if now.state in {"held", "cancelled"} or (now.delay_min and now.state != "past"):
            found.append(LateRow(row, now.state, now.delay_min))
    return found


def at_instant(
    rows: list[PerformanceRow], words: Mapping[int, LiveRow], at: datetime
) -> list[PerformanceRow]:
    """Return rows as they are at an instant; those without a word stay as released."""
    return [_at(row, words[row.performance_id], at) if row.performance_id in words else row
            for row in rows]  # fmt: skip


def _at(row: PerformanceRow, told: LiveRow, at: datetime) -> PerformanceRow:
    now = seen(row.starts_at, row.ends_at, row.status, told.word, at)
    status = SlotStatus.CANCELLED if now.state == "cancelled" else row.status
    return replace(row, starts_at=now.starts_at, ends_at=now.ends_at, status=status)


def performance_to_speak_of(
    event: EventRow, code: str, at: datetime, public_no: int | None = None
) -> PerformanceRow:
    """
    Return the performance of a show that words are about: the one on now or next, or a given one.

    Raises:
        UnknownShow: The release has no such show, or it has no performance with a time.
    """
    rows = show_by_code(event, code).performances
    if public_no is not None:
        rows = tuple(row for row in rows if row.public_no == public_no)
    if not rows:
        raise UnknownShow()
    said = live_states(event.id)
    ahead = (row for row in at_instant(list(rows), said, at) if row.ends_at > at)
    chosen = next(ahead, rows[-1]).performance_id
    return next(row for row in rows if row.performance_id == chosen)
