"""Gates that scan until something breaks, and what each of them was told."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from eventhub import create_app
from eventhub.checkin import queries, service
from eventhub.checkin.models import Scan
from eventhub.kernel import db as kernel_db
from eventhub.kernel import faults, ids
from eventhub.kernel.db import db
from eventhub.kernel.errors import Unavailable
from eventhub.settings import Settings
from tests.factories import checkin as make

_START_S = 60
_TICKETS = 300


@dataclass(frozen=True, slots=True)
class Gates:
    """
    What every writer process needs.

    `is_careless` is the planted fault: SQLite then says "done" before anything
    is on the disk. `is_patient` goes on after an error and notes its time.
    """

    folder: Path
    url: str
    token: str
    codes: Sequence[str]
    acks: Path
    is_careless: bool = False
    is_patient: bool = False

    @property
    def errors(self) -> Path:
        """Return the file of the times at which a writer got an error."""
        return self.acks.with_name("errors")


class Writers:
    """Running writer processes; `end` ends them, whatever state they are in."""

    def __init__(self, gates: Gates, processes: int) -> None:
        """Start them and wait until each has been told of a first scan."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.warm"])
        self._gates = gates
        before = acknowledged(gates)
        self._running = [
            context.Process(target=_write, args=(gates, place), daemon=True)
            for place in range(processes)
        ]
        for process in self._running:
            process.start()
        until = time.monotonic() + _START_S
        while len(acknowledged(gates)) < len(before) + 20:
            assert time.monotonic() < until, "no writer was ever told of a scan"
            time.sleep(0.05)

    def end(self) -> None:
        """Kill and wait."""
        for process in self._running:
            process.kill()
        for process in self._running:
            process.join(_START_S)


def house_on(folder: Path, url: str, acks: Path, **changes: bool) -> Gates:
    """Make an event with tickets and a paired device in a migrated database."""
    app = create_app(Settings.for_tests(folder, database_url=url))
    with app.app_context():
        house = make.make_house()
        codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, _TICKETS)]
        token = make.pair_device(house).token
        db.session.remove()
        db.engine.dispose()
    return Gates(folder, url, token, codes, acks, **changes)


@dataclass(frozen=True, slots=True)
class Told:
    """A scan whose answer a writer has read."""

    code: str
    result: str


def acknowledged(gates: Gates) -> dict[bytes, Told]:
    """Return by nonce what the writers were told; half a line is not an answer."""
    lines = gates.acks.read_text().splitlines(keepends=True) if gates.acks.exists() else []
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {bytes.fromhex(nonce): Told(code, result) for nonce, code, result in whole}


def kept(gates: Gates) -> set[bytes]:
    """Return the nonces of all scans in the database, read by a new application."""
    app = create_app(Settings.for_tests(gates.folder, database_url=gates.url))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            found = db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            assert found == "ok"
        nonces = set(db.session.scalars(select(Scan.nonce)))
        db.session.remove()
        db.engine.dispose()
    return nonces


def again(gates: Gates, told: Mapping[bytes, Told]) -> dict[bytes, str]:
    """Send scans again that were acknowledged, and return what is said of them now."""
    app = create_app(Settings.for_tests(gates.folder, database_url=gates.url))
    with app.app_context():
        device = queries.device_by_token(gates.token)
        said = {
            nonce: str(service.redeem(device, service.Redeem(nonce=nonce, code=one.code))["result"])
            for nonce, one in told.items()
        }
        db.session.remove()
        db.engine.dispose()
    return said


def _write(gates: Gates, place: int) -> None:
    if gates.is_careless:
        kernel_db.SQLITE_PRAGMAS["synchronous"] = 0
    app = create_app(Settings.for_tests(gates.folder, database_url=gates.url))
    chance = random.Random(place)
    acks = os.open(gates.acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with app.app_context():
        device = queries.device_by_token(gates.token)
        while True:
            nonce = ids.new_nonce()
            code = chance.choice(gates.codes)
            scan = service.Redeem(nonce=nonce, code=code)
            try:
                result = service.redeem(device, scan)["result"]
            except Unavailable:  # no answer: nothing may be concluded from it
                with gates.errors.open("a") as errors:
                    errors.write(f"{time.time()}\n")
                time.sleep(0.05)
            except (SQLAlchemyError, OSError):
                if not gates.is_patient:
                    return  # the disk is gone
                with gates.errors.open("a") as errors:
                    errors.write(f"{time.time()}\n")
                db.session.rollback()
                time.sleep(0.05)
            else:
                os.write(acks, f"{nonce.hex()} {code} {result}\n".encode())


def deliver(gates: Gates, scans: Sequence[tuple[bytes, str]], point: str, times: int) -> None:
    """Send these scans one after the other; end at a point on the way the `times`-th time."""
    app = create_app(Settings.for_tests(gates.folder, database_url=gates.url))
    acks = os.open(gates.acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with app.app_context():
        device = queries.device_by_token(gates.token)
        if point:
            faults.arm(point, times)
        for nonce, code in scans:
            result = service.redeem(device, service.Redeem(nonce=nonce, code=code))["result"]
            os.write(acks, f"{nonce.hex()} {code} {result}\n".encode())
        db.session.remove()
        db.engine.dispose()
