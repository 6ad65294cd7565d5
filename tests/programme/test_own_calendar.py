"""A calendar of one's own shows: who has the address reads, who has the key changes, no name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme import queries, service
from eventhub.programme.enums import SlotStatus
from eventhub.programme.models import PersonalFeed
from eventhub.programme.queries import EventRow
from eventhub.programme.service import AddTravel, AddVenue, add_travel, add_venue
from tests.assertions import assert_problem
from tests.factories import programme as make

URL = "/e/weaving/calendars"
JSON = {"Accept": "application/json"}


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with three released shows."""
    event = make.make_event("weaving")
    make.make_programme(event, 3)
    return event


def summaries(client: FlaskClient, address: str) -> list[str]:
    """Return the titles in a calendar."""
    answer = client.get(address[address.index("/e/") :])
    assert answer.status_code == 200
    return re.findall(r"SUMMARY:(.+?)\r", answer.text)


def post(client: FlaskClient, path: str, **given: Any) -> Any:
    return client.post(f"{URL}{path}", json=given, headers=JSON)


def test_a_calendar_follows_the_marks_until_it_is_taken_back(
    event: EventRow, client: FlaskClient
) -> None:
    made = post(client, "", performances=[3, 1, 1, 99])
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    url, key = made.get_json()["url"], made.get_json()["key"]
    assert key not in url
    assert len(summaries(client, url)) == 2
    path = url[url.index("/e/") :]
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "private" in first.headers["Cache-Control"]
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert post(client, "/change", key=key, performances=[2]).status_code == 204
    [title] = summaries(client, url)
    moved = queries.working_grid(event, numbers=[2])[0]
    service.set_status(
        service.SetStatus(
            event_id=event.id,
            performance_id=moved.performance_id,
            row_version=moved.row_version,
            status=SlotStatus.CANCELLED,
        )
    )
    assert summaries(client, url) == [title]  # a draft is nobody's business
    make.release(event)
    assert "STATUS:CANCELLED" in client.get(path).text
    token = re.search(r"calendars/(.+)\.ics", url)[1]  # type: ignore[index]  # it is there
    wrong = post(client, "/change", key=token, performances=[1])
    assert_problem(wrong, 404, "unknown-feed")  # who reads may not write
    assert post(client, "/revoke", key=key).status_code == 204
    assert client.get(path).status_code == 404
    assert_problem(post(client, "/revoke", key=key), 404, "unknown-feed")
    for bad in ([0], ["x"], list(range(1, 600)), None):
        assert_problem(post(client, "", performances=bad), 422, "invalid")


def test_nothing_in_the_row_says_whose_it_is(event: EventRow, client: FlaskClient) -> None:
    made = post(client, "", performances=[1]).get_json()
    db.session.rollback()
    row = db.session.scalars(select(PersonalFeed)).one()
    columns = {column.name for column in PersonalFeed.__table__.columns}
    assert columns == {"id", "event_id", "token_hash", "key_hash", "numbers", "created_on"}
    assert made["key"] not in (row.key_hash, row.token_hash)
    assert row.token_hash not in made["url"]


def test_a_calendar_is_forgotten_after_the_event(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], object]
) -> None:
    post(client, "", performances=[1])
    clock(datetime(2027, 1, 20, tzinfo=UTC))
    assert service.forget_old_feeds() == 0
    clock(datetime(2027, 2, 1, tzinfo=UTC))
    assert service.forget_old_feeds() == 1


def test_ways_are_those_of_the_table_else_of_the_distance(app: Flask) -> None:
    event = make.make_event()
    places = {"yard": (22.54, 114.05), "mill": (22.55, 114.05), "dock": (None, None)}
    ids = {
        slug: add_venue(
            AddVenue(event_id=event.id, slug=slug, name=make.both(slug), lat=lat, lon=lon)
        )
        for slug, (lat, lon) in places.items()
    }
    add_travel(
        AddTravel(event_id=event.id, venue_a_id=ids["dock"], venue_b_id=ids["mill"], minutes=25)
    )
    found = queries.ways(event.id, set(places))
    assert list(found) == ["dock mill", "dock yard", "mill yard"]
    assert found["dock mill"] == 25
    assert 10 <= found["mill yard"] <= 20  # 1.1 km on foot
    assert queries.ways(event.id, {"mill"}) == {}
