"""Sending through a real SMTP server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.notify import jobs, queries, service
from eventhub.notify.enums import MessageState
from eventhub.notify.jobs import Drained
from tests.conftest import Database, MailServer
from tests.factories.notify import enqueue

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SetClock = Callable[[datetime], None]


@pytest.fixture
def mailing(database: Database, mail_server: MailServer) -> Iterator[Flask]:
    """Return an application whose mails go to `mail_server`."""
    settings = database.settings(
        mail_url=mail_server.url,
        mail_from="织潮 <tickets@example.org>",
        base_url="https://tide.example.org",
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_mail_arrives_as_written(mailing: Flask, mail_server: MailServer, clock: SetClock) -> None:
    clock(AT)
    ticket = service.Attachment("ticket.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")
    message = enqueue(html="<p>票在下面。</p>", attachments=[ticket])
    assert message is not None
    assert jobs.drain() == Drained(sent=1)
    (mail,) = mail_server.messages
    headers = {name: str(mail[name]) for name in ("From", "To", "Subject", "Date", "Message-ID")}
    assert headers == {
        "From": "织潮 <tickets@example.org>",
        "To": "王芳 <fang.wang@example.com>",
        "Subject": "已报名：云锦开幕",
        "Date": "Sat, 21 Nov 2026 12:00:00 +0000",
        "Message-ID": f"<{message.message_id}@tide.example.org>",
    }
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "票在下面。"
    assert html.get_content().strip() == "<p>票在下面。</p>"
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("ticket.ics", "text/calendar")
    (row,) = queries.messages(1)
    assert (row.state, row.done_at) == (MessageState.SENT, AT)
    assert jobs.drain() == Drained()


def test_message_refused_for_now_is_tried_later(
    mailing: Flask, mail_server: MailServer, clock: SetClock
) -> None:
    clock(AT)
    enqueue()
    mail_server.answer = "451 mailbox busy"
    assert jobs.drain() == Drained(deferred=1)
    (row,) = queries.messages(1)
    assert (row.state, row.attempts, row.last_error) == (
        MessageState.DEFERRED,
        1,
        "451 mailbox busy",
    )
    mail_server.answer = "250 OK"
    assert jobs.drain() == Drained()
    clock(row.due_at)
    assert jobs.drain() == Drained(sent=1)


def test_message_refused_for_good_is_dead_and_holds_up_no_other(
    mailing: Flask, mail_server: MailServer
) -> None:
    enqueue(dedupe_key="a", recipient="not an address")
    enqueue(dedupe_key="b")
    assert jobs.drain() == Drained(sent=1, dead=1)
    states = {row.recipient: row.state for row in queries.messages(1)}
    assert states == {
        "not an address": MessageState.DEAD,
        "fang.wang@example.com": MessageState.SENT,
    }


def test_server_away_costs_no_try(
    database: Database, clock: SetClock, mail_server: MailServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    app = create_app(database.settings(mail_url=f"smtp://127.0.0.1:{port}"))
    with app.app_context():
        clock(AT)
        enqueue()
        assert jobs.drain() == Drained(deferred=1)
        (row,) = queries.messages(1)
        db.session.remove()
        db.engine.dispose()
    assert (row.state, row.attempts) == (MessageState.QUEUED, 0)
    assert "refused" in row.last_error.lower()
    assert AT + timedelta(minutes=1) <= row.due_at <= AT + timedelta(minutes=2)


def test_password_never_travels_in_clear(database: Database, mail_server: MailServer) -> None:
    port = mail_server.url.rpartition(":")[2]
    app = create_app(database.settings(mail_url=f"smtp://user:secret@127.0.0.1:{port}"))
    with app.app_context():
        enqueue()
        assert jobs.drain() == Drained(deferred=1)
        (row,) = queries.messages(1)
        db.session.remove()
        db.engine.dispose()
    assert "STARTTLS" in row.last_error
    assert mail_server.messages == []


def test_demonstration_is_shown_and_never_sent(mailing: Flask, mail_server: MailServer) -> None:
    enqueue(is_synthetic=True)
    assert jobs.drain() == Drained(suppressed=1)
    assert mail_server.messages == []
    assert [row.state for row in queries.messages(1)] == [MessageState.SUPPRESSED]


def test_without_a_mail_server_the_outbox_stays_as_it_is(app: Flask) -> None:
    enqueue()
    assert jobs.drain() == Drained(is_off=True)
    assert [row.state for row in queries.messages(1)] == [MessageState.QUEUED]
