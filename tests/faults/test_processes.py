"""Processes that end in the middle of their work, and databases that restart under it."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.checkin import service
from eventhub.checkin.models import Admission, Scan
from eventhub.kernel import faults, ids
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests import postgres
from tests.conftest import Database, migrate
from tests.factories import checkin as make
from tests.faults.conftest import Times
from tests.faults.server import Clients, Server
from tests.faults.writers import Writers, acknowledged, deliver, house_on, kept
from tests.soak import IS_SOAK, Record

pytestmark = pytest.mark.processes

ON_THE_WAY = ("after-begin", "before-commit", "after-commit")


def test_workers_that_are_killed_lose_nothing(
    app: Flask, database: Database, times: Times, record: Record
) -> None:
    if database.name == "postgresql" and not IS_SOAK:
        pytest.skip("the small size is done on SQLite; deaths on the way cover both")
    house = make.make_house()
    tickets = make.make_tickets(house, 200)
    codes = [make.gr_of(ticket) for ticket in tickets]
    token = make.pair_device(house).token
    db.session.rollback()
    kills = times(2, 300)
    server = Server(database.settings(), workers=2)
    try:
        clients = Clients(server.port, token, codes, count=4)
        done = 0
        while done < kills or (not clients.again and done < kills * 10):  # until one meets a scan
            time.sleep(0.3)
            server.kill_a_worker(done)
            done += 1
            time.sleep(1)  # about what a new worker needs
        clients.stop()
    finally:
        server.stop()
    db.session.rollback()
    rows = list(db.session.scalars(select(Scan.nonce)))
    lost = clients.told.keys() - set(rows)
    record(
        "R04",
        database=database.name,
        kills=done,
        told=len(clients.told),
        lost=len(lost),
        asked_again=clients.again,
    )
    assert not lost
    assert len(rows) == len(set(rows))
    assert clients.again > 0, "no kill ever met a request: the test proves nothing"
    assert service.replay(house.event_id).matches_projection


@pytest.mark.parametrize("point", ON_THE_WAY)
def test_a_process_that_ends_on_the_way_counts_nothing_twice(
    app: Flask, database: Database, times: Times, record: Record, tmp_path: Path, point: str
) -> None:
    gates = house_on(database.folder, database.url, tmp_path / "acks")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    deaths = times(1, 60)
    todo = [(ids.new_nonce(), code) for code in gates.codes[: deaths * 3]]
    for death in range(deaths):
        left = [(nonce, code) for nonce, code in todo if nonce not in acknowledged(gates)]
        process = context.Process(target=deliver, args=(gates, left, point, 3))
        process.start()
        process.join(60)
        assert process.exitcode == faults.EXIT_CODE, death
    rest = [(nonce, code) for nonce, code in todo if nonce not in acknowledged(gates)]
    process = context.Process(target=deliver, args=(gates, rest, "", 0))
    process.start()
    process.join(60)
    told = acknowledged(gates)
    record("R04", database=database.name, point=point, deaths=deaths, told=len(told))
    assert {one.result for one in told.values()} == {"ok"}, "a second answer was not the first"
    assert told.keys() == kept(gates) == {nonce for nonce, _ in todo}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Admission)) == len(todo)


def test_the_database_restarts_under_load(outside: Path, times: Times, record: Record) -> None:
    data = Path(tempfile.mkdtemp(prefix="eventhub-data-", dir="/tmp"))
    try:
        cluster = postgres.Cluster.start(data)
    except postgres.PostgresMissing as error:
        pytest.skip(str(error))
    restarts: list[tuple[float, float]] = []
    try:
        postgres.create(cluster.folder, "restart")
        url = cluster.url("restart")
        migrate(Settings.for_tests(outside, database_url=url))
        gates = house_on(outside, url, outside / "acks", is_patient=True)
        writers = Writers(gates, 3)
        for _ in range(times(1, 12)):
            time.sleep(random.uniform(0.5, 1.5) if times(1, 0) else 5)
            began = time.time()
            cluster.kill()
            cluster.launch()
            restarts.append((began, time.time()))
        time.sleep(1)
        before = len(acknowledged(gates))
        time.sleep(0.5)
        writers.end()
        told = acknowledged(gates)
        lost = told.keys() - kept(gates)
    finally:
        cluster.stop()
    errors = [float(line) for line in gates.errors.read_text().split()]
    late = [at for at in errors if not any(down <= at < up + 3 for down, up in restarts)]
    record(
        "R06",
        database="postgresql",
        restarts=len(restarts),
        told=len(told),
        lost=len(lost),
        errors=len(errors),
        late=len(late),
    )
    assert not lost
    assert errors, "no restart met a scan: the test proves nothing"
    assert not late
    assert len(told) > before, "scanning did not go on"
