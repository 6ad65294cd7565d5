"""
Audience figures: `python -m bench.audience [--counters N] [--days N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. Bins are
made before the clock starts; each figure is CPU time, the best of several
runs. On PostgreSQL the CPU of the server is not in it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert

from eventhub import create_app
from eventhub.audience import queries, service
from eventhub.audience.models import CounterBin
from eventhub.audience.sources import hls_log
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from eventhub.settings import Settings
from tests import postgres
from tests.factories import audience as make

START = datetime(2026, 11, 19, 22, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUNS = 5
SESSIONS = 2_000


def main() -> None:
    """Print all figures for both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counters", type=int, default=20)
    parser.add_argument("--days", type=int, default=3)
    given = parser.parse_args()
    log_lines()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(f"sqlite:///{folder / 'bench.sqlite3'}", "sqlite", folder, given)
        try:
            cluster = postgres.cluster()
        except postgres.PostgresMissing as error:
            say("hour_curve_ms", None, "ms", "day", f"postgresql left out: {error}")
            return
        postgres.create(cluster.folder, "bench")
        run(postgres.url(cluster.folder, "bench"), "postgresql", folder, given)
        cluster.stop()


def run(url: str, name: str, folder: Path, given: argparse.Namespace) -> None:
    """Measure one database."""
    app = create_app(Settings.for_tests(folder, database_url=url))
    with app.app_context(), clock.fixed(NOW):
        upgrade()
        event = make.make_counted_event()
        rows = fill(event, given.counters, given.days)
        note = f"{name}, {given.counters} counters by the minute, {rows:,} bins in all"
        day = event.operating_day(NOW - timedelta(days=1))
        say("hour_curve_ms", best_ms(lambda: queries.counter_hours(event, day)), "ms", "day", note)
        readings = [
            make.reading("fresh", START + timedelta(minutes=n), duration_s=60, line=n)
            for n in range(2_000)
        ]
        began = time.process_time()
        make.record(event, *readings)
        used_us = (time.process_time() - began) / len(readings) * 1e6
        say("reading_us", used_us, "us", "reading", f"{name}, 2,000 in one delivery")
        began = time.process_time()
        make.record_viewers(event, "main", START, list(range(2_000)))
        used_us = (time.process_time() - began) / 2_000 * 1e6
        say("sample_us", used_us, "us", "sample", f"{name}, 2,000 in one delivery")
        say("live_page_ms", best_ms(lambda: queries.live(event)), "ms", "snapshot", note)
        db.session.remove()
        db.engine.dispose()


def fill(event: EventRow, counters: int, days: int) -> int:
    """Put down bins of one minute and both directions; return how many."""
    sources = [make.make_counter(event, f"c{n}", period_s=60) for n in range(counters)]
    rows: list[dict[str, Any]] = [
        {
            "source_id": source.id,
            "starts_at": START + timedelta(minutes=minute),
            "duration_s": 60,
            "direction": direction,
            "event_id": event.id,
            "passages": minute % 40,
            "coverage": 1.0,
            "seq": 0,
            "flags": "",
        }
        for source in sources
        for minute in range(days * 1_440)
        for direction in ("in", "out")
    ]
    _insert(rows)
    service.rebuild(event.id)
    return len(rows)


@command
def _insert(rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), 20_000):
        db.session.execute(insert(CounterBin), rows[first : first + 20_000])


def log_lines() -> None:
    """Measure reading an access log of many sessions."""
    lines = [
        json.dumps(
            {
                "t": 1_795_401_000 + step * 2 + sid % 2,
                "ip": "192.0.2.1",
                "u": "/hls/runway.m3u8",
                "s": 200,
                "ua": "A",
                "sid": f"s{sid}",
            }
        )
        for step in range(50)
        for sid in range(SESSIONS)
    ]
    data = "\n".join(lines).encode()
    used_ms = best_ms(lambda: hls_log.parse(data))
    say("hls_line_us", used_ms * 1_000 / len(lines), "us", "line", f"{len(lines):,} lines")


def best_ms(work: Callable[[], object]) -> float:
    """Return the CPU time of this process in the quickest of several runs, milliseconds."""
    times: list[float] = []
    for _n in range(RUNS):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1_000)
    return min(times)


def say(name: str, value: float | None, unit: str, per: str, note: str) -> None:
    """Print one figure."""
    figure = None if value is None else round(value, 3)
    line = {"name": name, "value": figure, "unit": unit, "per": per, "note": note}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
