"""People without a ticket at a gate that may register them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.checkin import queries, service
from eventhub.checkin.errors import ContactKnown, GateRegistersNobody
from eventhub.checkin.service import Redeem, WalkIn
from eventhub.kernel import ids
from eventhub.kernel.errors import Invalid
from tests.factories import checkin as make
from tests.factories.checkin import NOON


@pytest.fixture
def house(app: Flask, clock: Callable[[datetime], None]) -> make.House:
    """Return an event whose north gate registers people as `public`."""
    clock(NOON)
    house = make.make_house(is_registration_open=True)
    public = house.types["public"]
    service.set_gate(service.SetGate(house.event_id, house.gates["north"], False, public))
    make.forget_config()
    return house


def person(**changes: object) -> WalkIn:
    """Return somebody who comes without a ticket."""
    given = {"key": "form-0001", "name": "王芳", "contact": "13912345678", "has_consented": True}
    return WalkIn(**(given | changes))  # type: ignore[arg-type]


def test_somebody_is_registered_and_let_in_once(house: make.House) -> None:
    device = make.make_device(house)
    idhash = service.register_walk_in(device, person())
    assert service.register_walk_in(device, person()) == idhash  # the answer was lost
    command = Redeem(nonce=ids.new_nonce(), idhash=idhash)
    told = service.redeem(device, command)
    assert (told["result"], told["show"]["name"]) == ("ok", "王芳")
    (hit,) = queries.search(house.event_id, "王芳")
    assert (hit.idhash, hit.is_inside) == (idhash, True)
    with pytest.raises(ContactKnown):
        service.register_walk_in(device, person(key="form-0002", name="李雷"))


def test_only_where_the_organizer_allows_it(house: make.House) -> None:
    with pytest.raises(GateRegistersNobody):
        service.register_walk_in(make.make_device(house, "south"), person())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"contact": "12"}, "contact"),
        ({"contact": ""}, "contact"),
        ({"contact": "a@"}, "contact"),
        ({"has_consented": False}, "consent"),
    ],
)
def test_what_is_missing_is_named(
    house: make.House, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        service.register_walk_in(make.make_device(house), person(**changes))
    assert set(caught.value.fields) == {field}
    assert queries.search(house.event_id, "王芳") == []


def test_names_are_found_only_where_the_organizer_lets_a_gate(
    house: make.House, client: FlaskClient
) -> None:
    make.make_tickets(house, 1)
    north, south = make.pair_device(house), make.pair_device(house, "south")
    gate = house.gates["south"]
    service.set_gate(service.SetGate(house.event_id, gate, False, None, finds_names=False))
    make.forget_config()
    event = queries.event_config(house.event_id).event.uuid_bytes.hex()
    for device, status in ((north, 200), (south, 403)):
        headers = {"Authorization": f"Bearer {device.token}"}
        for path in ("search?q=观众", f"events/{event}/names"):
            answer = client.get(f"/api/gate/v1/{path}", headers=headers)
            assert answer.status_code == status
            if status == 403:
                assert answer.json["code"] == "gate-finds-nobody"
        gate_of = client.get("/api/gate/v1/config", headers=headers).json["gate"]
        assert gate_of["search"] == (status == 200)
