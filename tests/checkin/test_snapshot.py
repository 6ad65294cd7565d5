"""What gates take along: whole lists, deltas, and that no change is ever skipped."""

from __future__ import annotations

import gzip
import struct
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from eventhub.checkin import snapshot
from eventhub.checkin.errors import ListGone
from eventhub.checkin.models import GateChange
from eventhub.checkin.queries import event_config
from eventhub.checkin.queries.changes import number_of, seq_text, whole_up_to
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import command, db
from eventhub.registration.models import Ticket
from tests.factories import checkin as make
from tests.factories.checkin import NOON

BASE = "/api/gate/v1"


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event at noon of its first day."""
    clock(NOON)
    return make.make_house()


@command
def change(ticket_id: int, **values: Any) -> None:
    """Change a ticket as any other domain would."""
    db.session.execute(update(Ticket).where(Ticket.id == ticket_id).values(**values))


def read(body: bytes) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], int]:
    """Return tickets, admissions and number of a list, read as a browser reads it."""
    data = gzip.decompress(body)
    head, n, number = struct.unpack_from("<4sIQ", data)
    assert head == b"GTL1"
    at = 16
    columns = []
    for letter, width in (("Q", 8), ("H", 2), ("H", 2), ("B", 1), ("B", 1), ("B", 1)):
        assert at % width == 0
        columns.append(struct.unpack_from(f"<{n}{letter}", data, at))
        at += n * width
    at += -at % 8
    head, m, same = struct.unpack_from("<4sIQ", data, at)
    assert (head, same) == (b"GTA1", number)
    at += 16
    admissions = []
    for letter, width in zip("QIHHBBB", (8, 4, 2, 2, 1, 1, 1), strict=True):
        assert at % width == 0
        admissions.append(struct.unpack_from(f"<{m}{letter}", data, at))
        at += m * width
    assert at == len(data)
    return list(zip(*columns, strict=True)), list(zip(*admissions, strict=True)), number


def listed(house: make.House) -> snapshot.WholeList:
    """Return the list of the event as it is now."""
    make.forget_config()
    settled(house)
    return snapshot.make_list(event_config(house.event_id))


def settled(house: make.House) -> int:
    """
    Return the number up to which changes are whole, when that is all of them.

    PostgreSQL counts transactions of the whole server: one of another test that
    still runs holds the number back for that long.
    """
    until = time.monotonic() + 20
    while True:
        db.session.rollback()
        newest = db.session.scalar(
            select(func.max(GateChange.seq)).where(GateChange.event_id == house.event_id)
        )
        if (whole := whole_up_to(house.event_id)) >= (newest or 0):
            return whole
        assert time.monotonic() < until, "a transaction elsewhere does not end"
        time.sleep(0.02)


def follow(house: make.House, since: str, *, is_settled: bool = True) -> snapshot.Delta:
    """Return what changed, past the quarter of a second for which an answer is kept."""
    if is_settled:
        settled(house)
    make.forget_config()
    return snapshot.delta(event_config(house.event_id), since)


def seq_of(house: make.House, number: int) -> str:
    """Return a change number as the device keeps it."""
    return seq_text(event_config(house.event_id).salt, number)


def idhash_of(ticket_id: int) -> str:
    """Return by what devices know a ticket."""
    return db.session.get_one(Ticket, ticket_id).idhash.hex()


def test_a_list_holds_every_ticket_once_in_order(house: make.House) -> None:
    plain = make.make_tickets(house, 5)
    (odd,) = make.make_tickets(house, 1, party=3, rev=7, window_no=2, status="blocked")
    device = make.make_device(house, "south")
    make.scan(device, make.gs_of(plain[0]))
    tickets, admissions, number = read(listed(house).body)
    assert [row[0] for row in tickets] == sorted(int(idhash_of(t), 16) for t in [*plain, odd])
    by_hash = {row[0]: row[1:] for row in tickets}
    assert by_hash[int(idhash_of(odd), 16)] == (1, 2, 3, 7, 3)
    assert by_hash[int(idhash_of(plain[1]), 16)] == (1, 0, 0, 0, 1)
    assert admissions == [(int(idhash_of(plain[0]), 16), int(NOON.timestamp()), 0, 2, 1, 1, 0)]
    assert number <= whole_up_to(house.event_id)


def test_a_list_of_nobody_is_two_headers(house: make.House) -> None:
    assert read(listed(house).body)[:2] == ([], [])


def test_days_that_are_over_are_left_out(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    make.make_policy(house, once="day")
    make.forget_config()
    (ticket,) = make.make_tickets(house, 1)
    make.scan(make.make_device(house), make.gs_of(ticket))
    assert len(read(listed(house).body)[1]) == 1
    clock(NOON + timedelta(days=1))
    assert read(listed(house).body)[1] == []


def test_a_delta_tells_new_changed_and_admitted_tickets(house: make.House) -> None:
    first, second = make.make_tickets(house, 2)
    start = seq_of(house, listed(house).number)
    quiet = follow(house, start)
    assert (quiet.rows, quiet.admissions, quiet.scopes, quiet.has_more) == ([], [], [], False)
    (third,) = make.make_tickets(house, 1)
    change(first, rev=1)
    change(second, status="cancelled")
    make.scan(make.make_device(house), make.gr_of(third))
    found = follow(house, start)
    assert sorted(found.rows) == sorted(
        [
            [idhash_of(first), 1, 0, "valid", 1, 1],
            [idhash_of(second), 1, 0, "cancelled", 0, 1],
            [idhash_of(third), 1, 0, "valid", 0, 1],
        ]
    )
    at_ms = int(NOON.timestamp() * 1000)
    assert found.admissions == [[idhash_of(third), 0, 1, 1, at_ms, 1, 0]]
    assert found.scopes == [[0, "e"]]
    assert follow(house, seq_of(house, found.to)).rows == []


def test_what_gates_do_not_care_about_is_not_told(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    start = seq_of(house, settled(house))
    change(ticket, first_entry_at=kernel_clock.now())
    change(ticket, seat_label="A-12")
    assert follow(house, start).rows == []


def test_a_large_change_is_told_in_parts_that_add_up(
    house: make.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventhub.checkin.queries.changes.MOST_CHANGES", 10)
    since = seq_of(house, settled(house))
    tickets = [make.make_tickets(house, 1)[0] for _ in range(25)]
    told: list[str] = []
    has_more, rounds = True, 0
    while has_more:
        found = follow(house, since)
        told += [row[0] for row in found.rows]
        has_more, since, rounds = found.has_more, seq_of(house, found.to), rounds + 1
    assert sorted(told) == sorted(idhash_of(ticket) for ticket in tickets)
    assert rounds == 3


@pytest.mark.only("postgresql")
def test_one_number_is_never_split(house: make.House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventhub.checkin.queries.changes.MOST_CHANGES", 10)
    since = seq_of(house, settled(house))
    make.make_tickets(house, 11)  # one transaction, one number
    with pytest.raises(ListGone):
        follow(house, since)


@pytest.mark.only("postgresql")
def test_a_number_behind_a_running_transaction_waits_for_it(house: make.House) -> None:
    """Transactions end out of order; a device must not pass the slower one."""
    slow_ticket, quick_ticket = make.make_tickets(house, 2)
    since = seq_of(house, settled(house))
    db.session.rollback()
    with db.engine.connect() as slow:
        slow.execute(text("UPDATE ticket SET rev = 5 WHERE id = :id"), {"id": slow_ticket})
        change(quick_ticket, rev=6)
        waiting = follow(house, since, is_settled=False)
        assert waiting.rows == []
        db.session.rollback()
        slow.commit()
    found = follow(house, seq_of(house, waiting.to))
    assert sorted(row[4] for row in found.rows) == [5, 6]


def test_strange_numbers_send_the_device_to_the_whole_list(house: make.House) -> None:
    make.make_tickets(house, 1)
    ahead = seq_of(house, settled(house) + 1_000_000)
    other = seq_text(b"another salt", 1)
    assert number_of(event_config(house.event_id).salt, other) is None
    for since in ("0" * 16, ahead, other):
        with pytest.raises(ListGone):
            follow(house, since)


def test_list_and_delta_over_http(house: make.House, client: FlaskClient) -> None:
    make.make_tickets(house, 3)
    paired = make.pair_device(house)
    settled(house)
    headers = {"Authorization": f"Bearer {paired.token}"}
    event = event_config(house.event_id).event.uuid_bytes.hex()
    address = f"{BASE}/events/{event}/list"
    answer = client.get(address, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    seq = answer.headers["Eventhub-Seq"]
    assert len(read(answer.data)[0]) == 3
    again = client.get(address, headers=headers | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    body = client.get(f"{BASE}/events/{event}/delta?since={seq}", headers=headers).get_json()
    assert (body["from"], body["rows"], body["admissions"], body["more"]) == (seq, [], [], False)
    gone = client.get(f"{BASE}/events/{event}/delta?since={'0' * 16}", headers=headers)
    assert (gone.status_code, gone.get_json()["code"]) == (410, "list-gone")
    assert client.get(f"{BASE}/events/{'0' * 32}/list", headers=headers).status_code == 404
    assert client.get(address).status_code == 401


def test_a_list_takes_fifteen_bytes_a_ticket(house: make.House) -> None:
    for _ in range(4):
        make.make_tickets(house, 500)
    found = listed(house)
    assert len(read(found.body)[0]) == 2_000
    assert len(gzip.decompress(found.body)) == 16 + 15 * 2_000 + 16
