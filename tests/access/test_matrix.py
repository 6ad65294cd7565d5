"""
Who may call what: every route, everybody, one table.

A route that is not in the table (`tests/access/rows/`) fails the test, so a new view can not be
forgotten. Paths are those of alice's event; erin, who owns another
organisation, and her key must never see more than "there is nothing here".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.checkin.service import create_pairing, pair
from eventhub.exposure import service as reports
from eventhub.kernel import clock
from eventhub.registration import service as registration
from eventhub.registration.queries.invitations import (
    campaign_by_public_id,
    campaigns,
    invitations,
)
from eventhub.registration.rules.guests import Guest
from eventhub.registration.service import links
from tests.access.row import BEARERS
from tests.access.rows import TABLE
from tests.people import NAMES, People, make_people
from tests.world import World, make_world


def test_every_route_has_a_row(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes - set(TABLE) == set()
    assert set(TABLE) - routes == set()


@pytest.mark.only("sqlite")  # who may do what does not depend on the database
def test_every_route_answers_everybody_as_the_table_says(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # forged forms are the business of tests/security
    people, world = two_tenants()
    words = words_of(world)
    callers = dict(_callers(app, people, world))
    wrong = []
    for endpoint, row in TABLE.items():
        path = row.path.format_map(words)
        for name, (client, headers) in callers.items():
            answer = client.open(
                path, method=row.method, data=row.form or None, json=row.json, headers=headers
            )
            if endpoint == "accounts.logout" and name in people.ids:
                callers[name] = (people.client(app, name), headers)
            if answer.status_code != row.answers[name]:
                wrong.append((endpoint, name, answer.status_code, row.answers[name]))
    assert wrong == []


def two_tenants() -> tuple[People, World]:
    people = make_people()
    world = make_world(people.organisation_id)
    make_world(people.other_organisation_id, slug="rival-week")
    event = world.event.id
    reports.build_report(reports.BuildReport(event_id=event, created_by=people.ids["alice"]))
    reports.submit(reports.SubmitReport(event_id=event, version=1))
    reports.publish(
        reports.PublishReport(event_id=event, version=1, approved_by=people.ids["frank"])
    )
    return people, world


def words_of(world: World) -> dict[str, Any]:
    first, _second, last = world.guests
    person = first.people[0]
    campaign, invitation = invitation_of(world)
    return {
        "campaign": campaign,
        "invitation": invitation,
        "slug": world.event.slug,
        "day": world.event.starts_on,
        "token": links.attendee_token(person.public_id, person.link_rev),
        "last_token": links.registration_token(last.public_id, last.link_rev),
        "code": world.guests[0].code,
        "last_code": world.guests[1].code,
    }


def invitation_of(world: World) -> tuple[str, str]:
    """Return the public id of a campaign and the link of its one invitation, made when needed."""
    present = campaigns(world.event.id)
    if present:
        (row,) = invitations(present[0].id)
        return present[0].public_id, registration.invitation_token(row.public_id, 0)
    campaign = registration.create_campaign(
        registration.CreateCampaign(
            event_id=world.event.id,
            name="Friends",
            ticket_type="public",
            text={"zh": "请来", "en": "Come"},
            answer_by=clock.now() + timedelta(days=5),
        )
    )
    found = campaign_by_public_id(world.event.id, campaign)
    guest = Guest("韩梅", "public", "zh", email="hanmei@loom.example")
    registration.add_invitees(found.id, [guest])
    registration.send_invitations(found.id)
    (row,) = invitations(found.id)
    return campaign, registration.invitation_token(row.public_id, 0)


def _callers(
    app: Flask, people: People, world: World
) -> Iterator[tuple[str, tuple[FlaskClient, dict[str, str]]]]:
    """Yield everybody with a browser and the headers of a program."""
    for name in NAMES:
        yield name, (people.client(app, name), {})
    foreign = accounts.create_api_key(
        organisation_id=people.other_organisation_id,
        event_id=world.event.id + 1,
        scopes=[scope.value for scope in Scope],
    )
    own = {"organisation_id": people.organisation_id, "event_id": world.event.id}
    tokens = {
        "key": accounts.create_api_key(**own, scopes=[scope.value for scope in Scope]),
        "narrow_key": accounts.create_api_key(**own, scopes=[Scope.PROGRAMME_READ.value]),
        "foreign_key": foreign,
        "device": pair(create_pairing(world.gate.id, created_by=None).code, agent="test").token,
    }
    for name in BEARERS:
        yield name, (app.test_client(), {"Authorization": f"Bearer {tokens[name]}"})
