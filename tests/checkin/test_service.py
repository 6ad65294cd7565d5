"""Deciding and keeping scans, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.checkin import queries, service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.errors import NonceReused
from eventhub.checkin.models import Admission, Conflict, Scan
from eventhub.checkin.service import OfflineScan, Redeem
from eventhub.kernel import ids, signing
from eventhub.kernel.crockford import ALPHABET
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.models import Gate
from eventhub.registration.models import EventKey, GateAccess, Ticket
from tests.assertions import assert_queries
from tests.factories import checkin as make
from tests.factories.checkin import NOON

Clock = Callable[[datetime], None]


def count(model: type[Any]) -> int:
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def results(house: make.House) -> list[str]:
    """Return the results of all scans in order."""
    return list(db.session.scalars(select(Scan.result).order_by(Scan.id)))


@pytest.fixture
def house(app: Flask, clock: Clock) -> make.House:
    """Return an event with two gates at noon of its first day."""
    clock(NOON)
    return make.make_house()


def test_a_ticket_is_admitted_once_and_then_is_used(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    code = make.gs_of(ticket)

    first = make.scan(north, code)
    assert first["result"] == "ok"
    assert first["scope"] == "e"
    assert first["party"] == {"used": 1, "of": 1}
    assert first["show"]["type"] == {"zh": "公众席", "en": "Public"}

    clock(NOON + timedelta(minutes=2))
    second = make.scan(south, code)
    assert second["result"] == "used"
    assert second["first"] == {
        "gate": f"g_{house.event_id}_north",
        "name": {"zh": "北门", "en": "North gate"},
        "at_ms": int(NOON.timestamp() * 1000),
        "time": "12:00",
    }
    assert make.scan(north, code)["result"] == "used"
    assert results(house) == ["ok", "used", "used"]
    assert count(Admission) == 1


def test_the_same_device_says_repeat_within_a_minute(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    make.scan(device, make.gs_of(ticket))
    clock(NOON + timedelta(seconds=59))
    answer = make.scan(device, make.gs_of(ticket))
    assert (answer["result"], answer["seconds"]) == ("repeat", 59)
    clock(NOON + timedelta(seconds=60))
    assert make.scan(device, make.gs_of(ticket))["result"] == "used"


def test_the_short_code_admits_the_same_place(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    assert make.scan(device, make.gr_of(ticket).lower())["result"] == "ok"
    clock(NOON + timedelta(minutes=5))
    assert make.scan(device, make.gs_of(ticket))["result"] == "used"


def test_a_nonce_gets_its_first_answer_again(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    command = Redeem(nonce=ids.new_nonce(), code=make.gs_of(ticket))
    first = service.redeem(device, command)
    clock(NOON + timedelta(hours=1))
    again = [service.redeem(device, command) for _ in range(3)]
    assert first["status"] == "recorded"
    expected = {k: v for k, v in first.items() if k != "seq"} | {"status": "replay"}
    assert again == [expected] * 3
    assert (count(Scan), count(Admission)) == (1, 1)


def test_a_nonce_with_another_body_is_refused(house: make.House) -> None:
    one, two = make.make_tickets(house, 2)
    device = make.make_device(house)
    nonce = ids.new_nonce()
    service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(one)))
    with pytest.raises(NonceReused):
        service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(two)))
    assert count(Scan) == 1


def test_two_devices_may_draw_the_same_nonce(house: make.House) -> None:
    one, two = make.make_tickets(house, 2)
    nonce = ids.new_nonce()
    for gate, ticket in (("north", one), ("south", two)):
        device = make.make_device(house, gate)
        found = service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(ticket)))
        assert found["result"] == "ok"


def test_statement_counts_are_four_two_and_one(house: make.House) -> None:
    one, two = make.make_tickets(house, 2)
    device, other = make.make_device(house, "north"), make.make_device(house, "south")
    code = make.gs_of(one)
    make.scan(device, make.gs_of(two))  # reads the configuration
    fresh = Redeem(nonce=ids.new_nonce(), code=code)
    with assert_queries(4):
        service.redeem(device, fresh)
    with assert_queries(2):
        assert make.scan(other, code)["result"] == "used"
    with assert_queries(1):
        assert service.redeem(device, fresh)["status"] == "replay"


def test_every_edited_code_is_refused_with_a_reason_of_its_own(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    code = make.gs_of(ticket)
    found: dict[str, set[int]] = {}
    for place in range(2, len(code)):
        letter = ALPHABET[(ALPHABET.index(code[place]) + 8) % 32]  # keeps the pad bits
        edited = code[:place] + letter + code[place + 1 :]
        found.setdefault(make.scan(device, edited)["result"], set()).add(place)
    # the change hits the version at 2 and a reserved flag at 3
    assert found == {"unknown_code": {2, 3}, "bad_signature": set(range(4, 129))}
    assert count(Admission) == 0


def test_codes_that_are_no_tickets_are_logged_without_their_text(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    code = make.gs_of(ticket)
    expected = {
        code[:-1]: "unknown_code",
        code[:18]: "unknown_code",
        code + "0": "unknown_code",
        "": "unknown_code",
        "https://example.org/t/abc": "unknown_code",
        "GR04HMASW9NF6YZC4Q": "bad_check",
        "GR04HMASW9NF6YZC4P": "unknown_code",
        signing.pairing_code(bytes(16)): "unknown_code",
        signing.staff_card_code(bytes(16)): "unknown_code",
    }
    assert {text: make.scan(device, text)["result"] for text in expected} == expected
    kept = db.session.scalars(select(Scan).order_by(Scan.id)).all()
    assert [(scan.ticket_id, scan.result) for scan in kept] == [
        (None, result) for result in expected.values()
    ]
    assert all(len(scan.code_digest or b"") in {0, 8} for scan in kept)
    assert "example.org" not in repr([scan.answer for scan in kept])


def test_a_forged_code_of_another_key_is_refused(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    code = signing.parse_code(make.gs_of(ticket))
    assert isinstance(code, signing.GsCode)
    private, _public = signing.new_key_pair()
    event_uuid = queries.event_config(house.event_id).event.uuid_bytes
    forged = signing.sign_gs(code.body, event_uuid=event_uuid, private_key=private)
    assert make.scan(device, forged)["result"] == "bad_signature"


def test_a_ticket_of_a_sister_event_is_named(house: make.House) -> None:
    other = make.make_house(slug="winter", title={"zh": "冬季周", "en": "Winter week"})
    same_organisation(house, other)
    (ticket,) = make.make_tickets(other, 1)
    answer = make.scan(make.make_device(house), make.gs_of(ticket))
    assert answer["result"] == "wrong_event"
    assert answer["event"] == {"zh": "冬季周", "en": "Winter week"}


def test_a_ticket_of_a_strangers_event_is_only_invalid(house: make.House) -> None:
    other = make.make_house(slug="winter")
    (ticket,) = make.make_tickets(other, 1)
    assert make.scan(make.make_device(house), make.gs_of(ticket))["result"] == "bad_signature"
    assert make.scan(make.make_device(house), make.gr_of(ticket))["result"] == "unknown_code"


@command
def same_organisation(house: make.House, other: make.House) -> None:
    """Move `other` into the organisation of `house`."""
    from eventhub.programme.models import Event  # noqa: PLC0415 - slow import

    own = db.session.get_one(Event, house.event_id).organisation_id
    db.session.get_one(Event, other.event_id).organisation_id = own


def test_the_list_beats_the_code(house: make.House) -> None:
    changes: dict[str, dict[str, Any]] = {
        "cancelled": {"status": "cancelled"},
        "blocked": {"status": "blocked"},
        "not_approved": {"status": "not_approved"},
        "unpaid": {"status": "unpaid"},
        "revoked": {"rev": 1},
    }
    tickets = make.make_tickets(house, len(changes))
    device = make.make_device(house)
    codes = [make.gs_of(ticket) for ticket in tickets]
    for ticket, change in zip(tickets, changes.values(), strict=True):
        change_ticket(ticket, **change)
    assert [make.scan(device, code)["result"] for code in codes] == list(changes)
    assert count(Admission) == 0


@command
def change_ticket(ticket: int, **columns: Any) -> None:
    """Change columns of a ticket."""
    row = db.session.get_one(Ticket, ticket)
    for name, value in columns.items():
        setattr(row, name, value)


def test_a_gate_admits_its_types_and_names_the_others(house: make.House) -> None:
    make.make_type(house, "press", name={"zh": "媒体", "en": "Press"})
    let_in(house, "north", "public")
    (press,) = make.make_tickets(house, 1, type_slug="press")
    answer = make.scan(make.make_device(house, "north"), make.gs_of(press))
    assert answer["result"] == "wrong_product"
    assert answer["gates"] == [{"zh": "南门", "en": "South gate"}]
    assert make.scan(make.make_device(house, "south"), make.gs_of(press))["result"] == "ok"


@command
def let_in(house: make.House, gate: str, kind: str) -> None:
    """Let a gate admit one type only."""
    db.session.add(GateAccess(gate_id=house.gates[gate], ticket_type_id=house.types[kind]))


def test_a_closed_gate_sends_people_elsewhere(house: make.House) -> None:
    close_gate(house, "north")
    (ticket,) = make.make_tickets(house, 1)
    answer = make.scan(make.make_device(house, "north"), make.gs_of(ticket))
    assert answer["result"] == "wrong_gate"
    assert answer["gates"] == [{"zh": "南门", "en": "South gate"}]


@command
def close_gate(house: make.House, slug: str) -> None:
    """Close a gate."""
    db.session.get_one(Gate, house.gates[slug]).state = "closed"


def test_a_window_opens_at_its_second_and_closes_before_its_end(
    house: make.House, clock: Clock
) -> None:
    from tests.factories.registration import make_window  # noqa: PLC0415 - slow import

    make_window(house.event_id, 1, NOON, lasts=timedelta(hours=2), opens_before_s=600)
    tickets = make.make_tickets(house, 4, window_no=1)
    device = make.make_device(house)
    found = []
    for ticket, at in zip(
        tickets,
        (
            NOON - timedelta(seconds=601),
            NOON - timedelta(seconds=600),
            NOON + timedelta(minutes=119, seconds=59),
            NOON + timedelta(hours=2),
        ),
        strict=True,
    ):
        clock(at)
        answer = make.scan(device, make.gs_of(ticket))
        found.append((answer["result"], (answer["at"] or {}).get("time")))
    assert found == [("too_early", "11:50"), ("ok", None), ("ok", None), ("too_late", "14:00")]


def test_once_a_day_admits_again_on_the_next_operating_day(house: make.House, clock: Clock) -> None:
    make.make_policy(house, once="day")
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house)
    steps = [timedelta(0), timedelta(hours=17, minutes=59), timedelta(hours=18)]
    found = []
    for step in steps:  # 12:00, 05:59 and 06:00 of the next date
        clock(NOON + step)
        answer = make.scan(device, make.gs_of(ticket))
        found.append((answer["result"], answer["scope"]))
    assert found == [("ok", "d:2026-09-25"), ("used", "d:2026-09-25"), ("ok", "d:2026-09-26")]


def test_a_zone_with_rules_of_its_own_counts_its_own_entries(house: make.House) -> None:
    make.make_policy(house, once="day")
    make.make_policy(house, once="day", zone_id=house.zone_id)
    (ticket,) = make.make_tickets(house, 1)
    answer = make.scan(make.make_device(house), make.gs_of(ticket))
    assert answer["scope"].startswith("d:2026-09-25@z_")


def test_a_place_that_was_scanned_out_admits_again_where_the_rules_say_so(
    house: make.House, clock: Clock
) -> None:
    make.make_policy(house, reentry="after_exit")
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house, "south")
    code = make.gs_of(ticket)
    found = []
    for minute, direction in enumerate(["out", "in", "in", "out", "in", "in"]):
        clock(NOON + timedelta(minutes=2 * minute))
        found.append(make.scan(device, code, direction=direction)["result"])
    assert found == ["ok_exit", "ok", "used", "ok_exit", "ok_reentry", "used"]
    assert service.replay(house.event_id).matches_projection


def test_without_reentry_who_left_stays_out(house: make.House, clock: Clock) -> None:
    (ticket,) = make.make_tickets(house, 1)
    device = make.make_device(house, "south")
    make.scan(device, make.gs_of(ticket))
    make.scan(device, make.gs_of(ticket), direction="out")
    clock(NOON + timedelta(minutes=5))
    assert make.scan(device, make.gs_of(ticket))["result"] == "no_reentry"


def test_a_group_may_arrive_in_parts(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1, party=3)
    device = make.make_device(house)
    code = make.gs_of(ticket)
    first = make.scan(device, code, persons=1)
    rest = make.scan(device, code)
    late = make.scan(make.make_device(house, "south"), code)
    assert [first["result"], rest["result"], late["result"]] == ["ok_group", "ok_group", "used"]
    assert [first["persons"], rest["persons"]] == [1, 2]
    assert rest["party"] == {"used": 3, "of": 3}
    assert count(Admission) == 3
    assert service.replay(house.event_id).matches_projection


def test_a_revoked_key_admits_only_what_equals_the_list(house: make.House) -> None:
    one, two = make.make_tickets(house, 2)
    device = make.make_device(house)
    codes = [make.gs_of(one), make.gs_of(two)]
    revoke_keys()
    change_ticket(two, window_no=5)
    make.forget_config()
    assert [make.scan(device, code)["result"] for code in codes] == ["ok", "bad_signature"]


@command
def revoke_keys() -> None:
    """Mark every key as compromised."""
    for key in db.session.scalars(select(EventKey)):
        key.state = "revoked"


def test_a_signed_code_without_a_ticket_needs_a_supervisor(house: make.House) -> None:
    from eventhub.registration.service.keys import signing_key  # noqa: PLC0415 - slow import

    event = queries.event_config(house.event_id).event
    key = signing_key(house.event_id, 1, event_uuid=event.uuid_bytes)
    lost = signing.sign_gs(
        signing.GsBody(kid=1, ticket=ids.new_ticket_number(), product=1, window=0, rev=0),
        event_uuid=event.uuid_bytes,
        private_key=key.private_key,
    )
    answer = make.scan(make.make_device(house), lost)
    assert (answer["result"], answer["why"]) == ("need_supervisor", "unlisted")


def test_a_device_may_not_scan_for_another_gate(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    with pytest.raises(Invalid):
        make.scan(make.make_device(house, "north"), make.gs_of(ticket), gate_number=2)


def offline(house: make.House, ticket: int, at: datetime, n: int = 1, **values: Any) -> OfflineScan:
    """Return a scan that a device has let in by itself."""
    given: dict[str, Any] = {
        "nonce": ids.new_nonce(),
        "n": n,
        "gate_number": 1,
        "result": ScanResult.OK,
        "claimed_ms": int(at.timestamp() * 1000),
        "idhash": db.session.get_one(Ticket, ticket).idhash,
    }
    return OfflineScan(**(given | values))


def test_an_upload_is_recorded_once_however_often_it_comes(house: make.House) -> None:
    tickets = make.make_tickets(house, 5)
    device = make.make_device(house)
    scans = [
        offline(house, ticket, NOON - timedelta(minutes=9 - n), n)
        for n, ticket in enumerate(tickets)
    ]
    first = service.record_scans(device, scans)
    assert [item["status"] for item in first] == ["recorded"] * 5
    again = service.record_scans(device, list(reversed(scans)) + scans[:2])
    assert [item["status"] for item in again] == ["replay"] * 7
    assert (count(Scan), count(Admission)) == (5, 5)
    assert service.replay(house.event_id).matches_projection


def test_two_offline_gates_leave_one_admission_and_one_conflict(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    late = offline(house, ticket, NOON - timedelta(minutes=1), gate_number=2)
    early = offline(house, ticket, NOON - timedelta(minutes=2))
    assert service.record_scans(south, [late])[0]["status"] == "recorded"
    assert service.record_scans(north, [early])[0]["status"] == "recorded"
    conflict = db.session.scalars(select(Conflict)).one()
    assert (conflict.loser_device_id, conflict.winner_device_id) == (south.id, north.id)
    assert db.session.scalars(select(Admission)).one().entered_device_id == north.id
    assert (count(Scan), queries.open_conflicts(house.event_id)) == (2, 1)
    assert service.replay(house.event_id).matches_projection


def test_a_later_offline_scan_loses_and_is_told_to_whom(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    make.scan(north, make.gs_of(ticket))
    scan = offline(house, ticket, NOON + timedelta(minutes=1), gate_number=2)
    with_clock_ahead = service.record_scans(south, [scan])
    assert with_clock_ahead[0]["status"] == "conflict"
    assert with_clock_ahead[0]["first"]["gate"] == f"g_{house.event_id}_north"
    assert count(Admission) == 1


def test_bad_items_of_an_upload_do_not_stop_the_good_ones(house: make.House) -> None:
    one, two = make.make_tickets(house, 2)
    device = make.make_device(house)
    nonce = ids.new_nonce()
    found = service.record_scans(
        device,
        [
            offline(house, one, NOON, nonce=nonce),
            offline(house, two, NOON, nonce=nonce),
            offline(house, two, NOON, idhash=b"12345678"),
            offline(house, two, NOON, gate_number=9),
            offline(house, two, NOON, idhash=None, code="GS200"),
            offline(house, two, NOON, idhash=None, code=make.gs_of(two)),
        ],
    )
    assert [(item["status"], item.get("reason")) for item in found] == [
        ("recorded", None),
        ("refused", "nonce-reused"),
        ("refused", "unknown_code"),
        ("refused", "wrong-gate"),
        ("refused", "unknown_code"),
        ("recorded", None),
    ]
    assert count(Admission) == 2


def test_scans_after_a_revocation_are_kept_apart(house: make.House, clock: Clock) -> None:
    one, two = make.make_tickets(house, 2)
    paired = make.pair_device(house)
    service.revoke_device(paired.device.public_id)
    make.forget_config()
    device = queries.device.device_of_any_state(paired.token)
    clock(NOON + timedelta(minutes=5))
    found = service.record_scans(
        device,
        [
            offline(house, one, NOON - timedelta(minutes=1)),
            offline(house, two, NOON + timedelta(minutes=1)),
        ],
    )
    assert [item["status"] for item in found] == ["recorded", "quarantined"]
    assert count(Admission) == 1


def test_the_order_of_uploads_does_not_matter(house: make.House) -> None:
    tickets = make.make_tickets(house, 3, party=2)
    north, south = make.make_device(house, "north"), make.make_device(house, "south")
    make.make_policy(house, reentry="after_exit")
    sent = []
    for n in range(24):
        device, gate = ((north, 1), (south, 2))[n % 2]
        is_exit = n % 5 == 4
        sent.append(
            (
                device,
                offline(
                    house,
                    tickets[n % 3],
                    NOON - timedelta(minutes=60 - n),
                    n,
                    gate_number=gate,
                    direction="out" if is_exit else "in",
                    result=ScanResult.OK_EXIT if is_exit else ScanResult.OK,
                ),
            )
        )
    random.Random(5).shuffle(sent)
    for device, scan in sent:
        service.record_scans(device, [scan])
    found = service.replay(house.event_id)
    assert found.scans == 24
    assert found.matches_projection
    before = state_of()
    service.rebuild(house.event_id)
    assert state_of() == before


def state_of() -> set[tuple[Any, ...]]:
    """Return admissions as (ticket, place, turn, entered, left)."""
    db.session.expire_all()
    return {
        (row.ticket_id, row.place, row.turn, row.entered_at_ms, row.left_at_ms)
        for row in db.session.scalars(select(Admission))
    }


def test_replay_notices_an_admission_without_a_scan(house: make.House) -> None:
    (ticket,) = make.make_tickets(house, 1)
    make.scan(make.make_device(house), make.gs_of(ticket))
    assert service.replay(house.event_id).matches_projection
    drop_admissions()
    found = service.replay(house.event_id)
    assert (found.admitted, found.matches_projection) == (1, False)
    assert service.rebuild(house.event_id).matches_projection


@command
def drop_admissions() -> None:
    """Lose the projection."""
    for row in db.session.scalars(select(Admission)):
        db.session.delete(row)


def test_the_first_entry_is_written_on_the_ticket_later(house: make.House) -> None:
    one, _two = make.make_tickets(house, 2)
    make.scan(make.make_device(house), make.gs_of(one))
    assert service.mark_first_entries() == 1
    assert service.mark_first_entries() == 0
    assert db.session.get_one(Ticket, one).first_entry_at == NOON
