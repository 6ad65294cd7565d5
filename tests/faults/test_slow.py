"""Clients that send a byte now and then: nginx lets them wait, the workers serve the others."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from flask import Flask

from eventhub.kernel.db import db
from tests.conftest import Database
from tests.faults.conftest import Times
from tests.faults.server import Server
from tests.faults.test_scale_out import Front
from tests.soak import Record

pytestmark = [pytest.mark.processes, pytest.mark.only("sqlite")]
_HOST = "tickets.example.org"
_HEAD = f"POST /e/demo/register HTTP/1.1\r\nHost: {_HOST}\r\n"
# Where each stops: in the middle of the headers, or of the body that it announced.
STOPS = (f"{_HEAD}X-Slow: ", f"{_HEAD}Content-Length: 5000\r\n\r\nname=")


class Slow:
    """Connections that have begun a request and send one byte a second."""

    def __init__(self, port: int, count: int) -> None:
        """Connect all of them."""
        self.sockets = [
            # each fifty from an address of their own: the site file allows 64 from one
            socket.create_connection(("127.0.0.1", port), 5, (f"127.0.0.{2 + number // 50}", 0))
            for number in range(count)
        ]
        for number, one in enumerate(self.sockets):
            one.sendall(STOPS[number % len(STOPS)].encode())

    def drip(self) -> None:
        """Send one more byte each; those that were cut off stay so."""
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.sendall(b"a")

    def stop(self) -> None:
        """Hang up."""
        for one in self.sockets:
            one.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what ends everything that was started, last first."""
    with ExitStack() as made:
        yield made


def answers(port: int, seconds: float, slow: Slow) -> tuple[list[float], int]:
    """Ask for a page again and again; return the times of answers in s, and how many failed."""
    until, next_drip = time.monotonic() + seconds, 0.0
    took: list[float] = []
    failed = 0
    while time.monotonic() < until:
        if time.monotonic() >= next_drip:
            slow.drip()
            next_drip = time.monotonic() + 1
        began = time.monotonic()
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as line:
                line.request("GET", "/healthz", headers={"Host": _HOST})
                is_good = line.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            is_good = False
        if is_good:
            took.append(time.monotonic() - began)
        else:
            failed += 1
        time.sleep(0.02)
    return took, failed


def test_slow_clients_hold_up_nobody_behind_the_site_file(
    app: Flask, database: Database, stack: ExitStack, times: Times, tmp_path: Path, record: Record
) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx (apt install nginx-light)")
    db.session.rollback()
    settings = database.settings(base_url=f"http://{_HOST}", trusted_proxies=1)
    host = Server(settings, workers=1, env="development")
    stack.callback(host.stop)
    (tmp_path / "front").mkdir()
    front = Front(tmp_path / "front", [host.port])
    stack.callback(front.stop)
    _wait_for(front.port)
    count, seconds = times(60, 400), float(times(2, 60))

    slow = Slow(front.port, count)
    stack.callback(slow.stop)
    took, failed = answers(front.port, seconds, slow)
    p95_ms = round(sorted(took)[int(len(took) * 0.95)] * 1000, 1)
    record("R20", database="sqlite", slow=count, served=len(took), failed=failed, p95_ms=p95_ms)
    assert (failed, bool(took)) == (0, True)


def test_without_nginx_the_threads_of_a_worker_wait_for_slow_clients(
    app: Flask, database: Database, stack: ExitStack, record: Record
) -> None:
    db.session.rollback()
    host = Server(database.settings(), workers=1)
    stack.callback(host.stop)
    slow = Slow(host.port, 60)
    stack.callback(slow.stop)
    time.sleep(0.3)
    took, failed = answers(host.port, 2, slow)
    record("R20", database="sqlite", slow=60, served=len(took), failed=failed, has_fence=False)
    assert failed > 0


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < until, "nginx does not start"
        time.sleep(0.05)
