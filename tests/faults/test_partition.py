"""
Lines that are cut while gates scan: between gates and server, between server and database.

Each gate, the server and the database are hosts of their own in network namespaces.
What is cut is silent, so that nobody learns it but by waiting: gates then decide alone,
the server says 503 instead of waiting with them, and after the cut it all adds up.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from eventhub import create_app
from eventhub.checkin import service
from eventhub.checkin.models import Admission, Conflict, Scan
from eventhub.kernel import signing
from eventhub.kernel.db import db
from eventhub.registration.models import Ticket
from eventhub.settings import Settings
from tests import postgres
from tests.conftest import _LOOPBACK, Database, migrate
from tests.factories import checkin as make
from tests.faults.conftest import Times
from tests.faults.disk import MeansMissing
from tests.faults.lanes import Asked, Crowd, Desk, Lane, Watch
from tests.faults.network import Network
from tests.faults.server import Server
from tests.soak import IS_SOAK, Record

pytestmark = pytest.mark.processes

GATES = ("north", "south", "east")
ALONE = 10  # scans that each gate decides by itself in a cut
AWAY_S = 9.0  # how long the database is away
ANSWER_S = 6.0  # without its database the server still says something in this time
BACK_S = 10.0  # after this time all is as before
HANDED_IN_S = 60.0
LOSES = 0.2
ASKING = 12  # people who ask the server all the time, more than it has threads


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that opens a connection to anything but its own network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        is_own = self.family == socket.AF_UNIX or address[0].startswith((*_LOOPBACK, "10.77.0."))
        assert is_own, f"a test connects to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what ends everything that was started, last first."""
    with ExitStack() as made:
        yield made


@pytest.fixture
def network(stack: ExitStack) -> Network:
    """Return hosts for gates, office, server and database, or skip where none may be made."""
    try:
        made = Network(*GATES, "office", "server", "base")
    except MeansMissing as error:
        if IS_SOAK or os.environ.get("EVENTHUB_REQUIRE_LAB") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    stack.callback(made.remove)
    return made


@dataclass(slots=True)
class Site:
    """A server on its host, the devices that know it, and where its rows can be read."""

    network: Network
    url: str
    event_id: int
    desks: dict[str, Desk]
    crowd: Crowd
    folder: Path
    cuts: list[tuple[float, float]] = field(default_factory=list)  # of the database, monotonic s

    @property
    def has_base(self) -> bool:
        """Tell whether the database is on a host of its own."""
        return self.url.startswith("postgresql")


def site_on(database: Database, network: Network, stack: ExitStack, people: int) -> Site:
    """Start a server, on PostgreSQL over the network, with an event that people come to."""
    inside = outside = database.url
    if database.name == "postgresql":
        outside, inside = _base(network, stack)
        migrate(database.settings(database_url=outside))
    app = create_app(database.settings(database_url=outside))
    with app.app_context():
        house = make.make_house()
        make.make_gate(house, "east", number=3)
        tickets = make.make_tickets(house, people)
        rows = db.session.execute(
            select(Ticket.number, Ticket.idhash).where(Ticket.id.in_(tickets)).order_by(Ticket.id)
        )
        codes = {signing.gr_code(number): idhash.hex() for number, idhash in rows}
        tokens = {gate: make.pair_device(house, gate).token for gate in GATES}
        tokens["office"] = make.pair_device(house, "south").token
        db.session.remove()
        db.engine.dispose()
    with network.inside("server"):
        everywhere = "0.0.0.0"  # noqa: S104 - of a host that is a namespace of this test
        settings = database.settings(database_url=inside)
        server = Server(settings, workers=2, env="development", host=everywhere)
    stack.callback(server.stop)
    desks = {
        host: Desk(network, host, network.address("server"), server.port, token)
        for host, token in tokens.items()
    }
    crowd = Crowd(codes)
    return Site(network, outside, house.event_id, desks, crowd, database.folder)


def _base(network: Network, stack: ExitStack) -> tuple[str, str]:
    """Start PostgreSQL on its host; return its address for the test and for the server."""
    try:
        with network.inside("base"):
            cluster = postgres.Cluster.start(listen_addresses=network.address("base"))
    except postgres.PostgresMissing as error:
        pytest.skip(str(error))
    stack.callback(cluster.stop)
    with (cluster.folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.77.0.0/24 trust\n")
    postgres.execute(cluster.folder, "postgres", "SELECT pg_reload_conf()")
    postgres.create(cluster.folder, "partition")
    at = f"@{network.address('base')}/partition"
    return cluster.url("partition"), f"postgresql+psycopg://eventhub{at}"


def go_through(site: Site, lanes: list[Lane], rounds: int) -> None:
    """Cut and heal the lines of two gates, and then of the database, again and again."""
    network = site.network
    for _ in range(rounds):
        time.sleep(1.5)
        network.cut("north", "south")
        wanted = [(lane, lane.alone + ALONE) for lane in lanes[:2]]
        while any(lane.alone < count for lane, count in wanted):
            time.sleep(0.05)
        network.heal("north", "south")
        time.sleep(2)
        if site.has_base:
            network.cut("base")
            began = time.monotonic()
            time.sleep(AWAY_S)
            network.heal("base")
            site.cuts.append((began, time.monotonic()))
            time.sleep(BACK_S)


def scan_through(site: Site, rounds: int, **careless: bool) -> list[Lane]:
    """Let all gates scan while lines are cut, then hand in what waits; return the gates."""
    lanes = [
        Lane(site.desks[gate], number, site.crowd, site.folder, **careless)
        for number, gate in enumerate(GATES, 1)
    ]
    try:
        site.network.lose("east", LOSES)
        go_through(site, lanes, rounds)
    finally:
        for lane in lanes:
            lane.close()
        for lane in lanes:
            lane.stop(HANDED_IN_S)
    return lanes


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds: nonces of scans, admissions and conflicts by code."""

    nonces: set[bytes]
    admitted: Counter[str]
    conflicts: Counter[str]
    is_replayed: bool


def kept(site: Site) -> Kept:
    """Read with a new application, beside all lines."""
    app = create_app(Settings.for_tests(site.folder, database_url=site.url))
    codes = {idhash: code for code, idhash in site.crowd.tickets.items()}
    with app.app_context():
        by_code = {
            ticket.id: codes[ticket.idhash.hex()] for ticket in db.session.scalars(select(Ticket))
        }
        found = Kept(
            set(db.session.scalars(select(Scan.nonce))),
            Counter(by_code[id_] for id_ in db.session.scalars(select(Admission.ticket_id))),
            Counter(by_code[id_] for id_ in db.session.scalars(select(Conflict.ticket_id))),
            service.replay(site.event_id).matches_projection,
        )
        db.session.remove()
        db.engine.dispose()
    return found


def test_after_a_cut_every_scan_is_there_and_every_double_entry_is_listed(
    database: Database, network: Network, stack: ExitStack, times: Times, record: Record
) -> None:
    rounds = times(1, 20)
    site = site_on(database, network, stack, people=times(1_000, 20_000))
    office = site.desks["office"]
    asking = [
        Watch(office, "/api/gate/v1/heartbeat", {}, pause_s=ASKING * 0.05) for _ in range(ASKING)
    ]
    pulse = Watch(office, "/healthz", None, pause_s=0.1)
    try:
        lanes = scan_through(site, rounds)
    finally:
        for watch in (*asking, pulse):
            watch.stop()
    found = kept(site)
    green = sum((lane.green for lane in lanes), Counter[str]())
    told = set().union(*(lane.told for lane in lanes))
    seen = [one for watch in asking for one in watch.seen]
    away = [one for one in seen if _is_away(site, one)]
    late = [one for one in (*seen, *pulse.seen) if not one.status or one.took_s > ANSWER_S]
    record(
        "R15",
        database=database.name,
        cuts=rounds * (2 if site.has_base else 1),
        told=len(told),
        lost=len(told - found.nonces),
        alone=sum(lane.alone for lane in lanes),
        entered_twice=sum(green.values()) - len(green),
        listed=found.conflicts.total(),
        unanswered=len(late),
        slowest_s=round(max(one.took_s for one in (*seen, *pulse.seen)), 1),
        away=len([one for one in away if one.status == HTTPStatus.SERVICE_UNAVAILABLE]),
    )
    assert sum(lane.waiting for lane in lanes) == 0
    assert not told - found.nonces
    assert found.admitted == Counter(dict.fromkeys(green, 1))
    assert found.conflicts == green - Counter(dict.fromkeys(green, 1))
    assert found.conflicts, "no ticket came in twice: the test proves nothing"
    assert found.is_replayed
    assert not late
    assert not site.has_base or HTTPStatus.SERVICE_UNAVAILABLE in {one.status for one in away}
    bad = [one for one in seen if one.status != HTTPStatus.OK and not _is_excused(site, one)]
    assert not bad
    assert {one.status for one in pulse.seen} == {HTTPStatus.OK}


def _is_away(site: Site, one: Asked) -> bool:
    return any(began <= one.at < healed for began, healed in site.cuts)


def _is_excused(site: Site, one: Asked) -> bool:
    """Tell whether an answer may say 503: just before, in or soon after a cut of the database."""
    is_near = any(began - ANSWER_S <= one.at < healed + BACK_S for began, healed in site.cuts)
    return one.status == HTTPStatus.SERVICE_UNAVAILABLE and is_near


@pytest.mark.only("sqlite")
def test_gates_that_keep_no_queue_lose_what_they_decided_alone(
    database: Database, network: Network, stack: ExitStack, record: Record
) -> None:
    site = site_on(database, network, stack, people=200)
    lanes = scan_through(site, 1, keeps_queue=False)
    found = kept(site)
    lost = set().union(*(lane.told for lane in lanes)) - found.nonces
    green = sum((lane.green for lane in lanes), Counter[str]())
    record(
        "R15",
        database=database.name,
        cuts=1,
        lost=len(lost),
        entered_twice=sum(green.values()) - len(green),
        listed=found.conflicts.total(),
        has_fence=False,
    )
    assert lost
    assert found.conflicts.total() < sum(green.values()) - len(green)
