"""A programme built in the console alone: venue, stage, windows, types, shows, a place."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.programme import queries
from eventhub.programme.queries import EventRow, set_up
from tests.console.draft import slot
from tests.console.test_proposals import post
from tests.factories.programme import default_organisation, make_event
from tests.people import make_people

pytestmark = pytest.mark.only("sqlite")  # plain rows: the databases can not differ

C = "/console/e/loom"
SHOW = {"new_kind": "brand", "state": "confirmed", "type": "", "track": ""}


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_event(slug="loom", organisation_id=default_organisation())


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    return make_people(event.organisation_id).client(app, "alice")


def test_a_programme_is_built_without_the_command_line(alice: FlaskClient, event: EventRow) -> None:
    assert "No venue yet" in alice.get(f"{C}/places", headers={"Accept-Language": "en"}).text
    name = {"name_zh": "旧厂", "name_en": "Old Mill"}
    assert post(alice, f"{C}/places/venue", **name, lat="22.5").status_code == 303
    stage = {"venue": "old-mill", "kind": "runway", "capacity": "300", "min_changeover_min": "45"}
    assert post(alice, f"{C}/places/stage", name_en="Runway", **stage).status_code == 303
    assert post(alice, f"{C}/places/types", **{"type-name_en": "Walk"}).status_code == 303
    assert post(alice, f"{C}/places/tracks", **{"track-name_zh": "夜"}).status_code == 303
    kind = str(set_up.types(event.id)[0].id)
    form = SHOW | {"name_en": "Warp", "type": kind, "minutes": "30", "cast": "Loom & Co\n梭子"}
    assert post(alice, f"{C}/shows/form", **form).status_code == 303
    row = set_up.shows(event.id)[0]
    assert (row.title, row.times, row.placed) == ({"en": "Warp"}, 1, 0)
    assert [name["en"] for name in row.cast] == ["Loom & Co", "梭子"]
    place = {"number": 1, "version": 0, "stage": "runway", "start": "18:00", "minutes": "30"}
    day = event.days()[0].isoformat()
    assert post(alice, f"{C}/programme/place", **place, day=day, view=day).status_code == 303
    assert slot(event, row.code).minutes == 30
    window = {"place": "old-mill/runway", "kind": "open"}
    late = {"starts_at": f"{day}T20:00", "ends_at": f"{day}T22:00"}
    assert post(alice, f"{C}/places/windows", **window, **late).status_code == 303
    assert [one.rule.value for one in queries.check(event)].count("stage_closed") == 1
    number = set_up.window_rows(event.id)[0].id
    assert post(alice, f"{C}/places/windows/{number}/remove").status_code == 303
    for page in ("places", "places/stage/runway", "places/venue/old-mill", "shows"):
        assert alice.get(f"{C}/{page}").status_code == 200


def test_a_show_is_changed_recast_given_again_and_withdrawn(
    alice: FlaskClient, event: EventRow
) -> None:
    post(alice, f"{C}/shows/form", **SHOW, name_en="Warp", cast="Ada\nBo")
    code = set_up.shows(event.id)[0].code
    one = f"{C}/shows/form/{code}"
    assert "Ada\nBo" in alice.get(one).text
    changed = SHOW | {"name_en": "Weft", "cast": "Bo\nada", "state": "withdrawn"}
    assert post(alice, one, **changed).status_code == 303
    row = set_up.show(event.id, code)
    assert [name["en"] for name in row.cast] == ["Bo", "Ada"]  # the same two, in this order
    assert (row.title, row.state) == ({"en": "Weft"}, "withdrawn")
    assert post(alice, f"{one}/times").status_code == 303
    assert set_up.show(event.id, code).times == 2
    assert "Weft" in alice.get(f"{C}/shows?q=we&state=withdrawn").text
    assert "Weft" not in alice.get(f"{C}/shows?q=warp").text


def test_a_hidden_stage_takes_nothing_new(alice: FlaskClient, event: EventRow) -> None:
    post(alice, f"{C}/places/venue", name_en="Mill")
    stage = {"venue": "mill", "kind": "forum", "name_en": "Hall", "min_changeover_min": "0"}
    post(alice, f"{C}/places/stage", **stage)
    post(alice, f"{C}/shows/form", **SHOW, name_en="Warp")
    assert 'value="hall"' in alice.get(f"{C}/programme?item=1").text
    assert post(alice, f"{C}/places/stage/hall", **stage, is_hidden="y").status_code == 303
    assert 'value="hall"' not in alice.get(f"{C}/programme?item=1").text


BAD: list[tuple[str, dict[str, str]]] = [
    ("places/venue", {}),
    ("places/venue", {"name_en": "x", "lat": "north"}),
    ("places/stage", {"name_en": "x", "venue": "moon"}),
    ("places/windows", {"place": "moon", "starts_at": "x"}),
    ("shows/form", {**SHOW, "name_en": "x", "type": "77"}),
    ("shows/form", {**SHOW, "name_en": "x", "minutes": "-5"}),
]


def test_bad_input_is_told_and_changes_nothing(alice: FlaskClient, event: EventRow) -> None:
    answers = [post(alice, f"{C}/{path}", **form).status_code for path, form in BAD]
    assert answers == [422] * len(BAD)
    assert (set_up.venues(event.id), set_up.shows(event.id)) == ([], [])


def test_what_does_not_exist_is_not_found(alice: FlaskClient) -> None:
    for path in ("places/venue/moon", "places/stage/moon", "shows/form/NOSUCH"):
        assert alice.get(f"{C}/{path}").status_code == 404
        assert post(alice, f"{C}/{path}").status_code == 404
