"""Ways, times, kit and order by hand: what is written down is what the draft is checked against."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.programme import queries
from eventhub.programme.enums import ConflictRule
from eventhub.programme.queries import EventRow, conditions
from tests.assertions import assert_html
from tests.factories import programme as make
from tests.people import make_people

C = "/console/e/loom/conditions"


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with two venues and a party that plays in both on one day."""
    app.config["WTF_CSRF_ENABLED"] = False
    return make.make_event("loom")


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    """Return alice's browser."""
    return make_people(event.organisation_id).client(app, "alice")


def planned(event: EventRow) -> None:
    """Place two shows of one band, an hour apart in two venues."""
    band = make.make_party(event, "band")
    kind, track = make.make_show_type(event), make.make_track(event)
    start = event.day_bounds(event.days()[1])[0] + timedelta(hours=6)
    for number, slug in enumerate(("mill", "yard")):
        venue = make.make_venue(event, slug)
        stage = make.make_stage(event, venue_id=venue)
        show = make.make_show(event, type_id=kind, track_id=track, parties=[band])
        make.make_slot(
            event,
            performance_id=make.make_performance(event, show),
            stage_id=stage,
            starts_at=start + timedelta(hours=number),
        )


def post(client: FlaskClient, what: str, status: int = 303, **form: Any) -> str:
    answer = client.post(
        f"{C}/{what}",
        data={f"{what}-{name}": value for name, value in form.items()},
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == status, answer.text[:600]
    return answer.text


def rules(event: EventRow) -> set[ConflictRule]:
    return {row.rule for row in queries.check(event)}


def test_what_is_written_down_is_checked_and_goes_away_again(
    event: EventRow, alice: FlaskClient
) -> None:
    planned(event)
    assert rules(event) == set()
    day = event.days()[1].isoformat()
    post(alice, "ways", venue_a="yard", venue_b="mill", minutes="10")
    post(alice, "ways", venue_a="mill", venue_b="yard", minutes="40")  # instead of the first
    post(alice, "times", party="band", kind="unavailable",
         starts_at=f"{day}T12:00", ends_at=f"{day}T12:30")  # fmt: skip
    post(alice, "kit", name_en="LED wall", name_zh="LED 屏", quantity="1")
    post(alice, "uses", kit="led-wall", number="#1 Show", quantity="1", after_min="30")
    post(alice, "uses", kit="led-wall", number="2", quantity="1")
    post(alice, "order", number_a="1", kind="after", number_b="#2")
    assert rules(event) == {
        ConflictRule.TRAVEL, ConflictRule.PERSON_AVAILABILITY, ConflictRule.RESOURCE,
        ConflictRule.DEPENDENCY,
    }  # fmt: skip
    page = assert_html(alice.get(C, headers={"Accept-Language": "en"}))
    for text in ("40 min", "can not", "1 there", "needs 1", "0 min before, 30 min after", "after"):
        assert text in page
    assert "10 min" not in page
    removals = re.findall(rf'action="{C}/(\w+/\d+)/remove"', page)
    assert sorted(one.split("/")[0] for one in removals) == [
        "kit", "order", "times", "uses", "uses", "ways",
    ]  # fmt: skip
    for one in [*removals, "ways/999"]:
        assert alice.post(f"{C}/{one}/remove").status_code == 303
    assert rules(event) == set()


def test_wrong_conditions_are_refused_at_their_field(event: EventRow, alice: FlaskClient) -> None:
    planned(event)
    day = event.days()[1].isoformat()
    for what, form, text in (
        ("ways", {"venue_a": "mill", "venue_b": "mill", "minutes": "5"}, "Choose two venues."),
        ("ways", {"venue_a": "mill", "venue_b": "roof", "minutes": "5"}, "Not a valid choice"),
        ("ways", {"venue_a": "mill", "venue_b": "yard", "minutes": "-5"}, "between 0"),
        ("times", {"party": "band", "kind": "available", "starts_at": f"{day}T12:00",
                   "ends_at": f"{day}T11:00"}, "It must end after it starts."),
        ("kit", {"quantity": "1"}, "Fill in this field."),
        ("order", {"number_a": "1", "kind": "before", "number_b": "1"}, "Choose two shows."),
        ("order", {"number_a": "1", "kind": "before", "number_b": "77"}, "Choose one of the list."),
        ("order", {"number_a": "Loom", "kind": "before", "number_b": "1"}, "Fill in this field."),
    ):  # fmt: skip
        assert text in post(alice, what, 422, **form), form
    assert alice.post(f"{C}/weather").status_code == 404
    assert rules(event) == set()


def test_a_condition_of_another_event_can_not_be_taken_away(
    event: EventRow, alice: FlaskClient
) -> None:
    planned(event)
    other = make.make_event("rival-week", organisation_id=event.organisation_id)
    make.make_venue(other, "mill")
    post(alice, "ways", venue_a="mill", venue_b="yard", minutes="40")
    [way] = conditions.way_rows(event.id)
    wrong = f"/console/e/rival-week/conditions/ways/{way.id}/remove"
    assert alice.post(wrong).status_code == 303
    assert conditions.way_rows(event.id) == [way]
