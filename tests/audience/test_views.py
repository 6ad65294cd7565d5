"""The live page and its snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import charts, queries, service
from eventhub.audience.enums import EvidenceClass, Op
from eventhub.audience.rules.samples import Point
from eventhub.programme.queries import EventRow
from tests.assertions import assert_html, assert_queries
from tests.factories import audience as make

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


def text(page: str) -> str:
    """Return the words of a page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def counted(event: EventRow) -> None:
    """Give the event a cordon of one counter and a sensor that is none."""
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True)
    make.make_counter(event, "mid", zone_id=zone.id)
    start = datetime(2026, 11, 20, 22, tzinfo=UTC)
    for hour in range(13):
        at = start + timedelta(hours=hour)
        make.record(event, make.reading("north", at, entered=100), make.reading("mid", at))


def test_viewers_now_with_class_age_and_peak(client: FlaskClient) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", NOW - 3 * MINUTE, [1_000, 3_062, None, 2_417])
    page = text(assert_html(client.get("/e/cloth-week/live?lang=en")))
    assert "2,417 watching now" in page
    assert "Measured" in page
    assert "Peak 3,062, 19:38" in page
    data = client.get("/e/cloth-week/live.json").get_json()
    assert (data["viewers"], data["viewers_class"]) == (2_417, "measured")
    assert data["streams"][0]["viewers"] == 2_417


def test_an_old_number_is_not_shown_as_the_present(client: FlaskClient) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", NOW - 4 * MINUTE, [800])
    page = text(assert_html(client.get("/e/cloth-week/live?lang=en")))
    assert "No stream is on air" in page
    assert "last 800 at 11-21 19:36" in page
    data = client.get("/e/cloth-week/live.json").get_json()
    assert (data["viewers"], data["streams"][0]["viewers"], data["streams"][0]["last"]) == (
        None,
        None,
        800,
    )


def test_figures_of_platforms_stand_beside_and_never_inside(client: FlaskClient) -> None:
    event = make.make_counted_event()
    make.make_stream(event, "wave", cls=EvidenceClass.CLAIMED, sample_every_s=300)
    make.record_viewers(event, "wave", NOW - 4 * MINUTE, [90_000])
    make.record_viewers(event, "main", NOW - MINUTE, [12])
    data = client.get("/e/cloth-week/live.json").get_json()
    assert data["viewers"] == 12
    assert [row["viewers"] for row in data["streams"]] == [90_000, 12]


def test_footfall_today_adds_cordons_and_leaves_passages_beside(client: FlaskClient) -> None:
    event = make.make_counted_event()
    counted(event)
    page = text(assert_html(client.get("/e/cloth-week/live?lang=en")))
    assert "1,300 visits today" in page
    assert "Passages, not visits" in page
    assert "mid 182" in page
    data = client.get("/e/cloth-week/live.json").get_json()
    assert data["visits"] == {"count": 1_300, "op": "=", "class": "estimated"}


def test_a_missing_hour_makes_the_figure_a_lower_bound(client: FlaskClient) -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True)
    for hour in (6, 8):
        make.record(event, make.reading("north", NOW.replace(minute=0) - timedelta(hours=hour)))
    page = text(assert_html(client.get("/e/cloth-week/live?lang=en")))
    assert "≥ 20 visits today" in page
    assert "6 hours without data" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_event_without_counts_shows_what_was_published_word_for_word(
    client: FlaskClient, lang: str
) -> None:
    event = make.make_counted_event(starts_on=None, ends_on=None)
    quote = "线上直播观看人数超过73万"
    make.make_claim(
        event, "live.viewers_claimed", value=730_000, op=Op.OVER, quote=quote, unit_stated=None
    )
    page = assert_html(client.get(f"/e/cloth-week/live?lang={lang}"))
    assert quote in page
    assert "730,000" in page
    assert {"zh": "单位未注明", "en": "unit not stated"}[lang] in page
    assert client.get("/e/cloth-week/live.json").get_json()["viewers"] is None


def test_an_event_without_anything_says_what_will_fill_the_page(client: FlaskClient) -> None:
    make.make_counted_event()
    assert "Nothing is being counted yet" in assert_html(client.get("/e/cloth-week/live?lang=en"))
    assert "还没有开始计数" in assert_html(client.get("/e/cloth-week/live?lang=zh"))


def test_unknown_events_are_not_found(client: FlaskClient) -> None:
    assert_html(client.get("/e/nowhere/live"), 404)
    assert client.get("/e/nowhere/live.json").status_code == 404


def test_the_watermark_is_the_oldest_of_what_still_speaks(client: FlaskClient) -> None:
    event = make.make_counted_event()
    assert queries.live(event).complete_until is None
    make.record_viewers(event, "gone", NOW - timedelta(hours=3), [9])  # silent: not waited for
    make.record_viewers(event, "main", NOW - MINUTE, [5])
    assert queries.live(event).complete_until == NOW - MINUTE
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True)
    make.record(event, make.reading("north", NOW - timedelta(hours=2)))
    assert queries.live(event).complete_until == NOW - timedelta(hours=1)
    said = client.get("/e/cloth-week/live.json").get_json()["complete_until"]
    assert datetime.fromisoformat(said) == NOW - timedelta(hours=1)


def test_an_unchanged_snapshot_is_answered_without_a_body(
    client: FlaskClient, app: Flask, clock: Callable[[datetime], None]
) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", NOW - MINUTE, [5])
    first = client.get("/e/cloth-week/live.json")
    clock(NOW + timedelta(seconds=10))
    app.extensions["eventhub_cache"].clear()
    again = client.get("/e/cloth-week/live.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    make.record_viewers(event, "main", NOW, [6])
    app.extensions["eventhub_cache"].clear()
    changed = client.get(
        "/e/cloth-week/live.json", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert changed.get_json()["viewers"] == 6


def test_the_snapshot_is_small_and_is_computed_once_a_second(
    client: FlaskClient, app: Flask
) -> None:
    event = make.make_counted_event()
    counted(event)
    for n in range(20):
        make.record_viewers(event, f"stream-{n:02}", NOW - MINUTE, [n])
    answer = client.get("/e/cloth-week/live.json")
    assert len(answer.get_data()) < 4_096
    with assert_queries(1):  # the event itself
        client.get("/e/cloth-week/live.json")
    app.extensions["eventhub_cache"].clear()
    for _streams in range(2):
        with assert_queries(7):
            queries.live(event)
        make.record_viewers(event, "one-more", NOW - MINUTE, [1])


def test_results_of_what_was_shown_stand_in_a_table(client: FlaskClient) -> None:
    event = make.make_counted_event()
    stream = make.make_stream(event)
    make.record_viewers(event, "main", NOW - 60 * MINUTE, [100] * 20 + [900] * 10)
    service.ensure_stream_programme(
        service.EnsureStreamProgramme(
            event_id=event.id,
            stream_id=stream.id,
            title={"zh": "开场", "en": "The opening"},
            starts_at=NOW - 60 * MINUTE,
            ends_at=NOW - 30 * MINUTE,
        )
    )
    page = text(assert_html(client.get("/e/cloth-week/live?lang=en")))
    assert "The opening Saturday 21 November 18:40–19:10 main 900 19:00 367 Measured" in page


def point(minute: int, mean: Any) -> Point:
    return Point(NOW + minute * MINUTE, mean)


def test_a_gap_breaks_the_curve_and_shows_bare_warp() -> None:
    drawn = charts.curve([point(0, 1), point(1, 2), point(2, None), point(3, 2)], 'a "peak"')
    line = re.search(r'curve-line" d="([^"]+)"', drawn)
    assert line is not None
    assert line.group(1).count("M") == 2
    assert "M400.0 0V96" in drawn
    assert "a &#34;peak&#34;" in drawn
    assert charts.curve([point(0, 1)], "") == ""
    assert charts.ends([]) is None
