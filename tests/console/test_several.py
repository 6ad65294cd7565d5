"""Several at once in the editor: forms without a script, refusals, filters, shades."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.programme import queries, service
from eventhub.programme.queries import EventRow
from tests.console.draft import at, make_draft, slot
from tests.console.test_proposals import post
from tests.factories.programme import default_organisation, make_performance, make_show, make_slot
from tests.people import People, make_people

pytestmark = pytest.mark.only("sqlite")  # tests/programme proves the operations on both databases

PAGE = "/console/e/loom/programme"


@pytest.fixture
def people(app: Flask) -> People:
    return make_people(default_organisation())


@pytest.fixture
def event(people: People) -> EventRow:
    return make_draft(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, event: EventRow) -> FlaskClient:
    return people.client(app, "alice")


def marks(event: EventRow) -> list[str]:
    rows = (slot(event, code) for code in ("AAAAAA", "BBBBBB"))
    return [f"{row.public_no}:{row.row_version}" for row in rows]


def act(client: FlaskClient, event: EventRow, **form: Any) -> int:
    day = event.days()[0].isoformat()
    return post(client, f"{PAGE}/several", **{"day": day, "minutes": "15"} | form).status_code


def test_marked_shows_shift_copy_and_come_off(alice: FlaskClient, event: EventRow) -> None:
    assert 'name="item"' in alice.get(f"{PAGE}?several=1").get_data(as_text=True)
    assert act(alice, event, item=marks(event), action="shift", minutes="-30") == 303
    assert (at(event), at(event, "BBBBBB")) == ("runway 17:30-18:15", "runway 19:30-20:15")
    to_day = event.days()[1].isoformat()
    assert act(alice, event, item=marks(event), action="copy", to_day=to_day) == 303
    assert len(queries.working_grid(event)) == 5
    assert act(alice, event, item=marks(event), action="unplace") == 303
    assert at(event) == "unplaced"
    assert post(alice, f"{PAGE}/undo").status_code == 303
    assert at(event, "BBBBBB") == "runway 19:30-20:15"


def test_a_stale_mark_changes_nothing_and_keeps_the_ticks(
    alice: FlaskClient, event: EventRow
) -> None:
    old = marks(event)
    assert act(alice, event, item=old[:1], action="shift") == 303
    day = event.days()[0].isoformat()
    answer = post(alice, f"{PAGE}/several", day=day, minutes="5", item=old, action="shift")
    shown = answer.get_data(as_text=True)
    assert (answer.status_code, at(event, "BBBBBB")) == (409, "runway 20:00-20:45")
    assert "Nothing has changed." in shown
    assert shown.count("checked") == 2
    assert act(alice, event, item=[], action="shift") == 422
    assert act(alice, event, item=["x:y"], action="shift") == 400
    assert act(alice, event, item=old, action="burn") == 400


def test_a_day_is_copied_and_a_break_put_on_another_stage(
    alice: FlaskClient, event: EventRow
) -> None:
    days = [day.isoformat() for day in event.days()]
    assert post(alice, f"{PAGE}/copy-day", day=days[0], to_day=days[1]).status_code == 303
    assert len(queries.working_grid(event)) == 5
    pause = make_performance(event, make_show(event, "PAUSES"), kind="break")
    start = event.instant(event.days()[0], time(12, 0))
    stage_id = slot(event).stage_id
    make_slot(event, performance_id=pause, stage_id=stage_id, starts_at=start)
    row = slot(event, "PAUSES")
    shown = alice.get(f"{PAGE}?item={row.public_no}").get_data(as_text=True)
    assert 'name="stages" value="court"' in shown
    form = {"number": row.public_no, "version": row.row_version, "stages": ["court"]}
    assert post(alice, f"{PAGE}/stages", **form).status_code == 303
    assert sum(one.show_code == "PAUSES" for one in queries.working_grid(event)) == 2


def test_filters_stay_in_the_addresses_and_closed_times_are_shaded(
    alice: FlaskClient, event: EventRow
) -> None:
    start = event.instant(event.days()[0], time(12, 0))
    stage = queries.stages(event.id)[0]
    shown = alice.get(PAGE).get_data(as_text=True)
    assert "shade-closed" not in shown
    service.add_window(
        service.AddWindow(
            event_id=event.id,
            stage_id=stage.id,
            starts_at=start,
            ends_at=start + timedelta(hours=8),
        )
    )
    shown = alice.get(f"{PAGE}?venue={stage.venue_slug}&track=none").get_data(as_text=True)
    assert "shade-closed" in shown
    assert f"venue={stage.venue_slug}&amp;track=none" in shown
    assert "is-faded" in shown
