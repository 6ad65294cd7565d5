"""Mentions, creators and the comparison of the demonstration, against its own totals."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from eventhub.demo import content
from eventhub.demo.frame import Frame
from eventhub.demo.media import load
from eventhub.exposure import queries
from eventhub.exposure.rules.media import creator_sums, media_sums
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel import clock
from eventhub.kernel.db import command
from eventhub.programme.queries import EventRow, event_by_id, event_by_slug
from tests.assertions import assert_html
from tests.factories import exposure as factory

pytestmark = pytest.mark.only("sqlite")
TODAY = date(2026, 9, 24)


@pytest.fixture
def festival(app: Flask) -> EventRow:
    """Return an event with all mentions and posts that the content holds."""
    event = event_by_id(factory.make_running_event(factory.make_organisation()))
    moment = event.day_bounds(TODAY)[1]
    frame = Frame(content.festival(), event, None, TODAY, moment, 0)  # type: ignore[arg-type]
    with clock.fixed(moment + timedelta(hours=1)):
        command(load)(frame)
    return event


def test_mentions_are_those_of_the_content(festival: EventRow) -> None:
    rows = queries.mention_rows(festival.id)
    sums = media_sums(rows)
    assert (sums.mentions, sums.outlets, sums.stories) == (40, 24, 33)
    assert (sums.potential, sums.potential_op, sums.with_reach) == (9_568_000, ">", 34)
    assert sums.potential is not None
    assert (sums.copies, sums.potential - sums.copies) == (2_207_000, 7_361_000)
    assert sums.reads == 88_500
    tones = [row.tone for row in rows]
    assert [tones.count(tone) for tone in (1, 0, -1)] == [31, 7, 2]


def test_creators_are_those_of_the_content(festival: EventRow) -> None:
    sums = creator_sums(queries.post_rows(festival.id))
    assert (sums.creators, sums.posts) == (15, 18)
    assert (sums.impressions, sums.impressions_op) == (7_604_500, ">")
    assert sums.posts - sums.with_impressions == 4
    assert sums.engagement == 472_200


def test_the_ledger_adds_reach_and_impressions(festival: EventRow) -> None:
    report = build_report(BuildReport(event_id=festival.id)).document()
    assert report["gross"] == 9_568_000 + 7_604_500
    assert (report["gross_op"], report["gross_class"], report["synthetic"]) == (
        ">",
        "claimed",
        True,
    )
    assert report["by_class"] == {"measured": 0, "estimated": 9_568_000, "claimed": 7_604_500}
    days = report["series"]["media_days"]
    assert (sum(days["mentions"]), sum(days["posts"])) == (40, 18)
    assert sum(days["reach"]) == 9_568_000
    assert report["series"]["outlets"]["count"] == 24


def test_loaded_demonstration_stands_beside_the_public_record(demo_app: Flask) -> None:
    row = queries.latest(event_by_slug("demo").id)
    assert row is not None
    series = row.document()["series"]
    assert series["comparison"]["event"] == "futian-2023"
    assert series["comparison"]["same_definitions"] is True
    steps = [step["value"] for step in series["funnel"]["steps"]]
    assert steps == sorted(steps, reverse=True)
    assert 0 <= series["funnel"]["no_show"] <= series["funnel"]["due"]
    assert sum(row["arrived"] for row in series["funnel"]["types"]) == steps[-1]
    for lang, words in {"zh": "与另一届并列", "en": "Beside another event"}.items():
        html = assert_html(demo_app.test_client().get(f"/e/demo/report?lang={lang}"))
        assert words in html
        assert 'id="media"' in html
        assert 'id="attendance"' in html
