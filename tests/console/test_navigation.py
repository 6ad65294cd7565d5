"""The navigation of the console: by what somebody comes to do, only what they may open."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from tests.factories.registration import make_registration
from tests.people import People, make_people
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")  # links do not depend on the database
HOME = "/console/e/loom-week/"
_NAV = re.compile(r'<nav class="side-nav".*?</nav>', re.DOTALL)
_GROUP = re.compile(
    r'<details class="side-group"( open)?>\s*<summary><span>([^<]+)</span>(.*?)</details>',
    re.DOTALL,
)
_LINK = re.compile(r"<a [^>]*><span>([^<]+)")


@pytest.fixture
def people(app: Flask) -> People:
    """Return the people of alice's event."""
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    """Return alice's event."""
    return make_world(people.organisation_id)


def groups(client: FlaskClient, path: str) -> dict[str, tuple[bool, list[str]]]:
    """Return by heading whether a group is open and what it holds; "" holds what stands alone."""
    nav = _NAV.findall(client.get(f"{path}?lang=en").text)[0]
    found = {
        head: (bool(is_open), _LINK.findall(inner)) for is_open, head, inner in _GROUP.findall(nav)
    }
    return found | {"": (True, _LINK.findall(_GROUP.sub("", nav)))}


def test_an_owner_sees_seven_rows_and_finds_every_page_in_one(
    app: Flask, people: People, world: World
) -> None:
    found = groups(people.client(app, "alice"), HOME)
    assert {head: pages for head, (_open, pages) in found.items()} == {
        "": ["Now", "Gates", "Report"],
        "Planning": ["Schedule", "On stage", "Programme"],
        "Ticketing": [
            "Ticket types",
            "Guests",
            "Guest lists",
            "Invitations",
            "Approval",
            "Waitlists",
            "Seats",
            "Messages",
        ],
        "Audience": ["Counters", "Media", "Live"],
        "Administration": [
            "Set-up",
            "Look",
            "Settings",
            "Access",
            "Privacy",
            "Webhooks",
            "Log",
        ],
    }
    assert not any(is_open for head, (is_open, _pages) in found.items() if head)


@pytest.mark.parametrize(
    ("page", "head"),
    [("approval", "Ticketing"), ("counters", "Audience"), ("set-up", "Administration")],
)
def test_the_group_of_the_open_page_is_open(
    app: Flask, people: People, world: World, page: str, head: str
) -> None:
    found = groups(people.client(app, "alice"), f"{HOME}{page}")
    assert [name for name, (is_open, _pages) in found.items() if is_open and name] == [head]


def test_what_waits_in_a_closed_group_is_counted_at_its_heading(
    app: Flask, people: People, world: World
) -> None:
    nav = _NAV.findall(people.client(app, "alice").get(f"{HOME}?lang=en").text)[0]
    assert "<span>Ticketing</span></summary>" in nav
    make_registration(world.event.id, "press", name="Anna", email="anna@example.org")
    nav = _NAV.findall(people.client(app, "alice").get(f"{HOME}?lang=en").text)[0]
    assert '<span>Ticketing</span><span class="side-count">1</span>' in nav


def test_a_group_of_one_page_is_that_page(app: Flask, people: People, world: World) -> None:
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=Role.PROGRAMME,
        event_id=world.event.id,
    )
    found = groups(people.client(app, "charlie"), HOME)
    assert found.keys() == {"", "Planning"}
    assert found["Planning"][1] == ["Schedule", "On stage", "Programme"]
    assert "Live" in found[""][1]
