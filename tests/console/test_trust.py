"""Access and log of the console: keys shown once, ended at once, acts written down."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import queries
from eventhub.kernel import audit
from tests.assertions import assert_html
from tests.people import People, email_of, make_people, post, sign_in
from tests.world import World, make_world

EN = {"lang": "en"}


def client_of(app: Flask, name: str) -> FlaskClient:
    """Return a browser in which somebody is signed in."""
    client = app.test_client()
    sign_in(app, client, email_of(name))
    return client


@pytest.fixture
def people(app: Flask) -> People:
    """Return both organisations and everybody."""
    return make_people()


@pytest.fixture
def world(people: People) -> World:
    """Return alice's event."""
    return make_world(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People) -> FlaskClient:
    """Return a browser in which alice is signed in."""
    return client_of(app, "alice")


def test_a_key_is_shown_once_and_opens_what_it_says(
    app: Flask, alice: FlaskClient, world: World
) -> None:
    base = f"/console/e/{world.event.slug}/access"
    made = post(alice, f"{base}/keys?lang=en", {"scopes": ["audience:write"]}, form_at=base)
    assert made.status_code == 201
    key = re.search(r"eh_[\w-]+", made.get_data(as_text=True))
    assert key is not None
    later = assert_html(alice.get(base, query_string=EN))
    assert key[0] not in later
    assert "audience:write" in later
    url = f"/api/v1/events/{world.event.slug}/counter-readings"
    head = {"Authorization": f"Bearer {key[0]}"}
    assert app.test_client().post(url, json={"readings": []}, headers=head).status_code != 401
    number = queries.event_keys(world.event.id)[0].id
    assert post(alice, f"{base}/keys/{number}/revoke", {}, form_at=base).status_code == 303
    assert app.test_client().post(url, json={"readings": []}, headers=head).status_code == 401
    acts = [(row.action, row.actor_name) for row in audit.entries(world.event.id, limit=2)]
    assert acts == [("api_key.revoke", "Alice"), ("api_key.create", "Alice")]


def test_a_key_needs_a_scope(alice: FlaskClient, world: World) -> None:
    base = f"/console/e/{world.event.slug}/access"
    answer = post(alice, f"{base}/keys?lang=en", {}, form_at=base)
    assert answer.status_code == 422
    assert "Choose at least one." in answer.get_data(as_text=True)
    assert queries.event_keys(world.event.id) == []


def test_a_key_of_another_event_can_not_be_ended(
    app: Flask, alice: FlaskClient, people: People, world: World
) -> None:
    other = make_world(people.other_organisation_id, slug="rival-week")
    theirs = f"/console/e/{other.event.slug}/access"
    scopes = {"scopes": ["reports:read"]}
    key = post(client_of(app, "erin"), f"{theirs}/keys", scopes, form_at=theirs)
    assert key.status_code == 201
    number = queries.event_keys(other.event.id)[0].id
    base = f"/console/e/{world.event.slug}/access"
    assert post(alice, f"{base}/keys/{number}/revoke", {}, form_at=base).status_code == 404
    assert queries.event_keys(other.event.id)[0].revoked_at is None


def test_the_log_names_act_and_person(alice: FlaskClient, world: World) -> None:
    base = f"/console/e/{world.event.slug}/access"
    post(alice, f"{base}/keys", {"scopes": ["reports:read"]}, form_at=base)
    page = assert_html(alice.get(f"/console/e/{world.event.slug}/log", query_string=EN))
    assert "API key made" in page
    assert "Alice" in page
    assert "Whole" in page


def test_members_are_listed_with_their_roles(alice: FlaskClient, world: World) -> None:
    page = assert_html(alice.get(f"/console/e/{world.event.slug}/access", query_string=EN))
    for name, role in (("Alice", "Owner"), ("Bob", "Gate staff"), ("Dana", "Press office")):
        assert name in page
        assert role in page
    assert "Erin" not in page
