"""
CPU of schedule files: `python -m bench.exchange [--shows 300 1000 5000] [--postgres]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}; after the
largest festival a line says how many times the figure grew. What is measured:
reading the version from the database and writing the file, and a first and a
second import of its frab XML into another event, in one process on SQLite,
with `--postgres` also there (the CPU of this process, not of the server).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.programme import export, frab, service
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.exchange import Item, Person, Reading, Room
from eventhub.settings import Settings
from tests import postgres
from tests.factories import programme as make

_DAYS = 10
_STAGES = 40


_database = "sqlite"
_found: dict[str, list[tuple[int, float]]] = {}


def main() -> None:
    """Print all figures, smallest festival first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shows", type=int, nargs="+", default=[300, 1000, 5000])
    parser.add_argument("--postgres", action="store_true", help="also there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _run(Path(name), f"sqlite:///{Path(name) / 'bench.sqlite3'}", given.shows)
    if given.postgres:
        _on_postgres(given.shows)
    for name, values in _found.items():
        (small, first), (large, last) = values[0], values[-1]
        if small != large:
            growth = {"name": f"{name}_growth", "value": round(last / first, 2), "unit": "times"}
            note = f"shows grew {large / small:.1f} times, from {small} to {large}"
            print(json.dumps({**growth, "per": name, "note": note}), flush=True)


def _run(folder: Path, url: str, sizes: list[int]) -> None:
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        export.exported(_festival("warm", 10), "pdf", version="wip", lang="en")
        for count in sizes:
            _measure(count)
        db.session.remove()
        db.engine.dispose()


def _on_postgres(sizes: list[int]) -> None:
    """Measure the same on a PostgreSQL that is started for this."""
    global _database
    with tempfile.TemporaryDirectory() as name:
        cluster = postgres.Cluster.start(Path(name))
        _database = "postgresql"
        try:
            postgres.create(cluster.folder, "bench_files")
            with tempfile.TemporaryDirectory() as folder:
                _run(Path(folder), cluster.url("bench_files"), sizes)
        finally:
            _database = "sqlite"
            cluster.stop()


def _measure(count: int) -> None:
    event = _festival(f"shows-{count}", count)
    for kind in export.FORMATS:
        run = _exporting(event, kind)
        run()  # the first file of a process also loads its libraries
        _say(f"export_{kind.replace('-', '_')}_cpu_s", run, count)
    data = export.exported(event, "frab-xml", version="wip", lang="en")
    other = _event(f"copy-{count}")
    for name in ("import_first_cpu_s", "import_again_cpu_s"):
        _say(name, lambda: _import(other, data), count)


def _exporting(event: EventRow, kind: str) -> Callable[[], Any]:
    def run() -> None:
        db.session.remove()
        export.exported(event, kind, version="wip", lang="en")

    return run


def _import(event: EventRow, data: bytes) -> None:
    db.session.remove()
    reading = frab.read_xml(event, data)
    service.import_schedule(service.ImportSchedule(event_id=event.id, reading=reading))


def _event(slug: str) -> EventRow:
    first = date(2026, 11, 20)
    return make.make_event(slug, starts_on=first, ends_on=first + timedelta(days=_DAYS - 1))


def _festival(slug: str, count: int) -> EventRow:
    """Return an event with shows of 45 minutes, two people each."""
    event = _event(slug)
    opens_at = event.day_bounds(event.days()[0])[0]
    reading = Reading(source="bench")
    for number in range(count):
        day, place = divmod(number, -(-count // _DAYS))
        starts_at = opens_at + timedelta(days=day, hours=place // _STAGES)
        people = tuple(Person(f"Person {n}", f"id {n}") for n in (number % 500, (number + 1) % 500))
        reading.items.append(
            Item(
                line=number + 1,
                key=str(number + 1),
                title={"zh": f"织机第 {number} 号", "en": f"Loom number {number}"},
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                room=Room(f"Stage {place % _STAGES}", "The Mill"),
                number=number + 1,
                kind="concert",
                track=f"Strand {number % 8}",
                language="zh",
                summary="One sentence about what is played here.",
                description="A paragraph of a few lines. " * 12,
                people=people,
            )
        )
    service.import_schedule(service.ImportSchedule(event_id=event.id, reading=reading))
    return event


def _say(name: str, run: Callable[[], Any], count: int) -> None:
    started = time.process_time()
    run()
    value = round(time.process_time() - started, 4)
    name = name if _database == "sqlite" else f"{name}_{_database}"
    _found.setdefault(name, []).append((count, value))
    note = f"{count} shows, {_database}, one process"
    line = {"name": name, "value": value, "unit": "s", "per": "file", "note": note}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
