"""Answers that staff see at the gate: of whom they let in, of marked questions, online only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.checkin import service, snapshot
from eventhub.kernel import crockford, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import event_by_id
from eventhub.registration.models import Answer, Question, Ticket
from eventhub.registration.rules.forms import Kind
from eventhub.registration.service.question_set_up import SaveQuestion, save_question
from tests.assertions import assert_queries
from tests.factories import checkin as make
from tests.factories.checkin import NOON

REDEEM = 4  # statements of a scan
DIET = [{"value": "vegan", "label": {"zh": "纯素", "en": "Vegan"}}]
SHOWN = {
    "question": {"zh": "饮食", "en": "Diet"},
    "value": None,
    "labels": [{"zh": "纯素", "en": "Vegan"}],
}


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    clock(NOON)
    return make.make_house()


@pytest.fixture
def device(house: make.House) -> service.Paired:
    return make.pair_device(house)


@command
def ask(house: make.House, slug: str, **columns: Any) -> int:
    values = {"kind": "text", "label": {"en": slug}} | columns
    question = Question(event_id=house.event_id, slug=slug, **values)
    db.session.add(question)
    db.session.flush()
    return question.id


@command
def answer(ticket_id: int, question_id: int, value: Any) -> None:
    ticket = db.session.get_one(Ticket, ticket_id)
    db.session.add(
        Answer(
            event_id=ticket.event_id,
            attendee_id=ticket.attendee_id,
            question_id=question_id,
            value=value,
            text=str(value),
        )
    )


def redeem(client: FlaskClient, device: service.Paired, code: str, nonce: bytes = b"") -> Any:
    headers = {"Authorization": f"Bearer {device.token}"}
    body = {"nonce": crockford.encode(nonce or ids.new_nonce()), "code": code}
    return client.post("/api/gate/v1/redeem", json=body, headers=headers).json


def test_staff_see_marked_answers_of_whom_they_let_in(
    house: make.House, device: service.Paired, client: FlaskClient
) -> None:
    label = {"zh": "饮食", "en": "Diet"}
    old = ask(house, "diet", kind="choice", label=label, options=DIET, replaced_at=NOON)
    ask(house, "diet", kind="choice", label=label, version=2, options=DIET, is_staff_visible=True)
    secret = ask(house, "illness")
    note = ask(house, "note", is_staff_visible=True)
    mine, other = make.make_tickets(house, 2)
    answer(mine, old, "vegan")
    answer(mine, secret, "zyxillness")
    answer(mine, note, "Row 3")
    answer(other, note, "zyxother")
    nonce = ids.new_nonce()
    told = redeem(client, device, make.gs_of(mine), nonce)
    own = {"question": {"en": "note"}, "value": "Row 3", "labels": []}
    assert (told["result"], told["answers"]) == ("ok", [SHOWN, own])
    again = redeem(client, device, make.gs_of(mine), nonce)
    assert (again["status"], again["answers"]) == ("replay", [SHOWN, own])
    for code in (make.gs_of(mine), "GS0", make.gs_of(mine)[:-1] + "0"):
        refused = redeem(client, make.pair_device(house, "south"), code)
        assert refused["result"] not in ("ok", "ok_attention")
        assert refused["answers"] == []


def test_no_list_of_a_device_has_them(
    house: make.House, device: service.Paired, client: FlaskClient
) -> None:
    note = ask(house, "note", is_staff_visible=True)
    (mine,) = make.make_tickets(house, 1)
    answer(mine, note, "zyxrow3")
    headers = {"Authorization": f"Bearer {device.token}"}
    event = event_by_id(house.event_id)
    base = f"/api/gate/v1/events/{event.uuid_bytes.hex()}"
    pages = [client.get(f"{base}/{name}", headers=headers) for name in ("list", "names")]
    pages += [client.get("/api/gate/v1/config", headers=headers)]
    assert [page.status_code for page in pages] == [200, 200, 200]
    bodies = [page.data for page in pages] + [snapshot.whole_list(house.event_id).body]
    for body in bodies:
        assert b"zyxrow3" not in (unpacked(body))


def unpacked(body: bytes) -> bytes:
    import gzip  # noqa: PLC0415 - of this one check

    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def test_an_event_without_marked_questions_pays_no_statement(
    house: make.House, device: service.Paired, client: FlaskClient
) -> None:
    note = ask(house, "note")
    first, second, third = make.make_tickets(house, 3)
    answer(second, note, "Row 3")
    redeem(client, device, make.gs_of(first))  # fills what is kept for some seconds
    for ticket, mark, statements in ((second, False, REDEEM), (third, True, REDEEM + 1)):
        set_mark(note, mark=mark)
        redeem(client, device, "GS0")
        make.forget_config()
        redeem(client, device, "GS0")
        code = make.gs_of(ticket)
        with assert_queries(statements):
            told = redeem(client, device, code)
        assert told["answers"] == []


@command
def set_mark(question_id: int, *, mark: bool) -> None:
    db.session.get_one(Question, question_id).is_staff_visible = mark


def test_the_mark_is_set_with_the_question_and_stays_with_new_words(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    common: dict[str, Any] = {
        "event_id": house.event_id,
        "kind": Kind.TEXT,
        "type_ids": frozenset({house.types["public"]}),
        "is_staff_visible": True,
    }
    slug = save_question(SaveQuestion(label={"en": "Note"}, **common))
    first = db.session.query(Question).filter_by(slug=slug).one()
    answer(ticket, first.id, "x")
    save_question(SaveQuestion(slug=slug, label={"en": "Remark"}, **common))
    rows = db.session.query(Question).filter_by(slug=slug).order_by(Question.version).all()
    assert [(row.version, row.is_staff_visible) for row in rows] == [(1, True), (2, True)]
    with pytest.raises(Invalid) as refused:
        save_question(SaveQuestion(label={"en": "Card"}, **(common | {"kind": Kind.FILE})))
    assert list(refused.value.fields) == ["is_staff_visible"]
