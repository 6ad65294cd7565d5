"""
Many gates, one scan a second each: `python -m bench.gates [--gates 40] [--seconds 600]`.

A real server with two workers and a real database, both on this machine; each
gate is a thread with a connection of its own that scans, asks for changes every
two seconds and sends a heartbeat every half minute, as the scanner does. One
JSON line per figure and database; `gate_errors` counts every answer that is not
a verdict. The clients share the processors with the server: their work is in
the times, not against them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from bench.redeem import nonce
from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests import postgres
from tests.factories import checkin as make
from tests.faults.server import Server

WORKERS = 2
DELTA_S = 2.0
BEAT_S = 30.0
DUPLICATES = 0.1  # share of scans that show a ticket again
BASE = "/api/gate/v1"


def main() -> None:
    """Print the figures of both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.database != "postgresql":
            run(f"sqlite:///{folder / 'bench.sqlite3'}", "sqlite", folder, given)
        if given.database != "sqlite":
            cluster = postgres.cluster()
            postgres.create(cluster.folder, "gates")
            run(postgres.url(cluster.folder, "gates"), "postgresql", folder, given)
            cluster.stop()


def run(url: str, name: str, folder: Path, given: argparse.Namespace) -> None:
    """Measure one database."""
    settings = Settings.for_tests(folder, database_url=url, log_level="ERROR")
    app = create_app(settings)
    each = int(given.seconds) + 10
    with app.app_context():
        upgrade()
        house = make.make_house()
        rows = [t for _ in range(0, given.gates * each, 500) for t in make.make_tickets(house, 500)]
        codes = [make.gr_of(ticket) for ticket in rows]
        tokens = [make.pair_device(house).token for _ in range(given.gates)]
        event = house.uuid.replace("-", "")
        db.session.remove()
        db.engine.dispose()
    server = Server(settings, workers=WORKERS)
    try:
        gates = [
            Gate(server.port, token, codes[n * each : (n + 1) * each], event, given.seconds)
            for n, token in enumerate(tokens)
        ]
        for gate in gates:
            gate.start()
        for gate in gates:
            gate.join()
    finally:
        server.stop()
    report(name, gates, given)


class Gate(threading.Thread):
    """One device: a scan a second, changes, heartbeats."""

    def __init__(
        self, port: int, token: str, codes: Sequence[str], event: str, seconds: float
    ) -> None:
        """Keep what to scan."""
        super().__init__(daemon=True)
        self.times: list[float] = []
        self.errors: list[str] = []
        self.again = 0  # sent once more, because a worker that ended had closed the connection
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._codes = list(codes)
        self._event = event
        self._seconds = seconds
        self._rng = random.Random(token)
        self._seq = "0" * 16

    def run(self) -> None:
        """Scan until the time is over."""
        time.sleep(self._rng.random())
        began = time.monotonic()
        next_delta = began + self._rng.random() * DELTA_S
        next_beat = began + self._rng.random() * BEAT_S
        shown: list[str] = []
        turn = 0
        while (now := time.monotonic()) - began < self._seconds and self._codes:
            code = self._codes.pop()
            if shown and self._rng.random() < DUPLICATES:
                code = self._rng.choice(shown)
            shown.append(code)
            self._scan(code)
            if now >= next_delta:
                self._delta()
                next_delta += DELTA_S
            if now >= next_beat:
                self._call("POST", f"{BASE}/heartbeat", {"queue": 0, "seq": self._seq})
                next_beat += BEAT_S
            turn += 1
            time.sleep(max(0.0, began + turn - time.monotonic()))

    def _scan(self, code: str) -> None:
        began = time.perf_counter()
        told = self._call("POST", f"{BASE}/redeem", {"nonce": nonce(), "code": code})
        self.times.append((time.perf_counter() - began) * 1000)
        if told is not None and told.get("result") not in {"ok", "used", "repeat"}:
            self.errors.append(str(told.get("result")))

    def _delta(self) -> None:
        if self._seq == "0" * 16:  # a whole list would be next; its number is enough here
            beat = self._call("POST", f"{BASE}/heartbeat", {"queue": 0, "seq": self._seq})
            self._seq = beat["seq"] if beat else self._seq
            return
        path = f"{BASE}/events/{self._event}/delta?since={self._seq}"
        told = self._call("GET", path, None)
        if told is not None:
            self._seq = told["to"]

    def _call(self, method: str, path: str, body: Any) -> dict[str, Any] | None:
        sent = None if body is None else json.dumps(body)
        try:
            try:
                answer, text = self._exchange(method, path, sent)
            except (ConnectionError, http.client.HTTPException):  # as browsers do, same nonce
                self._line.close()
                self.again += 1
                answer, text = self._exchange(method, path, sent)
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(type(error).__name__)
            self._line.close()
            return None
        if answer.status != http.HTTPStatus.OK:
            self.errors.append(f"{path.partition('?')[0]} {answer.status}")
            return None
        found: dict[str, Any] = json.loads(text)
        return found

    def _exchange(
        self, method: str, path: str, sent: str | None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._line.request(method, path, sent, self._headers)
        answer = self._line.getresponse()
        return answer, answer.read()


def report(name: str, gates: Sequence[Gate], given: argparse.Namespace) -> None:
    """Print the figures of one database."""
    times = sorted(one for gate in gates for one in gate.times)
    errors = [one for gate in gates for one in gate.errors]
    note = f"{name}, {given.gates} gates, {given.seconds:g} s, {WORKERS} workers"
    for share in (50, 95, 99):
        say(f"gate_p{share}_ms", times[min(len(times) - 1, len(times) * share // 100)], note)
    say("gate_slowest_ms", times[-1], note)
    say("gate_scans_per_s", len(times) / given.seconds, note, unit="scans/s")
    say("gate_sent_again", sum(gate.again for gate in gates), note, unit="requests")
    say("gate_errors", len(errors), f"{note}: {sorted(set(errors))[:5]}", unit="answers")


def say(name: str, value: float, note: str, *, unit: str = "ms") -> None:
    """Print one figure."""
    line = {"name": name, "value": round(value, 2), "unit": unit, "per": "scan", "note": note}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
