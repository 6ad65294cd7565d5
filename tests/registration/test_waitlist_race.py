"""Several processes cancel, join and take offers on one list at once."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from eventhub import create_app
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.errors import EventHubError
from eventhub.programme.queries import EventRow
from eventhub.registration import jobs, queries, service
from eventhub.registration.models import Quota
from eventhub.registration.service import Register, Registered
from eventhub.settings import Settings
from tests.conftest import Database
from tests.factories.registration import make_ticket_type
from tests.registration.conftest import NOW

PROCESSES = 3
ROUNDS = 8
PLACES = 5
PATIENCE_S = 120

pytestmark = pytest.mark.processes


def test_places_pass_on_in_order_while_processes_race(event: EventRow, database: Database) -> None:
    make_ticket_type(event.id, slug="public", places=PLACES, waitlist="auto", max_group=2)
    service.ensure_event_key(event.id)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    barrier = context.Barrier(PROCESSES)
    workers = [
        context.Process(target=_work, args=(database.folder, database.url, event.id, n, barrier))
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE_S)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    db.session.rollback()
    jobs.serve_waitlists()
    assert [proof for proof in queries.proofs(event.id) if not proof.is_proven] == []
    assert queries.verify(event.id) == []
    quota = db.session.scalars(select(Quota)).one()
    assert quota.used + quota.held <= PLACES
    line = queries.waitlists(event.id)[0]
    assert not (line.waiting and line.free and line.free >= 2)  # nobody waits beside a free place


def _work(folder: Path, url: str, event_id: int, place: int, barrier: threading.Barrier) -> None:
    app = create_app(Settings.for_tests(folder, database_url=url))
    made: list[Registered] = []
    with app.app_context(), clock.fixed(NOW):
        barrier.wait(PATIENCE_S)
        for turn in range(ROUNDS):
            name = f"guest-{place}-{turn}"
            others = ("friend",) if (turn + place) % 3 == 0 else ()
            outcome = service.register(
                Register(event_id, "public", name, "zh", email=f"{name}@example.com", others=others)
            )
            if isinstance(outcome, Registered):
                made.append(outcome)
            if turn % 2:
                service.cancel(made.pop(0).registration_id)
            for mine in made:
                try:
                    service.take_offer(mine.registration_id)
                except EventHubError:
                    db.session.rollback()  # nothing is offered to this one
