"""Pages of the counters: method, factor, balance, flags, and the plan of the site."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from eventhub.audience import queries, service
from eventhub.audience.models import Calibration, Source
from eventhub.audience.rules import occupancy
from eventhub.audience.rules.occupancy import DayFacts, Flow, QualityFlag
from eventhub.checkin.models import ZoneReading
from eventhub.checkin.queries import zone_alerts
from eventhub.kernel.db import command, db
from eventhub.programme.models import Zone
from eventhub.programme.queries import EventRow, event_by_id, event_by_slug
from tests.assertions import assert_html
from tests.factories import audience as make
from tests.factories import checkin as gates
from tests.people import make_people

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_closed_day_ends_with_nobody_inside() -> None:
    flows = [Flow(100, 10), Flow(60, 40), Flow(0, 90)]
    assert occupancy.curve(flows, is_closed=False) == [90, 110, 20]
    assert occupancy.curve(flows, is_closed=True)[-1] == 0
    assert occupancy.curve([Flow(1, 9)], is_closed=False) == [0]
    assert occupancy.inside([Flow(5, 9)]) == 0
    assert occupancy.curve([], is_closed=True) == []


def test_an_open_ground_is_estimated_by_turnover() -> None:
    visits, rel_sd = occupancy.turnover(36_000, 0.40, 8, 70)
    assert (visits, round(rel_sd, 2)) == (98_743, 0.26)
    with pytest.raises(ValueError, match="fit"):
        occupancy.turnover(1, 4.4, 1, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"left": 949}, [QualityFlag.UNBALANCED]),
        ({"left": 949, "is_open": True}, [QualityFlag.PROVISIONAL]),
        ({"left": None}, []),
        ({"check_ins": 1_001}, [QualityFlag.IMPLAUSIBLE]),
        ({"coverage": 0.89}, [QualityFlag.THIN]),
        ({"is_calibrated": False}, [QualityFlag.UNCALIBRATED]),
        ({"is_cordon": False, "check_ins": 9_999}, [QualityFlag.PASSAGES]),
        ({"bin_flags": frozenset({"reset", "conflicting"})}, ["conflicting", "reset"]),
    ],
)
def test_what_is_to_be_said_of_a_day(changes: dict[str, Any], expected: list[str]) -> None:
    facts: dict[str, Any] = {
        "is_cordon": True,
        "is_calibrated": True,
        "coverage": 1.0,
        "is_open": False,
        "entered": 1_000.0,
        "left": 960.0,
    }
    assert occupancy.flags(DayFacts(**(facts | changes))) == expected


def counted(event: EventRow) -> tuple[int, int]:
    """Give the event a cordon of one counter with a post beside it; return both ids."""
    zone = make.make_zone(event, "avenue")
    counter = make.make_counter(event, "north", zone_id=zone.id, is_cordon=True, period_s=900)
    post = service.add_post(service.AddPost(event_id=event.id, name="north"))
    device, manual = (310, 275, 402, 366, 290, 331), (338, 297, 441, 395, 312, 365)
    for number, (counted_by_device, counted_by_hand) in enumerate(zip(device, manual, strict=True)):
        at = NOW.replace(hour=9, minute=0) + number * QUARTER
        values = {"duration_s": 900, "left": 20}
        make.record(event, make.reading("north", at, entered=counted_by_device, **values))
        make.record(event, make.reading("tally:north", at, entered=counted_by_hand, **values))
    return counter.id, post.id


def test_quarters_that_both_have_are_the_pairs_of_a_factor(app: Flask) -> None:
    event = make.make_counted_event()
    counter, post = counted(event)
    make.record(event, make.reading("north", NOW - 2 * QUARTER, duration_s=60))  # not whole
    pairs = queries.paired_quarters(event.id, counter, post)
    assert [(device, manual) for _at, device, manual in pairs][:2] == [(310, 338), (275, 297)]
    fit = service.fit_counter(
        service.FitCounter(
            event_id=event.id,
            source_id=counter,
            pairs=[service.Pair(NOW, device, manual) for _at, device, manual in pairs],
            by="Alice",
        )
    )
    assert (round(fit.k, 5), round(fit.se, 5)) == (1.08815, 0.00447)
    kept = db.session.scalars(select(Calibration)).one()
    assert (len(kept.pairs or []), kept.made_by, kept.made_at) == (6, "Alice", NOW)


def test_people_inside_a_cordon_reach_the_gates_at_once(app: Flask) -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True, period_s=60)
    at = NOW - timedelta(minutes=1)
    make.record(event, make.reading("north", at, duration_s=60, entered=90, left=12))
    reading = db.session.get_one(ZoneReading, zone.id)
    assert (reading.inside, reading.is_counted, reading.stale) == (78, True, [])
    other = make.make_zone(event, "hall")
    make.make_counter(event, "door", zone_id=other.id, is_cordon=True, period_s=60)
    make.record(event, make.reading("door", at, duration_s=60, entered=5, left=None))
    assert db.session.get(ZoneReading, other.id) is None  # nobody counts its exits


def test_a_full_cordon_raises_its_alarm_with_the_reading_and_once(app: Flask) -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    set_capacity(zone.id, 100)
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True, period_s=60)
    at = NOW - timedelta(minutes=1)
    make.record(event, make.reading("north", at, duration_s=60, entered=120, left=0))
    assert [line.level for line in zone_alerts(event.id) if line.cleared_at is None]
    db.session.rollback()
    make.record(event, make.reading("north", at, duration_s=60, entered=120, left=0))  # again
    levels = [line.level for line in zone_alerts(event.id)]
    assert len(levels) == len(set(levels))


@command
def set_capacity(zone_id: int, people: int) -> None:
    db.session.get_one(Zone, zone_id).capacity = people


def test_fewer_entries_than_check_ins_are_not_believed(app: Flask) -> None:
    house = gates.make_house()
    event = event_by_id(house.event_id)
    make.make_counter(event, "north", zone_id=house.zone_id, is_cordon=True)
    device = gates.make_device(house)
    for ticket in gates.make_tickets(house, 2):
        gates.scan(device, gates.gs_of(ticket))
    service.roll_up(event.id)
    make.record(event, make.reading("north", NOW - timedelta(hours=1), entered=1, left=1))
    day = queries.quality(event).cordons[0]
    assert (day.entered, day.check_ins) == (1, 2)
    assert QualityFlag.IMPLAUSIBLE in day.flags


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    """Return the browser of the owner of the event's organisation."""
    event = make.make_counted_event()
    return make_people(event.organisation_id).client(app, "alice")


def send(client: FlaskClient, path: str, **form: Any) -> Any:
    page = client.get("/console/e/cloth-week/plan").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form["csrf_token"] = token[1] if token else ""
    return client.post(f"/console/e/cloth-week/{path}", data=form)


@pytest.mark.only("sqlite")
def test_the_page_says_how_each_figure_came_about(alice: FlaskClient) -> None:
    empty = words(assert_html(alice.get("/console/e/cloth-week/footfall?lang=en")))
    assert "Nothing is being counted yet" in empty
    event = event_by_slug("cloth-week")
    counter, post = counted(event)
    shown = words(assert_html(alice.get("/console/e/cloth-week/footfall?lang=en")))
    for text in ("not calibrated, ± 20 %", "counted by hand", "still open", "1,974"):
        assert text in shown
    answer = send(alice, "footfall/factor", **{"factor-counter": counter, "factor-post": post})
    assert answer.status_code == 303
    shown = words(assert_html(alice.get("/console/e/cloth-week/footfall")))
    assert "× 1.088" in shown
    assert "2,148" in shown
    wrong = {"factor-counter": counter, "factor-post": "0", "factor-pairs": "1,2\nten"}
    refused = send(alice, "footfall/factor", **wrong)
    assert refused.status_code == 422
    assert "This line is not two numbers: ten" in assert_html(refused, status=422)


@pytest.mark.only("sqlite")
def test_a_counter_is_placed_with_its_past(alice: FlaskClient) -> None:
    event = event_by_slug("cloth-week")
    zone = make.make_zone(event, "avenue")
    make.record(event, make.reading("north", NOW - timedelta(hours=3), entered=70))
    source = db.session.scalars(select(Source)).one()
    assert queries.visits(event) == []
    place = {"place-counter": source.id, "place-zone": zone.id, "place-is_cordon": "y"}
    assert send(alice, "footfall/place", **place).status_code == 303
    db.session.rollback()
    assert [row.count for row in queries.visits(event)] == [70]
    place["place-zone"] = "0"
    send(alice, "footfall/place", **place)
    db.session.rollback()
    assert queries.visits(event) == []


@pytest.mark.only("sqlite")
def test_the_plan_is_drawn_and_takes_a_picture_without_its_past(alice: FlaskClient) -> None:
    event = event_by_slug("cloth-week")
    zone = make.make_zone(event, "avenue")
    box = {"mark": f"zone:{zone.id}", "x": 100, "y": 200, "width": 300, "height": 400}
    assert send(alice, "plan/mark", **box).status_code == 303
    page = assert_html(alice.get("/console/e/cloth-week/plan"))
    assert '<rect class="site-zone" x="150.0" y="200.0" width="450.0" height="400.0"/>' in page
    assert send(alice, "plan/mark", **(box | {"x": 900})).status_code == 422
    assert send(alice, "plan/mark", **(box | {"x": "9" * 400})).status_code == 422
    assert send(alice, "plan/mark", **(box | {"x": "-" + "9" * 400})).status_code == 422
    assert send(alice, "plan/mark", **(box | {"mark": "zone:999"})).status_code == 422
    assert send(alice, "plan/mark", **box, remove="1").status_code == 303
    assert "site-zone" not in assert_html(alice.get("/console/e/cloth-week/plan"))
    data = io.BytesIO()
    picture = Image.new("RGB", (3000, 1500), "white")
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    picture.save(data, "JPEG", exif=exif)
    assert b"where it was taken" in data.getvalue()
    data.seek(0)
    assert send(alice, "plan/picture", **{"picture-file": (data, "site.jpg")}).status_code == 303
    kept = alice.get("/console/e/cloth-week/plan/picture.png")
    assert kept.mimetype == "image/png"
    assert b"where it was taken" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as found:
        assert found.size == (1600, 800)
    refused = send(alice, "plan/picture", **{"picture-file": (io.BytesIO(b"<svg/>"), "x.svg")})
    assert refused.status_code == 422
    assert send(alice, "plan/picture", remove="1").status_code == 303
    assert alice.get("/console/e/cloth-week/plan/picture.png").status_code == 404


@pytest.mark.only("sqlite")
def test_streams_are_set_and_stopped_without_a_command_line(alice: FlaskClient) -> None:
    event = event_by_slug("cloth-week")
    form = {"player-stream": "runway", "player-kind": "embed", "player-address": "javascript:x"}
    assert send(alice, "streams/player", **form).status_code == 422
    form["player-address"] = "https://video.example/embed/7"
    assert send(alice, "streams/player", **form).status_code == 303
    poll = {
        "poll-stream": "tube",
        "poll-format": "youtube",
        "poll-url": "https://tube.example/videos?id=x",
        "poll-key_ref": "tube",
        "poll-period_s": "30",
    }
    assert send(alice, "streams/poll", **(poll | {"poll-url": "file:///x"})).status_code == 422
    assert send(alice, "streams/poll", **poll).status_code == 303
    shown = words(assert_html(alice.get("/console/e/cloth-week/streams?lang=en")))
    for text in ("https://video.example", "YouTube (key)", "tube.example", "silent"):
        assert text in shown
    assert send(alice, "streams/poll/stop", stream="tube").status_code == 303
    assert send(alice, "streams/player/stop", stream="runway").status_code == 303
    db.session.rollback()
    assert queries.players(event.id) == []
    assert [row.is_on for row in queries.polls(event.id)] == [False]


@pytest.mark.only("sqlite")
def test_what_a_platform_states_stays_a_claim_with_its_words(alice: FlaskClient) -> None:
    event = event_by_slug("cloth-week")
    form: dict[str, Any] = {
        "claim-platform": "Waves",
        "claim-metric": "live.viewers_claimed",
        "claim-number": "about many",
        "claim-quote": "观看人数超过73万",
        "claim-period": "opening day",
    }
    refused = send(alice, "streams/claim", **form)
    assert "about many" in assert_html(refused, status=422)
    form["claim-number"] = "超过73万"
    form["claim-evidence"] = (io.BytesIO(b"a screenshot"), "shot.png")
    assert send(alice, "streams/claim", **form).status_code == 303
    (row,) = queries.observations(event.id)
    assert (row.value, row.op, row.cls, row.rel_sd) == (730_000, ">", "claimed", None)
    assert (row.quote, row.number_text, len(row.evidence_sha256)) == (
        "观看人数超过73万",
        "超过73万",
        64,
    )
    shown = words(assert_html(alice.get("/console/e/cloth-week/streams")))
    assert "730,000" in shown
    assert queries.live(event).viewers is None
    wrong = form | {"claim-metric": "live.ama", "claim-evidence": ""}
    assert send(alice, "streams/claim", **wrong).status_code == 422  # nobody may claim it
