"""
CPU of a large report: `python -m bench.report [--mentions N] [--checkins N] [--minutes N]`.

One JSON line per figure: {"name", "value", "unit", "per", "note"}. The event
has the demonstration's counters, streams and registrations as well; check-ins
are spread over ten days, minutes are those into which beats of a stream were
added (10,000,000 beats of one stream are about 667). "admissions_summary" is
what the leader does after admissions changed, "report_build" the build when
that is done. The page
is measured through the WSGI application; "charts" is what the leader has drawn
after the build, "page_first" is the answer with its
rendering, "page" one from the store, "page_unchanged" the answer to a reader
who has it already. Files are made after one in the other language, so that
libraries are loaded and nothing of this file is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from eventhub import create_app
from eventhub.audience.models import StreamSample
from eventhub.demo.load import LoadDemo, load
from eventhub.exposure import queries, render
from eventhub.exposure.jobs import draw_due
from eventhub.exposure.service import (
    BuildReport,
    MentionFigures,
    RecordMentions,
    build_report,
    record_mentions,
    summarise_admissions,
)
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_slug
from eventhub.settings import Settings

_TIMES = 20


def main() -> None:
    """Print all figures, on SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=10_000)
    parser.add_argument("--checkins", type=int, default=200_000)
    parser.add_argument("--minutes", type=int, default=667)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
        with app.app_context():
            upgrade()
            load(LoadDemo())
            run(app, given)
            db.engine.dispose()


def run(app: Flask, given: argparse.Namespace) -> None:
    """Measure recording, building, the page and every file."""
    event = event_by_slug("demo")
    mentions = given.mentions
    note = (
        f"sqlite, demonstration, {mentions} mentions, {given.checkins} check-ins, "
        f"{given.minutes} minutes of a stream, one process"
    )
    admit(event.id, given.checkins)
    watch(event.id, given.minutes)
    summary = cpu_s(lambda: summarise_admissions(event.id))
    say("admissions_summary_cpu_s", summary, "s", "event", note)
    say("record_mentions_cpu_s", cpu_s(lambda: add(event.id, mentions)), "s", "all", note)
    db.session.remove()
    build = cpu_s(lambda: build_report(BuildReport(event_id=event.id)))
    say("report_build_cpu_s", build, "s", "report", note)
    row = queries.latest(event.id)
    if row is None:
        raise RuntimeError("no report")
    say("report_json_bytes", len(row.text.encode()), "bytes", "report", note)
    before = os.times()
    count = draw_due()
    after = os.times()
    apart = after.children_user + after.children_system
    apart -= before.children_user + before.children_system
    drawings = f"{note}, {count} drawings in a process of their own"
    say("report_charts_cpu_s", apart, "s", "report", drawings)
    client = app.test_client()
    client.get("/e/demo/report?lang=zh")
    begun = time.process_time()
    first = client.get("/e/demo/report?lang=en")
    drawn = (time.process_time() - begun) * 1000
    say("report_page_first_cpu_ms", drawn, "ms", "request", note)
    page = cpu_s(lambda: [client.get("/e/demo/report?lang=en") for _ in range(_TIMES)])
    say("report_page_cpu_ms", page * 1000 / _TIMES, "ms", "request", note)
    known = {"If-None-Match": first.headers["ETag"]}
    again = cpu_s(
        lambda: [client.get("/e/demo/report?lang=en", headers=known) for _ in range(_TIMES)]
    )
    say("report_page_unchanged_cpu_ms", again * 1000 / _TIMES, "ms", "request", note)
    for kind, made in render.FORMATS.items():
        with app.test_request_context(), in_lang("zh"):
            made.make(row)  # libraries and fonts are loaded
        with app.test_request_context(), in_lang("en"):
            say(f"report_{kind}_cpu_s", cpu_s(partial(made.make, row)), "s", "file", note)


@command
def admit(event_id: int, count: int) -> None:
    """Add admissions: every ticket on ten days, as often as it takes to reach `count`."""
    tickets = db.session.scalar(
        text("SELECT COUNT(*) FROM ticket WHERE event_id = :event"), {"event": event_id}
    )
    places = -(-count // (10 * (tickets or 1)))
    db.session.execute(
        text(
            "WITH RECURSIVE place(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM place WHERE n <= :p),"
            " day(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM day WHERE d < 9) "
            "INSERT INTO admission (event_id, ticket_id, scope, place, turn, entered_at_ms, "
            "entered_device_id, entered_gate_id, entered_nonce, kind) "
            "SELECT :event, t.id, 'bench-' || d, n, 0, "
            ":start + d * 86400000 + (t.id * 7919 + n * 104729) % 36000000, "
            "(SELECT MIN(id) FROM device), (SELECT MIN(id) FROM gate WHERE event_id = :event), "
            "zeroblob(16), 'normal' FROM ticket t, place, day WHERE t.event_id = :event LIMIT :all"
        ),
        {
            "event": event_id,
            "p": places,
            "all": count,
            "start": int((clock.now() - timedelta(days=11)).timestamp() * 1000),
        },
    )


@command
def watch(event_id: int, count: int) -> None:
    """Add one sample a minute to the first stream, before those that it has."""
    stream, first = db.session.execute(
        select(StreamSample.stream_id, func.min(StreamSample.at))
        .where(StreamSample.event_id == event_id)
        .group_by(StreamSample.stream_id)
        .limit(1)
    ).one()
    db.session.add_all(
        StreamSample(
            event_id=event_id,
            stream_id=stream,
            at=first - timedelta(minutes=number),
            viewers=100_000 - number,
            is_ok=True,
        )
        for number in range(1, count + 1)
    )


def add(event_id: int, count: int) -> None:
    """Record mentions of 200 outlets over the last four weeks."""
    now = clock.now()
    items = [
        MentionFigures(
            outlet=f"Outlet {number % 200}",
            title=f"Report {number // 3} of the festival in Wangxi and its {number // 7} guests",
            published_at=now - timedelta(minutes=4 * number),
            url=f"https://outlet-{number % 200}.example/{number}",
            reach=1_000 + number,
        )
        for number in range(count)
    ]
    record_mentions(RecordMentions(event_id=event_id, items=items, is_synthetic=True))


def cpu_s(function: Callable[[], Any]) -> float:
    """Return the CPU seconds of one call."""
    before = time.process_time()
    function()
    return time.process_time() - before


def say(name: str, value: float, unit: str, per: str, note: str) -> None:
    """Print one figure."""
    data = {"name": name, "value": round(value, 3), "unit": unit, "per": per, "note": note}
    print(json.dumps(data), flush=True)


if __name__ == "__main__":
    main()
