"""The group `flask audience`, the dictionary and its page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from eventhub.audience import reference
from eventhub.audience.dictionary import METRICS, unit_kind
from eventhub.audience.enums import EvidenceClass, UnitKind
from tests.audience.samples import HERE, shared
from tests.factories import audience as make

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to the last evening of the event."""
    clock(datetime(2026, 11, 22, 12, tzinfo=UTC))


def data(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.mark.only("sqlite")
def test_parse_shows_streams_and_warnings(runner: FlaskCliRunner) -> None:
    path = str(HERE / "nginx_rtmp.xml")
    found = data(runner.invoke(args=["audience", "parse", "nginx-rtmp", path, "--json"]))
    assert [(one["name"], one["viewers"], one["state"]) for one in found["streams"]] == [
        ("runway", 2, "live"),
        ("backstage", 1, "waiting"),
    ]
    assert found["warnings"] == ["hls-not-counted"]
    plain = runner.invoke(args=["audience", "parse", "nginx-rtmp", path])
    assert plain.output.splitlines()[0] == "runway: live, 2 viewers"


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("stat_1publisher_5players.xml", [("opening", 5, "live")]),
        ("stat_publisher_only.xml", [("opening", 0, "live")]),
        ("stat_idle.xml", []),
        ("stat_after_publish_done.xml", []),
    ],
)
def test_parse_of_recorded_pages(
    runner: FlaskCliRunner, name: str, streams: list[tuple[str, int, str]]
) -> None:
    path = str(shared(f"nginx_rtmp/{name}"))
    found = data(runner.invoke(args=["audience", "parse", "nginx-rtmp", path, "--json"]))
    assert [(one["name"], one["viewers"], one["state"]) for one in found["streams"]] == streams


@pytest.mark.only("sqlite")
def test_parse_of_counter_files_stores_nothing(runner: FlaskCliRunner) -> None:
    path = str(HERE / "readings.csv")
    found = data(runner.invoke(args=["audience", "parse", "counter-csv", path, "--json"]))
    assert found["counters"] == [
        {"name": "北门", "readings": 3, "in": 1449, "out": 250, "count": 0}
    ]
    assert [bad["line"] for bad in found["rejected"]] == [4, 5, 6]


@pytest.mark.only("sqlite")
def test_wrong_use_exits_with_2_and_names_the_kinds(runner: FlaskCliRunner) -> None:
    unknown = runner.invoke(args=["audience", "parse", "fax", str(HERE / "hours.csv")])
    assert unknown.exit_code == 2
    assert "nginx-rtmp" in unknown.output
    assert "counter-csv" in unknown.output
    missing = runner.invoke(args=["audience", "parse", "nginx-rtmp", "nowhere.xml"])
    assert missing.exit_code == 2
    for option in (["--timezone", "Mars/Olympus"], ["--day-start", "noon"]):
        command = ["audience", "import", "x", str(HERE / "hours.csv"), "--source", "s"]
        wrong = runner.invoke(args=[*command, "--format", "counter-csv", *option])
        assert wrong.exit_code == 2


@pytest.mark.only("sqlite")
def test_an_unreadable_file_exits_with_1_and_its_code(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "page.xml"
    for content, code in (
        (b"<!DOCTYPE r [<!ENTITY a 'b'>]><rtmp>&a;</rtmp>", "document-type-refused"),
        (b"<rtmp", "invalid-xml"),
        (b"x" * (2 * 1024 * 1024 + 1), "file-too-large"),
        (b"x" * (20 * 1024 * 1024 + 1), "file-too-large"),
    ):
        path.write_bytes(content)
        refused = runner.invoke(args=["audience", "parse", "nginx-rtmp", str(path)])
        assert (refused.exit_code, code in refused.output) == (1, True)


def test_import_prints_what_went_in_and_the_same_file_again_nothing(
    runner: FlaskCliRunner,
) -> None:
    make.make_counted_event()
    command = ["audience", "import", "cloth-week", str(HERE / "hours.csv"), "--json"]
    command += ["--source", "street", "--format", "counter-csv"]
    first = data(runner.invoke(args=command))
    assert {key: first[key] for key in ("rows", "accepted", "duplicates", "revisions")} == {
        "rows": 10,
        "accepted": 11,
        "duplicates": 1,
        "revisions": 1,
    }
    assert first["rejected"] == [
        {"line": 4, "reason": "East gate: negative"},
        {"line": 5, "reason": "West gate: not-a-number"},
        {"line": 6, "reason": "hour: not-an-hour"},
        {"line": 9, "reason": "too-few-columns"},
    ]
    assert first["file_day_start"] == "06:00"
    again = data(runner.invoke(args=command))
    assert (again["accepted"], again["duplicates"], again["revisions"]) == (0, 13, 0)
    assert again["known_file"] is True
    totals = data(runner.invoke(args=["audience", "totals", "cloth-week", "--json"]))
    assert [(row["counter"], row["value"]) for row in totals["passages"]] == [
        ("street/East gate", 13 + 15 + 17 + 9 + 4 + 2),
        ("street/West gate", 30 + 31 + 8 + 3 + 1),
    ]
    assert totals["visits"] == []


def test_import_of_bad_lines_alone_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    make.make_counted_event()
    path = tmp_path / "bad.csv"
    path.write_text("start,in\ntomorrow,5\n")
    command = ["audience", "import", "cloth-week", str(path), "--source", "s"]
    refused = runner.invoke(args=[*command, "--format", "counter-csv"])
    assert refused.exit_code == 1
    assert "line 2: start: not-a-time" in refused.output
    unknown = runner.invoke(
        args=[
            "audience",
            "import",
            "nowhere",
            str(path),
            "--source",
            "s",
            "--format",
            "counter-csv",
        ]
    )
    assert unknown.exit_code == 1


def test_import_of_the_dirty_street_file_names_its_six_missing_hours(
    runner: FlaskCliRunner,
) -> None:
    make.make_counted_event("street", timezone="Pacific/Auckland")
    path = shared("footfall/akl_dirty_dst_and_duplicate_hours.csv")
    command = ["audience", "import", "street", str(path), "--source", "queen-street"]
    found = data(runner.invoke(args=[*command, "--format", "counter-csv", "--json"]))
    assert (found["rows"], found["accepted"], found["revisions"], found["duplicates"]) == (
        191,
        1110,
        33,
        3,
    )
    assert (found["metric"], len(found["surplus_lines"])) == ("footfall.passages", 6)
    assert (found["received_hours"], found["expected_hours"]) == (185, 191)
    assert found["coverage"] == 0.9686
    assert len(found["missing_hours"]) == 6
    assert not any(at.startswith("2024-09-29T02") for at in found["missing_hours"])


@pytest.mark.only("sqlite")
def test_the_page_of_the_dictionary_is_current(runner: FlaskCliRunner) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    assert page == reference.metrics_page()
    assert runner.invoke(args=["audience", "dictionary"]).output == page
    listed = data(runner.invoke(args=["audience", "dictionary", "--json"]))
    assert [metric["metric"] for metric in listed["metrics"]] == list(METRICS)


def test_every_metric_is_complete_in_both_languages() -> None:
    assert len(METRICS) == 39
    for name, metric in METRICS.items():
        assert metric.id == name
        texts = (metric.name, metric.definition, metric.unit, metric.sources, metric.rule)
        assert all(text.zh and text.en for text in texts), name
        assert metric.classes, name
    assert METRICS["footfall.visits"].unit.zh == "人次"
    assert METRICS["live.viewers_claimed"].unit.zh == "人（口径未注明）"
    assert METRICS["live.ama"].classes == {EvidenceClass.MEASURED, EvidenceClass.ESTIMATED}


def test_visits_views_and_people_are_unlike_units() -> None:
    kinds = {
        name: unit_kind(name) for name in ("footfall.visits", "footfall.persons", "live.views")
    }
    assert kinds == {
        "footfall.visits": UnitKind.VISITS,
        "footfall.persons": UnitKind.PEOPLE,
        "live.views": UnitKind.CONTACTS,
    }
    with pytest.raises(ValueError, match=r"footfall\.guests"):
        unit_kind("footfall.guests")
