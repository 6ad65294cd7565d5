"""The wall: four figures, a line per stage, and a snapshot that changes only with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import queries
from eventhub.exposure.service import MentionFigures, RecordMentions, record_mentions
from eventhub.kernel import clock as kernel_clock
from eventhub.programme.queries import event_by_slug
from tests.factories import audience as make

pytestmark = pytest.mark.only("sqlite")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_event_without_anything_counted_says_not_measured(client: FlaskClient) -> None:
    make.make_counted_event()
    page = client.get("/e/cloth-week/live/wall?lang=en")
    assert page.status_code == 200
    shown = words(page.get_data(as_text=True))
    assert shown.count("Not measured") == 4
    assert client.get("/e/cloth-week/live/wall.json").json == {
        "inside": None,
        "per_minute": 0.0,
        "visits": None,
        "visits_op": None,
        "arrived": 0,
        "viewers": None,
        "coverage": None,
        "outlets": None,
        "silent": 0,
        "stages": [],
    }


def test_the_demonstration_has_people_inside_and_a_line_per_stage(demo_app: Flask) -> None:
    event = event_by_slug("demo")
    wall = queries.wall(event)
    assert [row.stage.position for row in wall.stages] == list(range(1, len(wall.stages) + 1))
    assert wall.inside is not None
    assert wall.inside >= 0
    assert wall.live.visits is not None
    assert all(row.now is None or row.now.starts_at <= wall.at for row in wall.stages)
    assert all(0 <= row.share <= 1 for row in wall.stages)
    with demo_app.test_client() as client:
        page = client.get("/e/demo/live/wall?lang=en").get_data(as_text=True)
    shown = words(page)
    assert "Demonstration data" in shown
    for word in ("People inside", "Footfall today", "Arrived today", "Watching now"):
        assert word in shown
    assert "style=" not in page


def test_unchanged_figures_answer_304(client: FlaskClient, clock: Callable[..., None]) -> None:
    event = make.make_counted_event()
    now = kernel_clock.now()
    clock(now)
    make.record_viewers(event, "main", now - timedelta(minutes=1), [41, 42])
    first = client.get("/e/cloth-week/live/wall.json")
    assert first.json is not None
    assert first.json["viewers"] == 42
    clock(now + timedelta(seconds=2))
    again = client.get(
        "/e/cloth-week/live/wall.json", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304


def test_media_reports_of_today_stand_on_the_wall(
    client: FlaskClient, clock: Callable[..., None]
) -> None:
    event = make.make_counted_event()
    now = kernel_clock.now()
    clock(now)
    told = [("A", 0), ("A", 1), ("B", 2), ("C", 30)]  # outlet and hours ago
    record_mentions(
        RecordMentions(
            event_id=event.id,
            items=[
                MentionFigures(
                    outlet=outlet, title=f"{outlet} {ago}", published_at=now - timedelta(hours=ago)
                )
                for outlet, ago in told
            ],
        )
    )
    start, _end = event.day_bounds(event.operating_day(now))
    today = [outlet for outlet, ago in told if now - timedelta(hours=ago) >= start]
    first = client.get("/e/cloth-week/live/wall.json")
    assert first.json is not None
    assert (first.json["coverage"], first.json["outlets"]) == (len(today), len(set(today)))
    page = client.get("/e/cloth-week/live/wall?lang=en").get_data(as_text=True)
    assert "Media reports today" in page
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/e/cloth-week/live/wall.json", headers=same).status_code == 304


def test_an_unknown_event_has_no_wall(client: FlaskClient) -> None:
    assert client.get("/e/nowhere/live/wall").status_code == 404
    assert client.get("/e/nowhere/live/wall.json").status_code == 404


def test_without_scanned_exits_the_counters_say_who_is_inside(app: Flask) -> None:
    event = make.make_counted_event()
    outer = make.make_zone(event, "grounds")
    inner = make.make_zone(event, "hall", parent_id=outer.id)
    for name, zone in (("north", outer), ("door", inner)):
        make.make_counter(event, name, zone_id=zone.id, is_cordon=True, period_s=60)
    at = kernel_clock.now().replace(microsecond=0) - timedelta(seconds=61)
    readings = [
        make.reading(name, at, duration_s=60, entered=entered, left=2)
        for name, entered in (("north", 50), ("door", 30))
    ]
    make.record(event, *readings)
    wall = queries.wall(event)
    assert (wall.inside, wall.is_by_counters) == (48, True)
