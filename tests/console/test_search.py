"""Search from every page of the console: what is found, and who may find it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from eventhub.registration.service import index_names
from tests.factories.registration import make_registration
from tests.people import make_people, post
from tests.world import make_world

PAGE = "/console/e/loom-week/search"


def found(client: FlaskClient, typed: str) -> str:
    answer = post(client, PAGE, {"q": typed})
    assert answer.status_code == 200
    return answer.get_data(as_text=True).split("<main")[1]


def test_names_phones_shows_gates_and_pages_are_found(app: Flask) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    make_registration(world.event.id, "public", name="李娜", phone="+8613800137788")
    index_names()
    alice = people.client(app, "alice")
    assert "欧阳修" in found(alice, "欧阳")
    assert "王芳" in found(alice, "wangf")
    assert "李娜" in found(alice, "7788")
    assert "Anna Meyer" in found(alice, "guest2@")
    assert "经纬" in found(alice, "warp")
    assert "北门 1" in found(alice, "北门1")
    assert "内院" in found(alice, "court")
    assert 'href="/console/e/loom-week/settings"' in found(alice, "设置")
    assert "没有找到" in found(alice, "zzzz")
    assert "王芳" not in found(alice, "%")


def test_a_name_that_the_index_has_not_yet_is_found(app: Flask) -> None:
    people = make_people()
    make_world(people.organisation_id)
    assert "欧阳修" in found(people.client(app, "alice"), "欧阳修")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.MEDIA, {"王芳": False, "经纬": False, "北门 1": False}),
        (Role.GUESTS, {"王芳": True, "经纬": False, "北门 1": False}),
        (Role.PROGRAMME, {"王芳": False, "经纬": True, "北门 1": False}),
        (Role.GATE_SUPERVISOR, {"王芳": False, "经纬": False, "北门 1": True}),
        (Role.OWNER, {"王芳": True, "经纬": True, "北门 1": True}),
    ],
)
def test_a_role_finds_only_what_it_may_open(app: Flask, role: Role, sees: dict[str, bool]) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=role,
        event_id=world.event.id,
    )
    charlie = people.client(app, "charlie")
    assert {name: name in found(charlie, name) for name in sees} == sees


def test_nobody_of_another_event_is_found(app: Flask) -> None:
    people = make_people()
    make_world(people.organisation_id)
    other = make_world(people.other_organisation_id, "rival-week")
    make_registration(other.event.id, "public", name="司马光", email="s@rival.example")
    index_names()
    assert "司马光" not in found(people.client(app, "alice"), "司马光")
    assert people.client(app, "erin").get(PAGE).status_code == 404
