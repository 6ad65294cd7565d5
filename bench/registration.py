"""
CPU of one registration, database included: `python -m bench.registration [--count N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. What is
measured: POST /api/v1/events/SLUG/registrations through the WSGI application
of one process with key, body, rules, all statements, the queued mail with its
calendar entry, and the commit. On PostgreSQL the CPU of the server's processes
is added. Three lines: a ticket type with a quota and a waitlist, one with
questions beside, and one that is full so that people join the list.
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
    with app.app_context():
        db.engine.dispose()


def _event() -> tuple[str, str]:
    soon = clock.now().date() + timedelta(days=30)
    event = make_event("bench", is_registration_open=True, starts_on=soon, ends_on=soon)
    make_ticket_type(event.id, slug="open", places=100_000, waitlist="auto")
    make_ticket_type(event.id, slug="full", places=0, waitlist="auto")
    asked = make_ticket_type(event.id, slug="asked", places=100_000, waitlist="auto")
    make_question(asked, "shop", is_required=True)
    make_question(asked, "visit", kind="yes_no", is_required=True)
    make_question(asked, "note", kind="long_text", show_if={"q": "visit", "op": "eq", "v": True})
    ensure_event_key(event.id)
    key = accounts.create_api_key(
        organisation_id=event.organisation_id,
        event_id=event.id,
        scopes=[Scope.REGISTRATIONS_WRITE.value],
    )
    return event.slug, key


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


def say(name: str, value: float | None, note: str) -> None:
    """Print one figure."""
    figure = None if value is None else round(value, 3)
    line = {"name": name, "value": figure, "unit": "ms", "per": "registration", "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
