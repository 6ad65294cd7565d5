"""
The API against its own description: generated calls of everybody, no crash, nothing undocumented.

`make test-all` sends about 2,000 requests, EVENTHUB_SOAK=1 100,000. Half of the calls
fit the document, half break it on purpose; most name an event, a gate or a
registration that exists, so that they reach the code behind the address.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from flask import Blueprint, Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Scope
from eventhub.checkin.service import create_pairing, pair
from eventhub.console import api as ops
from eventhub.kernel import crockford
from eventhub.kernel.api import operation
from eventhub.kernel.db import db
from eventhub.kernel.http import json_answer
from eventhub.registration.queries.invitations import campaigns
from eventhub.webhooks import service as webhooks
from eventhub.webhooks.enums import Kind
from tests.access.test_matrix import invitation_of, two_tenants
from tests.world import World

pytestmark = pytest.mark.only("sqlite")  # how values are judged does not depend on the database

IS_SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
REQUESTS = int(os.environ.get("EVENTHUB_REQUESTS") or (100_000 if IS_SOAK else 2_000))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(slots=True)
class Seen:
    """What a run sent and what came back; `faults` names each kind once with its call."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)  # operations that answered 2xx
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    def line(self) -> str:
        """Return the figures in one line."""
        by_status = dict(sorted(self.statuses.items()))
        return json.dumps({"sent": self.sent, "reached": len(self.reached), "by": by_status})


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Write no line per request."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.req("R22")
def test_generated_calls_meet_no_crash_and_nothing_undocumented(app: Flask) -> None:
    seen = fuzz(app, REQUESTS)
    print(seen.line())
    assert seen.faults == {}
    assert seen.sent >= REQUESTS
    assert {200, 201, 400, 401, 403, 404, 422} <= set(seen.statuses)


@pytest.mark.req("R22")
def test_an_undocumented_answer_and_a_crash_are_seen(own_app: Flask) -> None:
    """Negative control: two views that do what no view may."""
    views = Blueprint("planted", __name__, url_prefix="/api/v1/planted")

    @views.get("/teapot")
    @operation(summary="Not what it says.", answers={200: "application/json"})
    def teapot() -> object:
        return json_answer({}, 418)

    @views.get("/crash/<int:number>")
    @operation(summary="Fails.", answers={200: "application/json"})
    def crash(number: int) -> object:
        return json_answer(1 // (number * 0))

    own_app.register_blueprint(views)
    seen = fuzz(own_app, 40, only="/planted/")
    assert {kind for _, kind in seen.faults} == {"UndefinedStatusCode", "ZeroDivisionError"}
    db.session.remove()
    db.engine.dispose()


def fuzz(app: Flask, requests: int, *, only: str = "") -> Seen:
    """Call every operation in turn, about `requests` times in all."""
    people, world = two_tenants()
    own = {"organisation_id": people.organisation_id, "event_id": world.event.id}
    scopes = [scope.value for scope in Scope]
    other = {"organisation_id": people.other_organisation_id, "event_id": world.event.id + 1}
    keys = [
        accounts.create_api_key(**own, scopes=scopes),
        accounts.create_api_key(**own, scopes=[Scope.PROGRAMME_READ.value]),
        accounts.create_api_key(**other, scopes=scopes),
        "unknown",
    ]
    device = pair(create_pairing(world.gate.id, created_by=None).code, agent="test").token
    document = ops._document()
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    operations = [one.ok() for one in schema.get_all_operations() if only in one.ok().path]
    rounds = -(-requests // len(operations))
    hook = webhooks.create_endpoint(
        event_id=world.event.id,
        url="https://loom.example/hook",
        kinds=list(Kind),
    ).public_id
    invitation_of(world)
    seen = Seen()
    for one in operations:
        is_gate = one.path.startswith("/api/gate/")
        bearers = [device, device, "unknown", keys[0]] if is_gate else keys
        known = values(world, hook, one.path)
        target = seen.sent + rounds
        for mode in GenerationMode.NEGATIVE, GenerationMode.POSITIVE:
            wanted = target if mode is GenerationMode.POSITIVE else seen.sent + rounds // 2
            with contextlib.suppress(Unsatisfiable):  # a call without values can not be wrong
                call_often(app, one.as_strategy(mode), bearers, known, wanted, seen)
    return seen


def values(world: World, hook: str, path: str) -> dict[str, list[str]]:
    """Return what exists, by the name of the path parameter."""
    registrations = [guest.code for guest in world.guests]
    return {
        "slug": [world.event.slug],
        "hook": [hook],
        "event": [world.event.uuid.replace("-", "")],
        "code": registrations if "/registrations/" in path else list(world.show_codes),
        "number": ["1", "2"],
        "version": ["1"],
        "name": ["door-a"],
        "stream": ["main"],
        "seat": ["A-1"],
        "gate": [world.gate.slug],
        "kind": ["csv", "json"],
        "campaign": [campaigns(world.event.id)[0].public_id],
    }


def call_often(
    app: Flask,
    cases: st.SearchStrategy[Case],
    bearers: list[str],
    known: dict[str, list[str]],
    wanted: int,
    seen: Seen,
) -> None:
    """Send generated calls of one operation, each as everybody, until `wanted` are sent in all."""
    times = wanted - seen.sent

    @settings(QUIET, max_examples=times)
    @given(case=cases, spread=st.integers(0, 7))
    def call(case: Case, spread: int) -> None:
        for name, choices in known.items():
            if name in case.path_parameters and spread:
                case.path_parameters[name] = choices[spread % len(choices)]
        if spread > 3:
            fit(case, seen.sent)
        for bearer in bearers if seen.sent < wanted else ():
            send(app, case, bearer, seen)

    while seen.sent < wanted:  # an operation without values has few examples
        call()


def fit(case: Case, number: int) -> None:
    """Put values into a call that the document can not know, so that it gets further."""
    if isinstance(case.body, dict):
        known = {
            "ticket_type": "public",
            "contact": {"email": f"guest{number}@loom.example"},
            "attendees": [{"name": "王芳"}],
            "url": "https://loom.example/hook",
            "kinds": ["test"],
            "nonce": crockford.encode(number.to_bytes(16, "big")),
        }
        case.body.update((name, known[name]) for name in known.keys() & case.body.keys())
    if "since" in case.query:
        case.query["since"] = "0" * 16


def send(app: Flask, case: Case, bearer: str, seen: Seen) -> None:
    """Send one call and note what is wrong with its answer."""
    name = f"{case.method} {case.path}"
    seen.sent += 1
    headers = {"Authorization": f"Bearer {bearer}"}
    try:
        with app.app_context():
            response = case.call(base_url="http://localhost", headers=headers)
    except (
        ArithmeticError,
        AssertionError,
        LookupError,
        OSError,
        RuntimeError,
        SQLAlchemyError,
        TypeError,
        ValueError,
    ) as error:  # fmt: skip - what `TESTING` lets through is a 500
        seen.faults.setdefault((name, type(error).__name__), f"{error!s:.300} {curl(case)}")
        db.session.rollback()
        return
    seen.statuses[response.status_code] += 1
    if response.status_code < 300:
        seen.reached.add(name)
    if not is_meant(app, case, response):
        return
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        for fault in group.exceptions:
            seen.faults.setdefault((name, type(fault).__name__), f"{fault!s:.300} {curl(case)}")
    except Failure as fault:
        seen.faults.setdefault((name, type(fault).__name__), f"{fault!s:.300} {curl(case)}")


def is_meant(app: Flask, case: Case, response: Any) -> bool:
    """Tell whether the call reached its operation: a value with a slash leads elsewhere."""
    if response.status_code not in {404, 405, 308}:
        return True
    path = response.request.path_url.partition("?")[0]
    try:
        app.url_map.bind("localhost").match(path, method=case.method)
    except HTTPException:
        return False
    return True


def curl(case: Case) -> str:
    """Return the call as a line for the report of a fault."""
    return case.as_curl_command()[:600]
