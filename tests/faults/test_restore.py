"""
Backup under load and restore: every row back, by hash, and how long it takes.

Small in `make test-all`; EVENTHUB_SOAK=1 takes 100,000 people and 1,000,000 scans
(EVENTHUB_PEOPLE says otherwise; ten scans each). Rows are multiplied by the
database itself, so that the drill costs minutes and not hours.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import Table, select, text

from eventhub import create_app
from eventhub.checkin import service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Scan
from eventhub.checkin.service import OfflineScan
from eventhub.console import backup
from eventhub.kernel import audit
from eventhub.kernel.db import Base, command, db
from eventhub.registration.models import Attendee, Ticket
from tests import postgres
from tests.access.test_matrix import two_tenants, words_of
from tests.conftest import Database
from tests.people import People
from tests.soak import IS_SOAK, Record
from tests.world import World

PEOPLE: Final = int(os.environ.get("EVENTHUB_PEOPLE") or (100_000 if IS_SOAK else 200))
SCANS_EACH: Final = 10
MOST_S: Final = 300
# What the writer touches beside the scans and the log: its own telephone.
TOUCHED: Final = frozenset({"device", "audit_checkpoint"})
BOUNDED: Final = {"scan": "id", "audit_entry": "seq"}


@dataclass(slots=True)
class Writer:
    """Hands in scans and writes the log until `stop`; `acknowledged` grows with each commit."""

    app: Flask
    device: Any
    gate_number: int
    acknowledged: list[bytes] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin in a thread of its own, and wait for the first acknowledgement."""
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        while not self.acknowledged:
            assert self._thread.is_alive(), "the writer has died"
            time.sleep(0.01)

    def stop(self) -> None:
        """End and wait."""
        self._over.set()
        assert self._thread is not None
        self._thread.join()

    def _write(self) -> None:
        with self.app.app_context():
            number = 0
            while not self._over.wait(0.005):
                number += 1
                nonce = b"w" + number.to_bytes(15, "big")
                scan = OfflineScan(
                    nonce=nonce,
                    n=number,
                    gate_number=self.gate_number,
                    result=ScanResult.UNKNOWN_CODE,
                    claimed_ms=number,
                    code=f"nobody {number}",
                )
                service.record_scans(self.device, [scan])
                _note(number)
                self.acknowledged.append(nonce)
            db.session.remove()


@command
def _note(number: int) -> None:
    audit.record("drill.write", f"drill:{number}")


@pytest.mark.req("R38")
def test_what_was_there_when_the_backup_began_is_back(
    app: Flask, database: Database, record: Record, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    people, world = two_tenants()
    words = words_of(world)
    scans = crowd(world, PEOPLE)
    paired = service.pair(service.create_pairing(world.gate.id, None).code, agent="x", name="w")
    bounds = {name: _newest(name, key) for name, key in BOUNDED.items()}
    before = hashes(bounds)
    writer = Writer(app, paired.device, world.gate.number)
    file = tmp_path / "drill.backup"
    writer.start()
    acknowledged = list(writer.acknowledged)
    backup_s, backup_cpu = _timed(lambda: backup.write_backup(file))
    during = len(writer.acknowledged) - len(acknowledged)
    writer.stop()
    other = elsewhere(database, request, tmp_path)
    with other.app_context():
        restore_s, restore_cpu = _timed(lambda: backup.restore(file))
        after = hashes(bounds)
        kept = set(db.session.scalars(select(Scan.nonce).where(Scan.id > bounds["scan"])))
        _works(other, people, words)
        state = audit.verify()
        db.session.remove()
        db.engine.dispose()
    record(
        "R38",
        database=database.name,
        people=PEOPLE,
        scans=scans,
        bytes=file.stat().st_size,
        backup_s=round(backup_s, 1),
        backup_cpu_s=round(backup_cpu, 1),
        writes_during_backup=during,
        restore_s=round(restore_s, 1),
        restore_cpu_s=round(restore_cpu, 1),
        tables=len(after),
        differing=[name for name in before if before[name] != after[name]],
        lost=len(set(acknowledged) - kept),
    )
    assert before == after
    assert set(acknowledged) <= kept
    assert kept <= set(writer.acknowledged) | {_last(writer)}
    assert state.is_whole
    assert restore_s < MOST_S


@pytest.mark.req("R38")
@pytest.mark.only("sqlite")
def test_a_copied_file_is_no_backup_and_the_drill_sees_it(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    """Negative control: `cp` of the database file leaves what stands in the WAL behind."""
    _people, world = two_tenants()
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.commit()
    crowd(world, 50)
    bounds = {name: _newest(name, key) for name, key in BOUNDED.items()}
    before = hashes(bounds)
    copied = tmp_path / "copied.sqlite3"
    shutil.copyfile(database.folder / "test.sqlite3", copied)
    other = create_app(database.settings(database_url=f"sqlite:///{copied}"))
    with other.app_context():
        after = hashes(bounds)
        db.session.remove()
        db.engine.dispose()
    assert [name for name in before if before[name] != after[name]] != []


def elsewhere(database: Database, request: pytest.FixtureRequest, folder: Path) -> Flask:
    """Return an application on an empty database of the same kind."""
    url = f"sqlite:///{folder / 'elsewhere.sqlite3'}"
    if database.name == "postgresql":
        where = request.getfixturevalue("postgres_folder")
        name = f"restored_{request.getfixturevalue('worker_id')}"
        postgres.create(where, name)
        url = postgres.url(where, name)
    return create_app(database.settings(database_url=url))


def hashes(bounds: dict[str, int]) -> dict[str, str]:
    """Return one hash per table over its rows in order of their key, up to `bounds`."""
    found = {}
    for name, table in sorted(Base.metadata.tables.items()):
        if name not in TOUCHED:
            digest = hashlib.sha256()
            for row in _rows(table, bounds.get(name)):
                digest.update(repr(row).encode())
            found[name] = digest.hexdigest()
    db.session.rollback()
    return found


def _rows(table: Table, bound: int | None) -> Iterator[tuple[Any, ...]]:
    statement = f"SELECT * FROM {table.name}"  # noqa: S608 - names of our own tables
    if bound is not None:
        statement += f" WHERE {BOUNDED[table.name]} <= {bound}"
    statement += " ORDER BY " + ", ".join(column.name for column in table.primary_key)
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(db.engine.url.database or "")) as raw:
            yield from raw.execute(statement)
    else:
        rows = db.session.execute(text(statement).execution_options(yield_per=5_000))
        yield from (tuple(row) for row in rows)


def crowd(world: World, count: int) -> int:
    """Multiply the first guest into `count` people with a ticket, and scans; return how many."""
    guest = world.guests[0].registration_id
    person = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == guest)).one()
    made = db.session.scalars(select(Ticket).where(Ticket.attendee_id == person)).one()
    ticket, idhash = made.id, made.idhash
    device = service.pair(service.create_pairing(world.gate.id, None).code, agent="x", name="d")
    scan = OfflineScan(
        nonce=b"n" * 16,
        n=1,
        gate_number=world.gate.number,
        result=ScanResult.OK,
        claimed_ms=1,
        idhash=idhash,
    )
    service.record_scans(device.device, [scan])
    is_lite = db.engine.dialect.name == "sqlite"
    eight = "randomblob(8)" if is_lite else "decode(substr(md5(i::text), 1, 16), 'hex')"
    sixteen = "randomblob(16)" if is_lite else "decode(md5(i::text), 'hex')"
    base = {name: _newest(name, "id") for name in ("registration", "attendee", "ticket", "scan")}
    own = {name: f"{number} + i" for name, number in base.items()}
    public = {"public_id": "'drill-' || i", "id": ""}
    mail = {
        "email": "'p' || i || '@loom.example'",
        "code": "CAST(100000 + i AS VARCHAR(6))",
        "idempotency_key": "NULL",
    }
    _multiply("registration", guest, count, {**public, **mail, "id": own["registration"]})
    named = {"registration_id": own["registration"], "display_name": "'王 ' || i"}
    _multiply("attendee", person, count, {**public, **named, "id": own["attendee"]})
    codes = {"number": "9000000000 + i", "idhash": eight, "attendee_id": own["attendee"]}
    _multiply("ticket", ticket, count, {"id": own["ticket"], **codes})
    read = {
        "nonce": sixteen,
        "n": "1 + i",
        "ticket_id": f"{base['ticket']} + 1 + i % {count}",
        "at_ms": "at_ms + i",
        "id": own["scan"],
    }
    _multiply("scan", base["scan"], count * SCANS_EACH, read)
    if not is_lite:
        for name in base:
            number = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608 - our names
            db.session.execute(text(number))
        db.session.commit()
    return count * SCANS_EACH


def _multiply(name: str, row_id: int, count: int, changed: dict[str, str]) -> None:
    columns = [column.name for column in Base.metadata.tables[name].columns]
    values = ", ".join(changed.get(column, column) for column in columns)
    db.session.execute(
        text(
            f"INSERT INTO {name} ({', '.join(columns)}) "  # noqa: S608 - names of our own tables
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            f"SELECT {values} FROM {name}, n WHERE {name}.id = {row_id}"
        )
    )
    db.session.commit()


def _newest(name: str, key: str) -> int:
    return _id(f"SELECT max({key}) FROM {name}")  # noqa: S608 - names of our own tables


def _id(statement: str) -> int:
    return int(db.session.execute(text(statement)).scalar_one() or 0)


def _last(writer: Writer) -> bytes:
    """Return the nonce that was perhaps committed and not acknowledged."""
    return b"w" + (len(writer.acknowledged) + 1).to_bytes(15, "big")


def _timed(work: Any) -> tuple[float, float]:
    """Return seconds and CPU seconds, those of programs that it starts included."""
    began, cpu = time.monotonic(), _cpu_s()
    work()
    return time.monotonic() - began, _cpu_s() - cpu


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _works(app: Flask, people: People, words: dict[str, Any]) -> None:
    """Assert that log-ins and ticket links made before the backup are good after it."""
    alice = people.client(app, "alice")
    assert alice.get("/console/e/loom-week/guest-lists").status_code == 200
    assert app.test_client().get(f"/t/{words['token']}").status_code == 200
