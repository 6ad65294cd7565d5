"""
The people of the tests, always the same ones.

alice    owner of the organisation; may do everything
bob      gate staff
charlie  signs in, has no part in anything
dana     press office (media)
erin     owner of another organisation
frank    a second owner of the first organisation: approves what alice made
anonymous  nobody
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from eventhub.accounts import actors, service
from eventhub.accounts.enums import Role
from eventhub.accounts.models import LoginSession, Person
from eventhub.accounts.passwords import hash_password
from eventhub.kernel import clock, ids
from eventhub.kernel.db import command, db

PASSWORD = "loom and shuttle 7"
NAMES = ("alice", "bob", "charlie", "dana", "erin", "frank", "anonymous")
_ROLES: dict[str, Role] = {
    "alice": Role.OWNER,
    "bob": Role.GATE_STAFF,
    "dana": Role.MEDIA,
    "frank": Role.OWNER,
}


@dataclass(frozen=True, slots=True)
class People:
    """Two organisations and the ids of everybody by name."""

    organisation_id: int
    other_organisation_id: int
    ids: dict[str, int] = field(default_factory=dict)

    def client(self, app: Flask, name: str) -> FlaskClient:
        """Return a browser in which `name` is signed in."""
        client = app.test_client()
        if name != "anonymous":
            sign_in(app, client, email_of(name))
        return client


def email_of(name: str) -> str:
    """Return the address that somebody signs in with."""
    return f"{name}@example.org"


@command
def make_people(organisation_id: int | None = None) -> People:
    """Create both organisations and everybody; one given stands for alice's."""
    own = organisation_id or service.create_organisation(slug="loom", name="Loom")
    other = service.create_organisation(slug="rival", name="Rival")
    people = People(own, other)
    for name in NAMES[:-1]:
        person_id = service.create_person(email=email_of(name), name=name.title())
        people.ids[name] = person_id
        if name in _ROLES:
            service.grant_role(person_id=person_id, organisation_id=own, role=_ROLES[name])
    service.grant_role(person_id=people.ids["erin"], organisation_id=other, role=Role.OWNER)
    _give_passwords(people)
    return people


@functools.cache
def _hash() -> str:
    return hash_password(PASSWORD)  # once per run: it is slow on purpose


@command
def _give_passwords(people: People) -> None:
    db.session.execute(
        update(Person).where(Person.id.in_(people.ids.values())).values(password_hash=_hash())
    )


@command
def _begin_session(email: str) -> str:
    token = ids.new_token()
    now = clock.now()
    person_id = db.session.execute(select(Person.id).where(Person.email == email)).scalar_one()
    db.session.add(
        LoginSession(
            token_hash=ids.token_hash(token), person_id=person_id, created_at=now, seen_at=now
        )
    )
    return token


def sign_in(app: Flask, client: FlaskClient, email: str) -> None:
    """Put a session of the person into the browser, without the hash that is slow on purpose."""
    token = _begin_session(email)
    with app.test_request_context("/"):
        client.set_cookie(actors.cookie_name(), token)


def csrf(client: FlaskClient, path: str) -> str:
    """Return the form token of a page."""
    html = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found, f"{path} has no form"
    return found[1]


def post(client: FlaskClient, path: str, data: dict[str, Any], *, form_at: str = "") -> Any:
    """Send a form as a browser does, with the token of the page it stands on."""
    token = csrf(client, form_at or path)
    return client.post(path, data={**data, "csrf_token": token})


def password_hash(name: str) -> str | None:
    """Return the stored hash of somebody."""
    db.session.rollback()
    return db.session.query(Person.password_hash).filter_by(email=email_of(name)).scalar()
