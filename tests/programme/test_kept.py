"""Pages kept for a crowd, and the sites that may frame the list of shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from eventhub.programme import queries, service
from eventhub.programme.kept import KEPT_S
from eventhub.programme.queries import EventRow
from tests.assertions import assert_queries
from tests.factories import programme as make

pytestmark = pytest.mark.only("sqlite")

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PATHS = (
    "/",
    "/e/weaving/programme/2026-11-20",
    "/e/weaving/programme/all",
    "/e/weaving/now.json",
    "/e/weaving/schedule.json",
    "/e/weaving/schedule.xml",
    "/e/weaving/schedule.ics",
    "/e/weaving/changes.atom",
)
HEADERS = (
    "Access-Control-Allow-Origin",
    "Cache-Control",
    "Content-Type",
    "ETag",
    "Last-Modified",
    "Vary",
)
SetTime = Callable[[datetime], None]


@pytest.fixture
def event(app: object) -> EventRow:
    """Return a released event with one show at 10:00."""
    event = make.make_event("weaving")
    make.make_programme(event)
    return event


@pytest.mark.parametrize("path", PATHS)
def test_a_crowd_costs_one_rendering(
    event: EventRow, client: FlaskClient, clock: SetTime, path: str
) -> None:
    clock(NOON)
    first = client.get(path)
    with assert_queries(1):
        again = client.get(path)
    assert again.data == first.data
    said = [[answer.headers.get(name) for name in HEADERS] for answer in (first, again)]
    assert said[0] == said[1]


@pytest.mark.parametrize("path", PATHS)
def test_readers_who_know_a_page_cost_one_rendering_too(
    event: EventRow, client: FlaskClient, clock: SetTime, path: str
) -> None:
    clock(NOON)
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    clock(NOON + timedelta(seconds=KEPT_S))
    assert client.get(path, headers=known).status_code == 304
    with assert_queries(1):
        assert client.get(path, headers=known).status_code == 304
    assert client.get(path).data != b""  # a stranger gets the page itself


def test_a_word_and_a_release_make_the_page_anew(
    event: EventRow, client: FlaskClient, clock: SetTime
) -> None:
    clock(NOON - timedelta(hours=3))
    path = "/e/weaving/programme/2026-11-20?lang=en"
    assert "+20 min" not in client.get(path).text
    [row] = queries.programme(event)
    service.set_delay(
        service.SetDelay(event_id=event.id, performance_id=row.performance_id, minutes=20)
    )
    assert "+20 min" in client.get(path).text
    with assert_queries(1):
        client.get(path)
    make.release(event, "v9")
    with pytest.raises(AssertionError), assert_queries(1):  # more: it is made anew
        client.get(path)


def test_only_named_sites_may_frame_the_list(
    event: EventRow, client: FlaskClient, runner: FlaskCliRunner
) -> None:
    def ancestors(path: str) -> str:
        policy = client.get(path).headers["Content-Security-Policy"]
        return policy.partition("frame-ancestors ")[2].partition(";")[0]

    assert ancestors("/e/weaving/embed") == "'none'"
    args = ["event", "embed", "weaving", "https://www.example.org/"]
    assert runner.invoke(args=args).exit_code == 0
    assert ancestors("/e/weaving/embed") == "https://www.example.org"
    assert ancestors("/e/weaving/programme") == "'none'"
    bad = ["event", "embed", "weaving", "https://a.example; script-src *"]
    assert runner.invoke(args=bad).exit_code == 1
    assert ancestors("/e/weaving/embed") == "https://www.example.org"
    runner.invoke(args=["event", "embed", "weaving"])
    assert ancestors("/e/weaving/embed") == "'none'"
