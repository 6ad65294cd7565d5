"""Scans that wait for a supervisor's word: with their answers and undos, in every order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.checkin import service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Admission
from eventhub.checkin.queries.device import DeviceRow, device_of_any_state
from eventhub.checkin.service import GivenAnswer, OfflineScan
from eventhub.kernel import ids
from eventhub.kernel.db import db
from eventhub.registration.models import Answer, HeldAnswer, Registration, Ticket
from eventhub.registration.service import erase_by_staff
from eventhub.registration.service.my_data import data_of
from tests.checkin.test_snapshot import follow, listed, seq_of
from tests.factories import checkin as make
from tests.factories.checkin import NOON

NOON_MS = int(NOON.timestamp() * 1000)
GREEN, MEAT = GivenAnswer("meal", "green"), GivenAnswer("meal", "meat")


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event whose gates ask for a meal, a while after noon of its first day."""
    clock(NOON)
    house = make.make_house()
    make.make_question(house)
    return house


def ended(house: make.House, gate: str, clock: Callable[[datetime], None]) -> DeviceRow:
    """Return a device that was taken out of service at noon, a quarter of an hour later."""
    clock(NOON)
    paired = make.pair_device(house, gate)
    service.revoke_device(paired.device.public_id)
    clock(NOON + timedelta(minutes=15))
    make.forget_config()
    return device_of_any_state(paired.token)


def scan(ticket: int, gate_number: int, at_s: int, **more: Any) -> OfflineScan:
    """Return an entry that a device let pass alone, `at_s` seconds after noon."""
    given = {
        "nonce": ids.new_nonce(),
        "n": 1,
        "gate_number": gate_number,
        "result": ScanResult.OK,
        "claimed_ms": NOON_MS + at_s * 1000,
        "idhash": db.session.get_one(Ticket, ticket).idhash,
    }
    return OfflineScan(**(given | more))


def answers(person: int) -> list[tuple[Any, ...]]:
    """Return what is kept of a person: value, time and gate."""
    db.session.rollback()
    rows = select(Answer.value, Answer.entry_ms, Answer.entry_gate_id)
    return [tuple(row) for row in db.session.execute(rows.where(Answer.attendee_id == person))]


def held() -> list[Any]:
    """Return the answers that are held."""
    db.session.rollback()
    return list(db.session.scalars(select(HeldAnswer.value).order_by(HeldAnswer.id)))


def places(ticket: int) -> int:
    """Return how many came in with a ticket."""
    db.session.rollback()
    rows = select(Admission.id).where(Admission.ticket_id == ticket)
    return len(db.session.scalars(rows).all())


def test_the_answer_of_a_held_scan_counts_once_it_is_released(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    person = db.session.get_one(Ticket, ticket).attendee_id
    device = ended(house, "north", clock)
    sent = scan(ticket, 1, 60, answer=GREEN)
    for status in ("quarantined", "replay"):
        assert [row["status"] for row in service.record_scans(device, [sent])] == [status]
    assert (answers(person), held(), places(ticket)) == ([], ["green"], 0)
    asked = make.scan(make.make_device(house, "south"), make.gs_of(ticket))
    assert asked["result"] == "need_answer"  # what is held counts nowhere
    since = seq_of(house, listed(house).number)

    for released in (1, 0):
        assert service.release_scans(house.event_id, device.public_id, person_id=1) == released
        service.record_scans(device, [sent])
    assert answers(person) == [("green", sent.claimed_ms, device.gate_id)]
    assert (held(), places(ticket)) == ([], 1)
    told = follow(house, since)
    assert [row[6] for row in told.rows] == [1]  # gates hear that it was answered
    assert service.replay(house.event_id).matches_projection


def test_held_answers_and_others_end_the_same_in_every_order(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    """The earliest entry that counts has the word: two held ones, one of a gate in service."""
    first, second = ended(house, "north", clock), ended(house, "south", clock)
    live = make.make_device(house, "north")
    ends = set()

    def run(order: Sequence[str]) -> None:
        (ticket,) = make.make_tickets(house, 1)
        person = db.session.get_one(Ticket, ticket).attendee_id
        scans = {
            "early": (first, scan(ticket, 1, 60, answer=GREEN)),
            "late": (second, scan(ticket, 2, 120, answer=MEAT)),
            "live": (live, scan(ticket, 1, 90, answer=MEAT)),
        }
        for step in (*order, "release first", "release second"):
            if step.startswith("release"):
                device = first if step.endswith("first") else second
                service.release_scans(house.event_id, device.public_id, person_id=1)
            else:
                service.record_scans(scans[step][0], [scans[step][1]])
        assert held() == []
        ends.add((*answers(person)[0], places(ticket)))

    for order in itertools.permutations(("early", "late", "live", "release first")):
        run(order)
    assert ends == {("green", NOON_MS + 60_000, first.gate_id, 1)}
    assert service.replay(house.event_id).matches_projection


def test_no_answer_is_kept_of_a_refusal_or_of_a_question_that_is_asked_no_more(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    first, second, third = make.make_tickets(house, 3)
    device = ended(house, "north", clock)
    service.record_scans(
        device,
        [
            scan(first, 1, 10, answer=GREEN, result=ScanResult.USED),
            scan(second, 1, 20, answer=GivenAnswer("coat", "yes")),
            scan(third, 1, 30, answer=GivenAnswer("meal", "fish")),
        ],
    )
    assert held() == []
    assert service.release_scans(house.event_id, device.public_id, person_id=1) == 2
    assert db.session.scalars(select(Answer)).all() == []


def test_what_is_held_is_told_and_forgotten_with_the_person(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = ended(house, "north", clock)
    service.record_scans(device, [scan(ticket, 1, 60, answer=GREEN)])
    registration = db.session.scalars(select(Registration)).one()
    assert data_of(registration)["answers"] == [
        {"question": {"zh": "用餐选择？", "en": "Which meal?"}, "answer": "green"}
    ]
    erase_by_staff(house.event_id, registration.id, reason="asked by the person")
    assert held() == []


def test_a_held_scan_that_its_device_took_back_lets_nobody_in(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    """Entry, undo and the supervisor's word, in every order; a late undo takes nothing back."""
    device = ended(house, "north", clock)
    for late in (False, True):
        for order in itertools.permutations(("entry", "undo", "release")):
            (ticket,) = make.make_tickets(house, 1)
            entry = scan(ticket, 1, 60)
            undo = scan(
                ticket,
                1,
                60 + (300 if late else 5),
                direction="undo",
                result=ScanResult.UNDONE,
                undoes=entry.nonce,
            )
            for step in (*order, "release"):
                if step == "release":
                    service.release_scans(house.event_id, device.public_id, person_id=1)
                else:
                    service.record_scans(device, [entry if step == "entry" else undo])
            assert (order, late, places(ticket)) == (order, late, int(late))
            assert service.replay(house.event_id).matches_projection
