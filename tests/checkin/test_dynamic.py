"""Rotating codes at the gates: good for seconds, bound to day, ticket and event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from eventhub.checkin import queries, service
from eventhub.checkin.device_config import event_of_device
from eventhub.checkin.queries.config import load_config
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel import signing
from eventhub.kernel.db import db
from eventhub.registration.models import Ticket
from eventhub.registration.service import ensure_day_keys, ensure_keys_ahead, ticket_day_keys
from tests.checkin import cases
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]
VECTORS = {
    -30: "GD040J6HB7H6NWVVR01QZ3F73DRZ4P47TX",
    0: "GD040J6HB7H6NWVVR01R03QZRJTTQFYACJ",
    15: "GD040J6HB7H6NWVVR01R0PD3YH3V6QTK0V",
    30: "GD040J6HB7H6NWVVR01R11BFG0VGXCR9B8",
    45: "GD040J6HB7H6NWVVR01R1ZN3PVKAZMW2Q7",
}


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event with day keys and a type `phone` that shows rotating codes alone."""
    clock(NOON)
    house = make.make_house()
    ensure_day_keys(house.event_id)
    make.make_type(house, "phone", code_kinds=["GD"])
    make.make_policy(house, ticket_type_id=house.types["phone"], kinds=["GD"])
    return house


def shown(ticket: int, at: datetime | None = None) -> str:
    """Return the code on a holder's page at a time."""
    moment = at or kernel_clock.now()
    row = db.session.get_one(Ticket, ticket)
    day = next(
        key
        for key in ticket_day_keys(ticket, at=moment)
        if key.opens_ms <= moment.timestamp() * 1000 < key.closes_ms
    )
    at_s = int(moment.timestamp())
    return signing.gd_code(day.key, kid=day.kid, ticket=row.number, rev=row.rev, at_s=at_s)


def test_the_vectors_of_the_format() -> None:
    ticket = 0x0123456789ABCDEF
    key = signing.dynamic_key(cases.DAY_KEY, event_uuid=cases.EVENT, ticket=ticket, rev=0)
    assert key.hex() == "81f0805d4baf417fa6a33cd84320f9bb441cbfa8ec722a539dc72c3b34787b7c"
    made = {
        late: signing.gd_code(key, kid=1, ticket=ticket, rev=0, at_s=cases.T + late)
        for late in VECTORS
    }
    assert made == VECTORS


def test_a_live_code_enters_and_a_picture_of_it_is_stale(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1, type_slug="phone")
    device = make.make_device(house)
    code = shown(ticket)
    for late in (-45, 60, 120):
        clock(NOON + timedelta(seconds=late))
        assert make.scan(device, code)["result"] == "stale_dynamic"
    clock(NOON + timedelta(seconds=30))
    assert make.scan(device, code)["result"] == "ok"
    clock(NOON + timedelta(minutes=5))
    assert make.scan(device, shown(ticket))["result"] == "used"


def test_what_is_not_the_days_code_is_refused(house: make.House, clock: Clock) -> None:
    first, other = make.make_tickets(house, 2, type_slug="phone")
    device = make.make_device(house)
    code = shown(first)
    assert make.scan(device, make.gs_of(first))["result"] == "kind_refused"
    assert make.scan(device, make.gr_of(first))["result"] == "kind_refused"
    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert make.scan(device, forged)["result"] == "bad_signature"
    elsewhere = make.make_house("other")
    ensure_day_keys(elsewhere.event_id)
    assert make.scan(make.make_device(elsewhere), code)["result"] == "bad_signature"
    (stranger,) = make.make_tickets(elsewhere, 1)
    assert make.scan(device, shown(stranger))["result"] == "bad_signature"
    tomorrow = ticket_day_keys(first, at=NOON)[1]
    row = db.session.get_one(Ticket, first)
    at_s = int(NOON.timestamp())
    early = signing.gd_code(
        tomorrow.key, kid=tomorrow.kid, ticket=row.number, rev=row.rev, at_s=at_s
    )
    assert make.scan(device, early)["result"] == "stale_dynamic"
    db.session.get_one(Ticket, other)
    assert make.scan(device, shown(other))["result"] == "ok"


def test_a_reissue_ends_the_codes_before_it(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1, type_slug="phone", rev=1)
    row = db.session.get_one(Ticket, ticket)
    day = load_config(house.event_id).day_keys[1]
    uuid = queries.event_config(house.event_id).event.uuid_bytes
    old = signing.dynamic_key(day.key, event_uuid=uuid, ticket=row.number, rev=0)
    code = signing.gd_code(old, kid=1, ticket=row.number, rev=0, at_s=int(NOON.timestamp()))
    assert make.scan(make.make_device(house), code)["result"] == "revoked"


def test_a_supervisor_lets_a_slow_phone_in(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1, type_slug="phone")
    until = NOON + timedelta(hours=2)
    cmd = service.MakeCards(house.event_id, ["Wang"], True, until, None)
    (card,) = service.make_cards(cmd)
    code = shown(ticket)
    clock(NOON + timedelta(minutes=3))
    make.forget_config()
    told = make.scan(
        make.make_device(house), code, override=service.Override(card.code, "old phone")
    )
    assert (told["result"], told["why"]) == ("ok_override", "stale_dynamic")


def test_gates_hold_the_key_from_a_day_before_until_its_end(
    house: make.House, clock: Clock
) -> None:
    opens = datetime(2026, 9, 24, 22, tzinfo=UTC)  # 06:00 on the first day
    second = opens + timedelta(days=1)
    cases_of_day = [
        (opens - timedelta(hours=25), set()),
        (opens - timedelta(hours=23), {"1"}),
        (opens + timedelta(hours=1), {"1", "2"}),
        (second + timedelta(hours=1), {"2"}),
        (second + timedelta(hours=25), set()),
    ]
    for moment, expected in cases_of_day:
        clock(moment)
        config = load_config(house.event_id)
        gate = next(iter(config.gates.values()))
        assert set(event_of_device(config, gate)["dynkeys"]) == expected, moment


def test_keys_are_made_ahead_for_events_that_need_them(house: make.House) -> None:
    plain = make.make_house("plain")
    assert ensure_keys_ahead(NOON - timedelta(days=20)) == 1
    assert ensure_keys_ahead(NOON - timedelta(days=40)) == 0
    assert load_config(plain.event_id).day_keys == {}


def test_keys_are_made_once_and_never_change(house: make.House) -> None:
    before = load_config(house.event_id).day_keys
    ensure_day_keys(house.event_id)
    assert load_config(house.event_id).day_keys == before
    assert len({key.key for key in before.values()}) == len(before) == 2
