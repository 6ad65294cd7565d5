"""How many people stand behind contacts, and which channels share them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from eventhub.exposure.enums import Channel
from eventhub.exposure.render.page import report_page
from eventhub.exposure.rules.lines import Line, Span
from eventhub.exposure.rules.people import (
    PeopleRange,
    overlaps,
    people_behind,
    people_middle,
)
from eventhub.exposure.rules.rollup import select_parts
from eventhub.exposure.service import BuildReport, SetUniverse, build_report, set_universe
from eventhub.kernel.errors import Invalid
from eventhub.kernel.i18n import in_lang
from tests.assertions import assert_html
from tests.factories import exposure as factory


def line(metric: str, value: int, op: str = "=", **given: Any) -> Line:
    """Return a measured line of a metric."""
    values = {"cls": "measured", "zh": metric, "en": metric, "unit": ""} | given
    return Line(key=metric, metric=metric, value=value, op=op, **values)


def behind(*lines: Line, universe: int | None = None) -> PeopleRange:
    """Return the people behind some lines."""
    return people_behind(lines, select_parts(lines), universe=universe)


def test_vector_of_the_people_range() -> None:
    lines = (
        line("footfall.visits", 100_000),
        line("footfall.persons", 100_000, cls="estimated"),
        line("live.starts", 730_000),
        line("live.viewers_day", 730_000, cls="estimated"),
    )
    ends = [
        (found.low, found.high)
        for found in (behind(*lines, universe=17_790_100), behind(*lines, universe=800_000))
    ]
    assert ends == [(730_000, 830_000), (730_000, 800_000)]
    assert people_middle((730_000, 100_000), universe=17_790_100) == 825_897
    assert people_middle((), universe=1) is None
    none = people_behind((), ())
    assert (none.low, none.high) == (None, None)


def test_a_range_over_channels_and_what_each_could_change() -> None:
    lines = (
        line("footfall.visits", 5_000, low=4_800, high=5_200),
        line("checkin.visits", 1_200),
        line("checkin.visitors", 900),
        line("live.starts", 3_000),
        line("live.viewers_day", 2_000, cls="estimated", low=1_970, high=2_030),
    )
    found = behind(*lines)
    assert (found.low, found.high) == (1_970, 8_200)
    rows = {one.channel: (one.fewest, one.most, one.low_to, one.high_to) for one in found.channels}
    assert rows == {
        # 900 with tickets, never more than visits; had they been the only ones: 900 + 3,000
        Channel.ATTENDANCE: (900, 5_200, 5_200, 3_900),
        Channel.LIVESTREAM: (1_970, 3_000, 3_000, 7_170),
    }
    pairs = [pair.as_json() for pair in overlaps(lines, select_parts(lines), found)]
    assert pairs == [
        {"one": "A", "other": "L", "kind": "shared", "most": 3_000},
        {"one": "checkin.visits", "other": "footfall.visits", "kind": "subset", "most": None},
    ]


def test_ticket_holders_are_the_people_where_nothing_else_is_counted() -> None:
    lines = (line("checkin.visits", 1_200), line("checkin.visitors", 900))
    found = behind(*lines)
    assert (found.low, found.high) == (900, 900)
    assert overlaps(lines, select_parts(lines), found) == ()


def test_a_survey_bounds_both_ends() -> None:
    persons = line("footfall.persons", 2_500, cls="estimated", low=2_300, high=2_700)
    found = behind(line("footfall.visits", 5_000), persons)
    assert (found.low, found.high) == (2_300, 2_700)


def test_a_survey_of_one_day_says_nothing_of_the_most_people_of_several() -> None:
    first, third = (datetime(2026, 9, day, 22, tzinfo=UTC) for day in (20, 22))
    asked = line("footfall.persons", 2_500, cls="estimated", low=2_300, high=2_700)
    visits = replace(line("footfall.visits", 5_000), span=Span(first, third))
    whole = replace(asked, scope="2026-09-20T22:00Z", span=Span(first, third))
    one_day = replace(whole, span=Span(first, first + timedelta(days=1)))
    one_place = replace(whole, scope="works@2026-09-20T22:00Z")
    found = [behind(visits, survey) for survey in (whole, one_day, one_place)]
    ends = [(one.low, one.high) for one in found]
    assert ends == [(2_300, 2_700), (2_300, 5_000), (2_300, 5_000)]


def test_channels_that_count_people_have_a_range_of_their_own_beside_the_others() -> None:
    lines = (
        line("footfall.visits", 5_000),
        line("checkin.visitors", 900),
        line("live.starts", 3_000),
        line("media.potential", 70_000, ">"),
    )
    found = behind(*lines, universe=1_000_000)
    assert (found.low, found.high) == (900, 1_000_000)
    assert found.counted is not None
    assert found.counted.as_json() == {"channels": ["A"], "low": 900, "high": 5_000}
    assert behind(*lines[:2]).counted is None  # every channel counts: that is the range
    assert behind(*lines[2:], universe=1_000).counted is None  # none does


@pytest.mark.parametrize("op", [">", "~"])
def test_an_open_figure_leaves_the_high_end_open_unless_a_universe_bounds_it(op: str) -> None:
    lines = (line("footfall.visits", 5_000), line("media.potential", 70_000, op))
    assert (behind(*lines).low, behind(*lines).high) == (None, None)
    assert behind(*lines, universe=20_000).high == 20_000
    (pair,) = overlaps(lines, select_parts(lines), behind(*lines))
    assert pair.most == 5_000  # nobody can be in both who is not in the smaller one


def test_the_public_record_states_no_number_of_people() -> None:
    claims = {"cls": "claimed"}
    lines = (
        line("footfall.visits", 100_000, **claims),
        line("live.viewers_claimed", 730_000, ">", **claims),
    )
    found = behind(*lines)
    assert (found.low, found.high) == (None, None)
    assert [(one.fewest, one.most) for one in found.channels] == [(None, 100_000), (None, None)]


@given(
    st.lists(st.integers(1, 10**6), min_size=4, max_size=4),
    st.one_of(st.none(), st.integers(10**6, 10**8)),
)
def test_a_range_is_in_order_and_holds_what_any_channel_could_change(
    values: list[int], universe: int | None
) -> None:
    visits, visitors, starts, viewers = values
    found = behind(
        line("footfall.visits", max(visits, visitors)),
        line("checkin.visitors", min(visits, visitors)),
        line("live.starts", max(starts, viewers)),
        line("live.viewers_day", min(starts, viewers), cls="estimated"),
        universe=universe,
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.high
    for one in found.channels:
        assert one.low_to is not None
        assert one.high_to is not None
        assert found.low <= one.low_to <= found.high
        assert found.low <= one.high_to <= found.high


@pytest.mark.only("sqlite")
def test_page_names_every_pair_and_the_range_in_words(app: Flask) -> None:
    document = build_report(BuildReport(event_id=factory.make_futian())).document()
    with app.test_request_context(), in_lang("en"):
        found = report_page(document).overlaps
        before = report_page({k: v for k, v in document.items() if k not in ("people", "overlaps")})
    assert found is not None
    assert [[cell.text for cell in row.cells] for row in found.matrix] == [
        ["100,000", ""],
        ["at most 100,000 people", "> 730,000"],
    ]
    assert [(row.fewest, row.most, row.moves) for row in found.rows] == [
        ("not known", "100,000", ("100,000",)),
        ("not known", "not known", ("> 730,000",)),
    ]
    assert found.sentence.endswith("so no number of people is stated.")
    assert before.overlaps is None  # a version of an earlier form


def test_who_could_be_reached_bounds_the_range_and_says_what_it_does(
    app: Flask, client: FlaskClient
) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    before = build_report(BuildReport(event_id=event_id)).document()
    assert (before["people_high"], before["universe"]) == (None, None)  # an hour is missing
    with pytest.raises(Invalid):
        set_universe(SetUniverse(event_id=event_id, people=0))
    set_universe(SetUniverse(event_id=event_id, people=600))
    document = build_report(BuildReport(event_id=event_id)).document()
    assert document["people_high"] == 600
    assert document["universe"] == {"people": 600, "high_to": None}
    assert document["gross"] == before["gross"]
    page = assert_html(client.get("/e/demo/report?lang=en"))
    assert (
        "600 as the organizer states it: not every channel has an upper bound of its own." in page
    )
    set_universe(SetUniverse(event_id=event_id, people=None))
    assert build_report(BuildReport(event_id=event_id)).document()["universe"] is None
