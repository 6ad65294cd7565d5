"""The schedule editor and the release: what the pages show and what their forms do."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from eventhub.console.queries.programme import replayed
from eventhub.programme import queries
from eventhub.programme.queries import EventRow
from tests.assertions import assert_queries
from tests.console.draft import at, make_draft, slot
from tests.factories.programme import (
    default_organisation,
    make_event,
    make_performance,
    make_show,
    make_slot,
)
from tests.people import People, make_people

pytestmark = pytest.mark.only("sqlite")  # tests/programme proves the operations on both databases


@pytest.fixture
def people(app: Flask) -> People:
    return make_people(default_organisation())


@pytest.fixture
def event(people: People) -> EventRow:
    return make_draft(people.organisation_id)


@pytest.fixture
def alice(app: Flask, people: People, event: EventRow) -> FlaskClient:
    return people.client(app, "alice")


PAGE = "/console/e/loom/programme"


def html(client: FlaskClient, path: str = PAGE, lang: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def fields(event: EventRow, code: str = "AAAAAA", **changes: Any) -> dict[str, Any]:
    """Return what the form of a performance sends."""
    row = slot(event, code)
    day = event.days()[0].isoformat()
    asked = {
        "number": row.public_no,
        "version": row.row_version,
        "view": day,
        "stage": "runway",
        "day": day,
        "start": "18:00",
        "minutes": 45,
    }
    return asked | changes


def act(client: FlaskClient, step: str, data: dict[str, Any], *, as_json: bool = False) -> Any:
    first = re.search(r'data-csrf="([^"]+)"', html(client))
    assert first is not None
    headers = {"Accept": "application/json"} if as_json else {"Accept-Language": "en"}
    return client.post(f"{PAGE}/{step}", data={**data, "csrf_token": first[1]}, headers=headers)


def test_the_day_is_a_grid_with_the_unplaced_beside_it(alice: FlaskClient) -> None:
    markup = html(alice)
    assert re.findall(r'class="block gs-(\d+) gl-(\d+)', markup) == [("97", "9"), ("121", "9")]
    shown = words(markup)
    assert "Draft" in shown
    assert "1 unplaced" in shown
    assert "Latecomer" in shown
    assert "style=" not in markup


def test_the_editor_speaks_chinese(alice: FlaskClient) -> None:
    shown = words(html(alice, lang="zh"))
    assert "未排 1 场" in shown
    assert "冲突" in shown
    assert "Undo" not in shown


def test_a_show_opens_its_forms_on_its_own_day(alice: FlaskClient, event: EventRow) -> None:
    number = slot(event).public_no
    markup = html(alice, f"{PAGE}?item={number}")
    assert f'name="number" value="{number}"' in markup
    assert 'value="18:00"' in markup
    assert 'value="45"' in markup


@pytest.mark.parametrize("query", ["day=2001-01-01", "day=x", "item=999", "item=x", "day=%27"])
def test_wrong_addresses_show_a_day(alice: FlaskClient, query: str) -> None:
    assert alice.get(f"{PAGE}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"start": "19:10"}, "runway 19:10-19:55"),
        ({"stage": "court"}, "court 18:00-18:45"),
        ({"minutes": 60}, "runway 18:00-19:00"),
        ({"stage": "court", "start": "01:30", "minutes": 30}, "court 01:30-02:00"),
    ],
)
def test_a_form_moves_and_resizes(
    alice: FlaskClient, event: EventRow, changes: dict[str, Any], after: str
) -> None:
    answer = act(alice, "place", fields(event, **changes))
    assert answer.status_code == 303
    assert at(event) == after
    assert "1 change since v1" in words(html(alice))
    public = queries.programme(event)[0]
    assert public.starts_at.astimezone(event.zone).time() == time(18, 0)  # nobody sees the draft


def test_a_time_after_midnight_belongs_to_the_day(alice: FlaskClient, event: EventRow) -> None:
    act(alice, "place", fields(event, start="01:30"))
    row = slot(event)
    assert row.starts_at is not None
    assert event.operating_day(row.starts_at) == event.days()[0]


def test_a_show_is_placed_taken_off_and_placed_again(alice: FlaskClient, event: EventRow) -> None:
    placed = act(alice, "place", fields(event, "CCCCCC", stage="court", start="12:00"))
    assert placed.status_code == 303
    assert at(event, "CCCCCC") == "court 12:00-12:45"
    assert act(alice, "unplace", fields(event, "CCCCCC")).status_code == 303
    assert at(event, "CCCCCC") == "unplaced"
    act(alice, "place", fields(event, "CCCCCC", stage="runway", start="13:00", minutes=90))
    assert at(event, "CCCCCC") == "runway 13:00-14:30"


def test_undo_and_redo_walk_through_my_steps(alice: FlaskClient, event: EventRow) -> None:
    for start in ("18:30", "18:45"):
        act(alice, "place", fields(event, start=start))
    day = {"day": event.days()[0].isoformat()}
    walk = []
    for step in ("undo", "undo", "redo", "redo", "undo"):
        assert act(alice, step, day).status_code == 303
        walk.append(at(event)[7:12])
    assert walk == ["18:30", "18:00", "18:30", "18:45", "18:30"]
    assert act(alice, "place", fields(event, start="21:30")).status_code == 303
    assert act(alice, "redo", day).status_code == 409  # a new step ends what can be redone


def test_undo_leaves_the_steps_of_others_alone(
    app: Flask, people: People, alice: FlaskClient, event: EventRow
) -> None:
    act(people.client(app, "frank"), "place", fields(event, "BBBBBB", stage="court"))
    assert act(alice, "undo", {}).status_code == 409
    assert "disabled><span>Undo" in html(alice)


@pytest.mark.parametrize(
    ("batches", "done", "back"),
    [
        ("", "", ""),
        ("a b", "a b", ""),
        ("a b -1", "a", "b"),
        ("a b -1 -2 +3", "a", "b"),
        ("a b -1 c", "a c", ""),
        ("a b -1 c -2", "a", "c"),
        ("a a a -1", "", "a"),
        ("-1 +2", "", ""),
    ],
)
def test_the_log_is_replayed(batches: str, done: str, back: str) -> None:
    ops = {"-": "undo", "+": "redo"}
    rows = [(word, ops.get(word[0], "move")) for word in batches.split()]
    assert replayed(rows) == (done.split(), back.split())


def test_two_organizers_never_overwrite_each_other(
    app: Flask, people: People, alice: FlaskClient, event: EventRow
) -> None:
    seen = fields(event, start="19:00")
    frank = people.client(app, "frank")
    act(frank, "place", fields(event, stage="court", start="21:00"))
    answer = act(alice, "place", seen)
    assert answer.status_code == 409
    markup = answer.get_data(as_text=True)
    assert "Changed by someone else meanwhile:" in markup
    assert "21:00–21:45" in words(markup)
    assert "Frank" in words(markup)
    assert 'value="19:00"' in markup  # what alice asked for is kept
    assert at(event) == "court 21:00-21:45"
    version = re.search(r'name="version" value="(\d+)"', markup)
    assert version is not None
    again = act(alice, "place", seen | {"version": version[1]})
    assert again.status_code == 303
    assert at(event) == "runway 19:00-19:45"


def test_programs_hear_of_a_stale_edit_with_the_row_as_it_is(
    alice: FlaskClient, event: EventRow
) -> None:
    seen = fields(event, start="19:00")
    act(alice, "place", fields(event, start="21:00"))
    answer = act(alice, "place", seen, as_json=True)
    assert answer.status_code == 409
    assert answer.json["code"] == "stale-edit"
    assert answer.json["version"] == slot(event).row_version
    assert "21:00–21:45" in answer.json["now"]


def test_a_dry_run_tells_what_would_be_and_saves_nothing(
    alice: FlaskClient, event: EventRow
) -> None:
    clash = fields(event, start="20:15", dry_run="1")
    answer = act(alice, "place", clash, as_json=True)
    assert answer.status_code == 200
    assert answer.json["saved"] is False
    assert [one["kind"] for one in answer.json["effects"]] == ["stop"]
    assert answer.json["subjects"] == {
        slot(event, code).uuid: "stop" for code in ("AAAAAA", "BBBBBB")
    }
    page = act(alice, "place", clash)
    assert page.status_code == 200
    assert "If it is saved so" in page.get_data(as_text=True)
    assert at(event) == "runway 18:00-18:45"


def test_clashes_are_numbered_and_stop_the_release(alice: FlaskClient, event: EventRow) -> None:
    act(alice, "place", fields(event, start="20:15"))
    markup = html(alice)
    assert "1 block, no release" in words(markup)
    assert markup.count('class="number number-stop" href="#conflict-1"') == 2
    assert re.search(r'class="hatch hatch-stop gs-124 gl-6"', markup)
    page = words(html(alice, f"{PAGE}/release"))
    assert "1 conflict stops the release" in page
    answer = act(alice, "release", {"name": "v2"})
    assert answer.status_code == 409
    assert "Not released." in answer.get_data(as_text=True)
    assert queries.released(event.id).name == "v1"  # type: ignore[union-attr] - there is one


def test_a_finding_is_let_through_with_a_reason(alice: FlaskClient, event: EventRow) -> None:
    act(alice, "place", fields(event, start="20:15"))
    found = queries.check(event)[0].fingerprint
    assert act(alice, "waive", {"fingerprint": found, "reason": ""}).status_code == 422
    assert act(alice, "waive", {"fingerprint": "0" * 32, "reason": "x"}).status_code == 404
    answer = act(alice, "waive", {"fingerprint": found, "reason": "Played as one evening"})
    assert answer.status_code == 303
    assert "Let through" in words(html(alice))
    assert act(alice, "release", {"name": "v2"}).status_code == 303
    act(alice, "place", fields(event, start="20:20"))
    assert "the facts have changed" in words(html(alice))


def test_a_release_shows_its_changes_first(alice: FlaskClient, event: EventRow) -> None:
    assert "Nothing to release" in words(html(alice, f"{PAGE}/release"))
    act(alice, "place", fields(event, start="18:30"))
    page = words(html(alice, f"{PAGE}/release"))
    assert "1 change to release" in page
    assert "11-20 18:00 · runway → 11-20 18:30 · runway" in page
    answer = act(alice, "release", {"name": "v2", "note": "Later start"})
    assert answer.status_code == 303
    public = queries.programme(event)[0]
    assert public.starts_at.astimezone(event.zone).time() == time(18, 30)
    assert "0 changes since v2" in words(html(alice))


@pytest.mark.parametrize(
    ("name", "status"), [("", 422), ("v1", 409), ("wip", 409), ("latest", 409), ("x" * 200, 422)]
)
def test_names_that_a_release_can_not_have(
    alice: FlaskClient, event: EventRow, name: str, status: int
) -> None:
    act(alice, "place", fields(event, start="18:30"))
    answer = act(alice, "release", {"name": name})
    assert answer.status_code == status
    assert 'class="error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start": "25:00"}, "start"),
        ({"start": ""}, "start"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "many"}, "minutes"),
        ({"stage": "moon"}, "stage"),
        ({"day": "2001-01-01"}, "day"),
        ({"version": ""}, "version"),
    ],
)
def test_unusable_values_are_named(
    alice: FlaskClient, event: EventRow, changes: dict[str, Any], field: str
) -> None:
    asked = fields(event, **changes)
    answer = act(alice, "place", asked, as_json=True)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]
    assert act(alice, "place", asked).status_code == 422
    assert at(event) == "runway 18:00-18:45"


@pytest.mark.parametrize("step", ["place", "unplace", "pin", "cancel"])
def test_a_performance_that_does_not_exist(alice: FlaskClient, event: EventRow, step: str) -> None:
    assert act(alice, step, fields(event, number=999)).status_code == 404
    assert act(alice, step, {}).status_code == 404


def test_a_pinned_show_stays_until_it_is_unpinned(alice: FlaskClient, event: EventRow) -> None:
    assert act(alice, "pin", fields(event)).status_code == 303
    refused = act(alice, "place", fields(event, start="19:00"))
    assert refused.status_code == 409
    assert "Unpin it first." in refused.get_data(as_text=True)
    act(alice, "pin", fields(event))
    assert act(alice, "place", fields(event, start="19:00")).status_code == 303


def test_a_cancelled_show_keeps_its_place(alice: FlaskClient, event: EventRow) -> None:
    act(alice, "cancel", fields(event))
    assert slot(event).status == "cancelled"
    assert "is-cancelled" in html(alice)
    act(alice, "cancel", fields(event))
    assert slot(event).status == "scheduled"


def test_others_changes_are_told_since_a_cursor(
    app: Flask, people: People, alice: FlaskClient, event: EventRow
) -> None:
    before = queries.latest_edit(event.id)
    act(people.client(app, "frank"), "place", fields(event, start="19:00"))
    told = alice.get(f"{PAGE}/cursor.json?after={before}").json
    assert told == {"cursor": queries.latest_edit(event.id), "by": ["Frank"]}
    assert alice.get(f"{PAGE}/cursor.json?after={told['cursor']}").json["by"] == []
    assert alice.get(f"{PAGE}/cursor.json?after=x").status_code == 200


def test_who_plans_the_programme_may_edit_and_the_press_may_not(
    app: Flask, people: People, event: EventRow
) -> None:
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=Role.PROGRAMME,
        event_id=event.id,
    )
    charlie = people.client(app, "charlie")
    assert act(charlie, "place", fields(event, start="19:00")).status_code == 303
    assert charlie.get("/console/e/loom/guests").status_code == 403
    dana = people.client(app, "dana")
    assert dana.get(PAGE).status_code == 403
    assert dana.get(f"{PAGE}/release").status_code == 403
    home = dana.get("/console/e/loom/").get_data(as_text=True)
    assert f'href="{PAGE}"' not in home


def test_a_form_without_its_token_is_refused(alice: FlaskClient, event: EventRow) -> None:
    answer = alice.post(f"{PAGE}/place", data=fields(event, start="19:00"))
    assert answer.status_code == 400
    assert at(event) == "runway 18:00-18:45"


def test_an_event_without_dates_has_an_empty_day(app: Flask, people: People) -> None:
    made = make_event(
        slug="bare", organisation_id=people.organisation_id, starts_on=None, ends_on=None
    )
    make_performance(made, make_show(made, "DDDDDD"))
    alice = people.client(app, "alice")
    assert alice.get(f"/console/e/{made.slug}/programme?item=1").status_code == 200
    assert alice.get(f"/console/e/{made.slug}/programme/release").status_code == 200


def test_the_home_leads_to_the_editor(alice: FlaskClient) -> None:
    assert f'href="{PAGE}"' in html(alice, "/console/e/loom/")


def test_the_page_takes_no_more_statements_for_five_shows_than_for_two(
    alice: FlaskClient, event: EventRow
) -> None:
    with pytest.raises(AssertionError), assert_queries(0) as few:
        html(alice)
    for number in range(3):
        starts_at = event.instant(event.days()[0], time(8 + number, 0))
        make_slot(event, stage_id=slot(event).stage_id, starts_at=starts_at)
    with pytest.raises(AssertionError), assert_queries(0) as many:
        html(alice)
    assert 0 < len(many) <= len(few)  # the second time some rows are kept
