"""Lines that break after the work is done, and disks that are full."""

from __future__ import annotations

import http.client
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from eventhub import create_app
from eventhub.checkin.models import Scan
from eventhub.kernel import ids, signing
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests.conftest import Client
from tests.factories import checkin as make
from tests.faults.conftest import Means, Times
from tests.faults.disk import in_memory
from tests.faults.server import send
from tests.soak import Record

_SPARE = 400_000  # bytes left free on the disk that is nearly full
_READS = ("/", "/e/demo/", "/api/gate/v1/config", "/healthz", "/api/gate/v1/stats")


class CutLine:
    """A proxy that hands a request on, waits for the whole answer, and drops it."""

    def __init__(self, port: int) -> None:
        """Listen."""
        self._behind = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.dropped = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client:
                self._handle(client)

    def _handle(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._behind)) as server:
            server.sendall(_whole_request(client))
            answer = http.client.HTTPResponse(server)
            answer.begin()
            answer.read()
            self.dropped += 1


def _whole_request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    (length,) = (int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += client.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve the application on a free port and give the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_after_a_cut_the_same_nonce_gets_the_first_answer(
    app: Flask, times: Times, record: Record
) -> None:
    house = make.make_house()
    codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, times(20, 1000))]
    headers = {
        "Authorization": f"Bearer {make.pair_device(house).token}",
        "Content-Type": "application/json",
    }
    db.session.rollback()
    with served(app) as port:
        line = CutLine(port)
        answers = []
        for code in codes:
            nonce = ids.new_nonce()
            assert send(line.port, headers, nonce, code) == (0, {})
            answers.append(send(port, headers, nonce, code)[1]["result"])
        stranger = send(port, headers, ids.new_nonce(), codes[0])[1]["result"]
        line.stop()
    record("R05", cuts=line.dropped, first_answers=answers.count("ok"))
    assert line.dropped == len(codes)
    assert answers == ["ok"] * len(codes)
    assert stranger != "ok", "without the nonce the ticket would have come in twice"


def test_a_full_disk_stops_writing_only(
    sqlite_template: Path, means: Means, record: Record
) -> None:
    disk = means(lambda: in_memory("16M"))
    path = disk.folder / "test.sqlite3"
    shutil.copyfile(sqlite_template, path)
    app = create_app(Settings.for_tests(disk.folder, database_url=f"sqlite:///{path}"))
    app.test_client_class = Client
    with app.app_context():
        house = make.make_house()
        codes = [make.gr_of(ticket) for ticket in make.make_tickets(house, 400)]
        headers = {"Authorization": f"Bearer {make.pair_device(house).token}"}
        db.session.remove()
        client = app.test_client()
        filler = disk.folder / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk.folder).free - _SPARE))
        told, refused = [], None
        for code in codes:
            nonce = ids.new_nonce()
            answer = _scan(client, headers, nonce, code)
            if answer.status_code != HTTPStatus.OK:
                refused = (answer, nonce, code)
                break
            told.append(nonce)
        assert refused is not None, "the disk was never full"
        answer, nonce, code = refused
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.get_json()["code"] == "disk-full"
        assert int(answer.headers["Retry-After"]) > 0
        reads = [client.get(url, headers=headers).status_code for url in _READS]
        filler.unlink()
        again = _scan(client, headers, nonce, code)
        assert (again.status_code, again.get_json()["result"]) == (HTTPStatus.OK, "ok")
        db.session.rollback()
        rows = set(db.session.scalars(select(Scan.nonce)))
        db.session.remove()
        db.engine.dispose()
    record("R07", told=len(told), lost=len(set(told) - rows), reads=reads)
    assert set(told) <= rows
    assert reads == [HTTPStatus.OK] * len(_READS)


def _scan(client: FlaskClient, headers: dict[str, str], nonce: bytes, code: str) -> TestResponse:
    body = {"nonce": signing.pairing_code(nonce)[2:], "code": code}
    return client.post("/api/gate/v1/redeem", json=body, headers=headers)
