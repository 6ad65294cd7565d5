"""Scans that server and device both decided, because the answer came too late."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.checkin import service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Admission, Conflict, Scan
from eventhub.checkin.queries import DeviceRow
from eventhub.checkin.service import OfflineScan, Redeem
from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.registration.models import Ticket
from tests.factories import checkin as make
from tests.factories.checkin import NOON


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event at noon of its first day."""
    clock(NOON)
    return make.make_house()


def alone(ticket: int | None, nonce: bytes, result: ScanResult, **values: Any) -> OfflineScan:
    """Return what a device hands in of a scan."""
    idhash = db.session.get_one(Ticket, ticket).idhash if ticket is not None else None
    return OfflineScan(
        nonce=nonce,
        n=1,
        gate_number=values.pop("gate_number", 1),
        result=result,
        claimed_ms=int(NOON.timestamp() * 1000),
        idhash=idhash,
        **values,
    )


def hand_in(device: DeviceRow, scan: OfflineScan) -> dict[str, Any]:
    """Return the one status of one scan."""
    (result,) = service.record_scans(device, [scan])
    return result


def count(model: type[Any]) -> int:
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_both_let_the_same_person_in_once(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device, nonce = make.make_device(house), ids.new_nonce()
    service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(ticket)))
    told = hand_in(device, alone(ticket, nonce, ScanResult.OK))
    assert (told["status"], told["result"]) == ("replay", "ok")
    assert (count(Scan), count(Admission), count(Conflict)) == (1, 1, 0)


def test_what_the_device_let_in_against_the_server_is_found(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    clock(NOON - timedelta(minutes=1))
    make.scan(south, make.gs_of(ticket))
    clock(NOON)
    nonce = ids.new_nonce()
    answer = service.redeem(north, Redeem(nonce=nonce, code=make.gs_of(ticket)))
    assert answer["result"] == "used"
    scan = alone(ticket, nonce, ScanResult.OK)
    told = hand_in(north, scan)
    assert (told["status"], told["nonce"]) == ("conflict", answer["nonce"])
    assert hand_in(north, scan)["status"] == "replay"
    assert (count(Scan), count(Admission), count(Conflict)) == (3, 1, 1)
    assert service.replay(house.event_id).matches_projection


def test_refused_by_both_is_one_refusal(house: make.House) -> None:
    device, nonce = make.make_device(house), ids.new_nonce()
    service.redeem(device, Redeem(nonce=nonce, code="nonsense"))
    told = hand_in(device, alone(None, nonce, ScanResult.UNKNOWN_CODE, code="nonsense"))
    assert told["status"] == "replay"
    assert count(Scan) == 1


def test_another_ticket_under_the_same_nonce_is_refused(house: make.House) -> None:
    first, second = make.make_tickets(house, 2)
    device, nonce = make.make_device(house), ids.new_nonce()
    service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(first)))
    told = hand_in(device, alone(second, nonce, ScanResult.OK))
    assert (told["status"], told["reason"]) == ("refused", "nonce-reused")


def test_the_same_scan_twice_in_one_upload_is_one_scan(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device, nonce = make.make_device(house), ids.new_nonce()
    scan = alone(ticket, nonce, ScanResult.OK)
    other = alone(ticket, nonce, ScanResult.TOO_EARLY)
    told = service.record_scans(device, [scan, alone(ticket, nonce, ScanResult.OK), other])
    assert [row["status"] for row in told] == ["recorded", "replay", "refused"]


@pytest.mark.only("postgresql")  # SQLite has one writer: nothing is under way beside it
def test_an_answer_that_is_still_under_way_when_the_device_hands_in_its_own(
    app: Flask, house: make.House, clock: Callable[[datetime], None]
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    clock(NOON - timedelta(minutes=1))
    make.scan(south, make.gs_of(ticket))
    clock(NOON)
    nonce, is_asked = ids.new_nonce(), threading.Event()
    code, scan = make.gs_of(ticket), alone(ticket, nonce, ScanResult.OK)

    @command
    def answer_slowly() -> str:
        answer = service.redeem(north, Redeem(nonce=nonce, code=code))
        is_asked.set()
        _wait_for_somebody_who_waits()
        return str(answer["result"])

    def server() -> str:
        with app.app_context():
            return answer_slowly()

    db.session.rollback()
    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(contextvars.copy_context().run, server)
        assert is_asked.wait(10)
        told = hand_in(north, scan)
        assert (told["status"], answered.result()) == ("conflict", "used")
    db.session.rollback()
    assert (count(Scan), count(Admission), count(Conflict)) == (3, 1, 1)
    assert service.replay(house.event_id).matches_projection


def _wait_for_somebody_who_waits() -> None:
    """Return once another session of the database waits for what this one has written."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(400):
        if db.session.connection().exec_driver_sql(waiting).scalar():
            return
        time.sleep(0.025)
    raise AssertionError("nobody waits")


@pytest.mark.only("postgresql")
def test_an_entry_that_is_still_under_way_when_another_gate_hands_in_two(
    app: Flask, house: make.House
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    code, is_asked = make.gs_of(ticket), threading.Event()
    scans = [alone(ticket, ids.new_nonce(), ScanResult.OK, gate_number=2) for _ in range(2)]

    @command
    def answer_slowly() -> str:
        answer = service.redeem(north, Redeem(nonce=ids.new_nonce(), code=code))
        is_asked.set()
        _wait_for_somebody_who_waits()
        return str(answer["result"])

    def server() -> str:
        with app.app_context():
            return answer_slowly()

    db.session.rollback()
    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(contextvars.copy_context().run, server)
        assert is_asked.wait(10)
        told = service.record_scans(south, scans)
        assert answered.result() == "ok"
    db.session.rollback()
    assert sorted(one["status"] for one in told) == ["conflict", "conflict"]
    assert (count(Scan), count(Admission), count(Conflict)) == (3, 1, 2)
    assert service.replay(house.event_id).matches_projection
