"""Open grounds: visits from people present and how long they stay, entered by a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.audience import queries, service
from eventhub.audience.errors import GroundIsEstimated
from eventhub.audience.rules import occupancy
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel.db import db
from tests.assertions import assert_html
from tests.factories import audience as make
from tests.people import make_people

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
PATH = "/console/e/cloth-week/footfall/ground"


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


def send(client: FlaskClient, **form: Any) -> Any:
    page = client.get(PATH).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return client.post(PATH, data=form | {"csrf_token": token[1] if token else ""})


def test_densities_are_taken_evenly_between_two_counts() -> None:
    assert occupancy.turnover_of([(12, 0.4), (20, 0.4)], 36_000, 70)[0] == 98_743
    assert occupancy.turnover_of([(12, 0.2), (16, 0.6), (20, 0.2)], 36_000, 70)[0] == 98_743
    for bad in ([(12, 0.4)], [(12, 0.4), (12, 0.4)], [(12, 0.4), (13, 4.4)]):
        with pytest.raises(ValueError, match=r"two counts|fit"):
            occupancy.turnover_of(bad, 36_000, 70)


def test_visits_of_an_open_ground_are_entered_by_a_form(app: Flask) -> None:
    event = make.make_counted_event()
    meadow, avenue = make.make_zone(event, "meadow"), make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=avenue.id, is_cordon=True)
    alice = make_people(event.organisation_id).client(app, "alice")
    form = {
        "zone": meadow.id,
        "day": "2026-11-20",
        "area": "36000",
        "densities": "12:00 0.40\n20:00 0.40",
        "dwell": "70",
        "sample": "200",
    }
    assert send(alice, **form).status_code == 303
    db.session.rollback()
    (figure,) = queries.observations(event.id)
    assert (figure.value, figure.cls, round(figure.rel_sd or 0, 2)) == (98_743, "estimated", 0.26)
    page = assert_html(alice.get(f"{PATH}?lang=en"))
    assert "98,743" in page
    found = build_report(BuildReport(event_id=event.id)).document()
    assert (found["gross"], found["gross_class"]) == (98_743, "estimated")
    send(alice, **(form | {"dwell": "35"}))  # the same day again replaces the figure
    db.session.rollback()
    assert [row.value for row in queries.observations(event.id)] == [197_486]
    assert build_report(BuildReport(event_id=event.id)).document()["gross"] == 197_486
    for bad, status in (
        ({"sample": "199"}, 422),
        ({"densities": "12:00 0.4"}, 422),
        ({"densities": "12:00 4.4\n20:00 1"}, 422),
        ({"densities": "noon 0.4"}, 422),
        ({"day": "2026-11-22"}, 422),  # the future
        ({"zone": avenue.id}, 409),  # its cordon counts
    ):
        assert send(alice, **(form | bad)).status_code == status, bad
    db.session.rollback()
    assert [row.value for row in queries.observations(event.id)] == [197_486]


def test_a_cordon_around_or_inside_an_estimated_ground_is_refused(app: Flask) -> None:
    event = make.make_counted_event()
    park = make.make_zone(event, "park")
    meadow = make.make_zone(event, "meadow", parent_id=park.id)
    stage = make.make_zone(event, "stage", parent_id=meadow.id)
    avenue = make.make_zone(event, "avenue")
    north = make.make_counter(event, "north")
    alice = make_people(event.organisation_id).client(app, "alice")
    form = {"day": "2026-11-20", "area": "36000", "densities": "12:00 0.40\n20:00 0.40"}
    assert send(alice, zone=meadow.id, dwell="70", sample="200", **form).status_code == 303

    def place(zone_id: int, *, is_cordon: bool) -> None:
        service.place_counter(
            service.PlaceCounter(
                event_id=event.id,
                source_id=north.id,
                zone_id=zone_id,
                is_cordon=is_cordon,
                width_m=None,
            )
        )

    for zone in (park, meadow, stage):
        with pytest.raises(GroundIsEstimated) as refusal:
            place(zone.id, is_cordon=True)
        assert refusal.value.details == {"days": ["2026-11-20"]}
        place(zone.id, is_cordon=False)  # its passages are in no total
    place(avenue.id, is_cordon=True)
    page = alice.get("/console/e/cloth-week/footfall?lang=en").get_data(as_text=True)
    token = re.search(r'name="place-csrf_token"[^>]*value="([^"]+)"', page)
    answer = alice.post(
        "/console/e/cloth-week/footfall/place?lang=en",
        data={
            "place-csrf_token": token[1] if token else "",
            "place-counter": north.id,
            "place-zone": meadow.id,
            "place-is_cordon": "y",
        },
    )
    assert answer.status_code == 409
    assert "a cordon would count them twice" in assert_html(answer, status=409)
    db.session.rollback()
    (row,) = queries.counters(event.id)
    assert (row.zone_id, row.is_cordon) == (avenue.id, True)
