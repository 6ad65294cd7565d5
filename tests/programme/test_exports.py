"""Every file that leaves is valid, complete and the same again, whatever the festival."""

from __future__ import annotations

import functools
import io
import json
import os
import re
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import icalendar
import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from eventhub.kernel.i18n import in_lang
from eventhub.programme import export, frab, queries
from eventhub.programme.enums import ChangeKind, SlotStatus
from eventhub.programme.headline import change_words
from eventhub.programme.queries import (
    EventRow,
)
from eventhub.programme.service import PlaceSlot, place_slot
from tests.data import shared
from tests.factories import programme as make
from tests.factories.festival import calendar_of, festivals

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
EXAMPLES = 200 if SOAK else 50


@functools.cache
def xsd() -> Any:
    """Return the XSD of frab, compiled once."""
    xmlschema = pytest.importorskip("xmlschema")
    return xmlschema.XMLSchema(str(shared("voc-schedule/schedule.xml.xsd")))


@functools.cache
def json_schema() -> Any:
    """Return the validator of frab's JSON, version 1."""
    schema = json.loads(shared("voc-schedule/schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft6Validator.FORMAT_CHECKER
    return jsonschema.Draft6Validator(schema, format_checker=checker)


def said_by_xmllint(data: bytes) -> list[str]:
    """Return what libxml2 says by the same schema: many readers of these files stand on it."""
    done = subprocess.run(
        ["xmllint", "--noout", "--schema", shared("voc-schedule/schedule.xml.xsd"), "-"],
        input=data,
        capture_output=True,
        check=False,
    )
    return [] if done.returncode == 0 else [done.stderr.decode()]


def faults(made: frab.Export) -> list[str]:
    """Return what the schemas and the apps would say against both files."""
    data, plain = frab.to_xml(made), json.loads(json.dumps(frab.to_json(made)))
    found = [str(error.reason) for error in xsd().iter_errors(io.BytesIO(data))]
    found += said_by_xmllint(data) if SOAK else []
    found += [error.message for error in json_schema().iter_errors(plain)]
    if b"<schedule" not in data[:1024] or b"<conference" not in data[:1024]:
        found.append("the head is too long for Giggity")
    root = ET.fromstring(data)  # noqa: S314 - our own file
    days = root.findall("day")
    if [day.get("index") for day in days] != [str(n) for n in range(1, len(days) + 1)]:
        found.append("day indices have holes")
    for day in days:
        found += _day_faults(day)
    shown = {row.performance_id for row in made.rows if row.status != SlotStatus.CANCELLED}
    long = [row for row in made.rows if row.ends_at - row.starts_at >= timedelta(days=1)]
    if not long and len(root.findall("day/room/event")) != len(shown):
        found.append("an event is missing")
    return found


def _day_faults(day: ET.Element) -> list[str]:
    start, end = (datetime.fromisoformat(day.get(name, "")) for name in ("start", "end"))
    found = []
    for room in day.findall("room"):
        for node in room.findall("event"):
            at = datetime.fromisoformat(node.findtext("date") or "")
            if not start <= at <= end:
                found.append("an event lies outside its day")
            if f"{at:%H:%M}" != node.findtext("start") or room.get("name") != node.findtext("room"):
                found.append("start or room contradicts")
            if not CLOCK.match(node.findtext("duration") or ""):
                found.append("a length is no time of day")
    return found


@(pytest.mark.processes if SOAK else pytest.mark.only("sqlite"))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=festivals(), lang=st.sampled_from(["zh", "en"]))
def test_any_festival_makes_valid_files(app: Flask, made: frab.Export, lang: str) -> None:
    with in_lang(lang):
        assert faults(made) == []
        assert frab.to_xml(made) == frab.to_xml(made)
        _check_calendar(made)


def _check_calendar(made: frab.Export) -> None:
    data = calendar_of(made)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    calendar = icalendar.Calendar.from_ical(data)
    found = {
        (
            str(entry["UID"]),
            entry.decoded("DTSTART").astimezone(UTC),
            entry.decoded("DTEND").astimezone(UTC),
        )
        for entry in calendar.walk("VEVENT")
    }
    assert calendar.errors == []
    assert all(str(entry["LOCATION"]) is not None for entry in calendar.walk("VEVENT"))
    assert found == {
        (f"perf-{row.uuid}@events.example.org", row.starts_at, row.ends_at) for row in made.rows
    }


def test_the_demonstration_makes_valid_files(demo_app: Flask) -> None:
    for event in queries.public_events():
        if event.days():
            made = export.frab_export(event, queries.version(event))
            assert faults(made) == []


def test_a_day_of_a_long_show_keeps_its_guid() -> None:
    whole = uuid.UUID("9b2f6c1e-4f39-4d0a-8a41-1d2c3b4a5f60")
    assert [str(uuid.uuid5(whole, day)) for day in ("2026-10-24", "2026-10-25")] == [
        "d340f7fc-b116-57c2-b7f8-4e0d6fefc58d",
        "0c2b5ab9-0863-5ea7-ac07-d32f966fe38f",
    ]


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with one released show and a change in the working copy."""
    event = make.make_event("weaving")
    show = make.make_show(event, "SHOW01", title={"zh": "织机", "en": "Loom"})
    performance = make.make_performance(event, show)
    stage = make.make_stage(event, "hall", name={"zh": "大厅", "en": "Hall"})
    starts_at = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
    make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=starts_at)
    make.release(event, "v1")
    later = starts_at + timedelta(hours=1)
    place_slot(
        PlaceSlot(
            event_id=event.id,
            performance_id=performance,
            stage_id=stage,
            starts_at=later,
            ends_at=later + timedelta(minutes=45),
        )
    )
    return event


@pytest.mark.parametrize(
    ("version", "start"), [(None, "19:00"), ("v1", "19:00"), ("latest", "19:00"), ("wip", "20:00")]
)
def test_every_version_can_be_exported(
    event: EventRow, runner: FlaskCliRunner, version: str | None, start: str
) -> None:
    args = ["schedule", "export", "weaving", "--format", "frab-xml"]
    done = runner.invoke(args=args + (["--version", version] if version else []))
    node = ET.fromstring(done.stdout_bytes).find("day/room/event")  # noqa: S314 - our own file
    assert node is not None
    assert (done.exit_code, node.findtext("start")) == (0, start)


def test_a_written_file_is_told(event: EventRow, runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "programme.csv"
    args = ["schedule", "export", "weaving", "--format", "csv", "-o", str(path), "--json"]
    said = json.loads(runner.invoke(args=args).stdout)
    assert said == {"file": str(path), "format": "csv", "bytes": path.stat().st_size}


def test_an_unknown_version_is_refused(event: EventRow, runner: FlaskCliRunner) -> None:
    args = ["schedule", "export", "weaving", "--format", "csv", "--version", "v9"]
    done = runner.invoke(args=args)
    assert (done.exit_code, done.stderr) == (
        1,
        "unknown-version: There is no version of this name.\n",
    )


@pytest.mark.parametrize(("lang", "title", "place", "day"), [
    ("zh", "织机", "大厅", "11 月 21 日 周六"),
    ("en", "Loom", "Hall", "Saturday 21 November"),
])  # fmt: skip
def test_the_printed_programme_holds_each_title_once_with_stage_and_time(
    event: EventRow,
    runner: FlaskCliRunner,
    tmp_path: Path,
    lang: str,
    title: str,
    place: str,
    day: str,
) -> None:
    path = tmp_path / "programme.pdf"
    args = ["schedule", "export", "weaving", "--format", "pdf", "--lang", lang, "-o", str(path)]
    assert runner.invoke(args=args).exit_code == 0
    first = path.read_bytes()
    assert runner.invoke(args=args).exit_code == 0
    assert path.read_bytes() == first
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert (text.count(title), text.count(place)) == (1, 1)
    assert "19:00–19:45" in text
    assert day in text


def test_changes_tell_what_each_release_changed(event: EventRow, client: FlaskClient) -> None:
    make.release(event, "v2")
    answer = client.get("/e/weaving/changes.atom?lang=en")
    space = "{http://www.w3.org/2005/Atom}"
    entries = ET.fromstring(answer.data).findall(f"{space}entry")  # noqa: S314 - our own file
    found = [(e.findtext(f"{space}title"), e.findtext(f"{space}content")) for e in entries]
    assert answer.mimetype == "application/atom+xml"
    assert found == [
        ("Version v2", "Moved: Loom (11-21 20:00)"),
        ("Version v1", "New: Loom (11-21 19:00)"),
    ]
    ids = [entry.findtext(f"{space}id") for entry in entries]
    assert len(set(ids)) == 2
    again = client.get(
        "/e/weaving/changes.atom?lang=en", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_every_kind_of_change_has_a_word(app: Flask) -> None:
    with in_lang("en"):
        words = change_words()
    assert set(words) == {kind.value for kind in ChangeKind}
    assert len(set(words.values())) == len(ChangeKind) - 1
