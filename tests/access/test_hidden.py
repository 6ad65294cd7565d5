"""An event that is not public: nothing there for strangers, everything for its members."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event
from tests.access.row import Row
from tests.access.rows import TABLE
from tests.access.test_matrix import two_tenants, words_of
from tests.people import People
from tests.world import World

_PUBLIC = ("/e/{slug}", "/api/v1/events/{slug}", "/live/k/{slug}")


@pytest.fixture
def hidden(app: Flask) -> tuple[People, World]:
    """Return alice's event, no longer public, and everybody."""
    app.config["WTF_CSRF_ENABLED"] = False
    people, world = two_tenants()
    hide(world.event.id)
    return people, world


@command
def hide(event_id: int, *, is_public: bool = False) -> None:
    colours = {"light": {"accent": "#0B5C4D"}}
    values = {"is_public": is_public, "theme": colours}
    db.session.execute(update(Event).where(Event.id == event_id).values(**values))


def public_rows() -> Iterator[tuple[str, Row]]:
    for endpoint, row in TABLE.items():
        if row.path.startswith(_PUBLIC):
            yield endpoint, row


@pytest.mark.only("sqlite")  # who may see what does not depend on the database
def test_strangers_find_nothing_at_any_address_of_it(
    app: Flask, hidden: tuple[People, World]
) -> None:
    people, world = hidden
    words = words_of(world)
    foreign = accounts.create_api_key(
        organisation_id=people.other_organisation_id,
        event_id=world.event.id + 1,
        scopes=[scope.value for scope in Scope],
    )
    strangers: dict[str, tuple[FlaskClient, dict[str, str]]] = {
        name: (people.client(app, name), {}) for name in ("anonymous", "charlie", "erin")
    }
    strangers["foreign key"] = app.test_client(), {"Authorization": f"Bearer {foreign}"}
    alice = people.client(app, "alice")
    wrong = []
    rows = dict(public_rows())
    assert len(rows) > 90
    for endpoint, row in rows.items():
        path = row.path.format_map(words)
        sent = {"method": row.method, "data": row.form or None, "json": row.json}
        for name, (client, headers) in strangers.items():
            answer = client.open(path, **sent, headers=headers)
            if answer.status_code != 404:
                wrong.append((endpoint, name, answer.status_code))
            elif world.event.title["en"] in answer.text or world.event.title["zh"] in answer.text:
                wrong.append((endpoint, name, "title"))
        if not path.startswith(("/api", "/live/k")):
            status = alice.open(path, **sent).status_code
            if status != row.answers["alice"]:
                wrong.append((endpoint, "alice", status))
    assert wrong == []


@pytest.mark.only("sqlite")
def test_a_page_that_was_kept_is_gone_with_the_event(
    app: Flask, hidden: tuple[People, World]
) -> None:
    _people, world = hidden
    client, path = app.test_client(), f"/e/{world.event.slug}/"
    hide(world.event.id, is_public=True)
    seen = client.get(path)
    assert seen.status_code == 200
    hide(world.event.id)
    assert client.get(path, headers={"If-None-Match": seen.headers["ETag"]}).status_code == 404
    assert world.event.slug not in client.get("/").text


@pytest.mark.only("sqlite")
def test_members_look_ahead_and_holders_of_a_link_meet_no_dead_end(
    app: Flask, hidden: tuple[People, World]
) -> None:
    people, world = hidden
    alice = people.client(app, "alice")
    preview = alice.get(f"/e/{world.event.slug}/?lang=en")
    assert "Not public" in preview.text
    assert preview.cache_control.private is not None
    assert "Not public" not in alice.get(f"/console/e/{world.event.slug}?lang=en").text
    stranger = app.test_client()
    words = words_of(world)
    for path in (f"/t/{words['token']}", f"/i/{words['invitation']}", f"/t/{words['last_token']}"):
        page = stranger.get(f"{path}?lang=en")
        assert page.status_code == 200
        assert "Not public" not in page.text
        for address in re.findall(r'(?:href|src)="(/[^"#]*)"', page.text):
            assert stranger.get(address.replace("&amp;", "&")).status_code in (200, 302), address
        assert f"/e/{world.event.slug}" not in page.text
    colours = re.search(r"/theme/[0-9a-f-]+\.css", page.text)
    assert colours
    assert "--accent:#0B5C4D" in stranger.get(colours[0]).text
