"""Badges at a gate: printed for who was let in, with a staff card, where it is allowed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from eventhub.checkin import service
from eventhub.checkin.service import MakeCards, NewCard, Redeem
from eventhub.kernel import ids
from eventhub.kernel.db import db
from eventhub.kernel.models import AuditEntry
from eventhub.registration.models import Registration, Ticket
from eventhub.registration.service import code_of
from tests.factories import checkin as make
from tests.factories.checkin import NOON

BADGE = "/api/gate/v1/badge"


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event whose north gate prints badges and whose south gate does not."""
    clock(NOON)
    house = make.make_house()
    north = house.gates["north"]
    service.set_gate(service.SetGate(house.event_id, north, False, None, prints_badges=True))
    make.forget_config()
    return house


def card(house: make.House, *, hours: int = 5) -> NewCard:
    """Return the card of somebody who is no supervisor."""
    until = NOON + timedelta(hours=hours)
    (made,) = service.make_cards(MakeCards(house.event_id, ["李雷"], False, until, None))
    make.forget_config()
    return made


def asked(app: Flask, token: str, ticket: int, card: str, **more: Any) -> Any:
    """Ask for the badge of a ticket as a device does."""
    idhash = db.session.get_one(Ticket, ticket).idhash.hex()
    client: FlaskClient = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(BADGE, json={"idhash": idhash, "card": card} | more, headers=headers)


def let_in(device: Any, ticket: int) -> None:
    """Let somebody in."""
    idhash = db.session.get_one(Ticket, ticket).idhash
    told = service.redeem(device, Redeem(nonce=ids.new_nonce(), idhash=idhash))
    assert told["result"] == "ok"


def test_one_badge_of_somebody_who_was_let_in(app: Flask, house: make.House) -> None:
    ticket, other = make.make_tickets(house, 2)
    north, staff = make.pair_device(house), card(house)
    refused = asked(app, north.token, ticket, staff.code)
    assert (refused.status_code, refused.json["code"]) == (409, "not-let-in")
    for one in (ticket, other):
        let_in(north.device, one)
    answer = asked(app, north.token, ticket, staff.code, lang="en")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    (page,) = PdfReader(io.BytesIO(answer.data)).pages
    row = db.session.get_one(Ticket, ticket)
    registration = db.session.scalars(select(Registration).order_by(Registration.id)).first()
    assert registration is not None
    text = page.extract_text()
    assert registration.contact_name in text.replace(" ", "")
    assert registration.code in text
    assert code_of(row.id) not in text  # in the picture alone
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "badge.print")).one()
    assert (entry.subject, entry.event_ref) == (f"registration:{registration.code}", house.event_id)
    assert entry.after == {"device": north.device.public_id, "card": staff.public_id}


def test_a_lost_phone_prints_nothing(app: Flask, house: make.House) -> None:
    """Neither without a card, nor with an old one, nor where the organizer does not allow it."""
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.pair_device(house), make.pair_device(house, "south")
    let_in(north.device, ticket)
    staff, old = card(house), card(house, hours=1)
    elsewhere = card(make.make_house("other"))
    with_card = asked(app, south.token, ticket, staff.code)
    assert (with_card.status_code, with_card.json["code"]) == (403, "gate-prints-nothing")
    forged = "GK000G40R40M30E209185GR38E1W"
    for wrong in ("", "x", forged, make.gr_of(ticket), elsewhere.code):
        assert asked(app, north.token, ticket, wrong).status_code == 422
    service.revoke_card(house.event_id, old.public_id)
    make.forget_config()
    assert asked(app, north.token, ticket, old.code).status_code == 422
    assert asked(app, north.token, ticket, staff.code).status_code == 200  # the control
    service.revoke_device(north.device.public_id)
    make.forget_config()
    for token in (north.token, "", "0" * 43):
        assert asked(app, token, ticket, staff.code).status_code == 401


def test_nothing_for_a_ticket_that_is_void(app: Flask, house: make.House) -> None:
    ticket, there = make.make_tickets(house, 2)
    (elsewhere,) = make.make_tickets(make.make_house("other"), 1)
    north, staff = make.pair_device(house), card(house)
    for one in (ticket, there):
        let_in(north.device, one)
    db.session.get_one(Ticket, ticket).status = "blocked"
    db.session.commit()
    assert asked(app, north.token, ticket, staff.code).status_code == 404
    assert asked(app, north.token, elsewhere, staff.code).status_code == 404
    assert asked(app, north.token, there, staff.code).status_code == 200
