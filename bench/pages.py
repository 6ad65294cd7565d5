"""
CPU of public pages: `python -m bench.pages [--shows 100 300 1000]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. A day of a
programme through the WSGI application of one process: made anew (every cache
empty), kept by the process, and asked for with the tag of the last answer.
Beside them the limits of the same run: a WSGI application that answers the same
bytes without doing anything, and reading a file of the same size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import upgrade
from werkzeug.test import Client, TestResponse

from bench.schedule import load
from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.programme import queries, service
from eventhub.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_TIMES = 200
_COLD = 5  # one each in an application of its own, the least counts
_A_DAY = 48
_PAGES = ("/e/bench/programme/2026-11-20", "/e/bench/", "/", "/e/bench/schedule.json")
_NAMES = ("day_page", "event_page", "front_page", "schedule_json")


def main() -> None:
    """Print all figures, smallest day first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shows", type=int, nargs="+", default=[100, 300, 1000])
    for size in parser.parse_args().shows:
        with tempfile.TemporaryDirectory() as name:
            run(Path(name), size)


def run(folder: Path, size: int) -> None:
    """Measure the pages of an event of `size` shows in one day."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    settings = Settings.for_tests(folder, database_url=url, log_level="ERROR")
    app = create_app(settings)
    with app.app_context():
        upgrade()
        event = queries.event_by_id(load(size, stages=-(-size // _A_DAY), a_day=_A_DAY))
        service.release(service.ReleaseSchedule(event_id=event.id, name="v1"))
        db.session.remove()
    note = f"{size} shows in one day, one process, sqlite"
    for name, path in zip(_NAMES, _PAGES, strict=True):
        say(f"{name}_cold_cpu_ms", cold_ms(settings, path), note)
        answer = ask(app, path)
        cached = each_ms(partial(ask, app, path))
        say(f"{name}_cached_cpu_ms", cached, note)
        tag = answer.headers["ETag"]
        say(f"{name}_304_cpu_ms", each_ms(partial(ask, app, path, tag)), note)
        body = answer.get_data()
        packed = body if body[:2] == b"\x1f\x8b" else gzip.compress(body, 6)
        say(f"{name}_gzip_bytes", len(packed), note, unit="bytes")
        if name == "day_page":
            limits(folder, packed, cached, note)
    with app.app_context():
        db.engine.dispose()


def limits(folder: Path, body: bytes, cached_ms: float, note: str) -> None:
    """Measure what the same bytes cost without an application."""

    def bare(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
        return [body]

    client = Client(bare)
    floor = each_ms(lambda: client.get("/").get_data())
    path = folder / "page"
    path.write_bytes(body)
    say("bare_wsgi_cpu_ms", floor, f"{note}, {len(body):,} bytes")
    say("bare_file_cpu_ms", each_ms(path.read_bytes), f"{note}, {len(body):,} bytes")
    say("day_page_to_bare_ratio", cached_ms / floor, note, unit="ratio")


def ask(app: Flask, path: str, tag: str = "") -> TestResponse:
    """Return one answer as a browser gets it."""
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "zh"}
    answer = app.test_client().get(path, headers=headers | ({"If-None-Match": tag} if tag else {}))
    wanted = 304 if tag else 200
    if answer.status_code != wanted:
        raise RuntimeError(f"{path}: {answer.status_code}, not {wanted}")
    return answer


def cold_ms(settings: Settings, path: str) -> float:
    """Return the CPU of the first answer of a new application; templates are compiled."""
    used = []
    for _ in range(_COLD):
        app = create_app(settings)
        ask(app, f"{path}?lang=en")  # compiles templates, opens the database
        before = time.process_time()
        ask(app, path)
        used.append((time.process_time() - before) * 1000)
        with app.app_context():
            db.engine.dispose()
    return min(used)


def each_ms(function: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one of many calls."""
    before = time.process_time()
    for _ in range(_TIMES):
        function()
    return (time.process_time() - before) * 1000 / _TIMES


def say(name: str, value: float, note: str, *, unit: str = "ms") -> None:
    """Print one figure."""
    line = {"name": name, "value": round(value, 4), "unit": unit, "per": "answer", "note": note}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
