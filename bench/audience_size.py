"""
How large a festival may be: `python -m bench.audience_size [--scans N] [--beats N] [--viewers N]`.

One JSON line per figure: check-ins (2 % sent again, 1 % late) and beats taken
in as the jobs do, the rebuild that must find nothing, a day's curve, and the
memory of the process. SQLite; rows and logs are made with the clock stopped.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from bench.audience import best_ms, say
from eventhub import create_app
from eventhub.audience import beacons, jobs, queries, service
from eventhub.audience.models import BeatMinute, Rollup
from eventhub.audience.sources import beacon
from eventhub.checkin.models import Admission, Scan
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id
from eventhub.settings import Settings
from tests.audience.crowd import watched
from tests.factories import checkin as gates
from tests.factories.checkin import House

START: Final = datetime(2026, 9, 25, 0, tzinfo=UTC)
DAYS, GATES, STREAMS = 10, 20, 20
BATCH: Final = 5_000
LINES: Final = 20_000
DAY_S: Final = 12 * 3600


class Stopwatch:
    """CPU seconds of this process while it runs."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def run(self, work: Callable[[], Any]) -> Any:
        """Do something on the clock."""
        began = time.process_time()
        done = work()
        self.seconds += time.process_time() - began
        return done


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=100_000)
    parser.add_argument("--beats", type=int, default=1_000_000)
    parser.add_argument("--viewers", type=int, default=730_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(Settings.for_tests(folder))
        with app.app_context(), clock.fixed(START + timedelta(days=DAYS + 1)):
            upgrade()
            house = gates.make_house()
            for number in range(3, GATES + 1):
                gates.make_gate(house, f"gate-{number}", number=number)
            check_ins(house, given.scans)
            with clock.fixed(START + timedelta(days=1)):  # the logs are of that day
                beats(house, given.beats)
            rebuild(house)
            db.session.remove()
            db.engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("audience_rss_mb", peak, "MB", "process", "peak, with what makes the rows")
    simulate(given.viewers)


def check_ins(house: House, count: int) -> None:
    """Put scans and admissions down and take them in after every 5,000."""
    device = gates.make_device(house)
    draw = random.Random(1)
    wanted = max(1, count // DAYS)
    tickets: list[int] = []
    while len(tickets) < wanted:  # in parts, so that they are not what fills the memory
        tickets += gates.make_tickets(house, min(BATCH, wanted - len(tickets)))
    watch = Stopwatch()
    taken = 0
    for rows in _scans(house, device.id, tickets, count, draw):
        _insert(rows)
        taken += watch.run(lambda: service.roll_up(house.event_id))
    value = db.session.scalar(
        select(func.sum(Rollup.value)).where(Rollup.metric == "checkin.entries")
    )
    true = db.session.scalar(select(func.count()).select_from(Admission))
    if value != true:
        raise SystemExit(f"{value} entries in the sums, {true} in the rows")
    note = f"sqlite, {taken:,} scans, {GATES} gates, {DAYS} days, batches of {BATCH:,}"
    say("check_ins_cpu_s", watch.seconds, "s", f"{count:,} check-ins", note)


def _scans(
    house: House, device_id: int, tickets: list[int], count: int, draw: random.Random
) -> Iterator[list[tuple[dict[str, Any], bool]]]:
    """Yield batches of scans, each with whether it is the first of its place."""
    gate_ids = list(house.gates.values())
    batch: list[tuple[dict[str, Any], bool]] = []
    late: list[tuple[dict[str, Any], bool]] = []
    for n in range(count):
        day, ticket = divmod(n, len(tickets))
        second = DAY_S * ticket // len(tickets)
        at = START + timedelta(days=day, seconds=second)
        row = _scan(house, device_id, n, draw.choice(gate_ids), tickets[ticket], f"day{day}", at)
        if draw.random() < 0.01:
            late.append((row, True))
        else:
            batch.append((row, True))
        if draw.random() < 0.02:
            again = row | {"nonce": os.urandom(16), "result": "repeat"}
            batch.append((again, False))
        if len(batch) >= BATCH:
            yield batch + late[:50]
            batch, late = [], late[50:]
    yield batch + late


def _scan(
    house: House, device_id: int, n: int, gate_id: int, ticket: int, scope: str, at: datetime
) -> dict[str, Any]:
    at_ms = int(at.timestamp() * 1000)
    return {
        "event_id": house.event_id,
        "device_id": device_id,
        "nonce": n.to_bytes(16, "big"),
        "n": n,
        "gate_id": gate_id,
        "zone_id": house.zone_id,
        "ticket_id": ticket,
        "code_kind": "GS",
        "dir": "in",
        "persons": 1,
        "scope": scope,
        "claimed_ms": at_ms,
        "at_ms": at_ms,
        "received_at": at,
        "result": "ok",
        "answer": {},
        "body_digest": b"",
    }


@command
def _insert(rows: list[tuple[dict[str, Any], bool]]) -> None:
    db.session.execute(insert(Scan), [row for row, _is_first in rows])
    admissions = [
        {
            "event_id": row["event_id"],
            "ticket_id": row["ticket_id"],
            "scope": row["scope"],
            "place": 1,
            "turn": 0,
            "entered_at_ms": row["at_ms"],
            "entered_device_id": row["device_id"],
            "entered_gate_id": row["gate_id"],
            "entered_nonce": row["nonce"],
            "kind": "normal",
        }
        for row, is_first in rows
        if is_first
    ]
    db.session.execute(insert(Admission), admissions)


def beats(house: House, count: int) -> None:
    """Write logs of beats and take each in, as the job does."""
    for number in range(STREAMS):
        service.set_player(
            service.SetPlayer(
                event_id=house.event_id, slug=f"s{number}", kind="hls", address="/hls/x.m3u8"
            )
        )
    watch = Stopwatch()
    done = service.BeatsTaken()
    first = int(START.timestamp())
    for batch in range(0, count, LINES):
        path = beacons.folder() / f"beat-{batch}.log"
        with path.open("wb") as handle:
            for n in range(batch, min(count, batch + LINES)):
                at = first + n * 40_000 // count  # 11 hours
                values = {"t": at, "s": f"{house.slug}/s{n % STREAMS}", "k": "0"}
                handle.write(beacon.line(values))
        log = beacons.log_file(path)
        done = done.plus(watch.run(partial(jobs.read_log, log)))
        again = jobs.read_log(log)
        if again.beats:
            raise SystemExit("a log counted twice")
        path.unlink()
    kept = db.session.scalar(select(func.sum(BeatMinute.weight)))
    if (done.beats, kept) != (count, count):
        raise SystemExit(f"{done.beats} beats taken in, {kept} kept, {count} sent")
    note = f"sqlite, {STREAMS} streams, logs of {LINES:,} lines"
    say("beats_cpu_s", watch.seconds, "s", f"{count:,} beats", note)
    say("beat_us", watch.seconds / count * 1e6, "us", "beat", note)


def simulate(viewers: int) -> None:
    """Let players of an audience send as the page does, two hours, and compare with the truth."""
    done = watched(viewers)
    note = (
        f"{viewers:,} viewers, peak {done.true.max():,.0f}, {done.sent:,} beats, "
        f"at most {done.most_a_second}/s"
    )
    say("beats_peak_error", 100 * done.peak_error, "%", "event", note)
    say("beats_ama_error", 100 * done.average_error, "%", "event", note)
    say("beats_minute_error", 100 * done.minute_error, "%", "worst busy minute", note)


def rebuild(house: House) -> None:
    """Make the sums anew; one that differs ends the run."""
    watch = Stopwatch()
    done = watch.run(lambda: service.rebuild(house.event_id))
    if any(one.drift for one in done):
        raise SystemExit(f"the rebuild differs: {done}")
    rows = sum(one.rows for one in done)
    say("rebuild_cpu_s", watch.seconds, "s", "event", f"sqlite, {rows:,} sums, none differed")
    event = event_by_id(house.event_id)
    curve_ms = best_ms(lambda: queries.gate_hours(event))
    say("gate_hours_ms", curve_ms, "ms", "event", f"{GATES} gates, {DAYS} days")


if __name__ == "__main__":
    main()
