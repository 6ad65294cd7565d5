"""Calendar, frab XML and frab JSON: valid, complete, stable, right after midnight."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import icalendar
import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import EventRow, programme
from eventhub.programme.service import AddLivestream, add_livestream
from tests.assertions import assert_problem
from tests.data import shared
from tests.factories import programme as make

LATE = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # 01:30 on the 25th in Shanghai


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with a hall of two shows and a set after midnight."""
    event = make.make_event("weaving")
    track, kind = make.make_track(event), make.make_show_type(event)
    stage = make.make_stage(event, "hall")
    for number, starts_at in enumerate([LATE - timedelta(hours=6), LATE]):
        show = make.make_show(
            event,
            f"SHOW0{number}",
            parties=[make.make_party(event)],
            title={"zh": "织；潮, 一\\二", "en": "Weave; tide, one\\two & <three> 🧵" + "é" * 60},
            line={"zh": "一句", "en": "One line."},
            type_id=kind,
            track_id=track,
            language="zh",
        )
        performance = make.make_performance(event, show)
        make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=starts_at)
        if number == 0:
            url = "https://live.example/main"
            add_livestream(AddLivestream(performance_id=performance, channel="main", url=url))
    make.release(event, "v1")
    return event


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Return the answer to one request in English."""
    return client.get(
        f"{path}?lang=en", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def vevents(client: FlaskClient, path: str = "/e/weaving/schedule.ics") -> list[Any]:
    """Return the entries of a calendar feed."""
    return icalendar.Calendar.from_ical(get(client, path).data).walk("VEVENT")


def test_schedule_json_is_valid(event: EventRow, client: FlaskClient) -> None:
    schema = json.loads(shared("voc-schedule/schema.json").read_text())
    answer = get(client, "/e/weaving/schedule.json")
    validator = jsonschema.Draft6Validator(
        schema, format_checker=jsonschema.Draft6Validator.FORMAT_CHECKER
    )
    assert [error.message for error in validator.iter_errors(answer.get_json())] == []


def test_schedule_xml_is_valid(event: EventRow, client: FlaskClient, tmp_path: Path) -> None:
    schema = shared("voc-schedule/schedule.xml.xsd")
    path = tmp_path / "schedule.xml"
    path.write_bytes(get(client, "/e/weaving/schedule.xml").data)
    if xmllint := shutil.which("xmllint"):
        command = [xmllint, "--noout", "--nonet", "--schema", str(schema), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.splitlines()[-1]) == (0, f"{path} validates")
        return
    xmlschema = pytest.importorskip("xmlschema")
    assert [str(error) for error in xmlschema.XMLSchema(schema).iter_errors(path)] == []


def test_both_files_hold_each_performance_once_on_its_operating_day(
    event: EventRow, client: FlaskClient
) -> None:
    root = ET.fromstring(get(client, "/e/weaving/schedule.xml").data)  # noqa: S314 - our own file
    in_xml = [
        (day.get("date"), entry.get("id"), entry.findtext("start"), entry.findtext("date"))
        for day in root.findall("day")
        for entry in day.findall("room/event")
    ]
    data = get(client, "/e/weaving/schedule.json").get_json()["schedule"]["conference"]
    in_json = [
        (day["date"], str(entry["id"]), entry["start"], entry["date"])
        for day in data["days"]
        for room in day["rooms"].values()
        for entry in room
    ]
    assert in_xml == in_json
    assert in_xml == [
        ("2026-11-24", "1", "19:30", "2026-11-24T19:30:00+08:00"),
        ("2026-11-24", "2", "01:30", "2026-11-25T01:30:00+08:00"),
    ]
    assert [day.get("index") for day in root.findall("day")] == ["1", "2", "3", "4", "5"]


def test_the_head_of_the_xml_is_short_enough_for_apps(event: EventRow, client: FlaskClient) -> None:
    head = get(client, "/e/weaving/schedule.xml").data[:1024]
    assert b"<schedule" in head
    assert b"<conference" in head


def test_a_day_of_the_xml_is_the_operating_day(event: EventRow, client: FlaskClient) -> None:
    day = ET.fromstring(get(client, "/e/weaving/schedule.xml").data).find("day")  # noqa: S314 - ours
    assert day is not None
    assert (day.get("start"), day.get("end")) == (
        "2026-11-20T06:00:00+08:00",
        "2026-11-21T05:59:59+08:00",
    )


def test_a_show_of_several_days_is_one_entry_per_day(app: Flask, client: FlaskClient) -> None:
    event = make.make_event("weaving")
    opens_at, _ = event.day_bounds(date(2026, 11, 20))
    make.make_slot(event, starts_at=opens_at + timedelta(hours=4), minutes=3 * 24 * 60)
    make.release(event)
    data = get(client, "/e/weaving/schedule.json").get_json()["schedule"]["conference"]
    entries = [
        (day["date"], entry["start"], entry["duration"], entry["guid"])
        for day in data["days"]
        for room in day["rooms"].values()
        for entry in room
    ]
    assert [entry[:3] for entry in entries] == [
        ("2026-11-20", "10:00", "19:59"),
        ("2026-11-21", "06:00", "23:59"),
        ("2026-11-22", "06:00", "23:59"),
        ("2026-11-23", "06:00", "04:00"),
    ]
    assert len({entry[3] for entry in entries}) == 4


def test_calendar_lines_are_short_and_end_with_crlf(event: EventRow, client: FlaskClient) -> None:
    text = get(client, "/e/weaving/schedule.ics").data
    lines = text.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)
    assert all(line.decode() is not None for line in lines)


def test_calendar_entries_have_zone_place_and_stable_identity(
    event: EventRow, client: FlaskClient
) -> None:
    answer = get(client, "/e/weaving/schedule.ics")
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    entries = calendar.walk("VEVENT")
    assert [entry["DTSTART"].params["TZID"] for entry in entries] == ["Asia/Shanghai"] * 2
    assert [entry.decoded("DTSTART") for entry in entries] == [LATE - timedelta(hours=6), LATE]
    assert all(str(entry["UID"]).endswith("@events.example.org") for entry in entries)
    assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 0]
    assert str(entries[0]["CONFERENCE"]) == "https://live.example/main"
    assert "one\\two & <three> 🧵" in str(entries[0]["SUMMARY"])
    assert all(str(entry["LOCATION"]).startswith("hall, ") for entry in entries)


def test_an_unchanged_feed_is_not_sent_twice(event: EventRow, client: FlaskClient) -> None:
    for path in ("schedule.ics", "schedule.json", "schedule.xml", "shows/SHOW00.ics"):
        first = get(client, f"/e/weaving/{path}")
        second = get(client, f"/e/weaving/{path}", If_None_Match=first.headers["ETag"])
        assert (first.status_code, second.status_code, second.data) == (200, 304, b"")
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert "Last-Modified" in first.headers


def test_a_release_without_change_leaves_the_calendar_byte_identical(
    event: EventRow, client: FlaskClient
) -> None:
    before = get(client, "/e/weaving/schedule.ics").data
    make.release(event, "v2")
    assert get(client, "/e/weaving/schedule.ics").data == before


def test_a_moved_show_keeps_its_uid_and_raises_its_sequence(
    event: EventRow, client: FlaskClient
) -> None:
    before = vevents(client)
    performance = 1 + _first_performance(event)
    make.make_slot(event, performance_id=performance, starts_at=LATE + timedelta(hours=1))
    make.release(event, "v2")
    after = vevents(client)
    assert [entry["UID"] for entry in after] == [entry["UID"] for entry in before]
    assert [int(entry["SEQUENCE"]) for entry in after] == [0, 1]
    assert after[0].to_ical() == before[0].to_ical()


def test_a_cancelled_show_stays_in_the_calendar(event: EventRow, client: FlaskClient) -> None:
    make.make_slot(event, performance_id=_first_performance(event), status=SlotStatus.CANCELLED)
    make.release(event, "v2")
    found = next(entry for entry in vevents(client) if str(entry["STATUS"]) == "CANCELLED")
    assert str(found["SUMMARY"]).startswith("CANCELLED: ")
    data = get(client, "/e/weaving/schedule.json").get_json()["schedule"]["conference"]
    entries = [e for day in data["days"] for room in day["rooms"].values() for e in room]
    assert [entry["id"] for entry in entries] == [2]


def test_a_show_feed_holds_that_show_alone(event: EventRow, client: FlaskClient) -> None:
    entries = vevents(client, "/e/weaving/shows/SHOW01.ics")
    assert [entry.decoded("DTSTART") for entry in entries] == [LATE]


@pytest.mark.parametrize(
    ("query", "count"),
    [("stage=hall", 2), ("stage=other", 0), ("stage=other&stage=hall", 2), ("type=runway", 2),
     ("track=main&type=none", 0), ("venue=none", 0)],
)  # fmt: skip
def test_the_calendar_is_filtered_by_its_address(
    event: EventRow, client: FlaskClient, query: str, count: int
) -> None:
    answer = client.get(f"/e/weaving/schedule.ics?{query}")
    assert len(icalendar.Calendar.from_ical(answer.data).walk("VEVENT")) == count


def test_unreleased_edits_are_in_no_feed(event: EventRow, client: FlaskClient) -> None:
    feeds = ("schedule.ics", "schedule.json", "schedule.xml")
    before = [get(client, f"/e/weaving/{path}").data for path in feeds]
    make.make_slot(
        event, performance_id=make.make_performance(event, make.make_show(event, "CANARY"))
    )
    assert [get(client, f"/e/weaving/{path}").data for path in feeds] == before


def test_unknown_events_and_shows_are_not_found(event: EventRow, client: FlaskClient) -> None:
    assert_problem(get(client, "/e/nothing/schedule.json"), 404, "unknown-event")
    assert get(client, "/e/nothing/schedule.ics").status_code == 404
    assert get(client, "/e/weaving/shows/NOSHOW.ics").status_code == 404


def test_an_event_without_dates_has_no_feed(app: Flask, client: FlaskClient) -> None:
    make.make_event("undated", starts_on=None, ends_on=None)
    assert_problem(get(client, "/e/undated/schedule.json"), 404, "no-times")


def _first_performance(event: EventRow) -> int:
    return programme(event)[0].performance_id
