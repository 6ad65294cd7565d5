"""
Gates that go on when nobody answers: each on a host of its own, with a queue that it keeps.

They do what the scanner page does: ask with a nonce and 800 ms of patience; without
an answer decide alone under the same nonce, write that down before the light is
green, and hand it in later, until the server has said something of each scan.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from eventhub.checkin.enums import ADMITTED
from eventhub.kernel import crockford, ids
from tests.faults.network import Network

PATIENCE_S: Final = 0.8  # of the scanner page
UPLOAD_S: Final = 5.0
_PAUSE_S: Final = 0.03  # between two people
_WINDOW: Final = 4  # people who stand in front at one time
_TRIES: Final = 3
_BATCH: Final = 200
_FOREVER_S: Final = 30.0


class Crowd:
    """
    People with tickets, code to `idhash`, who stand before all gates at once.

    Those in front walk on when the gates together have scanned `_TRIES` times more,
    so that each is met by more than one gate however fast the machine is.
    """

    def __init__(self, tickets: Mapping[str, str]) -> None:
        """Line them up."""
        self.tickets = tickets
        self._codes = list(tickets)
        self._scans = itertools.count()

    def next_to(self, chance: random.Random) -> str:
        """Return the code of somebody who stands in front now."""
        first = min(next(self._scans) // _TRIES, len(self._codes) - _WINDOW)
        return self._codes[chance.randrange(first, first + _WINDOW)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a server is and how a device shows who it is."""

    network: Network
    host: str
    address: str
    port: int
    token: str

    def ask(self, path: str, body: object, patience_s: float) -> tuple[int, dict[str, Any]]:
        """Send `body`, or ask for a page with None; status 0: no whole answer came in time."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = ("GET", path, None) if body is None else ("POST", path, json.dumps(body))
        try:
            with (
                self.network.inside(self.host),
                closing(
                    http.client.HTTPConnection(self.address, self.port, timeout=patience_s)
                ) as line,
            ):
                line.request(*sent, headers)
                answer = line.getresponse()
                text = answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}
        is_whole = answer.headers.get_content_type().endswith("json")
        return answer.status, json.loads(text) if is_whole else {}


class Lane:
    """
    One gate that lets people in.

    `green` counts by code how often somebody was let in; `told` holds the nonces
    of all that the server or, from its own list, the gate has answered.
    `keeps_queue` False is the planted fault: what it decided alone is forgotten.
    """

    def __init__(
        self, desk: Desk, number: int, crowd: Crowd, folder: Path, *, keeps_queue: bool = True
    ) -> None:
        """Start."""
        self.green: Counter[str] = Counter()
        self.told: set[bytes] = set()
        self.alone = 0
        self._desk, self._number, self._crowd = desk, number, crowd
        self._queue: list[dict[str, Any]] = []
        self._kept = os.open(folder / f"lane{number}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._keeps_queue = keeps_queue
        self._closed, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Return how many scans have still to be handed in."""
        return len(self._queue)

    def close(self) -> None:
        """Let nobody else in; what waits is still handed in, then the lane ends."""
        self._closed.set()

    def stop(self, patience_s: float) -> None:
        """Wait for the end, in the end with scans that were not handed in."""
        self._closed.set()
        self._thread.join(patience_s)
        self._end.set()
        self._thread.join()
        os.close(self._kept)

    def _work(self) -> None:
        chance, n = random.Random(self._number), 0
        asked_at = 0.0
        while not self._end.wait(_PAUSE_S) and not (self._closed.is_set() and not self._queue):
            if self._queue and time.monotonic() - asked_at > 1:
                self._hand_in()
                asked_at = time.monotonic()
            if not self._closed.is_set():
                n += 1
                self._scan(n, self._crowd.next_to(chance))

    def _scan(self, n: int, code: str) -> None:
        nonce = ids.new_nonce()
        text, claimed_ms = crockford.encode(nonce), time.time_ns() // 1_000_000
        status, answer = 0, {}
        if not self._queue:  # else it knows that nobody answers
            body = {"nonce": text, "code": code, "n": n, "claimed_ms": claimed_ms}
            status, answer = self._desk.ask("/api/gate/v1/redeem", body, PATIENCE_S)
        if status == HTTPStatus.OK:
            result = str(answer["result"])
        else:
            result = "used" if self.green[code] else "ok"
            self.alone += 1
            if self._keeps_queue:
                item = {"nonce": text, "n": n, "gate": self._number, "result": result}
                item |= {"claimed_ms": claimed_ms, "kind": "GR"}
                self._keep(item | {"idhash": self._crowd.tickets[code]})
        self.green[code] += result in ADMITTED
        self.told.add(nonce)

    def _keep(self, item: dict[str, Any]) -> None:
        os.write(self._kept, json.dumps(item).encode() + b"\n")
        os.fsync(self._kept)
        self._queue.append(item)

    def _hand_in(self) -> None:
        batch = self._queue[:_BATCH]
        status, answer = self._desk.ask("/api/gate/v1/scans", {"scans": batch}, UPLOAD_S)
        if status != HTTPStatus.OK:
            return
        said = {one["nonce"] for one in answer["results"]}
        self._queue = [one for one in self._queue if one["nonce"] not in said]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the server: when (s, monotonic), what came, how long it took in s."""

    at: float
    status: int
    took_s: float


class Watch:
    """Somebody with all the patience in the world, who notes how long each answer takes."""

    def __init__(self, desk: Desk, path: str, body: object, *, pause_s: float) -> None:
        """Start."""
        self.seen: list[Asked] = []
        self._desk, self._path, self._body, self._pause_s = desk, path, body, pause_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def stop(self) -> None:
        """End with the answer that is on its way."""
        self._end.set()
        self._thread.join(_FOREVER_S + 5)

    def _work(self) -> None:
        while not self._end.wait(self._pause_s):
            began = time.monotonic()
            status, _ = self._desk.ask(self._path, self._body, _FOREVER_S)
            self.seen.append(Asked(began, status, time.monotonic() - began))
