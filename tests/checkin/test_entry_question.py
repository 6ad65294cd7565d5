"""The one question at entry: asked once, answered with the entry, never a second way in."""

from __future__ import annotations

import gzip
import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from eventhub.checkin import service, snapshot
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Admission, Scan
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.service import GivenAnswer, OfflineScan, SetGate
from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.registration.models import Answer, Question, Ticket
from eventhub.registration.queries import answers_of
from tests.checkin.test_snapshot import follow, listed, seq_of
from tests.factories import checkin as make
from tests.factories.checkin import NOON

NOON_MS = int(NOON.timestamp() * 1000)
GREEN = GivenAnswer("meal", "green")
MEAT = GivenAnswer("meal", "meat")
MEAL = {
    "slug": "meal",
    "kind": "choice",
    "label": {"zh": "用餐选择？", "en": "Which meal?"},
    "help": None,
    "required": True,
    "options": [
        {"value": "meat", "label": {"zh": "荤食", "en": "With meat"}},
        {"value": "green", "label": {"zh": "素食", "en": "Vegetarian"}},
    ],
}


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event whose gates ask ticket type `public` for a meal, at noon of its first day."""
    clock(NOON)
    house = make.make_house()
    make.make_policy(house, reentry="after_exit")
    make.make_question(house)
    return house


def kept() -> list[tuple[Any, ...]]:
    """Return all answers with the gate and time they were given at."""
    db.session.rollback()
    rows = select(Answer.value, Answer.text, Answer.entry_ms, Answer.entry_gate_id)
    return [tuple(row) for row in db.session.execute(rows.order_by(Answer.id))]


def count(model: type[Any]) -> int:
    """Return how many rows a table has."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_gate_asks_lets_in_with_the_answer_and_asks_no_more(
    house: make.House, clock: Callable[[datetime], None]
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    make.make_type(house, "press")
    (other,) = make.make_tickets(house, 1, type_slug="press")
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    code = make.gs_of(ticket)

    asked = make.scan(north, code)
    assert (asked["result"], asked["persons"], asked["question"]) == ("need_answer", 0, MEAL)
    assert (count(Admission), kept()) == (0, [])
    stale = make.scan(north, code, answer=GivenAnswer("coat", "yes"))  # to another question
    assert stale["result"] == "need_answer"
    for wrong in ("fish", None, ["meat"], True):
        with pytest.raises(Invalid):
            make.scan(north, code, answer=GivenAnswer("meal", wrong))
    assert (count(Admission), kept()) == (0, [])

    command = service.Redeem(nonce=ids.new_nonce(), code=code, answer=GREEN)
    told = service.redeem(north, command)
    assert (told["result"], told["question"]) == ("ok", None)
    assert service.redeem(north, command)["status"] == "replay"
    assert kept() == [("green", "素食 Vegetarian", NOON_MS, north.gate_id)]
    clock(NOON + timedelta(minutes=5))
    again = make.scan(south, code, answer=MEAT)  # an answer is no second way in
    assert again["result"] == "used"
    assert make.scan(south, code, direction="out")["result"] == "ok_exit"
    clock(NOON + timedelta(minutes=6))
    assert make.scan(south, code)["result"] == "ok_reentry"  # and nobody is asked twice
    assert make.scan(north, make.gs_of(other))["result"] == "ok"  # this type asks nothing
    assert kept() == [("green", "素食 Vegetarian", NOON_MS, north.gate_id)]
    assert service.replay(house.event_id).matches_projection

    registration = db.session.scalars(select(Ticket.attendee_id).where(Ticket.id == ticket)).one()
    (row,) = answers_of([registration])[registration]
    assert (row.value, row.entry_gate) == ("green", {"zh": "北门", "en": "North gate"})
    assert row.entry_at == NOON


def test_a_question_may_be_passed_over_or_not_be_asked(house: make.House) -> None:
    tickets = make.make_tickets(house, 3)
    north = make.make_device(house, "north")
    passed = GivenAnswer("meal")
    with pytest.raises(Invalid):
        make.scan(north, make.gs_of(tickets[0]), answer=passed)
    change_question(is_required=False)
    make.forget_config()
    assert make.scan(north, make.gs_of(tickets[0]), answer=passed)["result"] == "ok"
    assert kept() == []
    service.set_gate(SetGate(house.event_id, north.gate_id, False, None, asks_question=False))
    make.forget_config()
    assert make.scan(north, make.gs_of(tickets[1]))["result"] == "ok"
    service.set_gate(SetGate(house.event_id, north.gate_id, False, None))
    change_question(ask_at="registration")
    make.forget_config()
    assert make.scan(north, make.gs_of(tickets[2]))["result"] == "ok"


@command
def change_question(**values: Any) -> None:
    """Change the only question."""
    db.session.execute(update(Question).values(**values))


def test_eight_at_once_with_different_answers_let_one_in(app: Flask, house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    devices = [make.make_device(house, gate) for gate in ("north", "south") * 4]
    code = make.gr_of(ticket)
    db.session.rollback()

    def enter(at: int) -> tuple[str, str]:
        given = (GREEN, MEAT)[at % 2]
        with app.app_context():
            return make.scan(devices[at], code, answer=given)["result"], given.value

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(enter, range(8)))
    assert Counter(result for result, _ in told) == {"ok": 1, "used": 7}
    (winner,) = [value for result, value in told if result == "ok"]
    assert [row[0] for row in kept()] == [winner]
    assert count(Admission) == 1


def test_answers_taken_offline_come_with_their_scans_once_in_any_order(house: make.House) -> None:
    """Two gates asked the same person without a network: the earlier answer stays."""
    lanes = [make.make_device(house, gate) for gate in ("north", "south")]
    plan = [(0, MEAT, 10), (1, GREEN, 20), (1, MEAT, 5), (0, GivenAnswer("meal", "fish"), 30)]
    states = set()
    for order in itertools.permutations(range(len(plan))):
        (ticket,) = make.make_tickets(house, 1)
        row = db.session.get_one(Ticket, ticket)
        idhash, person = row.idhash, row.attendee_id
        nonces = [ids.new_nonce() for _ in plan]
        for n in (*order, order[0]):
            lane, given, before_s = plan[n]
            (told,) = service.record_scans(
                lanes[lane],
                [
                    OfflineScan(
                        nonce=nonces[n],
                        n=n,
                        gate_number=lane + 1,
                        result=ScanResult.OK,
                        claimed_ms=NOON_MS - before_s * 1000,
                        idhash=idhash,
                        answer=given,
                    )
                ],
            )
            assert told["status"] in {"recorded", "conflict", "replay"}
        db.session.rollback()
        found = select(Answer.value, Answer.entry_ms, Answer.entry_gate_id).where(
            Answer.attendee_id == person
        )
        states.add(tuple(map(tuple, db.session.execute(found))))
    assert states == {(("green", NOON_MS - 20_000, lanes[1].gate_id),)}
    assert service.replay(house.event_id).matches_projection


def test_lists_and_deltas_say_who_has_answered(house: make.House) -> None:
    first, second = make.make_tickets(house, 2)
    config = load_config(house.event_id)
    since = listed(house)
    make.scan(make.make_device(house), make.gs_of(second), answer=GREEN)
    hashes = {ticket: db.session.get_one(Ticket, ticket).idhash.hex() for ticket in (first, second)}
    body = gzip.decompress(snapshot.make_list(config).body)
    block = body[body.rindex(b"GTQ1") :]
    ordered = sorted(hashes.values())
    answered = dict(zip(ordered, block[16:18], strict=True))
    assert (answered[hashes[first]], answered[hashes[second]]) == (0, 1)
    assert block[18:] == b"meal"
    found = follow(house, seq_of(house, since.number))
    assert found.asks == ["meal"]
    assert [row[0:1] + row[6:] for row in found.rows] == [[hashes[second], 1]]


@pytest.mark.only("postgresql")
def test_a_list_made_beside_another_transaction_is_told_more_and_ends_the_same(
    house: make.House,
) -> None:
    """A transaction anywhere on the server holds the number back: told twice is not wrong."""
    first, second = make.make_tickets(house, 2)
    db.session.rollback()
    with db.engine.connect() as other:  # it has a number from its first write on
        other.execute(text("UPDATE gate SET state = state"))
        make.make_tickets(house, 1)
        since = snapshot.make_list(load_config(house.event_id))
        other.rollback()
    make.scan(make.make_device(house), make.gs_of(second), answer=GREEN)
    found = follow(house, seq_of(house, since.number))
    hashes = {ticket: db.session.get_one(Ticket, ticket).idhash.hex() for ticket in (first, second)}
    told = {row[0]: row[6] for row in found.rows}
    assert len(told) == 2  # the third ticket, made beside it, is in the list and told again
    assert told.pop(hashes[second]) == 1
    assert set(told.values()) == {0}
    assert hashes[first] not in told


def test_the_simulator_names_the_question(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    gate = house.gates["north"]
    said = service.simulate(house.event_id, code=make.gs_of(ticket), gate_id=gate, at=NOON)
    assert (said.result, said.refused_by) == (ScanResult.NEED_ANSWER, "question")
    assert said.passed[-1] == "place"
    assert said.question is not None
    assert said.question.row.label == MEAL["label"]
    make.scan(make.make_device(house), make.gs_of(ticket), answer=GREEN)
    done = service.simulate(house.event_id, code=make.gs_of(ticket), gate_id=gate, at=NOON)
    assert (done.result, done.refused_by) == (ScanResult.USED, "place")
    assert count(Scan) == 1
