"""From the home of an event every page of the console is two clicks away, and no link is dead."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from tests.people import make_people
from tests.world import make_world

pytestmark = pytest.mark.only("sqlite")  # links do not depend on the database
HOME = "/console/e/loom-week/"
_LINK = re.compile(r'<a\b[^>]*?href="(/console/[^"#?]*)')

# Pages that stand for one thing or a step of a form: reached from their list once there is one.
OF_A_THING = frozenset(
    {
        "console.api_docs",
        "console.search_form",  # the box itself stands on every page
    }
)


def links_of(client: FlaskClient, address: str) -> set[str]:
    """Return the pages of the console that a page leads to."""
    answer = client.get(address)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return set()
    return set(_LINK.findall(answer.get_data(as_text=True)))


def reached(client: FlaskClient) -> set[str]:
    """Return each address that links lead to within two clicks from home."""
    first = links_of(client, HOME)
    return first.union(*(links_of(client, address) for address in first))


def test_everything_is_two_clicks_away(app: Flask) -> None:
    people = make_people()
    make_world(people.organisation_id)
    found = reached(people.client(app, "alice"))
    adapter = app.url_map.bind("localhost")
    endpoints = {adapter.match(address, method="GET")[0] for address in found}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        and "GET" in (rule.methods or set())
        and rule.arguments == {"slug"}
        and "." not in rule.rule.rsplit("/", 1)[-1]  # a file
    }
    assert pages - endpoints - OF_A_THING == set()


@pytest.mark.parametrize("role", [Role.MEDIA, Role.PROGRAMME, Role.GUESTS])
def test_no_link_leads_to_a_refusal(app: Flask, role: Role) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=role,
        event_id=world.event.id,
    )
    charlie = people.client(app, "charlie")
    answers = {address: charlie.get(address).status_code for address in links_of(charlie, HOME)}
    for address, status in list(answers.items()):
        if status == 200:
            more = links_of(charlie, address) - set(answers)
            answers |= {one: charlie.get(one).status_code for one in more}
    refused = {one: status for one, status in answers.items() if status not in {200, 303}}
    assert refused == {}
