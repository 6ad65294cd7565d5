"""The gate board of the console: devices, double entries, and who may touch them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.accounts.enums import Permission, Role
from eventhub.accounts.rules import ROLE_PERMISSIONS
from eventhub.checkin import queries, service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.looks import LOOKS
from eventhub.checkin.models import Conflict, Device
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.queries.device import device_of_any_state
from eventhub.checkin.queries.strangers import IN_A_ROW, strangers
from eventhub.checkin.service import OfflineScan
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import db
from eventhub.kernel.signing import gr_code
from eventhub.programme.queries import gate_by_slug, gates
from eventhub.registration.models import Attendee, Ticket
from tests.assertions import assert_html
from tests.factories import checkin as make
from tests.factories.checkin import forget_config
from tests.people import People, make_people, post
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")
BOARD = "/console/e/loom-week/gates"


@pytest.fixture
def people(app: Flask) -> People:
    """Return everybody with a log-in."""
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    """Return alice's event."""
    return make_world(people.organisation_id)


def let_in_twice(world: World) -> Conflict:
    """Let one ticket in at two offline gates and return the conflict."""
    ticket = db.session.scalars(select(Ticket).where(Ticket.event_id == world.event.id)).first()
    assert ticket is not None
    idhash = ticket.idhash
    names = [gate.slug for gate in gates(world.event.id)][:2]
    for n, name in enumerate(names):
        gate = gate_by_slug(world.event.id, name)
        device = service.pair(service.create_pairing(gate.id, None).code, agent="", name=name)
        at = kernel_clock.now() - timedelta(minutes=9 - n)
        scan = OfflineScan(
            nonce=bytes([n]) * 16,
            n=1,
            gate_number=gate.number,
            result=ScanResult.OK,
            claimed_ms=int(at.timestamp() * 1000),
            idhash=idhash,
        )
        service.record_scans(device.device, [scan])
    return db.session.scalars(select(Conflict)).one()


def refuse_one(world: World) -> None:
    """Let a gate refuse the first ticket of the event, now."""
    ticket = db.session.scalars(select(Ticket).where(Ticket.event_id == world.event.id)).first()
    assert ticket is not None
    gate = gates(world.event.id)[0]
    device = service.pair(service.create_pairing(gate.id, None).code, agent="", name="third")
    scan = OfflineScan(
        nonce=b"refused" + bytes(9),
        n=1,
        gate_number=gate.number,
        result=ScanResult.USED,
        claimed_ms=int(kernel_clock.now().timestamp() * 1000),
        idhash=ticket.idhash,
    )
    service.record_scans(device.device, [scan])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_entries_of_a_conflict_are_named(
    app: Flask, people: People, world: World, lang: str
) -> None:
    let_in_twice(world)
    client = people.client(app, "alice")
    page = assert_html(client.get(f"{BOARD}?lang={lang}"))
    (row,) = queries.conflicts(world.event.id)
    for entry in (row.winner, row.loser):
        assert entry.gate_name[lang] in page
        assert entry.device in page
    assert {"zh": "重复放行", "en": "Admitted twice"}[lang] in page


def test_a_conflict_is_resolved_once_for_all(app: Flask, people: People, world: World) -> None:
    conflict = let_in_twice(world)
    client = people.client(app, "alice")
    answer = post(
        client,
        f"/console/e/loom-week/conflicts/{conflict.id}",
        {"state": "two_people", "note": "姐妹"},
        form_at=BOARD,
    )
    assert answer.status_code == 303
    (row,) = queries.conflicts(world.event.id)
    assert (row.state, row.note) == ("two_people", "姐妹")
    assert queries.open_conflicts(world.event.id) == 0
    wrong = post(
        client, f"/console/e/loom-week/conflicts/{conflict.id}", {"state": "open"}, form_at=BOARD
    )
    assert wrong.status_code == 400
    assert (
        post(
            client, "/console/e/loom-week/conflicts/999", {"state": "two_people"}, form_at=BOARD
        ).status_code
        == 404
    )


def test_a_device_is_revoked_from_the_board(app: Flask, people: People, world: World) -> None:
    let_in_twice(world)
    device = db.session.scalars(select(Device)).first()
    assert device is not None
    client = people.client(app, "alice")
    answer = post(
        client, f"/console/e/loom-week/devices/{device.public_id}/revoke", {}, form_at=BOARD
    )
    assert answer.status_code == 303
    lines = {line.public_id: line for line in queries.devices_of(world.event.id)}
    assert lines[device.public_id].revoked_at is not None
    assert sum(line.revoked_at is None for line in lines.values()) == 1
    assert "停用" in assert_html(client.get(BOARD))


def test_gate_staff_see_the_board_and_touch_nothing(
    app: Flask, people: People, world: World
) -> None:
    let_in_twice(world)
    client = people.client(app, "bob")
    page = assert_html(client.get(BOARD))
    assert "/revoke" not in page
    assert "/conflicts/" not in page


def send(client: FlaskClient, path: str, form: dict[str, str]) -> Any:
    """Send a form of the pages about gate staff."""
    return post(client, path, form, form_at=f"{BOARD}/cards")


def test_cards_are_made_shown_once_and_ended(app: Flask, people: People, world: World) -> None:
    client = people.client(app, "alice")
    page = f"{BOARD}/cards"
    assert_html(client.get(page))
    form = {"names": "王芳\n\n李雷", "until": "2099-01-01T06:00", "may_override": "1"}
    made = assert_html(send(client, page, form))
    assert len(re.findall(r"GK[0-9A-Z]{26}", made)) == 2
    assert not re.search(r"GK[0-9A-Z]{26}", client.get(page).text)
    cards = queries.cards(world.event.id)
    assert sorted((card.name, card.may_override) for card in cards) == [
        ("李雷", True),
        ("王芳", True),
    ]
    assert send(client, f"{page}/{cards[0].public_id}/revoke", {}).status_code == 303
    assert [card.revoked_at is None for card in queries.cards(world.event.id)] == [True, False]


@pytest.mark.parametrize(
    "form",
    [
        {"names": " \n ", "until": "2099-01-01T06:00"},
        {"names": "王芳", "until": ""},
        {"names": "王芳", "until": "2001-01-01T06:00"},
        {"names": "王芳", "until": "then"},
        {"names": "\n".join("x" * 61), "until": "2099-01-01T06:00"},
    ],
)
def test_cards_with_faults_lose_nothing(
    app: Flask, people: People, world: World, form: dict[str, str]
) -> None:
    answer = send(people.client(app, "alice"), f"{BOARD}/cards", form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert form["names"].strip().partition("\n")[0] in answer.text
    assert queries.cards(world.event.id) == []


def test_a_supervisor_lets_in_and_takes_back_from_the_log(
    app: Flask, people: People, world: World
) -> None:
    let_in_twice(world)
    refuse_one(world)
    client = people.client(app, "alice")
    log = f"{BOARD}/log"
    assert "/let-in" in assert_html(client.get(log))
    refused = queries.scan_log(world.event.id, only="failed")[0]
    act = f"/console/e/loom-week/scans/{refused.id}"
    assert send(client, f"{act}/let-in", {"reason": "no"}).status_code == 422
    assert send(client, f"{act}/undo", {"reason": "mistake"}).status_code == 409
    assert send(client, f"{act}/let-in", {"reason": "品牌嘉宾"}).status_code == 303
    page = assert_html(client.get(f"{log}?only=override&lang=en"))
    assert "品牌嘉宾" in page
    entry = queries.scan_log(world.event.id, only="override")[0]
    path = f"/console/e/loom-week/scans/{entry.id}/undo"
    assert send(client, path, {"reason": "wrong person"}).status_code == 303
    assert "taken back" in client.get(f"{log}?lang=en").text
    assert service.replay(world.event.id).matches_projection


def test_the_board_says_why_and_notes_a_device_that_reads_strangers(
    app: Flask, people: People, world: World
) -> None:
    refuse_one(world)
    gate = gates(world.event.id)[0]
    paired = service.pair(service.create_pairing(gate.id, None).code, agent="", name="fourth")
    reads = [make.scan(paired.device, "nonsense")["result"] for _ in range(IN_A_ROW)]
    assert set(reads) == {"unknown_code"}
    page = assert_html(people.client(app, "alice").get(f"{BOARD}?lang=en"))
    assert "<li>Used <b>1</b></li>" in page
    assert f"<li>Unknown code <b>{IN_A_ROW}</b></li>" in page
    assert f"{IN_A_ROW} unknown codes in a row" in page
    event_id = world.event.id
    assert strangers(event_id, 0) == {paired.device.public_id: IN_A_ROW}
    ticket = db.session.scalars(select(Ticket.id).where(Ticket.event_id == event_id)).first()
    assert ticket is not None
    make.scan(paired.device, make.gr_of(ticket))  # whatever comes of it: somebody's
    make.forget_config()
    assert strangers(event_id, 0) == {}
    make.scan(paired.device, "nonsense")
    make.forget_config()
    assert strangers(event_id, 0) == {}


def test_gate_staff_read_the_log_and_correct_nothing(
    app: Flask, people: People, world: World
) -> None:
    refuse_one(world)
    page = assert_html(people.client(app, "bob").get(f"{BOARD}/log"))
    assert "/let-in" not in page


def test_letting_in_is_a_right_of_its_own(
    app: Flask, people: People, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in_twice(world)
    refuse_one(world)
    rights = ROLE_PERMISSIONS[Role.OWNER] - {Permission.CHECKIN_OVERRIDE}
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.OWNER, rights)
    client = people.client(app, "alice")
    page = assert_html(client.get(f"{BOARD}/log"))
    assert ("/undo" in page, "/let-in" in page) == (True, False)
    refused = queries.scan_log(world.event.id, only="failed")[0]
    path = f"/console/e/loom-week/scans/{refused.id}/let-in"
    assert send(client, path, {"reason": "品牌嘉宾"}).status_code == 403
    assert queries.scan_log(world.event.id, only="override") == []


def test_held_scans_are_named_and_released(app: Flask, people: People, world: World) -> None:
    ticket = db.session.scalars(select(Ticket).where(Ticket.event_id == world.event.id)).first()
    assert ticket is not None
    gate = gates(world.event.id)[0]
    paired = service.pair(service.create_pairing(gate.id, None).code, agent="", name="lost")
    service.revoke_device(paired.device.public_id)
    forget_config()
    scan = OfflineScan(
        nonce=bytes(16),
        n=1,
        gate_number=gate.number,
        result=ScanResult.OK,
        claimed_ms=int(kernel_clock.now().timestamp() * 1000) + 1000,
        idhash=ticket.idhash,
    )
    service.record_scans(device_of_any_state(paired.token), [scan])
    client = people.client(app, "alice")
    release = f"/console/e/loom-week/devices/{paired.device.public_id}/release"
    assert release in assert_html(client.get(BOARD))
    assert send(client, release, {}).status_code == 303
    assert release not in client.get(BOARD).text


def test_a_gate_is_set_up(app: Flask, people: People, world: World) -> None:
    client = people.client(app, "alice")
    gate = gates(world.event.id)[0]
    kind = next(iter(load_config(world.event.id).types.values()))
    form = {"welcome": "1", "walk_in": str(kind.number)}
    assert send(client, f"{BOARD}/{gate.slug}/setting", form).status_code == 303
    options = load_config(world.event.id).options_of(gate.id)
    assert (options.shows_welcome, options.walk_in_type_id) == (True, kind.id)
    assert send(client, f"{BOARD}/reasons", {"reasons": "品牌嘉宾\nok then"}).status_code == 303
    assert load_config(world.event.id).reasons == ("品牌嘉宾", "ok then")
    page = assert_html(client.get(f"{BOARD}/cards"))
    assert "品牌嘉宾" in page
    assert send(client, f"{BOARD}/reasons", {"reasons": "x"}).status_code == 422


@pytest.mark.parametrize(("lang", "good"), [("zh", "请进"), ("en", "Enter")])
def test_the_simulator_names_the_rule_and_stores_nothing(
    app: Flask, people: People, world: World, lang: str, good: str
) -> None:
    ticket = db.session.scalars(select(Ticket).where(Ticket.event_id == world.event.id)).first()
    assert ticket is not None
    holder = db.session.get_one(Attendee, ticket.attendee_id).display_name
    client = people.client(app, "alice")
    address = f"{BOARD}/simulator"
    assert f'href="{address}"' in client.get(BOARD).text

    def ask(wanted: str, at: str) -> str:
        form = {"wanted": wanted, "gate": "north-1", "at": at}
        return assert_html(post(client, f"{address}?lang={lang}", form))

    local = kernel_clock.now().astimezone(world.event.zone).strftime("%Y-%m-%dT%H:%M")
    by_name = ask(holder, local)
    assert good in by_name
    assert "<strong>✕" not in by_name
    assert holder in by_name
    by_code = ask(gr_code(ticket.number), local)
    assert holder not in by_code
    forged = ask("GR04HMASW9NF6YZC4P", local)
    assert LOOKS[ScanResult.UNKNOWN_CODE].word.of(lang) in forged
    assert "<strong>✕" in forged
    assert post(client, address, {"wanted": "x", "gate": "north-1", "at": "no"}).status_code == 422
    assert queries.scan_log(world.event.id) == []
