"""Staff cards, overrides, undo and quarantine: who may, what is logged, what it amounts to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.checkin import queries, service
from eventhub.checkin.enums import OVERRIDABLE, ScanResult
from eventhub.checkin.errors import ScanStays
from eventhub.checkin.looks import LOOKS
from eventhub.checkin.models import Admission, Conflict, Scan, StaffCard
from eventhub.checkin.queries.device import device_of_any_state
from eventhub.checkin.service import CorrectScan, MakeCards, OfflineScan, Override
from eventhub.kernel import ids
from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.registration.models import Ticket
from eventhub.registration.service.keys import CodeFacts, gs_code, signing_key
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]
NOON_MS = int(NOON.timestamp() * 1000)


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event with two gates at noon of its first day."""
    clock(NOON)
    return make.make_house()


def make_card(house: make.House, *, may_override: bool = True) -> str:
    """Make a card that is good until tonight; return its code."""
    until = NOON + timedelta(hours=10)
    cmd = MakeCards(house.event_id, ["王主管"], may_override, until, None)
    (card,) = service.make_cards(cmd)
    make.forget_config()
    return card.code


def hashed() -> str:
    """Return the hash of the newest card, as devices hold it."""
    return db.session.scalars(select(StaffCard.secret_hash).order_by(StaffCard.id.desc())).first()


def scans(*columns: Any) -> list[tuple[Any, ...]]:
    """Return columns of all scans in order."""
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Scan.id))]


def places() -> list[tuple[int, int, str]]:
    """Return place, turn and kind of all admissions."""
    db.session.rollback()
    rows = select(Admission.place, Admission.turn, Admission.kind)
    return [tuple(row) for row in db.session.execute(rows.order_by(Admission.place))]


def offline(ticket: int, **values: Any) -> OfflineScan:
    """Return what a device hands in of a ticket."""
    given = {
        "nonce": ids.new_nonce(),
        "n": 1,
        "gate_number": 1,
        "result": ScanResult.OK,
        "claimed_ms": NOON_MS,
        "idhash": db.session.get_one(Ticket, ticket).idhash,
    }
    return OfflineScan(**(given | values))


def test_exactly_the_refusals_that_offer_it_may_be_overridden() -> None:
    assert {result for result, look in LOOKS.items() if look.may_override} == OVERRIDABLE


def test_a_card_and_a_reason_make_a_place_above_the_party(house: make.House, clock: Clock) -> None:
    card = make_card(house)
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    code = make.gs_of(ticket)
    make.scan(north, code)
    clock(NOON + timedelta(minutes=2))
    assert make.scan(south, code)["result"] == "used"
    told = make.scan(south, code, override=Override(card, "  guest of   the brand "))
    assert (told["result"], told["why"], told["persons"]) == ("ok_override", "used", 1)
    assert places() == [(1, 0, "normal"), (2, 0, "override")]
    by, reason, against = scans(Scan.override_by, Scan.override_reason, Scan.overridden)[-1]
    assert (by.startswith("card:ck_"), reason, against) == (True, "guest of the brand", "used")
    assert [row[0] for row in scans(Scan.override_by)][:2] == [None, None]
    board = {row.gate.slug: row.overrides for row in queries.gate_board(house_event(house))}
    assert board == {"north": 0, "south": 1}
    assert service.replay(house.event_id).matches_projection


def house_event(house: make.House) -> Any:
    """Return the event's row."""
    return queries.event_config(house.event_id).event


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("ok then", "none"),
        ("ok then", "plain"),
        ("ok then", "revoked"),
        ("ok then", "expired"),
        ("ok then", "other event"),
        ("ok then", "not a card"),
        ("no", "good"),
        ("  a \t\t ", "good"),
        ("", "good"),
    ],
)
def test_without_card_or_reason_nothing_happens(
    house: make.House, clock: Clock, reason: str, kind: str
) -> None:
    code = make_card(house, may_override=kind != "plain")
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    make.scan(device, make.gs_of(ticket))
    clock(NOON + timedelta(minutes=2))
    if kind == "revoked":
        service.revoke_card(house.event_id, queries.cards(house.event_id)[0].public_id)
    elif kind == "expired":
        clock(NOON + timedelta(hours=11))
    elif kind == "other event":
        code = make_card(make.make_house("other"))
    elif kind != "plain" and kind != "good":
        code = "" if kind == "none" else make.gs_of(ticket)
    make.forget_config()
    before = scans(Scan.result)
    with pytest.raises(Invalid):
        make.scan(device, make.gs_of(ticket), override=Override(code, reason))
    assert scans(Scan.result) == before
    told = service.record_scans(
        device,
        [
            offline(
                ticket,
                result=ScanResult.OK_OVERRIDE,
                override_by=None if kind in {"none", "not a card"} else hashed(),
                override_reason=reason,
                claimed_ms=NOON_MS + 12 * 3_600_000 if kind == "expired" else NOON_MS + 130_000,
            )
        ],
    )
    assert (told[0]["status"], told[0]["reason"]) == ("refused", "no-override")
    assert [kind for _place, _turn, kind in places()] == ["normal"]


def test_what_nobody_may_override_stays_refused(house: make.House) -> None:
    card = make_card(house)
    (ticket,) = make.make_tickets(house, 1, status="blocked")
    device = make.make_device(house)
    told = make.scan(device, make.gs_of(ticket), override=Override(card, "please"))
    assert told["result"] == "blocked"
    assert make.scan(device, "GS", override=Override(card, "please"))["result"] == "unknown_code"
    assert places() == []
    assert scans(Scan.override_by) == [(None,), (None,)]


def test_an_override_without_a_server_is_checked_when_it_arrives(house: make.House) -> None:
    make_card(house)
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    make.scan(north, make.gs_of(ticket))
    scan = offline(
        ticket,
        result=ScanResult.OK_OVERRIDE,
        gate_number=2,
        claimed_ms=NOON_MS + 1,
        override_by=hashed(),
        override_reason="VIP",
        overridden="used",
    )
    (told,) = service.record_scans(south, [scan])
    assert told["status"] == "recorded"
    assert places() == [(1, 0, "normal"), (2, 0, "override")]
    assert scans(Scan.overridden)[-1] == ("used",)
    (again,) = service.record_scans(south, [scan])
    assert again["status"] == "replay"
    assert service.replay(house.event_id).matches_projection


def test_a_signed_code_that_is_on_no_list_is_counted_without_a_place(house: make.House) -> None:
    card = make_card(house)
    north = make.make_device(house)
    uuid = house_event(house).uuid_bytes
    key = signing_key(house.event_id, 1, event_uuid=uuid)
    code, other = (gs_code(CodeFacts(number, 1, 0, 0), key) for number in (4711, 4712))
    assert make.scan(north, code)["result"] == "need_supervisor"
    told = make.scan(north, code, override=Override(card, "sold at the desk"))
    assert (told["result"], told["persons"], told["party"]) == ("ok_override", 0, None)
    alone = OfflineScan(
        nonce=ids.new_nonce(),
        n=2,
        gate_number=1,
        result=ScanResult.OK_OVERRIDE,
        claimed_ms=NOON_MS,
        code=other,
        override_by=hashed(),
        override_reason="sold at the desk",
        overridden="need_supervisor",
    )
    (kept,) = service.record_scans(north, [alone])
    assert kept["status"] == "recorded"
    assert scans(Scan.result, Scan.ticket_id)[1:] == [("ok_override", None)] * 2
    forged = replace(alone, nonce=ids.new_nonce(), code=other[:-3] + "000")
    (refused,) = service.record_scans(north, [forged])
    assert refused["status"] == "refused"
    assert places() == []
    assert service.replay(house.event_id).matches_projection


def test_an_undo_frees_the_place_within_seconds_and_not_later(house: make.House) -> None:
    (first, second) = make.make_tickets(house, 2)
    device = make.make_device(house)
    for ticket, late_ms in ((first, 9_000), (second, 60_000)):
        at = NOON_MS - 90_000
        scan = offline(ticket, claimed_ms=at)
        service.record_scans(device, [scan])
        undo = offline(ticket, direction="undo", n=2, undoes=scan.nonce, claimed_ms=at + late_ms)
        (told,) = service.record_scans(device, [undo])
        assert told["status"] == "recorded"
    db.session.rollback()
    assert list(db.session.scalars(select(Admission.ticket_id))) == [second]
    assert make.scan(device, make.gs_of(first))["result"] == "ok"
    assert service.replay(house.event_id).matches_projection


def test_a_supervisor_undoes_later_with_a_card(house: make.House) -> None:
    make_card(house)
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    scan = offline(ticket, claimed_ms=NOON_MS - 3_600_000)
    undo = offline(
        ticket,
        direction="undo",
        undoes=scan.nonce,
        override_by=hashed(),
        override_reason="wrong person",
    )
    service.record_scans(device, [scan])
    assert len(places()) == 1
    service.record_scans(device, [undo])
    assert places() == []
    assert service.replay(house.event_id).matches_projection


def test_every_order_of_scans_and_undos_ends_the_same(house: make.House) -> None:
    make_card(house)
    rng = random.Random(4)
    plan: list[dict[str, Any]] = []
    for n in range(16):
        lane, ticket = rng.randrange(2), rng.randrange(9)  # some have one scan alone
        at = NOON_MS - 900_000 + n * 30_000
        scan = {"lane": lane, "ticket": ticket, "n": 2 * n, "claimed_ms": at, "undoes": None}
        plan.append(scan)
        if rng.random() < 0.5:
            later = at + rng.choice((5_000, 200_000))
            undo = {"n": 2 * n + 1, "claimed_ms": later, "undoes": 2 * n, "by": rng.random() < 0.3}
            plan.append(scan | undo)
    states = [_state_after(house, plan, rng) for _ in range(4)]
    assert states[0] == states[1] == states[2] == states[3]
    assert states[0][0]
    assert service.replay(house.event_id).matches_projection


def _state_after(house: make.House, plan: list[dict[str, Any]], rng: random.Random) -> Any:
    """Hand the plan in in some order, with tickets and devices of its own; name all by number."""
    tickets = make.make_tickets(house, 9, party=2)
    lanes = [make.make_device(house, "north"), make.make_device(house, "south")]
    nonces = {row["n"]: ids.new_nonce() for row in plan}
    names = {nonce: n for n, nonce in nonces.items()}
    for row in rng.sample(plan, len(plan)):
        is_undo = row["undoes"] is not None
        card = {"override_by": hashed(), "override_reason": "slip"} if row.get("by") else {}
        scan = offline(
            tickets[row["ticket"]],
            nonce=nonces[row["n"]],
            n=row["n"],
            gate_number=row["lane"] + 1,
            claimed_ms=row["claimed_ms"],
            direction="undo" if is_undo else "in",
            undoes=nonces[row["undoes"]] if is_undo else None,
            **card,
        )
        service.record_scans(lanes[row["lane"]], [scan])
    db.session.rollback()
    admitted = select(Admission.ticket_id, Admission.place, Admission.entered_nonce)
    lost = select(Conflict.loser_nonce, Conflict.winner_nonce)
    mine = Admission.ticket_id.in_(tickets)
    return (
        sorted(
            (tickets.index(ticket), place, names[bytes(nonce)])
            for ticket, place, nonce in db.session.execute(admitted.where(mine))
        ),
        sorted(
            (names[bytes(loser)], names[bytes(winner)])
            for loser, winner in db.session.execute(lost.where(Conflict.ticket_id.in_(tickets)))
        ),
    )


def test_scans_of_a_revoked_device_count_once_a_supervisor_releases_them(
    house: make.House, clock: Clock
) -> None:
    (ticket, other) = make.make_tickets(house, 2)
    paired = make.pair_device(house)
    device = paired.device
    service.revoke_device(device.public_id)
    clock(NOON + timedelta(minutes=5))
    make.forget_config()
    revoked = device_of_any_state(paired.token)
    told = service.record_scans(
        revoked,
        [
            offline(ticket, claimed_ms=NOON_MS + 60_000),
            offline(other, claimed_ms=NOON_MS + 90_000, result=ScanResult.USED),
        ],
    )
    assert [row["status"] for row in told] == ["quarantined", "quarantined"]
    assert places() == []
    (line,) = queries.quarantined(house.event_id)
    assert (line.device, line.scans) == (device.public_id, 1)
    assert service.release_scans(house.event_id, device.public_id, person_id=1) == 1
    assert places() == [(1, 0, "normal")]
    assert queries.quarantined(house.event_id) == []
    assert service.release_scans(house.event_id, device.public_id, person_id=1) == 0
    assert len(scans(Scan.id)) == 3
    assert service.replay(house.event_id).matches_projection
    with pytest.raises(NotFound):
        service.release_scans(house.event_id, "dv_none", person_id=1)


def test_the_console_takes_back_and_lets_in(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    code = make.gs_of(ticket)
    make.scan(device, code)
    clock(NOON + timedelta(minutes=2))
    make.scan(device, code)
    entry, refusal = [row[0] for row in scans(Scan.id)]
    for scan, reason in ((refusal, "x"), (refusal, " ")):
        with pytest.raises(Invalid):
            service.let_in(CorrectScan(house.event_id, scan, reason, 7))
    with pytest.raises(ScanStays):
        service.undo_scan(CorrectScan(house.event_id, refusal, "reason", 7))
    with pytest.raises(ScanStays):
        service.let_in(CorrectScan(house.event_id, entry, "reason", 7))
    for _ in range(2):  # a second press changes nothing
        service.let_in(CorrectScan(house.event_id, refusal, "guest of the brand", 7))
    assert places() == [(1, 0, "normal"), (2, 0, "override")]
    for _ in range(2):
        service.undo_scan(CorrectScan(house.event_id, entry, "wrong person", 7))
    assert places() == [(1, 0, "override")]
    assert scans(Scan.result, Scan.overridden, Scan.override_by)[2:] == [
        ("ok_override", "used", "person:7"),
        ("undone", None, "person:7"),
    ]
    assert service.replay(house.event_id).matches_projection
    assert [row.is_undone for row in queries.scan_log(house.event_id)][-1]
    clock(NOON + timedelta(days=1))
    with pytest.raises(ScanStays):
        service.undo_scan(CorrectScan(house.event_id, entry, "too late", 7))
