"""What the world was last told about each performance, told by the releases in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PublishedSlot:
    """One performance as one release stated it."""

    schedule_id: int
    released_at: datetime
    slot_id: int
    performance_id: int
    stage_id: int | None
    starts_at: datetime
    ends_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Publication:
    """
    The public state of one performance.

    `sequence` starts at 0 and rises by 1 with each release that changed start,
    end, stage or status. `is_gone`: an earlier release had it, the newest has
    not; it is then told as cancelled. `slot_id` is the slot that told it last;
    `previous_starts` are earlier published starts, oldest first.
    """

    performance_id: int
    slot_id: int
    sequence: int
    first_published_at: datetime
    last_published_at: datetime
    stage_id: int | None
    starts_at: datetime
    ends_at: datetime
    status: str
    is_gone: bool = False
    previous_starts: tuple[datetime, ...] = ()


def publications(
    releases: Iterable[tuple[int, datetime]], slots: Iterable[PublishedSlot]
) -> dict[int, Publication]:
    """
    Return the public state per performance id.

    Args:
        releases: (schedule id, released at), oldest first.

        slots: Slots of all releases, any order.
    """
    by_release: dict[int, dict[int, PublishedSlot]] = {}
    for slot in slots:
        by_release.setdefault(slot.schedule_id, {})[slot.performance_id] = slot
    state: dict[int, Publication] = {}
    for schedule_id, released_at in releases:
        told = by_release.get(schedule_id, {})
        for performance_id in state.keys() - told.keys():
            state[performance_id] = _withdraw(state[performance_id], released_at)
        for performance_id, slot in told.items():
            before = state.get(performance_id)
            state[performance_id] = _first(slot) if before is None else _next(before, slot)
    return state


def _first(slot: PublishedSlot) -> Publication:
    return Publication(
        performance_id=slot.performance_id,
        slot_id=slot.slot_id,
        sequence=0,
        first_published_at=slot.released_at,
        last_published_at=slot.released_at,
        stage_id=slot.stage_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=slot.status,
    )


def _next(before: Publication, slot: PublishedSlot) -> Publication:
    told = (before.stage_id, before.starts_at, before.ends_at, before.status)
    if not before.is_gone and told == (slot.stage_id, slot.starts_at, slot.ends_at, slot.status):
        return replace(before, slot_id=slot.slot_id)
    moved = before.starts_at != slot.starts_at
    return replace(
        before,
        slot_id=slot.slot_id,
        sequence=before.sequence + 1,
        last_published_at=slot.released_at,
        stage_id=slot.stage_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=slot.status,
        is_gone=False,
        previous_starts=(*before.previous_starts, before.starts_at)
        if moved
        else before.previous_starts,
    )


def _withdraw(before: Publication, released_at: datetime) -> Publication:
    if before.is_gone:
        return before
    return replace(
        before, sequence=before.sequence + 1, last_published_at=released_at, is_gone=True
    )
