"""Releases by real processes: of two one wins, and one that dies leaves the old one public."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventhub.kernel import faults
from eventhub.kernel.db import db
from eventhub.programme import queries, service
from eventhub.programme.enums import ScheduleState
from eventhub.programme.models import Schedule, ScheduleChange
from eventhub.programme.queries import EventRow
from tests.conftest import Database
from tests.factories import programme as make
from tests.programme import release_workers
from tests.programme.release_workers import PATIENCE_S

pytestmark = pytest.mark.processes


@pytest.fixture
def event(database: Database, app: object) -> EventRow:
    """Return an event with one release, and a draft in which its show begins an hour later."""
    made = make.make_event("loom")
    stage = make.make_stage(made, "runway")
    show = make.make_show(made, "AAAAAA")
    starts_at = made.day_bounds(made.days()[0])[0] + timedelta(hours=6)
    make.make_slot(
        made,
        performance_id=make.make_performance(made, show),
        stage_id=stage,
        starts_at=starts_at,
    )
    make.release(made, "v1")
    row = queries.working_grid(made)[0]
    service.move(
        service.Move(
            event_id=made.id,
            performance_id=row.performance_id,
            row_version=row.row_version,
            stage_id=stage,
            starts_at=starts_at + timedelta(hours=1),
        )
    )
    return made


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    return context


def _drafts(event: EventRow) -> int:
    db.session.rollback()
    states = db.session.scalars(select(Schedule.state).where(Schedule.event_id == event.id))
    return states.all().count(ScheduleState.WIP)


def test_of_two_releases_at_once_one_wins(event: EventRow, database: Database) -> None:
    context = _context()
    barrier, answers = context.Barrier(2), context.Queue()
    workers = [
        context.Process(
            target=release_workers.release_at_once,
            args=(database.folder, database.url, event.id, name, barrier, answers),
        )
        for name in ("v2", "v3")
    ]
    for worker in workers:
        worker.start()
    told = sorted(answers.get(timeout=PATIENCE_S) for _ in workers)
    for worker in workers:
        worker.join(PATIENCE_S)
    assert told == ["409 release-raced", "released"]
    assert _drafts(event) == 1
    assert len(queries.releases(event.id)) == 2


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_a_release_that_dies_is_public_wholly_or_not_at_all(
    event: EventRow, database: Database, point: str
) -> None:
    old = queries.programme(event)[0].starts_at
    changes = len(db.session.scalars(select(ScheduleChange.id)).all())
    db.session.rollback()
    args = (database.folder, database.url, event.id, point)
    worker = _context().Process(target=release_workers.release_and_die, args=args)
    worker.start()
    worker.join(PATIENCE_S)
    assert worker.exitcode == faults.EXIT_CODE
    db.session.rollback()
    is_out = point == "after-commit"  # the control: here the new one has to be public
    newest = queries.released(event.id)
    assert newest is not None
    assert newest.name == ("v2" if is_out else "v1")
    assert queries.programme(event)[0].starts_at == old + timedelta(hours=1) * is_out
    assert (len(db.session.scalars(select(ScheduleChange.id)).all()) > changes) is is_out
    assert _drafts(event) == 1
    make.release(event, "v9")  # and the next release works
    assert _drafts(event) == 1
