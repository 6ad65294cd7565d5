"""Places of ticket types: never below what is taken, new ones first to who waits."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.registration.models import Quota, Registration, WaitlistEntry
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people, post
from tests.world import make_world

PAGE = "/console/e/loom-week/ticket-places"


def test_more_places_go_to_who_waits_and_fewer_take_nothing_away(app: Flask) -> None:
    people = make_people()
    event = make_world(people.organisation_id).event
    make_ticket_type(event.id, slug="tight", places=1, waitlist="auto")
    make_registration(event.id, "tight", name="王芳", email="first@a.example")
    waits = make_registration(event.id, "tight", name="欧阳修", email="second@a.example")
    assert waits.state == "waitlisted"
    alice = people.client(app, "alice")
    assert 'type="search" name="q" maxlength="80" value=""' in alice.get(PAGE).text
    assert post(alice, PAGE, {"size-tight": "2", "size-public": ""}).status_code == 303
    db.session.rollback()
    entries = select(WaitlistEntry.state).where(WaitlistEntry.event_id == event.id)
    assert list(db.session.scalars(entries)) == ["offered"]
    sizes = select(Quota.slug, Quota.size).where(Quota.event_id == event.id).order_by(Quota.id)
    assert [tuple(row) for row in db.session.execute(sizes)] == [
        ("public", None),
        ("press", 5),
        ("tight", 2),
    ]
    assert post(alice, PAGE, {"size-tight": "0"}).status_code == 303
    db.session.rollback()
    states = select(Registration.state).where(Registration.event_id == event.id)
    assert "cancelled" not in set(db.session.scalars(states))
    late = make_registration(event.id, "tight", name="Anna", email="third@a.example")
    assert late.state == "waitlisted"


def test_a_wrong_number_changes_nothing(app: Flask) -> None:
    people = make_people()
    event = make_world(people.organisation_id).event
    alice = people.client(app, "alice")
    for typed in ("-1", "many", "1000001", "２"):
        refused = post(alice, PAGE, {"size-public": typed, "size-press": "7"})
        assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (422, True)
    db.session.rollback()
    sizes = select(Quota.size).where(Quota.event_id == event.id).order_by(Quota.id)
    assert list(db.session.scalars(sizes)) == [100, 5]
