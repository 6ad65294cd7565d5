"""A stranger gets nothing from the gate API, and a lost phone holds nothing that makes a ticket."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.checkin import service
from eventhub.checkin.queries import event_config
from eventhub.kernel import ids, signing
from eventhub.kernel.crockford import encode
from eventhub.kernel.db import db
from eventhub.registration.models import EventKey, Ticket
from eventhub.registration.service import signing_key
from tests.assertions import assert_problem
from tests.factories import checkin as make
from tests.factories.checkin import NOON

BASE = "/api/gate/v1"
PROBLEM = {"type", "title", "status", "detail", "code", "request_id"}


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event with two gates at noon of its first day."""
    clock(NOON)
    return make.make_house()


def spelled(secret: bytes) -> list[bytes]:
    """Return how a secret could be written: raw, reversed, in hexadecimal, base 64 and 32."""
    texts = [secret.hex(), secret.hex().upper(), base64.b64encode(secret).decode()]
    texts += [base64.urlsafe_b64encode(secret).decode(), encode(secret)]
    return [secret, secret[::-1], *(text.strip("=").encode() for text in texts)]


def found_in(kept: bytes, secrets: Iterable[bytes]) -> list[bytes]:
    """Return the secrets that stand in what a device was given, in any spelling."""
    return [secret for secret in secrets if any(text in kept for text in spelled(secret))]


def calls(app: Flask) -> list[tuple[str, str]]:
    """Return method and path of everything that devices can ask for."""
    event = "0" * 32
    return [
        (method.lower(), rule.rule.replace("<event>", event))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(BASE) and rule.endpoint != "checkin_api.pair"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def test_wrong_revoked_and_unpaired_devices_get_401_and_nothing_else(
    app: Flask, house: make.House, client: FlaskClient
) -> None:
    paired, gone = make.pair_device(house), make.pair_device(house)
    service.revoke_device(gone.device.public_id)
    make.forget_config()
    tokens = {
        "": "device-unknown",
        "Bearer ": "device-unknown",
        f"Bearer {paired.token[:-1]}": "device-unknown",
        f"Bearer {paired.token}x": "device-unknown",
        f"Basic {paired.token}": "device-unknown",
        f"Bearer {gone.token}": "device-revoked",
    }
    asked = calls(app)
    assert len(asked) >= 10
    for method, path in asked:
        for header, code in tokens.items():
            if code == "device-revoked" and path == f"{BASE}/scans":
                continue  # once more, for what waits on it
            sent: dict[str, Any] = {"headers": {"Authorization": header} if header else {}}
            answer = getattr(client, method)(path, **sent)
            body = assert_problem(answer, 401, code)
            assert body.keys() - PROBLEM <= {"accept_scans"}, (method, path)
    good = {"Authorization": f"Bearer {paired.token}"}  # the control: the very same walk opens
    assert client.get(f"{BASE}/config", headers=good).status_code == 200


def test_nothing_that_a_device_is_given_makes_a_ticket(
    house: make.House, client: FlaskClient
) -> None:
    tickets = make.make_tickets(house, 50)
    make.make_question(house)
    paired = make.pair_device(house)
    make.forget_config()
    headers = {"Authorization": f"Bearer {paired.token}"}
    event = event_config(house.event_id).event.uuid_bytes.hex()
    since = client.get(f"{BASE}/events/{event}/list", headers=headers).headers["Eventhub-Seq"]
    scans = [
        {"nonce": encode(ids.new_nonce()), "code": make.gr_of(ticket), "answer": {"question": "x"}}
        for ticket in tickets[:3]
    ]
    answers = [client.post(f"{BASE}/redeem", json=scan, headers=headers) for scan in scans]
    paths = ["config", f"events/{event}/list", f"events/{event}/names", "stats", "search?q=观众"]
    paths += [f"events/{event}/delta?since={since}"]
    answers += [client.get(f"{BASE}/{path}", headers=headers) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    given = b"\n".join(
        gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") else answer.data
        for answer in answers
    )
    kid = db.session.scalars(select(EventKey.kid)).one()
    key = signing_key(house.event_id, kid, event_uuid=bytes.fromhex(event))
    numbers = list(db.session.scalars(select(Ticket.number)))
    codes = [signing.gr_code(number).encode() for number in numbers]
    assert found_in(given, [key.private_key]) == []
    assert found_in(given, [number.to_bytes(8, "big") for number in numbers]) == []
    assert [code for code in codes if code in given] == []
    assert found_in(given, [key.public_key]) == [key.public_key]  # the control: it does search
    idhash = db.session.get_one(Ticket, tickets[0]).idhash
    assert found_in(given, [idhash]) == [idhash]
