"""Two application hosts behind nginx, one PostgreSQL, one Redis: the main path and the lead."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from eventhub import create_app
from eventhub.kernel import ids, signing
from eventhub.kernel.db import db
from eventhub.settings import ROOT, Settings
from tests import postgres
from tests.conftest import migrate
from tests.factories import checkin as make
from tests.faults.server import Server
from tests.soak import Record

pytestmark = pytest.mark.processes
_HOST = "tickets.example.org"
_LIMIT = 60  # wrong links a minute and address, registration.limits
_GUESSES = 70


class Front:
    """nginx with the site file of the project, in front of application hosts."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        """Write the configuration and start."""
        self.port = _free_port()
        site = (ROOT / "deploy/nginx/eventhub.conf").read_text()
        proxy = (ROOT / "deploy/nginx/eventhub-proxy.conf").read_text()
        self._folder = folder
        (folder / "proxy.conf").write_text(proxy)
        (folder / "site.conf").write_text(self._local(site, ports))
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
            "events { worker_connections 512; }\n"
            f"http {{ include {folder}/site.conf; access_log off;\n"
            + "".join(
                f"{name}_temp_path {folder}/{name};"
                for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + "}\n"
        )
        program = shutil.which("nginx")
        assert program
        self._process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _local(self, site: str, ports: list[int]) -> str:
        """Return the site file with addresses and paths of this test, otherwise as it is."""
        servers = "".join(f"    server 127.0.0.1:{port};\n" for port in ports)
        changes = {
            r"    server 127\.0\.0\.1:8000;\n": servers,
            r"listen 80;": f"listen 127.0.0.1:{_free_port()};",
            r"listen 443 ssl default_server;": f"listen 127.0.0.1:{self.port} default_server;",
            r"listen 443 ssl;": f"listen 127.0.0.1:{self.port};",
            r" *ssl_\w+ [^;]+;\n": "",
            r"/etc/nginx/eventhub-proxy\.conf": str(self._folder / "proxy.conf"),
            r"access_log /var/log[^;]+;": "access_log off;",
            r"/srv/eventhub/static/": f"{ROOT}/static/",
        }
        for pattern, words in changes.items():
            site, count = re.subn(pattern, words, site)
            assert count, f"the site file has no {pattern}"
        return site

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


class Redis:
    """A Redis of this test, without any file."""

    def __init__(self) -> None:
        """Start."""
        self.port = _free_port()
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no redis-server (apt install redis-server)")
        self._process = subprocess.Popen(
            [
                program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            stdout=subprocess.DEVNULL,
        )

    @property
    def url(self) -> str:
        """Return its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what ends everything that was started, last first."""
    with ExitStack() as made:
        yield made


def test_two_hosts_are_one_site(stack: ExitStack, tmp_path: Path, record: Record) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx (apt install nginx-light)")
    try:
        cluster = postgres.Cluster.start()
    except postgres.PostgresMissing as error:
        pytest.skip(str(error))
    stack.callback(cluster.stop)
    postgres.create(cluster.folder, "site")
    url = cluster.url("site")
    redis = Redis()
    stack.callback(redis.stop)
    common = {
        "database_url": url,
        "redis_url": redis.url,
        "base_url": f"http://{_HOST}",
        "trusted_proxies": 1,
    }
    for name in ("one", "two", "front"):
        (tmp_path / name).mkdir()
    migrate(Settings.for_tests(tmp_path, database_url=url))
    app = create_app(Settings.for_tests(tmp_path, database_url=url))
    with app.app_context():
        house = make.make_house()
        codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, 30)]
        token = make.pair_device(house).token
        db.session.remove()
    hosts = [
        Server(Settings.for_tests(tmp_path / name, **common), workers=1, env="development")
        for name in ("one", "two")
    ]
    for host in hosts:
        stack.callback(host.stop)
    front = Front(tmp_path / "front", [host.port for host in hosts])
    stack.callback(front.stop)
    _wait_for(front.port)

    # the main path, through either host
    for path in ("/", "/e/demo/", "/e/demo/programme", "/gate/", "/readyz"):
        assert _get(front.port, path)[0] == 200, path
    assert _get(front.port, "/static/css/tokens.css")[0] == 200
    assert _get(front.port, "/metrics")[0] == 403
    assert _get(front.port, "/", host="evil.example")[0] == 0
    answers = [_scan(front.port, token, code) for code in codes]
    assert answers == ["ok"] * len(codes)
    assert _scan(front.port, token, codes[0]) != "ok"

    # a limit counts what both hosts saw: alone, neither would have had enough
    assert any(_refused_guesses(front.port) == _GUESSES - _LIMIT for _try in range(2))

    # one leader; the other host takes over when it dies
    with app.app_context():
        first = _holder()
        leader = next(h for h in hosts if first in {str(w.pid) for w in h.workers()})
        other = next(h for h in hosts if h is not leader)
        leader.kill()
        began = time.monotonic()
        while _holder() not in {str(worker.pid) for worker in other.workers()}:
            assert time.monotonic() - began < 15, "nobody took the lead"
            time.sleep(0.1)
        took_s = time.monotonic() - began
        # the site goes on without the host, and nothing was counted twice
        assert _get(front.port, "/e/demo/")[0] == 200
        again = [_scan(front.port, token, code) for code in codes[:5]]
        assert set(again) <= {"used", "repeat"}
        admitted = db.session.execute(text("SELECT COUNT(*) FROM admission")).scalar_one()
        db.session.remove()
        db.engine.dispose()
    assert admitted == len(codes)
    record("scale-out", hosts=2, admitted=admitted, lead_passed_on_s=round(took_s, 1))


def _refused_guesses(port: int) -> int:
    """Guess ticket links, and return how often that was too much; a new minute counts anew."""
    statuses = [_get(port, f"/t/guess-{number}")[0] for number in range(_GUESSES)]
    assert set(statuses) <= {404, 429}
    return statuses.count(429)


def _holder() -> str:
    """Return the process number of the leader."""
    found = db.session.execute(text("SELECT holder FROM leader_lease")).scalar_one()
    db.session.rollback()
    return str(found).rpartition(":")[2]


def _scan(port: int, token: str, code: str) -> str:
    body = json.dumps({"nonce": signing.pairing_code(ids.new_nonce())[2:], "code": code})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    status, answer = _ask(port, "POST", "/api/gate/v1/redeem", body, headers)
    assert status == 200, answer
    return str(json.loads(answer)["result"])


def _get(port: int, path: str, host: str = _HOST) -> tuple[int, bytes]:
    return _ask(port, "GET", path, None, {}, host)


def _ask(
    port: int, method: str, path: str, body: str | None, headers: dict[str, str], host: str = _HOST
) -> tuple[int, bytes]:
    """Return status and body; status 0 when the line was closed without an answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        try:
            line.request(method, path, body, headers | {"Host": host})
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while _get(port, "/healthz")[0] != 200:
        assert time.monotonic() < until, "nginx does not answer"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
