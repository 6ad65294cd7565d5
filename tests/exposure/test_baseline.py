"""A day beside the same weekday of other weeks."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.exposure import queries
from eventhub.exposure.rules.baseline import CounterHours, HourBeside, against_baseline
from eventhub.exposure.service import BuildReport, NoteDays, build_report, note_days
from eventhub.kernel import clock
from eventhub.programme.queries import event_by_id, event_by_slug
from tests.assertions import assert_html
from tests.factories import exposure as factory
from tests.factories.audience import reading, record

DAY = date(2026, 11, 24)
WEEK = timedelta(weeks=1)
FACTORS = {"north": 1.1}


def test_a_day_stands_beside_the_median_of_the_same_weekday_of_four_weeks_around() -> None:
    weeks = {DAY + n * WEEK: {"gate": {10: 100 * n}} for n in (1, 2, 3, 4, 5)}
    weeks |= {DAY + timedelta(days=1): {"gate": {10: 9_999}}}
    found = against_baseline(DAY, {"gate": {10: 500}}, weeks, factors={}, hours=[10])
    assert (found.median, found.uplift) == (250, Decimal("2.00"))
    assert found.days == tuple(DAY + n * WEEK for n in (1, 2, 3, 4))
    nothing = against_baseline(DAY, {"gate": {10: 500}}, {}, factors={}, hours=[10])
    assert (nothing.median, nothing.uplift, nothing.hours) == (None, None, ())


def test_only_like_is_compared_with_like() -> None:
    own: CounterHours = {"north": {10: 100, 11: 200, 13: 50}, "hall": {10: 900, 11: 900}}
    weeks: dict[date, CounterHours] = {
        DAY - WEEK: {"north": {10: 40, 11: 60, 12: 70, 13: 10}},
        DAY - 2 * WEEK: {"north": {10: 60, 11: 100, 12: 90, 13: 30}},
        DAY - 3 * WEEK: {"north": {10: 1, 13: 1}},  # an hour was lost
    }
    found = against_baseline(DAY, own, weeks, factors=FACTORS, hours=[10, 11, 12, 13])
    assert found.counters == ("north",)  # no other week has the hall
    assert found.days == (DAY - 2 * WEEK, DAY - WEEK)
    assert found.left_out == (DAY - 3 * WEEK,)
    # without 12, which this day lost: 350 × 1.1 against the median of 110 × 1.1 and 190 × 1.1
    assert (found.compared, found.median, found.uplift) == (385, 165, Decimal("2.33"))
    assert found.hours == (
        HourBeside(10, 110, 55),
        HourBeside(11, 220, 88),
        HourBeside(12, None, 88),
        HourBeside(13, 55, 22),
    )


def test_a_running_day_is_compared_up_to_its_last_hour(app: Flask, client: FlaskClient) -> None:
    event_id = factory.make_counted(factory.make_organisation())
    event, day = event_by_id(event_id), date(2026, 9, 24)
    before = build_report(BuildReport(event_id=event_id)).document()
    for weeks in (1, 2):
        at = event.instant(day - weeks * WEEK, time(6))
        with clock.fixed(at + timedelta(hours=25)):
            record(
                event,
                *(
                    reading("north", at + timedelta(hours=hour), entered=5 * weeks)
                    for hour in range(24)
                ),
            )
    note_days(NoteDays(event_id=event_id, notes={day: {"zh": "雨", "en": "Rain"}}))
    document = build_report(BuildReport(event_id=event_id)).document()
    assert document["gross"] == before["gross"]  # other weeks enter no figure of the event
    (row,) = document["series"]["baseline"]
    # 8 to 20 without 11: 10 × 10 + 300 entries against 11 × 7.5, both × 1.1
    assert (row["compared"], row["baseline"], row["uplift"]) == (440, 90, "4.86")
    assert row["baseline_days"] == ["2026-09-10", "2026-09-17"]
    assert {one["hour"]: (one["value"], one["usual"]) for one in row["hours"]}[12] == (330, 8)
    assert {one["hour"]: one["value"] for one in row["hours"]}[11] is None
    html = assert_html(client.get("/e/demo/report?lang=en"))
    assert "4.86 ×" in html
    assert "Rain" in html
    assert html.count('beside the usual day">') == 1


@pytest.mark.only("sqlite")
def test_the_demonstration_stands_beside_four_ordinary_weeks(demo_app: Flask) -> None:
    row = queries.latest(event_by_slug("demo").id)
    assert row is not None
    document = row.document()
    assert document["adjustments"] == []
    for day in document["series"]["baseline"]:
        assert day["counters"] == ["avenue-north", "avenue-south"]
        assert len(day["baseline_days"]) + len(day["left_out"]) == 4
        assert day["note"]
