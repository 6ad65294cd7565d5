"""The gate board of the console: devices, double entries, and who may touch them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.checkin import queries, service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Conflict, Device
from eventhub.checkin.service import OfflineScan
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import db
from eventhub.programme.queries import gate_by_slug, gates
from eventhub.registration.models import Ticket
from tests.assertions import assert_html
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
