"""Tenants: what is authorised for one event never reads another's rows, forgotten filter or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from eventhub.accounts.enums import Permission
from eventhub.console.access import console_event
from eventhub.kernel import tenancy
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import json_answer
from eventhub.kernel.tenancy import UnscopedQuery
from eventhub.programme.models import Event, Gate
from eventhub.registration.models import Attendee, Registration
from tests.people import make_people
from tests.world import make_world


def planted() -> Blueprint:
    """Return views that forget the event, as a hurried change would."""
    views = Blueprint("planted", __name__)

    @views.get("/console/e/<slug>/planted")
    def everybody(slug: str) -> object:
        console_event(slug, Permission.GUESTS_VIEW)
        rows = db.session.execute(select(Registration.contact_name, Registration.event_id))
        return json_answer([list(row) for row in rows])

    @views.get("/console/e/<slug>/planted/<int:number>")
    def one(slug: str, number: int) -> object:
        console_event(slug, Permission.GUESTS_VIEW)
        found = db.session.get(Registration, number)
        if found is None:
            raise NotFound()
        return json_answer({"name": found.contact_name})

    @views.get("/planted")
    def before_any_event() -> object:
        return json_answer(db.session.scalar(select(func.count(Registration.id))))

    return views


@pytest.fixture
def two(own_app: Flask) -> Iterator[Flask]:
    """Return an application with planted views and two organisations with an event each."""
    own_app.register_blueprint(planted())
    people = make_people()
    make_world(people.organisation_id)
    make_world(people.other_organisation_id, slug="rival-week")
    own_app.extensions["test_people"] = people
    yield own_app
    db.session.remove()
    db.engine.dispose()


def event_id(slug: str) -> int:
    return db.session.scalars(select(Event.id).where(Event.slug == slug)).one()


@pytest.mark.req("A-5", "R25")
def test_a_view_that_forgets_the_event_sees_only_its_own(two: Flask) -> None:
    alice = two.extensions["test_people"].client(two, "alice")
    rows = alice.get("/console/e/loom-week/planted").get_json()
    assert {row[1] for row in rows} == {event_id("loom-week")}
    assert len(rows) == 3


@pytest.mark.req("A-2", "A-5")
def test_a_view_that_loads_by_number_finds_nothing_of_others(two: Flask) -> None:
    alice = two.extensions["test_people"].client(two, "alice")
    foreign, own = (
        db.session.scalars(
            select(Registration.id).where(Registration.event_id == event_id(slug))
        ).first()
        for slug in ("rival-week", "loom-week")
    )
    assert alice.get(f"/console/e/loom-week/planted/{foreign}").status_code == 404
    assert alice.get(f"/console/e/loom-week/planted/{own}").status_code == 200


@pytest.mark.req("A-5")
def test_without_the_filter_the_planted_view_leaks(
    two: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: what the filter prevents does happen without it."""
    monkeypatch.setattr(tenancy, "enter", lambda _event_id: None)
    monkeypatch.setattr(tenancy, "_check", lambda _statement: None)
    alice = two.extensions["test_people"].client(two, "alice")
    rows = alice.get("/console/e/loom-week/planted").get_json()
    assert {row[1] for row in rows} == {event_id("loom-week"), event_id("rival-week")}


@pytest.mark.req("A-5")
def test_a_statement_that_names_nothing_is_refused_in_the_suite(two: Flask) -> None:
    with pytest.raises(UnscopedQuery, match="registration"):
        two.test_client().get("/planted")


@pytest.mark.req("A-5")
def test_every_kind_of_statement_is_kept_to_the_event(two: Flask) -> None:
    own, foreign = event_id("loom-week"), event_id("rival-week")
    tenancy.enter(own)
    person = aliased(Attendee)
    assert set(db.session.scalars(select(Registration.event_id))) == {own}
    assert set(db.session.scalars(select(person.event_id))) == {own}
    joined = select(Registration.event_id, Attendee.event_id).join(
        Attendee, Attendee.registration_id == Registration.id
    )
    assert set(db.session.execute(joined).all()) == {(own, own)}
    inner = select(Gate.zone_id).where(Gate.event_id == foreign)
    assert db.session.scalars(select(Gate.id).where(Gate.zone_id.in_(inner))).all() == []
    assert db.session.scalar(select(func.count()).select_from(Gate)) == 2
    with tenancy.across():
        assert set(db.session.scalars(select(Gate.event_id))) == {own, foreign}
    assert set(db.session.scalars(select(Gate.event_id))) == {own}


@pytest.mark.req("A-5")
def test_changes_stop_at_the_event(two: Flask) -> None:
    own, foreign = event_id("loom-week"), event_id("rival-week")

    @command
    def careless() -> tuple[int, int]:
        tenancy.enter(own)
        renamed = db.session.execute(update(Registration).values(contact_name="gone"))
        removed = db.session.execute(delete(Gate).where(Gate.number > 0))
        return renamed.rowcount, removed.rowcount  # type: ignore[attr-defined]

    assert careless() == (3, 2)
    db.session().info.pop("tenant_event")
    left = select(Registration.event_id).where(Registration.contact_name == "gone")
    assert set(db.session.scalars(left)) == {own}
    assert set(db.session.scalars(select(Gate.event_id))) == {foreign}
