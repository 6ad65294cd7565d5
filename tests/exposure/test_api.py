"""The API of reports."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts.service import create_api_key
from eventhub.exposure import queries
from eventhub.kernel.db import command
from eventhub.programme.queries import event_by_id
from tests.assertions import assert_problem
from tests.exposure.test_service import published
from tests.factories import exposure as factory

REPORTS = "/api/v1/events/futian-2023/reports"


@command
def key(event_id: int, scope: str) -> dict[str, str]:
    """Return the headers of a key with one scope."""
    event = event_by_id(event_id)
    made = create_api_key(organisation_id=event.organisation_id, event_id=event_id, scopes=(scope,))
    return {"Authorization": f"Bearer {made}"}


@pytest.fixture
def futian(app: Flask) -> int:
    """Return the id of the Futian event with a published report."""
    event_id = factory.make_futian()
    published(event_id)
    return event_id


def test_versions_and_report(client: FlaskClient, futian: int) -> None:
    headers = key(futian, "reports:read")
    listed = client.get(REPORTS, headers=headers).get_json()["reports"]
    assert [(row["version"], row["status"], row["residual"]) for row in listed] == [
        (1, "published", 349_170_000)
    ]
    answer = client.get(f"{REPORTS}/1", headers=headers)
    assert answer.mimetype == "application/json"
    assert answer.get_data(as_text=True) == queries.version_of(futian, 1).text


def test_refusals(client: FlaskClient, futian: int) -> None:
    assert_problem(client.get(REPORTS), 401, "not-signed-in")
    other = key(futian, "audience:read")
    assert_problem(client.get(REPORTS, headers=other), 403, "not-allowed")
    headers = key(futian, "reports:read")
    assert_problem(client.get(f"{REPORTS}/2", headers=headers), 404, "not-found")
    assert client.get("/api/v1/events/none/reports", headers=headers).status_code == 404


def test_a_key_of_another_event_finds_nothing(client: FlaskClient, futian: int) -> None:
    other = factory.make_event(factory.make_organisation("other"), "other-event")
    headers = key(other, "reports:read")
    assert_problem(client.get(REPORTS, headers=headers), 404, "not-found")
