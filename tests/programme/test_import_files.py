"""Real schedule files: taken whole, said again, and the second time nothing changes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.data import shared
from tests.factories import programme as make

Row = tuple[str, datetime, int, str, str]
DEBCONF = ("schedules/debconf23.xml", "Asia/Kolkata", date(2023, 9, 9), date(2023, 9, 17))
FOSDEM = ("schedules/fosdem_2021.xml.gz", "Europe/Brussels", date(2021, 2, 6), date(2021, 2, 7))
JSON_FILES = [
    ("pretalx-democon", date(2020, 12, 14), 36, 2),
    ("frab-camp2019", date(2019, 8, 21), 79, 2),
    ("pretalx-rc3", date(2020, 12, 27), 48, 3),
    ("hub-schedule2", date(2024, 12, 27), 2, 1),
]


def run(runner: FlaskCliRunner, *args: str) -> dict[str, Any]:
    """Return what an import prints."""
    done = runner.invoke(args=["schedule", "import", "weaving", *args, "--json"])
    assert (done.exit_code, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def counts(said: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return created, changed, unchanged, removed."""
    return said["created"], said["changed"], said["unchanged"], said["removed"]


def exported(runner: FlaskCliRunner, kind: str = "frab-xml") -> bytes:
    """Return the working copy as a file."""
    done = runner.invoke(
        args=["schedule", "export", "weaving", "--format", kind, "--version", "wip"]
    )
    assert done.exit_code == 0
    return done.stdout_bytes


def rows_of_xml(data: bytes, zone: str) -> list[Row]:
    """Return (guid, start, minutes, room, title) of every event of a schedule.xml."""
    return sorted(_xml_rows(ET.fromstring(data), ZoneInfo(zone)))  # noqa: S314 - known files


def _xml_rows(root: ET.Element, zone: ZoneInfo) -> Iterator[Row]:
    for day in root.findall("day"):
        for room in day.findall("room"):
            for node in room.findall("event"):
                hours, minutes = (node.findtext("duration") or "").split(":")
                clock = f"{day.get('date')}T{node.findtext('start')}"
                written = node.findtext("date")
                at = datetime.fromisoformat(written or clock)
                at = at if at.tzinfo else at.replace(tzinfo=zone)
                yield (
                    node.get("guid", ""),
                    at.astimezone(UTC),
                    int(hours) * 60 + int(minutes),
                    room.get("name", ""),
                    (node.findtext("title") or "").strip(),
                )


@pytest.mark.parametrize("given", [DEBCONF, FOSDEM], ids=["debconf23", "fosdem_2021"])
def test_a_real_file_comes_out_as_it_went_in(
    app: Flask, runner: FlaskCliRunner, given: tuple[str, str, date, date]
) -> None:
    name, zone, starts_on, ends_on = given
    path = shared(name)
    make.make_event("weaving", timezone=zone, starts_on=starts_on, ends_on=ends_on)
    data = path.read_bytes()
    source = rows_of_xml(gzip.decompress(data) if name.endswith(".gz") else data, zone)

    first = run(runner, str(path), "--format", "frab-xml")
    again = run(runner, str(path), "--format", "frab-xml")
    found = rows_of_xml(exported(runner), zone)

    assert (counts(first), first["rejected"]) == ((len(source), 0, 0, 0), [])
    assert counts(again) == (0, 0, len(source), 0)
    if source[0][0]:
        assert found == source
    else:  # without guid each gets its own, always the same
        assert sorted(row[1:] for row in found) == sorted(row[1:] for row in source)
        assert len({row[0] for row in found}) == len(source)


@pytest.mark.parametrize(("name", "starts_on", "count", "rooms"), JSON_FILES)
def test_json_files_of_other_programs_are_taken_leniently(
    app: Flask, runner: FlaskCliRunner, name: str, starts_on: date, count: int, rooms: int
) -> None:
    path = str(shared(f"voc-schedule/{name}.json"))
    make.make_event("weaving", starts_on=starts_on, ends_on=starts_on + timedelta(days=5))
    first = run(runner, path, "--format", "frab-json")
    again = run(runner, path, "--format", "frab-json")
    conference = json.loads(exported(runner, "frab-json"))["schedule"]["conference"]
    entries = [e for day in conference["days"] for room in day["rooms"].values() for e in room]
    assert (counts(first), first["rejected"]) == ((count, 0, 0, 0), [])
    assert counts(again) == (0, 0, count, 0)
    assert len(entries) == count
    assert len({entry["room"] for entry in entries}) >= rooms


def test_the_invalid_example_is_refused_with_its_line_and_reason(
    app: Flask, runner: FlaskCliRunner
) -> None:
    make.make_event("weaving")
    said = run(runner, str(shared("voc-schedule/invalid-example.json")), "--format", "frab-json")
    assert counts(said) == (0, 0, 0, 0)
    assert said["rejected"] == [{"line": 22, "reason": "bad-id: the id is not a whole number"}]


def test_a_zone_that_contradicts_the_offsets_is_told(app: Flask, runner: FlaskCliRunner) -> None:
    make.make_event("weaving")
    said = run(runner, str(shared("voc-schedule/pretalx-democon.json")), "--format", "frab-json")
    assert [note["reason"] for note in said["notes"] if note["reason"].startswith("zone")] == [
        "zone: UTC does not have the offset of 2020-12-14T09:00:00+01:00"
    ]


@pytest.mark.parametrize("kind", ["frab-xml", "frab-json", "ics", "csv"])
def test_our_own_file_changes_nothing_when_it_comes_back(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path, kind: str
) -> None:
    path = shared("schedules/debconf23.xml")
    name, zone, starts_on, ends_on = DEBCONF
    assert name.endswith(path.name)
    make.make_event("weaving", timezone=zone, starts_on=starts_on, ends_on=ends_on)
    run(runner, str(path), "--format", "frab-xml")
    copy = tmp_path / "copy"
    copy.write_bytes(exported(runner, kind))
    said = run(runner, str(copy), "--format", "ical" if kind == "ics" else kind)
    assert (counts(said), said["rejected"]) == ((0, 0, 117, 0), [])


ORACLE = [
    (DEBCONF[0], "frab-xml", 0, 0),
    (FOSDEM[0], "frab-xml", 1, 0),
    ("voc-schedule/pretalx-democon.json", "frab-json", 0, 1),
    ("voc-schedule/frab-camp2019.json", "frab-json", 0, 0),
    ("voc-schedule/pretalx-rc3.json", "frab-json", 0, 0),
]


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(("name", "kind", "stages", "people"), ORACLE)
def test_the_clashes_of_a_real_file_are_found(
    app: Flask, runner: FlaskCliRunner, name: str, kind: str, stages: int, people: int
) -> None:
    make.make_event("weaving")
    run(runner, str(shared(name)), "--format", kind)
    found = json.loads(runner.invoke(args=["schedule", "check", "weaving", "--json"]).stdout)
    counts = found["counts"]
    assert (counts["stage_overlap"], counts["person_double"]) == (stages, people)


def test_the_same_file_can_be_imported_into_two_events(app: Flask, runner: FlaskCliRunner) -> None:
    path = str(shared("schedules/debconf23.xml"))
    make.make_event("rehearsal")
    make.make_event("weaving")
    args = ["schedule", "import", "rehearsal", path, "--format", "frab-xml", "--json"]
    assert json.loads(runner.invoke(args=args).stdout)["created"] == 117
    assert counts(run(runner, path, "--format", "frab-xml")) == (117, 0, 0, 0)
    assert counts(run(runner, path, "--format", "frab-xml")) == (0, 0, 117, 0)
