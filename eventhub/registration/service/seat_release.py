"""Seats that nobody came for: freed by the clock, each step logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import select, update

from eventhub.kernel import audit, clock, locks
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow, PerformanceRow, event_by_id, performances_of
from eventhub.registration.models import (
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatBlockSeat,
    SeatPlan,
    Ticket,
)
from eventhub.registration.service import seat_rows
from eventhub.registration.service.seat_rows import Step

NO_SHOW = "no-show"
EXPIRED = "hold expired"
Arrivals = Callable[[EventRow, PerformanceRow], frozenset[int]]

_EXTENSION = "eventhub_arrivals"
_KEPT = ("accessible", "companion")


@dataclass(frozen=True, slots=True)
class _Due:
    """Seats to free: those of a block, or for `block` None those in no block."""

    event: EventRow
    show: PerformanceRow
    block: int | None
    minutes: int
    is_named: bool  # accessible seats too, because the block is theirs


def arrivals_from(app: Flask, ask: Arrivals) -> None:
    """Let check-in say which tickets are inside at a performance; it lies above this domain."""
    app.extensions[_EXTENSION] = ask


def release_unclaimed(event: EventRow, show: PerformanceRow, *, at: datetime) -> list[str]:
    """
    Free the seats of a performance whose time has come and return their labels.

    Each block is a command of its own, claimed by a conditional UPDATE, so it
    is done once. Seats of people who are inside, protected seats and, outside
    a block of their own, accessible seats stay.
    """
    labels = []
    for due in _due(event, show, at):
        labels.extend(_release(due))
    return labels


def release_everywhere() -> int:
    """Free what is due in all events, and holds that ran out; return how many seats."""
    now = clock.now()
    count = _end_holds(now)
    for event_id, ids in _open_plans().items():
        event = event_by_id(event_id)
        for show in performances_of(event, ids):
            if show.starts_at - timedelta(days=1) <= now < show.ends_at:
                count += len(release_unclaimed(event, show, at=now))
    return count


def arrived(event: EventRow, show: PerformanceRow) -> frozenset[int]:
    """Return the tickets that are inside; without check-in those ever let in anywhere."""
    ask: Arrivals | None = current_app.extensions.get(_EXTENSION)
    if ask is not None:
        return ask(event, show)
    rows = db.session.scalars(
        select(Ticket.id).where(Ticket.event_id == event.id, Ticket.first_entry_at.is_not(None))
    )
    return frozenset(rows)


def _open_plans() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for event_id, performance_id in db.session.execute(
        select(SeatPlan.event_id, SeatPlan.performance_id)
    ):
        found.setdefault(event_id, []).append(performance_id)
    return found


def _due(event: EventRow, show: PerformanceRow, at: datetime) -> list[_Due]:
    found = []
    plan = db.session.get(SeatPlan, show.performance_id, populate_existing=True)
    if plan is None:
        return []
    if plan.released_at is None and _is_time(show, plan.release_min, at):
        found.append(_Due(event, show, None, plan.release_min or 0, is_named=False))
    for block in db.session.scalars(
        select(SeatBlock)
        .where(SeatBlock.performance_id == show.performance_id, SeatBlock.released_at.is_(None))
        .order_by(SeatBlock.id)
        .execution_options(populate_existing=True)
    ):
        minutes = plan.release_min if block.release_min is None else block.release_min
        is_own = block.tier_id is None and block.party_id is None
        if _is_time(show, block.release_min if is_own else minutes, at):
            found.append(_Due(event, show, block.id, minutes or 0, is_named=is_own))
    return found


def _is_time(show: PerformanceRow, minutes: int | None, at: datetime) -> bool:
    return minutes is not None and at >= show.starts_at - timedelta(minutes=minutes)


@command
def _release(due: _Due) -> list[str]:
    if not _claim(due):
        return []
    inside = arrived(due.event, due.show)
    freed: list[Step] = []
    for row, place in _live_seats(due):
        is_kept = place.kind in _KEPT and not due.is_named
        if row.is_protected or is_kept or row.ticket_id in inside:
            continue
        row.state, row.released_at, row.reason = "released", clock.now(), NO_SHOW
        reason = f"{NO_SHOW}, T-{due.minutes} min"
        freed.append(Step(seat_rows.label_of(place), "released", row.ticket_id, reason))
    seat_rows.log(due.event.id, due.show.performance_id, freed, actor=seat_rows.PROGRAM)
    seat_rows.relabel({step.ticket_id for step in freed})
    if freed:
        audit.record(
            "seats.release",
            f"performance:{due.show.public_no}",
            organisation_id=due.event.organisation_id,
            event_id=due.event.id,
            after={"seats": [step.label for step in freed]},
        )
    return [step.label for step in freed]


def _claim(due: _Due) -> bool:
    locks.check_lease()
    now = clock.now()
    if due.block is None:
        statement = (
            update(SeatPlan)
            .where(
                SeatPlan.performance_id == due.show.performance_id, SeatPlan.released_at.is_(None)
            )
            .values(released_at=now)
            .returning(SeatPlan.performance_id)
        )
    else:
        statement = (
            update(SeatBlock)
            .where(SeatBlock.id == due.block, SeatBlock.released_at.is_(None))
            .values(released_at=now)
            .returning(SeatBlock.id)
        )
    options = {"synchronize_session": False}
    return db.session.scalar(statement, execution_options=options) is not None


def _live_seats(due: _Due) -> list[tuple[SeatAssignment, Seat]]:
    in_block = select(SeatBlockSeat.seat_id).where(
        SeatBlockSeat.performance_id == due.show.performance_id
    )
    if due.block is not None:
        in_block = in_block.where(SeatBlockSeat.block_id == due.block)
    chosen = Seat.id.not_in(in_block) if due.block is None else Seat.id.in_(in_block)
    rows = db.session.execute(
        select(SeatAssignment, Seat)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .where(
            SeatAssignment.performance_id == due.show.performance_id,
            SeatAssignment.state != "released",
            chosen,
        )
        .order_by(Seat.id)
        .with_for_update(of=SeatAssignment)
        .execution_options(populate_existing=True)
    )
    return [(row, place) for row, place in rows]


@command
def _end_holds(now: datetime) -> int:
    locks.check_lease()
    rows = db.session.execute(
        select(SeatAssignment, Seat)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .where(SeatAssignment.state == "held", SeatAssignment.held_until <= now)
        .with_for_update(of=SeatAssignment)
        .execution_options(populate_existing=True)
    ).all()
    for row, place in rows:
        row.state, row.released_at, row.reason = "released", now, EXPIRED
        step = Step(seat_rows.label_of(place), "released", None, EXPIRED)
        seat_rows.log(row.event_id, row.performance_id, [step], actor=seat_rows.PROGRAM)
    return len(rows)
