"""
As many scans as the gates can send: `python -m bench.rush [--lines 12] [--scans 6000]`.

A real server with two workers and a real database, both on this machine; each
line sends its next scan when the answer to the last one is there. The clients
share the processors with the server, so the figure is what is left beside them.
The cluster is that of the tests, which does not wait for the disk.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from flask_migrate import upgrade

from bench.redeem import nonce
from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests import postgres
from tests.factories import checkin as make
from tests.faults.server import Server

WORKERS = 2
PATH = "/api/gate/v1/redeem"


def main() -> None:
    """Print the figures of both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--scans", type=int, default=6_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.database != "postgresql":
            run(f"sqlite:///{folder / 'bench.sqlite3'}", "sqlite", folder, given)
        if given.database != "sqlite":
            cluster = postgres.cluster()
            postgres.create(cluster.folder, "rush")
            run(postgres.url(cluster.folder, "rush"), "postgresql", folder, given)
            cluster.stop()


def run(url: str, name: str, folder: Path, given: argparse.Namespace) -> None:
    """Measure one database."""
    settings = Settings.for_tests(folder, database_url=url, log_level="ERROR")
    app = create_app(settings)
    with app.app_context():
        upgrade()
        house = make.make_house()
        rows = [t for _ in range(0, given.tickets, 500) for t in make.make_tickets(house, 500)]
        codes = [make.gs_of(ticket) for ticket in rows[: given.scans]]
        tokens = [make.pair_device(house).token for _ in range(given.lines)]
        db.session.remove()
        db.engine.dispose()
    server = Server(settings, workers=WORKERS)
    try:
        lines = [
            Line(server.port, token, codes[n :: given.lines]) for n, token in enumerate(tokens)
        ]
        began = time.monotonic()
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        took = time.monotonic() - began
    finally:
        server.stop()
    told: Counter[str] = sum((line.told for line in lines), Counter())
    note = f"{name}, {given.tickets} tickets, {given.lines} lines, {WORKERS} workers"
    figure = {
        "name": "redeem_per_s",
        "value": round(told["ok"] / took, 1),
        "unit": "scans/s",
        "per": "second",
        "note": note if set(told) == {"ok"} else f"{note}: {dict(told)}",
    }
    print(json.dumps(figure), flush=True)


class Line(threading.Thread):
    """One device that never waits; `told` counts results, and statuses that are no verdict."""

    def __init__(self, port: int, token: str, codes: Sequence[str]) -> None:
        """Make the requests, so that only sending them is left."""
        super().__init__(daemon=True)
        self.told: Counter[str] = Counter()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._bodies = [json.dumps({"nonce": nonce(), "code": code}) for code in codes]

    def run(self) -> None:
        """Send one after the other; a busy server is asked again, as devices do."""
        for body in self._bodies:
            result = self._sent(body)
            if result == str(http.HTTPStatus.SERVICE_UNAVAILABLE.value):
                result = self._sent(body)
            self.told[result] += 1

    def _sent(self, body: str) -> str:
        try:
            status, text = self._exchange(body)
        except (ConnectionError, http.client.HTTPException):  # a worker ended: the same nonce
            self._line.close()
            status, text = self._exchange(body)
        return str(json.loads(text)["result"]) if status == http.HTTPStatus.OK else str(status)

    def _exchange(self, body: str) -> tuple[int, bytes]:
        self._line.request("POST", PATH, body, self._headers)
        answer = self._line.getresponse()
        return answer.status, answer.read()


if __name__ == "__main__":
    main()
