"""A server with workers on the loopback interface, and gates that speak to it over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing

import psutil

from eventhub.kernel import ids, signing
from eventhub.settings import ROOT, Settings

_START_S = 60
_TRY_S = 60


class Server:
    """A running gunicorn; it ends with `stop`."""

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int,
        fault: str = "",
        env: str = "testing",
        app: str = "wsgi:app",
        host: str = "127.0.0.1",
    ) -> None:
        """Start and wait for the first answer on the loopback interface."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        environment = {
            "PATH": os.environ["PATH"],
            "HOST": host,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(workers),
            "EVENTHUB_ENV": env,
            "EVENTHUB_SECRET_KEY": settings.secret_key,
            "EVENTHUB_DATABASE_URL": settings.database_url,
            "EVENTHUB_INSTANCE": str(settings.instance_path),
            "EVENTHUB_LOG_LEVEL": "ERROR",
            "EVENTHUB_FAULT": fault,
            "EVENTHUB_REDIS_URL": settings.redis_url,
            "EVENTHUB_BASE_URL": settings.base_url,
            "EVENTHUB_TRUSTED_PROXIES": str(settings.trusted_proxies),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", app],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + _START_S
        while not self._answers():
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.1)

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes of this server, and of no other."""
        return psutil.Process(self._process.pid).children()

    def kill_a_worker(self, place: int) -> None:
        """End one worker the hard way."""
        if workers := self.workers():
            workers[place % len(workers)].send_signal(signal.SIGKILL)

    def kill(self) -> None:
        """End the host at once, as a power cut does: master and workers."""
        workers = self.workers()
        self._process.kill()
        for worker in workers:
            worker.kill()
        self._process.wait(_START_S)

    def stop(self) -> None:
        """Ask the server to end and wait."""
        self._process.terminate()
        self._process.wait(_START_S)

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as line:
                line.request("GET", "/healthz")
                return line.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False


class Clients:
    """Devices that scan all the time; an answer that did not come is asked for again."""

    def __init__(self, port: int, token: str, codes: Sequence[str], *, count: int) -> None:
        """Start."""
        self.told: dict[bytes, str] = {}
        self.again = 0  # answers that came only after the same nonce was sent again
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._codes = list(codes)
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._scan, args=(n,)) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each client get its last answer, and wait."""
        self._end.set()
        for thread in self._threads:
            thread.join(_TRY_S)

    def _scan(self, place: int) -> None:
        number = place
        while not self._end.is_set():
            nonce, code = ids.new_nonce(), self._codes[number % len(self._codes)]
            number += len(self._threads)
            self.told[nonce] = self._until_answered(nonce, code)

    def _until_answered(self, nonce: bytes, code: str) -> str:
        until, tries = time.monotonic() + _TRY_S, 0
        while time.monotonic() < until:
            status, body = send(self._port, self._headers, nonce, code)
            if status == http.HTTPStatus.OK:
                self.again += tries > 0
                return str(body["result"])
            tries += 1
            time.sleep(0.05)
        raise AssertionError("no answer within a minute")


def send(
    port: int, headers: dict[str, str], nonce: bytes, code: str
) -> tuple[int, dict[str, object]]:
    """Send one scan; status 0 when the line broke before the answer was whole."""
    body = json.dumps({"nonce": signing.pairing_code(nonce)[2:], "code": code})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        with closing(connection):
            connection.request("POST", "/api/gate/v1/redeem", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
