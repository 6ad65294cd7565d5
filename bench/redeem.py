"""
CPU of one scan, database included: `python -m bench.redeem [--tickets N] [--scans N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. What is
measured: HTTP routing, token, parsing, signature, rules, all statements and
the commit, through the WSGI application of one process. On PostgreSQL the CPU
of the server's processes is added. Requests are made before the clock starts.
`bare_transaction_ms` is the floor: the same four statements and the commit by
the driver alone, in the same run. The cluster is that of the tests, which does
not wait for the disk; CPU is what is compared here, not latency.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from eventhub import create_app
from eventhub.checkin.models import Device, Scan
from eventhub.checkin.service import statements as sql
from eventhub.kernel import ids, signing
from eventhub.kernel.db import db
from eventhub.programme.models import Gate
from eventhub.registration.models import Ticket
from eventhub.settings import Settings
from tests import postgres
from tests.factories import checkin as make

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

BATCH = 200
_BASE = "/api/gate/v1"


def main() -> None:
    """Print all figures for both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--scans", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(f"sqlite:///{folder / 'bench.sqlite3'}", "sqlite", folder, given)
        try:
            cluster = postgres.cluster()
        except postgres.PostgresMissing as error:
            say("redeem_cpu_ms", None, f"postgresql left out: {error}")
            return
        postgres.create(cluster.folder, "bench")
        run(postgres.url(cluster.folder, "bench"), "postgresql", folder, given)
        cluster.stop()


def run(url: str, name: str, folder: Path, given: argparse.Namespace) -> None:
    """Measure one database."""
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        house = make.make_house()
        rows = [t for _ in range(0, given.tickets, 500) for t in make.make_tickets(house, 500)]
        paired = make.pair_device(house)
        codes = [make.gs_of(ticket) for ticket in rows[: given.scans]]
        rest = rows[given.scans : given.scans + given.scans * 5]
        hashes = [db.session.get_one(Ticket, ticket).idhash.hex() for ticket in rest]
        db.session.remove()
    desk = Desk(app, paired.token)
    note = f"{name}, {given.tickets} tickets, one process"
    count_statements(desk, codes.pop(), name)
    first = desk.send(desk.requests("/redeem", map(single, codes)))
    say("redeem_cpu_ms", first, note)
    say("redeem_duplicate_cpu_ms", desk.send(desk.requests("/redeem", map(single, codes))), note)
    bodies = [batch(hashes[at : at + BATCH]) for at in range(0, len(hashes), BATCH)]
    whole = desk.send(desk.requests("/scans", bodies)) * len(bodies) / len(hashes)
    say("scan_batch_cpu_ms", whole, f"{note}, {BATCH} a batch")
    with app.app_context():
        floor = bare(paired.device.event_id, rows[-given.scans :], paired.device.id)
        say("bare_transaction_ms", floor, f"{name}, four statements by the driver alone")
        say("redeem_to_bare_ratio", first / floor, note, unit="ratio")
        db.engine.dispose()


def count_statements(desk: Desk, code: str, name: str) -> None:
    """Print how many statements an admission, a duplicate and a repeat take."""
    seen: list[str] = []
    with desk.app.app_context():
        engine = db.engine
    desk.send(desk.requests("/redeem", [single("GR00000000000006E3")]))  # fill the caches

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    body = single(code)
    for kind, sent in (("admission", body), ("duplicate", single(code)), ("repeat", body)):
        seen.clear()
        desk.send(desk.requests("/redeem", [sent]))
        count = sum(not text.startswith("BEGIN") for text in seen)
        say(f"redeem_statements_{kind}", count, name, unit="statements")
    event.remove(engine, "before_cursor_execute", note)


def bare(event_id: int, tickets: Sequence[int], device_id: int) -> float:
    """Return CPU milliseconds of the four statements and a commit without the application."""
    dialect = db.engine.dialect
    made = [
        text.compile(dialect=dialect)
        for text in (sql.FIND, sql.ENTER, sql.RECORD, sql.CHANGE[dialect.name])
    ]
    # the values of one ticket per statement: a name may mean another thing in each
    given = [_bare_values(event_id, ticket, device_id) for ticket in tickets]
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    before = _cpu_s()
    for of_ticket in given:
        cursor = driver.cursor()
        if dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        for one, values in zip(made, of_ticket, strict=True):
            names = one.positiontup
            cursor.execute(str(one), [values[n] for n in names] if names else values).fetchall()
        driver.commit()
    used = _cpu_s() - before
    connection.close()
    return used * 1000 / len(given)


def _bare_values(event_id: int, ticket: int, device_id: int) -> tuple[dict[str, Any], ...]:
    """Return the values of `FIND`, `ENTER`, `RECORD` and `CHANGE` for one new admission."""
    row = db.session.get_one(Ticket, ticket)
    known = db.session.get_one(Device, device_id)
    at = 1_800_000_000_000
    nonce = ids.new_nonce()
    of_ticket = {"event_id": event_id, "ticket_id": ticket}
    find = {"event_id": event_id, "idhash": row.idhash, "device_id": device_id, "nonce": nonce}
    enter = of_ticket | {
        "scope": "e",
        "place": 1,
        "turn": 0,
        "entered_at_ms": at,
        "entered_device_id": device_id,
        "entered_gate_id": known.gate_id,
        "entered_nonce": nonce,
        "kind": "normal",
    }
    empty: dict[str, Any] = {column.name: None for column in Scan.__table__.columns}
    record = (
        empty
        | of_ticket
        | {
            "device_id": device_id,
            "nonce": nonce,
            "scope": "e",
            "n": 1,
            "boot_id": "bench",
            "gate_id": known.gate_id,
            "zone_id": db.session.get_one(Gate, known.gate_id).zone_id,
            "code_kind": "GS",
            "dir": "in",
            "persons": 1,
            "claimed_ms": at,
            "offset_ms": 0,
            "at_ms": at,
            "mono_ms": 0,
            "received_at": "2027-01-15 08:00:00+00:00",
            "is_offline": False,
            "is_unlisted": False,
            "result": "ok",
            "answer": "{}",
            "body_digest": bytes(16),
        }
    )
    return find, enter, record, of_ticket | {"kind": "admission"}


class Desk:
    """A paired device whose requests are ready before they are sent."""

    def __init__(self, app: Flask, token: str) -> None:
        """Keep application and token."""
        self.app = app
        self.headers = {"Authorization": f"Bearer {token}"}

    def requests(self, path: str, bodies: Iterable[Any]) -> list[WSGIEnvironment]:
        """Return requests with these bodies."""
        return [
            EnvironBuilder(
                _BASE + path, method="POST", json=body, headers=self.headers
            ).get_environ()
            for body in bodies
        ]

    def send(self, requests: list[WSGIEnvironment]) -> float:
        """Send all and return CPU milliseconds per request."""
        before = _cpu_s()
        statuses = [self._answer(request) for request in requests]
        used = _cpu_s() - before
        if set(statuses) != {"200 OK"}:
            raise RuntimeError(f"not all answers are good: {set(statuses)}")
        return used * 1000 / len(requests)

    def _answer(self, request: WSGIEnvironment) -> str:
        seen: list[str] = []
        body = self.app.wsgi_app(request, lambda status, _h, _e=None: seen.append(status))
        b"".join(body)
        getattr(body, "close", lambda: None)()
        return seen[0]


def single(code: str) -> dict[str, str]:
    """Return one redeem with a nonce of its own."""
    return {"nonce": nonce(), "code": code}


def batch(hashes: Sequence[str]) -> dict[str, Any]:
    """Return an upload of admissions."""
    return {
        "boot_id": "bench",
        "scans": [
            {
                "nonce": nonce(),
                "n": n,
                "gate": 1,
                "idhash": known,
                "result": "ok",
                "claimed_ms": 1_800_000_000_000,
            }
            for n, known in enumerate(hashes)
        ],
    }


def nonce() -> str:
    """Return a nonce as devices send it."""
    return signing.pairing_code(ids.new_nonce())[2:]


def _cpu_s() -> float:
    # this process and every process of its own PostgreSQL
    times = os.times()
    used = times.user + times.system
    if not postgres.cluster.cache_info().currsize:
        return used
    number = (postgres.cluster().folder / "data" / "postmaster.pid").read_text().split("\n")[0]
    server = psutil.Process(int(number))
    return used + sum(_seconds(p) for p in (server, *server.children()))


def _seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


def say(name: str, value: float | None, note: str, *, unit: str = "ms") -> None:
    """Print one figure."""
    figure = None if value is None else round(value, 3)
    line = {"name": name, "value": figure, "unit": unit, "per": "scan", "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
