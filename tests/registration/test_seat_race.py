"""Many hands, one hall: each seat has one holder, and without its constraint it has not."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, text

from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.kernel.errors import EventHubError
from eventhub.registration import service
from eventhub.registration.models import Attendee, Seat, SeatAssignment, Ticket
from eventhub.settings import Settings
from tests.conftest import Database
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import Place

pytestmark = pytest.mark.processes

IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
PROCESSES = 8 if IS_SOAK else 3
ROWS, IN_ROW = (10, 30) if IS_SOAK else (2, 5)
ATTEMPTS = 1000 if IS_SOAK else 36  # of all processes together
PATIENCE_S = 600


@dataclass(frozen=True, slots=True)
class Rush:
    """What each process does: `tries[place]` are its (seat, ticket) in order."""

    folder: Path
    url: str
    event_id: int
    performance_id: int
    tries: tuple[tuple[tuple[str, int], ...], ...]


def rush(place: Place, database: Database) -> Rush:
    """Return a hall and guests who all want the same few seats."""
    plan = " ".join(f"R{row}:1-{IN_ROW}" for row in range(1, ROWS + 1))
    map_id = service.create_map(
        service.CreateMap(event_id=place.event.id, stage_id=place.stage_id, name="Race", plan=plan)
    )
    service.use_map(
        service.UseMap(event_id=place.event.id, performance_id=place.performance_id, map_id=map_id)
    )
    make_ticket_type(place.event.id, slug="guest", is_seated=True, places=None, max_group=100)
    people = ROWS * IN_ROW + 8
    for start in range(0, people, 50):
        others = tuple(f"Guest {n}" for n in range(1, min(50, people - start)))
        make_registration(place.event.id, "guest", others=others)
    tickets = list(
        db.session.scalars(select(Ticket.id).join(Attendee, Attendee.id == Ticket.attendee_id))
    )
    labels = [
        f"{row}-{number}" for row, number in db.session.execute(select(Seat.row_label, Seat.number))
    ]
    db.session.rollback()
    draw = Random(4)
    tries = tuple(
        tuple((draw.choice(labels), draw.choice(tickets)) for _ in range(ATTEMPTS // PROCESSES))
        for _ in range(PROCESSES)
    )
    return Rush(database.folder, database.url, place.event.id, place.performance_id, tries)


def run(contest: Rush) -> Counter[str]:
    """Let the processes seat guests side by side and count the outcomes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(PROCESSES)
    outcomes = context.Queue()
    workers = [
        context.Process(target=_work, args=(contest, place, barrier, outcomes))
        for place in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    counted: Counter[str] = Counter()
    for _ in workers:
        counted.update(outcomes.get(timeout=PATIENCE_S))
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    return counted


def _work(contest: Rush, place: int, barrier: threading.Barrier, outcomes: Any) -> None:
    app = create_app(Settings.for_tests(contest.folder, database_url=contest.url))
    counted: Counter[str] = Counter()
    with app.app_context():
        barrier.wait(PATIENCE_S)
        for seat, ticket_id in contest.tries[place]:
            command = service.AssignSeat(
                event_id=contest.event_id,
                performance_id=contest.performance_id,
                seat=seat,
                ticket_id=ticket_id,
            )
            try:
                service.assign_seat(command)
            except EventHubError as error:
                counted[error.error_code] += 1
            else:
                counted["seated"] += 1
    outcomes.put(counted)


def worst(column: Any) -> int:
    """Return the most live rows that one seat, or one ticket, has."""
    db.session.rollback()
    per = (
        select(func.count().label("n"))
        .where(SeatAssignment.state != "released")
        .group_by(column)
        .subquery()
    )
    return db.session.scalar(select(func.max(per.c.n))) or 0


def test_no_seat_has_two_holders_and_no_guest_two_seats(place: Place, database: Database) -> None:
    counted = run(rush(place, database))
    assert set(counted) <= {"seated", "seat-taken"}
    assert counted.total() == ATTEMPTS // PROCESSES * PROCESSES
    assert worst(SeatAssignment.seat_id) == 1
    assert worst(SeatAssignment.ticket_id) == 1
    rows = db.session.execute(
        select(Ticket.seat_label, Seat.row_label, Seat.number)
        .join(SeatAssignment, SeatAssignment.ticket_id == Ticket.id)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .where(SeatAssignment.state == "assigned")
    ).all()
    assert [label for label, _, _ in rows] == [f"{row}-{number}" for _, row, number in rows]
    assert db.session.scalar(
        select(func.count()).select_from(Ticket).where(Ticket.seat_label.is_not(None))
    ) == len(rows)


def test_without_the_constraint_seats_have_two_holders(place: Place, database: Database) -> None:
    contest = rush(place, database)
    try:
        db.session.execute(text("DROP INDEX uq_seat_assignment_seat_live"))
        db.session.commit()
        run(contest)
        assert worst(SeatAssignment.seat_id) > 1
    finally:
        db.session.execute(text("DELETE FROM seat_assignment"))
        db.session.execute(
            text(
                "CREATE UNIQUE INDEX IF NOT EXISTS uq_seat_assignment_seat_live ON seat_assignment"
                " (performance_id, seat_id) WHERE state <> 'released'"
            )
        )
        db.session.commit()
