"""Mail servers that hang, refuse and break off: each message sent once or marked, none lost."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub import create_app
from eventhub.kernel.db import command, db
from eventhub.notify import jobs, service, transport
from eventhub.notify.enums import OPEN, MessageState
from eventhub.notify.models import OutboxMessage
from tests.conftest import Database
from tests.factories.notify import enqueue
from tests.faults.conftest import Times
from tests.soak import Record

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENCE_S = 0.15  # of the sender; a server that hangs answers later than this
KINDS = ("none", "defer", "refuse", "hang", "drop-before", "drop-after")
UNSURE = {"hang", "drop-after"}  # the server has the message, the sender can not know
_ID = re.compile(rb"Message-ID: <([^@]+)@", re.IGNORECASE)
_TO = re.compile(rb"RCPT TO:<([a-z-]+)\.(\d+)@", re.IGNORECASE)


class FaultyServer:
    """Speaks SMTP over a real socket; a recipient's name says what goes wrong at the first try."""

    def __init__(self) -> None:
        """Listen."""
        self.taken: Counter[str] = Counter()
        self._tried: set[bytes] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rwb") as line:

            def say(words: str) -> None:
                line.write(f"{words}\r\n".encode())
                line.flush()

            try:
                say("220 mail.example.org")
                self._conversation(line, say)
            except (OSError, ValueError):
                return  # the sender has gone

    def _conversation(self, line: socket.SocketIO, say: Callable[[str], None]) -> None:
        fault = "none"
        while words := line.readline():
            verb = words[:4].upper()
            if verb == b"RCPT":
                fault = self._fault(words)
                if fault == "drop-before":
                    return
                say({"defer": "451 later", "refuse": "550 nobody"}.get(fault, "250 ok"))
            elif verb == b"DATA":
                say("354 go on")
                body = b"".join(iter(line.readline, b".\r\n"))
                found = _ID.search(body)
                self.taken[found[1].decode() if found else ""] += 1
                if fault == "hang":
                    time.sleep(PATIENCE_S * 3)
                if fault == "drop-after":
                    return
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def _fault(self, words: bytes) -> str:
        """Return what happens to a message: its fault at the first try, nothing after it."""
        found = _TO.search(words)
        kind = found[1].decode() if found else "none"
        if kind != "refuse" and words in self._tried:
            return "none"
        self._tried.add(words)
        return kind


@pytest.fixture
def mail_server() -> Iterator[FaultyServer]:
    """Return a running one."""
    made = FaultyServer()
    yield made
    made.stop()


@pytest.fixture
def mailing(
    database: Database, mail_server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """Return an application whose mails go there, with little patience."""
    monkeypatch.setattr(transport, "TIMEOUT_S", PATIENCE_S)
    settings = database.settings(
        mail_url=f"smtp://127.0.0.1:{mail_server.port}",
        mail_from="tickets@example.org",
        base_url="https://tide.example.org",
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@command
def fill(count: int) -> None:
    """Write `count` messages of each kind. Commits."""
    for kind in KINDS:
        for number in range(count):
            enqueue(dedupe_key=f"{kind}:{number}", recipient=f"{kind}.{number}@example.com")


def is_open() -> bool:
    db.session.rollback()
    found = select(OutboxMessage.id).where(OutboxMessage.state.in_(OPEN)).limit(1)
    return db.session.scalar(found) is not None


def test_each_mail_is_sent_once_or_marked_whatever_the_server_does(
    mailing: Flask,
    mail_server: FaultyServer,
    clock: Callable[[datetime], None],
    database: Database,
    times: Times,
    record: Record,
) -> None:
    mails = times(2, 333)
    clock(AT)
    fill(mails)
    now = AT
    for _round in range(40 * mails):
        clock(now)
        jobs.drain()
        if not is_open():
            break
        now += timedelta(minutes=5)
    rows = list(db.session.scalars(select(OutboxMessage)))
    kind_of = {row.message_id: row.dedupe_key.partition(":")[0] for row in rows}
    state = {kind: {row.state for row in rows if kind_of[row.message_id] == kind} for kind in KINDS}
    lost = [
        row
        for row in rows
        if row.state == MessageState.SENT and not mail_server.taken[row.message_id]
    ]
    twice = {kind_of[name] for name, count in mail_server.taken.items() if count > 1}
    record(
        "R19",
        database=database.name,
        mails=len(rows),
        lost=len(lost),
        refused_mails=sum(row.state == MessageState.DEAD for row in rows),
        unsure=sum(count > 1 for count in mail_server.taken.values()),
    )
    assert lost == []
    assert state.pop("refuse") == {MessageState.DEAD}
    assert all(found == {MessageState.SENT} for found in state.values()), state
    assert twice <= UNSURE
    assert max(mail_server.taken.values()) == 2  # with one Message-ID, so that a reader sees one
    assert all("550" in row.last_error for row in rows if row.state == MessageState.DEAD)


@pytest.mark.only("sqlite")
def test_a_mail_that_always_breaks_the_line_is_given_up_and_holds_up_no_other(
    mailing: Flask,
    mail_server: FaultyServer,
    clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        mail_server, "_fault", lambda words: "drop-after" if b"none.0@" in words else "none"
    )
    clock(AT)
    fill(1)
    for hour in range(24):
        clock(AT + timedelta(hours=6 * hour))
        jobs.drain()
    assert not is_open()
    dead = [row for row in db.session.scalars(select(OutboxMessage)) if row.state == "dead"]
    assert [row.dedupe_key for row in dead] == ["none:0"]
    assert mail_server.taken[dead[0].message_id] == 8  # of as many tries as any message has


@pytest.mark.only("sqlite")
def test_a_sender_that_marks_before_it_sends_loses_some(
    mailing: Flask, mail_server: FaultyServer, clock: Callable[[datetime], None], record: Record
) -> None:
    clock(AT)
    fill(2)
    for message in service.claim(50):
        service.mark_sent(message)  # the plant: said before it is true
        try:
            with transport.connect(mailing.extensions["eventhub_settings"]) as line:
                line.send(message)
        except (transport.ServerAway, transport.Refused):
            continue
    db.session.rollback()
    sent = db.session.scalars(
        select(OutboxMessage.message_id).where(OutboxMessage.state == MessageState.SENT)
    )
    lost = sum(not mail_server.taken[name] for name in sent)
    record("R19", database="sqlite", mails=12, lost=lost, has_fence=False)
    assert lost > 0
