"""The planner in the console: asked, looked at, taken over in part, dropped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventhub.programme import queries, service
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.proposals import proposals
from tests.console.draft import at, make_draft
from tests.factories.programme import default_organisation
from tests.people import People, make_people

pytestmark = pytest.mark.only("sqlite")  # tests/programme proves the planner on both databases

PAGE = "/console/e/loom/programme/proposals"


@pytest.fixture
def people(app: Flask) -> People:
    return make_people(default_organisation())


@pytest.fixture
def event(people: People) -> EventRow:
    return make_draft(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, event: EventRow) -> FlaskClient:
    return people.client(app, "alice")


def words(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def post(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    """Send a form with the token of the page that has it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).get_data(as_text=True))
    assert token
    headers = {"Accept-Language": "en"}
    return client.post(path, data={**form, "csrf_token": token[1]}, headers=headers)


def asked(client: FlaskClient, event: EventRow) -> str:
    """Ask for the repair of the first stage and return the address of the proposal."""
    day = event.days()[0].isoformat()
    answer = post(client, "/console/e/loom/programme/repairs", stage="runway", day=day)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_repair_waits_then_shows_each_show_and_is_taken_over_in_part(
    alice: FlaskClient, event: EventRow
) -> None:
    page = asked(alice, event)
    assert "The planner is at work" in words(alice, page)
    assert alice.get(page).headers["Refresh"] == "2"
    service.plan_waiting()
    shown = words(alice, page)
    assert "2 places" in shown
    assert "Score" in shown
    was = at(event)
    key = next(row.performance_id for row in queries.working_grid(event) if row.public_no == 1)
    assert post(alice, f"{page}/accept").status_code == 422
    assert at(event) == was
    assert post(alice, f"{page}/accept", line=key).status_code == 303
    assert at(event) == was.replace("runway", "court")
    assert at(event, "BBBBBB").startswith("runway")
    assert post(alice, f"{page}/drop").status_code == 303
    assert proposals(event.id)[0].state == "closed"


def test_what_is_not_there_is_asked_for_again(alice: FlaskClient, event: EventRow) -> None:
    path = "/console/e/loom/programme/repairs"
    assert post(alice, path, stage="moon", day="x").status_code == 422
    assert post(alice, PAGE, limit_s="0").status_code == 422
    assert proposals(event.id) == []


def test_a_proposal_of_an_older_draft_says_so(alice: FlaskClient, event: EventRow) -> None:
    page = asked(alice, event)
    service.plan_waiting()
    row = next(row for row in queries.working_grid(event) if row.public_no == 2)
    service.unplace(
        service.Unplace(
            event_id=event.id, performance_id=row.performance_id, row_version=row.row_version
        )
    )
    answer = post(alice, f"{page}/accept", all="1")
    assert answer.status_code == 409
    assert "Nothing was taken over." in answer.get_data(as_text=True)
    assert at(event).startswith("runway")
