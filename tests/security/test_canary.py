"""
Planted values: one person through every door, texts that look like code, addresses that lead home.

A value that nobody else has is easy to look for: in every log line, every
address, every answer that a cache may keep, and all that a gate's telephone gets.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, String, Text, select, update
from sqlalchemy.exc import IntegrityError

from eventhub.checkin.service import create_pairing, pair
from eventhub.kernel import fetch, triggers
from eventhub.kernel.db import Base, command, db
from eventhub.kernel.logging import _Handler
from eventhub.notify.models import OutboxMessage
from tests.access.rows import TABLE
from tests.access.test_matrix import two_tenants, words_of
from tests.factories.registration import make_registration
from tests.world import World

pytestmark = pytest.mark.only("sqlite")  # what is written where does not depend on the database

NAME, LOCAL, PHONE = "Zyxkanarin", "zyxkanarin.mail", "+8613900077731"
MAIL = f"{LOCAL}@loom.example"
CANARIES = (NAME, LOCAL, PHONE[3:])


@pytest.fixture
def lines(app: Flask) -> Iterator[io.StringIO]:
    """Return what the site writes into its log, as the operator gets it."""
    ours = [
        one
        for name in ("eventhub", "eventhub.access", None)
        for one in logging.getLogger(name).handlers
        if isinstance(one, _Handler)
    ]
    assert ours
    kept, written = ours[0].stream, io.StringIO()
    ours[0].setStream(written)
    yield written
    ours[0].setStream(kept)


@pytest.mark.req("M-1", "C-4", "C-5", "C-8", "A-3", "R36")
def test_a_planted_person_is_in_no_log_no_address_no_cache_and_on_no_telephone(
    app: Flask, lines: io.StringIO
) -> None:
    people, world = two_tenants()
    make_registration(world.event.id, "public", name=NAME, email=MAIL, phone=PHONE)
    device = pair(create_pairing(world.gate.id, created_by=None).code, agent="x").token
    alice = people.client(app, "alice")
    held = kept = 0
    for path, client, headers in doors(app, alice, words_of(world), device):
        answer = client.get(path, headers=headers)
        body = answer.get_data()
        shows = any(word.encode() in body for word in CANARIES)
        held += shows
        assert not any(word in (answer.location or "") for word in CANARIES), path
        cache = answer.headers.get("Cache-Control", "")
        if shows and "no-store" not in cache and "private" not in cache:
            kept += 1
    form = {"q": NAME}
    alice.get("/console/e/loom-week/guests", query_string=form)
    app.config["WTF_CSRF_ENABLED"] = False
    file = alice.post("/console/e/loom-week/guests.csv")
    assert NAME.encode() in file.get_data()
    assert file.headers["Cache-Control"] == "no-store"
    written = lines.getvalue()
    assert held >= 2, "the walk meets the person"
    assert kept == 0
    assert written.count('"status": 200') > 50, "lines were written"
    assert [word for word in CANARIES if word in written] == []
    logging.getLogger("eventhub").error("somebody logs %s", MAIL)
    assert LOCAL in lines.getvalue(), "negative control: what is logged is seen"


@pytest.mark.req("C-5", "A-3", "R36")
def test_what_a_telephone_keeps_has_no_mail_and_no_number(app: Flask) -> None:
    _people, world = two_tenants()
    make_registration(world.event.id, "public", name=NAME, email=MAIL, phone=PHONE)
    device = pair(create_pairing(world.gate.id, created_by=None).code, agent="x").token
    headers = {"Authorization": f"Bearer {device}"}
    event = world.event.uuid_bytes.hex()
    known = app.test_client().get("/api/gate/v1/config", headers=headers)
    stored = {"config": known.get_data()}
    for name in "list", "names":
        answer = app.test_client().get(f"/api/gate/v1/events/{event}/{name}", headers=headers)
        assert answer.status_code == 200, name
        stored[name] = gzip.decompress(answer.get_data())
    found = [
        (name, word)
        for name, data in stored.items()
        for word in (MAIL, "loom.example", PHONE[3:], PHONE[6:])
        if word.encode() in data
    ]
    assert found == [], "a search takes four digits and what stands before the @, no more"
    assert LOCAL.encode() not in stored["config"] + stored["list"]
    assert NAME.encode() not in stored["config"] + stored["list"]


def doors(
    app: Flask, alice: FlaskClient, words: dict[str, str], device: str
) -> Iterator[tuple[str, FlaskClient, dict[str, str]]]:
    """Yield every address that is read, as the owner, as nobody, and as a gate."""
    nobody, gate = app.test_client(), {"Authorization": f"Bearer {device}"}
    for row in TABLE.values():
        if row.method == "GET":
            path = row.path.format_map(words)
            if path.startswith("/api/gate/"):
                yield path, nobody, gate
            else:
                yield path, alice, {}
                yield path, nobody, {}


SUM = (
    "{{7919*7907}}${7919*7907}#{7919*7907}<%= 7919*7907 %>"
    "{0.__class__}{event.__class__}%(x)s#panic(1)"
)
EXPANDED = ("62615533", "&lt;class", "<class", "__main__")


@pytest.mark.req("D-2", "D-3", "R29")
def test_texts_that_look_like_templates_come_out_as_they_went_in(app: Flask) -> None:
    people, world = two_tenants()
    words = words_of(world)
    planted = plant_everywhere(world)
    assert planted > 20, "texts that people write"
    shown = 0
    for path, client, headers in doors(app, people.client(app, "alice"), words, "none"):
        answer = client.get(path, headers=headers)
        assert answer.status_code < 500, path
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""
        shown += "7919*7907" in text
        assert [word for word in EXPANDED if word in text] == [], path
    assert shown > 30
    make_registration(world.event.id, "public", name=SUM[:80], email="sum@loom.example")
    mails = db.session.execute(select(OutboxMessage.subject, OutboxMessage.text)).all()
    assert any("7919*7907" in mail.text for mail in mails)
    assert [mail for mail in mails if "62615533" in mail.subject + mail.text] == []


@command
def plant_everywhere(world: World) -> int:
    """Write the text into every column that an organizer or a guest fills; return how many."""
    columns = 0
    for table in Base.metadata.tables.values():
        if "event_id" not in table.columns and table.name != "event":
            continue
        own = table.columns["id" if table.name == "event" else "event_id"] == world.event.id
        for column in table.columns:
            if column.name in TEXTS and isinstance(column.type, String | Text):
                value: object = SUM[: column.type.length or 200]
            elif column.name in TEXTS and isinstance(column.type, JSON):
                value = {"zh": SUM, "en": SUM}
            else:
                continue
            if table.name in FROZEN:
                continue  # written once, a trigger holds it
            with contextlib.suppress(IntegrityError), db.session.begin_nested():
                db.session.execute(update(table).where(own).values({column.name: value}))
                columns += 1  # but where two rows may not have the same
    return columns


FROZEN = {guard.table for guard in triggers.GUARDS if not isinstance(guard, triggers.Tells)}
TEXTS = {
    "title", "name", "description", "abstract", "display_name", "contact_name", "note", "company",
    "intro", "heading", "help", "label", "address", "latin_name", "bio",
}  # fmt: skip


@pytest.mark.req("D-5", "R30")
def test_two_hundred_spellings_of_home_reach_nobody() -> None:
    calls: list[object] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as canary:
        port = canary.getsockname()[1]
        listener = threading.Thread(target=_count, args=(canary, calls), daemon=True)
        listener.start()
        forms = list(spellings(port))
        assert len(forms) >= 200
        limits = fetch.Limits(connect_s=0.5, total_s=1, max_bytes=1024)
        for url in forms:
            with pytest.raises(fetch.FetchFailed):
                fetch.fetch(url, limits=limits)
            with pytest.raises(fetch.FetchFailed):
                fetch.post(url, b"{}", limits=limits)
        assert calls == []
        with closing(socket.create_connection(("127.0.0.1", port))):
            pass  # negative control: who is let through is counted
        listener.join(timeout=5)
    assert len(calls) == 1


def _count(canary: socket.socket, calls: list[object]) -> None:
    connection, address = canary.accept()
    connection.close()
    calls.append(address)


def spellings(port: int) -> Iterator[str]:
    """Yield addresses that lead to this machine or a network behind it, in every spelling."""
    hosts = [
        "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0x7f000001", "0x7f.0.0.1",
        "2130706433", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "localhost", "LOCALHOST",  # noqa: S104 - refused
        "localhost.",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[::127.0.0.1]",
        "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127.0.0.1%00", "127.0.0.1.",
    ]  # fmt: skip
    shapes = [
        "http://{}:{}/", "http://user@{}:{}/", "http://8.8.8.8:80@{}:{}/", "HTTP://{}:{}/x?y#z",
        "https://{}:{}/", "http://{}:{}/..;/",
    ]  # fmt: skip
    for shape, host in itertools.product(shapes, hosts):
        yield shape.format(host, port)
    for scheme in "file", "ftp", "gopher", "dict", "javascript", "data", "jar", "ws":
        yield f"{scheme}://127.0.0.1:{port}/etc/passwd"
