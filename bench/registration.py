"""
CPU of one registration, database included: `python -m bench.registration [--count N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. What is
measured: POST /api/v1/events/SLUG/registrations through the WSGI application
of one process with key, body, rules, all statements, the queued mail with its
calendar entry, and the commit. On PostgreSQL the CPU of the server's processes
is added. Three lines: a ticket type with a quota and a waitlist, one with
questions beside, and one that is full so that people join the list; after each
the number of statements. The limit beside them is what the database itself
costs: the statements of one open registration again, straight through the
driver, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from eventhub import create_app
from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.registration.service import ensure_event_key
from eventhub.settings import Settings
from tests import postgres
from tests.factories.programme import make_event
from tests.factories.registration import make_question, make_ticket_type

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_KINDS: dict[str, dict[str, Any]] = {
    "open": {},
    "asked": {"shop": "Lan", "visit": True},
    "full": {},
}
_WARM = 5
_BARE_TIMES = 20  # the clock of a process counts hundredths of a second


def main() -> None:
    """Print all figures for both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(f"sqlite:///{folder / 'bench.sqlite3'}", "sqlite", folder, count)
        try:
            cluster = postgres.cluster()
        except postgres.PostgresMissing as error:
            say("registration_cpu_ms", None, f"postgresql left out: {error}")
            return
        postgres.create(cluster.folder, "bench")
        run(postgres.url(cluster.folder, "bench"), "postgresql", folder, count, cluster.folder)
        cluster.stop()


def run(url: str, name: str, folder: Path, count: int, server: Path | None = None) -> None:
    """Measure one database; `server` is the folder of its processes."""
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        slug, key = _event()
        db.session.remove()
    for kind, answers in _KINDS.items():
        requests = [_request(slug, key, kind, answers, n) for n in range(count + _WARM)]
        for request in requests[:_WARM]:
            _send(app, request)
        before = _cpu_s(server)
        for request in requests[_WARM:]:
            _send(app, request)
        used_ms = (_cpu_s(server) - before) * 1000 / count
        say(f"registration_{kind}_cpu_ms", used_ms, f"{name}, {count} requests, one process")
        statements = _statements(app, _request(slug, key, kind, answers, count + _WARM))
        say(f"registration_{kind}_statements", len(statements), name, unit="statements")
        if kind == "open":
            limit_ms = _bare_ms(app, statements, count, server)
            say("registration_bare_cpu_ms", limit_ms, f"{name}, same statements, driver only")
    with app.app_context():
        db.engine.dispose()


def _statements(app: Flask, request: WSGIEnvironment) -> list[tuple[str, Any]]:
    """Return the statements of one request with their values."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, _many: Any) -> None:
        seen.append((statement, values))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    _send(app, request)
    event.remove(engine, "before_cursor_execute", note)
    return seen


def _bare_ms(
    app: Flask, statements: list[tuple[str, Any]], count: int, server: Path | None
) -> float:
    """Return the CPU of the statements alone; each time is taken back and none is kept."""
    wanted = [one for one in statements if not one[0].startswith(("BEGIN", "INSERT INTO audit"))]
    with app.app_context():
        connection = db.engine.raw_connection()
    cursor = connection.cursor()
    before = _cpu_s(server)
    turns = count * _BARE_TIMES
    for _turn in range(turns):
        cursor.execute("BEGIN")
        for statement, values in wanted:
            cursor.execute(_again(statement), values)
            if cursor.description:
                cursor.fetchall()
        cursor.execute("ROLLBACK")
    used_ms = (_cpu_s(server) - before) * 1000 / turns
    connection.close()
    return used_ms


def _again(statement: str) -> str:
    """Let a repeated INSERT meet the row of the first one without an error."""
    if not statement.startswith("INSERT") or "ON CONFLICT" in statement:
        return statement
    head, found, tail = statement.partition(" RETURNING")
    return f"{head} ON CONFLICT DO NOTHING{found}{tail}"


def _event() -> tuple[str, str]:
    soon = clock.now().date() + timedelta(days=30)
    house = make_event("bench", is_registration_open=True, starts_on=soon, ends_on=soon)
    make_ticket_type(house.id, slug="open", places=100_000, waitlist="auto")
    make_ticket_type(house.id, slug="full", places=0, waitlist="auto")
    asked = make_ticket_type(house.id, slug="asked", places=100_000, waitlist="auto")
    make_question(asked, "shop", is_required=True)
    make_question(asked, "visit", kind="yes_no", is_required=True)
    make_question(asked, "note", kind="long_text", show_if={"q": "visit", "op": "eq", "v": True})
    ensure_event_key(house.id)
    key = accounts.create_api_key(
        organisation_id=house.organisation_id,
        event_id=house.id,
        scopes=[Scope.REGISTRATIONS_WRITE.value],
    )
    return house.slug, key


def _request(slug: str, key: str, kind: str, answers: dict[str, Any], n: int) -> WSGIEnvironment:
    body = {
        "ticket_type": kind,
        "lang": "zh" if n % 2 else "en",
        "contact": {"email": f"{kind}{n}@example.com"},
        "attendees": [{"name": "陈欣怡"}],
        "answers": answers,
    }
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{kind}-{n}"}
    path = f"/api/v1/events/{slug}/registrations"
    return EnvironBuilder(path, method="POST", json=body, headers=headers).get_environ()


def _send(app: Flask, request: WSGIEnvironment) -> None:
    seen: list[str] = []
    body = app.wsgi_app(request, lambda status, _h, _e=None: seen.append(status))
    text = b"".join(body)
    getattr(body, "close", lambda: None)()
    if seen != ["201 CREATED"]:
        raise RuntimeError(f"{seen}: {text.decode()}")


def _cpu_s(server: Path | None) -> float:
    """Return the CPU of this process and of the processes of one PostgreSQL server."""
    times = os.times()
    used = times.user + times.system
    if server is not None:
        used += sum(_seconds(process, server) for process in psutil.process_iter(["name"]))
    return used


def _seconds(process: psutil.Process, server: Path) -> float:
    try:
        if process.info["name"] != "postgres" or not process.cwd().startswith(str(server)):
            return 0.0
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


def say(name: str, value: float | None, note: str, *, unit: str = "ms") -> None:
    """Print one figure."""
    figure = None if value is None else round(value, 3)
    line = {"name": name, "value": figure, "unit": unit, "per": "registration", "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
