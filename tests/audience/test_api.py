"""The push endpoints: who may, what is kept, what is refused and how."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import queries
from eventhub.kernel.db import db
from tests.assertions import assert_problem
from tests.factories import audience as make

READING = {
    "counter": "north",
    "start": "2026-11-20T18:00:00+08:00",
    "minutes": 60,
    "in": 7,
    "out": 2,
}
SAMPLE = {"stream": "main", "at": "2026-11-20T18:00:00+08:00", "concurrent": 7, "cumulative": 90}


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to the last evening of the event."""
    clock(datetime(2026, 11, 22, 12, tzinfo=UTC))


def outcome(answer: Any) -> tuple[int, int, int, int, list[Any]]:
    data = answer.get_json()
    return (
        answer.status_code,
        data["accepted"],
        data["duplicates"],
        data["revisions"],
        [(one["index"], one["reason"]) for one in data["rejected"]],
    )


def test_readings_are_kept_once_and_a_higher_seq_revises(client: FlaskClient) -> None:
    event = make.make_counted_event()
    headers = make.make_key(event)

    def send(*readings: Any) -> Any:
        address = "/api/v1/events/cloth-week/counter-readings"
        return client.post(address, json={"readings": readings}, headers=headers)

    first = send(READING)
    assert outcome(first) == (201, 1, 0, 0, [])
    assert first.get_json()["created"] == ["north"]
    assert outcome(send(READING)) == (200, 0, 1, 0, [])
    assert outcome(send(READING | {"seq": 5, "in": 8})) == (201, 0, 0, 1, [])
    assert [(row.entered, row.left) for row in queries.counter_hours(event)] == [(8, 2)]


def test_good_readings_go_in_and_bad_ones_come_back_by_index(client: FlaskClient) -> None:
    event = make.make_counted_event()
    bad = [
        READING | {"in": -1},
        READING | {"start": "2027-01-01T00:00:00Z"},
        READING | {"in": 1e9 * 5},
        {"counter": "north"},
        "north",
        READING | {"in": 0.5},
        READING | {"in": "7"},
    ]
    answer = client.post(
        "/api/v1/events/cloth-week/counter-readings",
        json={"readings": [*bad, READING]},
        headers=make.make_key(event),
    )
    assert outcome(answer) == (
        201,
        1,
        0,
        0,
        [
            (0, "in: negative"),
            (1, "start: future"),
            (2, "in: too-large"),
            (3, "in: missing"),
            (4, "not-an-object"),
            (5, "in: fraction"),
            (6, "in: not-a-number"),
        ],
    )


def test_samples_are_kept_once_and_null_is_a_failed_poll(client: FlaskClient) -> None:
    event = make.make_counted_event()
    address = "/api/v1/events/cloth-week/stream-samples"
    samples = [
        SAMPLE,
        SAMPLE | {"at": "2026-11-20T18:01:00+08:00", "concurrent": None, "cumulative": None},
        SAMPLE | {"at": "2026-11-20T18:02:00+08:00", "concurrent": -4},
        SAMPLE | {"stream": "<script>"},
        {"stream": "main", "at": None, "concurrent": 4},
    ]
    headers = make.make_key(event)
    refused = [(2, "concurrent: negative"), (3, "stream: not-a-name"), (4, "at: not-a-time")]
    for status, accepted, duplicates in ((201, 2, 0), (200, 0, 2)):
        answer = client.post(address, json={"samples": samples}, headers=headers)
        assert outcome(answer) == (status, accepted, duplicates, 0, refused)
    (stream,) = queries.streams(event.id)
    values = queries.stream_samples(event.id)[stream.id]
    assert [one.viewers for one in values] == [7, None]


@pytest.mark.parametrize("name", ["counter-readings", "stream-samples"])
def test_who_may_send(client: FlaskClient, name: str) -> None:
    event = make.make_counted_event()
    other = make.make_counted_event("other-week")
    address, body = f"/api/v1/events/cloth-week/{name}", {"readings": [], "samples": []}
    assert_problem(client.post(address, json=body), 401, "not-signed-in")
    reader = make.make_key(event, "audience:read")
    assert_problem(client.post(address, json=body, headers=reader), 403, "not-allowed")
    stranger = make.make_key(other)
    assert_problem(client.post(address, json=body, headers=stranger), 404, "not-found")
    wrong = {"Authorization": "Bearer eh_wrong"}
    assert_problem(client.post(address, json=body, headers=wrong), 401, "not-signed-in")


@pytest.mark.parametrize(
    ("name", "key"), [("counter-readings", "readings"), ("stream-samples", "samples")]
)
def test_what_is_no_request_at_all(client: FlaskClient, name: str, key: str) -> None:
    event = make.make_counted_event()
    headers = make.make_key(event)
    address = f"/api/v1/events/cloth-week/{name}"
    assert_problem(client.post(address, data=b"{", headers=headers), 400, "malformed-json")
    assert_problem(client.post(address, data=b"\xff", headers=headers), 400, "malformed-json")
    for wrong in ([], {}, {key: 5}, {key: [], "more": 1}, {key: [{}] * 5_001}):
        assert_problem(client.post(address, json=wrong, headers=headers), 422, "invalid")
    empty = client.post(address, json={key: []}, headers=headers)
    assert outcome(empty) == (200, 0, 0, 0, [])
    unknown = client.post(f"/api/v1/events/nowhere/{name}", json={key: []}, headers=headers)
    assert unknown.status_code == 404
    assert unknown.mimetype == "application/problem+json"


def test_figures_of_a_demonstration_are_marked_as_such(client: FlaskClient) -> None:
    event = make.make_counted_event(is_synthetic=True)
    headers = make.make_key(event)
    client.post(
        "/api/v1/events/cloth-week/counter-readings", json={"readings": [READING]}, headers=headers
    )
    client.post(
        "/api/v1/events/cloth-week/stream-samples", json={"samples": [SAMPLE]}, headers=headers
    )
    assert [row.is_synthetic for row in queries.counters(event.id)] == [True]
    assert [row.is_synthetic for row in queries.streams(event.id)] == [True]


def test_deliveries_at_the_same_moment_are_kept_once(app: Flask) -> None:
    event = make.make_counted_event()
    headers = make.make_key(event)
    start = datetime(2026, 11, 20, tzinfo=UTC)
    readings = [
        READING | {"counter": f"c{n % 3}", "start": (start + timedelta(hours=n)).isoformat()}
        for n in range(24)
    ]
    samples = [
        SAMPLE | {"at": (start + timedelta(minutes=n)).isoformat(), "stream": f"s{n % 2}"}
        for n in range(24)
    ]
    db.session.remove()

    def send(name: str, body: Any) -> tuple[int, int, int]:
        address = f"/api/v1/events/cloth-week/{name}"
        with app.app_context():
            answer = app.test_client().post(address, json=body, headers=headers)
        data = answer.get_json()
        return answer.status_code, data["accepted"], data["duplicates"]

    for name, body in (
        ("counter-readings", {"readings": readings}),
        ("stream-samples", {"samples": samples}),
    ):
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _n, name=name, body=body: send(name, body), range(6)))
        assert sorted(answers) == [(200, 0, 24)] * 5 + [(201, 24, 0)]
