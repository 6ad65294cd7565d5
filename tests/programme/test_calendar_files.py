"""Calendars of other programs, with what they commonly get wrong; our own read back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.programme import ical, queries
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import PerformanceRow
from tests.factories import programme as make

START = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)


def vevent(**lines: str) -> str:
    """Return an entry of 45 minutes; empty lines are left out."""
    given = {
        "UID": "one@example.org",
        "DTSTAMP": "20261101T000000",
        "DTSTART": "TZID=Asia/Shanghai:20261120T193000",
        "DTEND": "TZID=Asia/Shanghai:20261120T201500",
        "SUMMARY": "Loom",
        "LOCATION": "Hall\\, Mill",
    } | lines
    told = [
        f"{name.replace('_', '-')}{';' if value.startswith(('TZID', 'VALUE')) else ':'}{value}"
        for name, value in given.items()
        if value
    ]
    return "\n".join(["BEGIN:VEVENT", *told, "END:VEVENT"])


def calendar(*entries: str) -> str:
    """Return a calendar whose first entry begins on line 5."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Other//EN", "X-WR-CALNAME:Plan"]
    return "\n".join([*head, *entries, "END:VCALENDAR", ""])


@pytest.fixture
def load(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> Any:
    """Return a function that imports a calendar and returns what it says."""
    make.make_event("weaving")

    def run(text: str) -> dict[str, Any]:
        path = tmp_path / "plan.ics"
        path.write_bytes(text.encode())
        args = ["schedule", "import", "weaving", str(path), "--format", "ical", "--json"]
        done = runner.invoke(args=args)
        assert (done.exit_code, done.stderr) == (0, "")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def placed() -> list[PerformanceRow]:
    """Return the working copy of the event."""
    return list(queries.version(queries.event_by_slug("weaving"), "wip").rows)


def test_a_zone_without_its_component_is_known_by_name(load: Any) -> None:
    assert load(calendar(vevent()))["created"] == 1
    [row] = placed()
    assert (row.title, row.starts_at, row.ends_at) == (
        {"en": "Loom"},
        START,
        START + timedelta(minutes=45),
    )
    assert (row.stage_name, row.venue_name) == ({"en": "Hall"}, {"en": "Mill"})
    assert load(calendar(vevent()))["unchanged"] == 1


def test_doubled_line_ends_and_a_method_inside_are_taken(load: Any) -> None:
    text = calendar(vevent(METHOD="PUBLISH")).replace("\n", "\r\r\n")
    assert load(text)["created"] == 1


def test_an_entry_without_place_stays_without_stage(load: Any) -> None:
    load(calendar(vevent(LOCATION="")))
    assert placed()[0].stage_id is None


def test_a_cancelled_entry_is_cancelled_under_its_own_title(load: Any) -> None:
    load(calendar(vevent(STATUS="CANCELLED", SUMMARY="CANCELLED: Loom")))
    [row] = placed()
    assert (row.status, row.title) == (SlotStatus.CANCELLED, {"en": "Loom"})


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ({"DTSTART": "", "DTEND": ""}, "no-times"),
        ({"DTEND": ""}, "no-length"),
        ({"DTEND": "TZID=Asia/Shanghai:20261120T193000"}, "zero-length"),
        ({"DTEND": "TZID=Asia/Shanghai:20261120T190000"}, "negative-length"),
        ({"DTSTART": "VALUE=DATE:20261120", "DTEND": "VALUE=DATE:20261121"}, "all-day"),
        ({"DTSTART": "yesterday"}, "bad-time"),
        ({"SUMMARY": ""}, "no-title"),
        ({"RRULE": "FREQ=SECONDLY"}, "too-often"),
        ({"RRULE": "FREQ=DAILY", "DTSTART": "18000101T000000Z"}, "too-often"),
        ({"RRULE": "FREQ=DAILY;INTERVAL=0"}, "bad-entry"),
        ({"RRULE": "FREQ=NEVER"}, "bad-entry"),
    ],
)
def test_an_entry_that_can_not_be_taken_is_listed_by_line(
    load: Any, lines: dict[str, str], reason: str
) -> None:
    said = load(calendar(vevent(UID="fine@example.org", SUMMARY="Fine"), vevent(**lines)))
    assert said["created"] == 1
    assert [(one["line"], one["reason"].split(":")[0]) for one in said["rejected"]] == [
        (13, reason)
    ]


def test_repeats_are_taken_for_the_days_of_the_event(load: Any) -> None:
    moved = vevent(
        RECURRENCE_ID="TZID=Asia/Shanghai:20261122T193000",
        DTSTART="TZID=Asia/Shanghai:20261122T210000",
        DTEND="TZID=Asia/Shanghai:20261122T214500",
    )
    daily = vevent(RRULE="FREQ=DAILY;UNTIL=20261124T120000Z", EXDATE="20261121T113000Z")
    said = load(calendar(daily, moved))
    assert (said["created"], said["rejected"]) == (4, [])
    zone = queries.event_by_slug("weaving").zone
    assert [f"{row.starts_at.astimezone(zone):%d %H:%M}" for row in placed()] == [
        "20 19:30",
        "22 21:00",
        "23 19:30",
        "24 19:30",
    ]
    assert load(calendar(daily, moved))["unchanged"] == 4


def test_our_feed_over_the_end_of_summer_time_reads_back_equal(app: Flask) -> None:
    event = make.make_event(
        "nights",
        timezone="Europe/Berlin",
        starts_on=date(2026, 10, 23),
        ends_on=date(2026, 10, 26),
    )
    stage = make.make_stage(event)
    first = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    for number in range(12):  # through the hour that comes twice
        starts_at = first + timedelta(minutes=30 * number)
        make.make_slot(event, stage_id=stage, starts_at=starts_at, minutes=30)
    make.release(event, "v1")
    rows = queries.published(event)
    data = ical.feed(event, rows, base_url="https://events.example.org")
    parsed = icalendar.Calendar.from_ical(data)
    found = {
        (str(entry["UID"]), _utc(entry, "DTSTART"), _utc(entry, "DTEND"))
        for entry in parsed.walk("VEVENT")
    }
    assert [str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")] == ["Europe/Berlin"]
    wanted = {
        (
            f"perf-{row.performance.uuid}@{event.uid_domain}",
            row.performance.starts_at,
            row.performance.ends_at,
        )
        for row in rows
    }
    assert found == wanted
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def _utc(entry: Any, name: str) -> datetime:
    at: datetime = entry.decoded(name)
    return at.astimezone(UTC)
