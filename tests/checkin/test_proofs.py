"""Many orders, one state; many forged codes, none accepted. EVENTHUB_SOAK=1 takes the long way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.checkin import service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Admission, Conflict
from eventhub.checkin.queries import DeviceRow
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.service import OfflineScan
from eventhub.checkin.service.reading import read_code
from eventhub.kernel import ids, signing
from eventhub.kernel.crockford import ALPHABET
from eventhub.kernel.db import db
from eventhub.kernel.errors import Unavailable
from eventhub.registration.models import Ticket
from eventhub.registration.service import ensure_day_keys, ticket_day_keys
from tests.factories import checkin as make
from tests.factories.checkin import NOON
from tests.soak import IS_SOAK, Record

ORDERS = 10_000 if IS_SOAK else 100
FORGED = 1_000_000 if IS_SOAK else 20_000
NOON_MS = int(NOON.timestamp() * 1000)

pytestmark = pytest.mark.processes if IS_SOAK else pytest.mark.only("sqlite")


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event at noon of its first day that lets people back in after an exit."""
    clock(NOON)
    house = make.make_house()
    make.make_policy(house, reentry="after_exit")
    return house


PLAN: tuple[tuple[int, int, str, int], ...] = (
    # lane, ticket, direction, seconds before noon; ties on purpose
    *((0, 0, "in", 600), (1, 0, "in", 600), (0, 1, "in", 590), (1, 1, "out", 580)),
    *((0, 1, "in", 570), (1, 1, "in", 570), (1, 2, "in", 560), (1, 2, "in", 559)),
    *((0, 2, "out", 550), (0, 2, "in", 550), (1, 0, "out", 540), (0, 0, "in", 530)),
)


def test_every_order_split_and_repetition_ends_in_one_state(
    house: make.House, database: Any, record: Record
) -> None:
    rng = random.Random(11)
    first = _state(house, [[n] for n in range(len(PLAN))])
    assert len(first[0]) > 3
    assert first[1]
    for _ in range(ORDERS):
        order = rng.sample(range(len(PLAN)), len(PLAN))
        order += rng.choices(order, k=rng.randrange(6))  # handed in again
        batches = []
        while order:
            size = rng.randint(1, 7)
            batches.append(order[:size])
            order = order[size:]
        assert _state(house, batches) == first, batches
    assert service.replay(house.event_id).matches_projection
    record("R14", database=database.name, orders=ORDERS, other_states=0)


def _state(house: make.House, batches: list[list[int]]) -> tuple[list[Any], list[Any]]:
    """Hand the plan in with tickets and devices of its own; return what came of it, by number."""
    tickets = make.make_tickets(house, 3)
    hashes = [db.session.get_one(Ticket, ticket).idhash for ticket in tickets]
    lanes = [make.make_device(house, "north"), make.make_device(house, "south")]
    nonces = [ids.new_nonce() for _ in PLAN]
    for batch in batches:
        for lane, device in enumerate(lanes):
            scans = [_scan(n, nonces, hashes) for n in batch if PLAN[n][0] == lane]
            if scans:
                _hand_in(device, scans)
    names = {nonce: n for n, nonce in enumerate(nonces)}
    admitted = select(
        Admission.ticket_id,
        Admission.place,
        Admission.turn,
        Admission.entered_nonce,
        Admission.left_at_ms,
    ).where(Admission.ticket_id.in_(tickets))
    lost = select(Conflict.loser_nonce, Conflict.winner_nonce).where(
        Conflict.ticket_id.in_(tickets)
    )
    return (
        sorted(
            (tickets.index(row[0]), row[1], row[2], names[bytes(row[3])], row[4] or 0)
            for row in db.session.execute(admitted)
        ),
        sorted((names[bytes(a)], names[bytes(b)]) for a, b in db.session.execute(lost)),
    )


def _hand_in(device: DeviceRow, scans: list[OfflineScan]) -> None:
    """Hand scans in; a busy machine is asked again, as devices do."""
    for _ in range(50):
        try:
            service.record_scans(device, scans)
        except Unavailable:
            continue
        return
    raise AssertionError("the database was never free")


def _scan(n: int, nonces: list[bytes], hashes: list[bytes]) -> OfflineScan:
    lane, ticket, direction, before_s = PLAN[n]
    return OfflineScan(
        nonce=nonces[n],
        n=n,
        gate_number=lane + 1,
        result=ScanResult.OK_EXIT if direction == "out" else ScanResult.OK,
        claimed_ms=NOON_MS - before_s * 1000,
        idhash=hashes[ticket],
        direction=direction,
    )


def test_no_forged_or_changed_code_is_accepted(house: make.House) -> None:
    ensure_day_keys(house.event_id)
    config = load_config(house.event_id)
    tickets = make.make_tickets(house, 20)
    listed = {db.session.get_one(Ticket, ticket).idhash for ticket in tickets}
    good = [code for ticket in tickets for code in _codes(ticket)]
    accepted = [code for code in good if _is_accepted(config, code, listed)]
    assert accepted == good  # the control: the very same look lets every right code pass
    rng = random.Random(12)
    for code in _forged(rng, good):
        assert not _is_accepted(config, code, listed), code


def _codes(ticket: int) -> tuple[str, str, str]:
    row = db.session.get_one(Ticket, ticket)
    day = ticket_day_keys(ticket, at=NOON)[0]
    at_s = NOON_MS // 1000
    live = signing.gd_code(day.key, kid=day.kid, ticket=row.number, rev=row.rev, at_s=at_s)
    return make.gs_of(ticket), make.gr_of(ticket), live


def _is_accepted(config: Any, code: str, listed: set[bytes]) -> bool:
    read = read_code(config, code, NOON)
    return read.refused is None and read.idhash in listed


def _forged(rng: random.Random, good: list[str]) -> Iterator[str]:
    """Yield changed letters, swapped halves, other prefixes and codes of invented tickets."""
    known = set(good)
    stranger = bytes(rng.randrange(256) for _ in range(32))
    for n in range(FORGED):
        code = rng.choice(good)
        match n % 4:
            case 0 | 1:
                made = list(code)
                for _ in range(rng.choice((1, 1, 2, 3, 8))):
                    made[rng.randrange(2, len(made))] = rng.choice(ALPHABET)
                text = "".join(made)
            case 2:
                other = rng.choice([one for one in good if len(one) == len(code)])
                cut = rng.randrange(3, len(code) - 1)
                text = code[:cut] + other[cut:]
            case _:
                text = _invented(rng, stranger)
        if text not in known:
            yield text


def _invented(rng: random.Random, stranger: bytes) -> str:
    number = rng.randrange(2**64)
    if rng.random() < 0.5:
        return signing.gr_code(number)
    if rng.random() < 0.5:
        return signing.gd_code(stranger, kid=1, ticket=number, rev=0, at_s=NOON_MS // 1000)
    body = signing.GsBody(1, number, 1, 0, 0)
    return signing.sign_gs(body, event_uuid=stranger[:16], private_key=stranger)
