"""Health, metrics, the API's description, and `flask ops`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from openapi_spec_validator import validate
from sqlalchemy import text

from eventhub.console.queries import database_state
from eventhub.kernel.db import command, db


@command
def set_migration(name: str) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = :name"), {"name": name})


@pytest.fixture
def older_database(app: Flask) -> Iterator[None]:
    """Let the database look as if the newest migration had not run."""
    newest = database_state().needed
    set_migration("0000_older")
    yield
    set_migration(newest)


def test_a_process_is_healthy_without_a_database(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_ready_with_the_newest_migration(client: FlaskClient, runner: FlaskCliRunner) -> None:
    assert client.get("/readyz").json == {"status": "ready"}
    checked = runner.invoke(args=["ops", "check", "--json"])
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["ready"] is True


@pytest.mark.usefixtures("older_database")
def test_not_ready_with_an_older_one(client: FlaskClient, runner: FlaskCliRunner) -> None:
    answer = client.get("/readyz", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["code"] == "not-ready"
    assert answer.headers["Retry-After"] == "5"
    checked = runner.invoke(args=["ops", "check", "--json"])
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["migration"] == "0000_older"


def test_metrics_are_what_prometheus_reads(client: FlaskClient) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert "# TYPE eventhub_scans_total counter" in answer.get_data(as_text=True)


def test_the_description_is_valid_and_complete(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.json is not None
    validate(answer.json)
    described = {
        (method.upper(), path)
        for path, methods in answer.json["paths"].items()
        for method in methods
    }
    routes = {
        (method, re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", str(rule)))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if str(rule).startswith("/api/") and not rule.endpoint.startswith("ops.")
    }
    assert described == routes
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_description_as_a_page(client: FlaskClient) -> None:
    answer = client.get("/api/v1/docs", headers={"Accept-Language": "en"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "/api/v1/events/{slug}/counter-readings" in html
    assert 'id="schema-Problem"' in html
    assert "<script" not in html
