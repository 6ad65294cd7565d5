"""Tables from spreadsheets: headers guessed or mapped, encodings, days, formulas."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eventhub.programme import csv_rows, queries
from eventhub.programme.queries import PerformanceRow
from tests.factories import programme as make

EN = (
    "Title,Day,Start,End,Stage,Venue,Type,Artists\n"
    "Loom,2026-11-20,19:30,20:15,Hall,Mill,concert,Ada; Bo\n"
)
ZH = (
    "节目名称,日期,开始时间,时长（分钟）,舞台,场馆,类型,品牌\n"
    "织机,2026年11月20日,19：30,45,大厅,磨坊,秀,素；青\n"
)
START = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
END = datetime(2026, 11, 20, 12, 15, tzinfo=UTC)


@pytest.fixture
def load(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> Any:
    """Return a function that imports a table and returns what it says."""
    make.make_event("weaving")

    def run(data: bytes | str, columns: dict[str, str] | None = None) -> dict[str, Any]:
        path = tmp_path / "table.csv"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        args = ["schedule", "import", "weaving", str(path), "--format", "csv", "--json"]
        if columns is not None:
            (tmp_path / "map.json").write_text(json.dumps(columns), encoding="utf-8")
            args += ["--map", str(tmp_path / "map.json")]
        done = runner.invoke(args=args)
        assert (done.exit_code, done.stderr) == (0, "")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def placed() -> list[PerformanceRow]:
    """Return the working copy of the event."""
    return list(queries.version(queries.event_by_slug("weaving"), "wip").rows)


def test_english_headers_are_guessed(load: Any) -> None:
    assert load(EN)["created"] == 1
    [row] = placed()
    assert (row.title, row.starts_at, row.ends_at) == ({"en": "Loom"}, START, END)
    assert (row.stage_name, row.venue_name, row.type_slug) == (
        {"en": "Hall"},
        {"en": "Mill"},
        "concert",
    )
    assert [party.name for party in row.parties] == [{"en": "Ada"}, {"en": "Bo"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_are_guessed_in_every_usual_encoding(load: Any, encoding: str) -> None:
    assert load(ZH.encode(encoding))["created"] == 1
    [row] = placed()
    assert (row.title, row.starts_at, row.ends_at) == ({"zh": "织机"}, START, END)
    assert (row.stage_name, row.venue_name) == ({"zh": "大厅"}, {"zh": "磨坊"})
    assert [party.name for party in row.parties] == [{"zh": "素"}, {"zh": "青"}]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_are_found(load: Any, sign: str) -> None:
    assert load(EN.replace(";", " ").replace(",", sign))["created"] == 1
    assert placed()[0].starts_at == START


@pytest.mark.parametrize("turned", [False, True])
def test_unusual_headers_are_named_by_a_map(load: Any, turned: bool) -> None:
    columns = {"title": "What", "start": "When", "minutes": "How long"}
    columns = {header: field for field, header in columns.items()} if turned else columns
    assert load("What,When,How long\nLoom,2026-11-20T19:30,45\n", columns)["created"] == 1
    [row] = placed()
    assert (row.title, row.starts_at, row.ends_at) == ({"en": "Loom"}, START, END)


def test_a_map_to_a_column_that_is_not_there_is_refused(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    make.make_event("weaving")
    (tmp_path / "t.csv").write_text(EN, encoding="utf-8")
    (tmp_path / "m.json").write_text('{"title": "Nothing"}', encoding="utf-8")
    args = ["schedule", "import", "weaving", str(tmp_path / "t.csv"), "--format", "csv"]
    done = runner.invoke(args=[*args, "--map", str(tmp_path / "m.json")])
    assert (done.exit_code, done.stderr.splitlines()[0].split(":")[0]) == (1, "import-unreadable")


def test_a_time_before_the_day_begins_is_on_the_next_date(load: Any) -> None:
    load("title,day,start,end\nLate,2026-11-20,23:30,04:30\nNight,2026-11-20,01:00,02:00\n")
    assert [(str(row.day), row.title["en"]) for row in placed()] == [
        ("2026-11-20", "Late"),
        ("2026-11-20", "Night"),
    ]
    assert placed()[1].starts_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def test_a_table_without_ids_is_known_again_by_its_titles(load: Any) -> None:
    table = "title,day,start,minutes\nLoom,2026-11-20,10:00,30\nLoom,2026-11-21,10:00,30\n"
    assert load(table)["created"] == 2
    assert load(table)["unchanged"] == 2
    said = load(table.replace("11-21,10:00", "11-21,11:00"))
    assert (said["created"], said["changed"], said["unchanged"]) == (0, 1, 1)


def test_rows_that_can_not_be_taken_are_listed_by_line(load: Any) -> None:
    said = load(
        'id,title,day,start,end,status\n1,"two\nlines",2026-11-20,10:00,11:00,\n'
        "2,No time,2026-11-20,,11:00,\n3,No day,,10:00,11:00,\n"
        "4,Same,2026-11-20,10:00,10:00,\n5,State,2026-11-20,10:00,11:00,maybe\n"
        "6,Date,31.11.2026,10:00,11:00,\n,,,,,\n"
    )
    assert said["created"] == 1
    assert [(one["line"], one["reason"].split(":")[0]) for one in said["rejected"]] == [
        (4, "no-times"),
        (5, "no-day"),
        (6, "zero-length"),
        (7, "bad-status"),
        (8, "bad-time"),
    ]


def test_no_cell_of_an_export_is_a_formula_and_it_reads_back(load: Any) -> None:
    event = queries.event_by_slug("weaving")
    titles = ["=1+1", "+1", "-1", "@x", "'quoted", "''twice", 'a "b", c']
    for number, title in enumerate(titles):
        show = make.make_show(event, f"CELL{number:02d}", title={"zh": title, "en": title})
        make.make_slot(event, performance_id=make.make_performance(event, show))
    data = csv_rows.write(event, placed())
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))]
    said = load(data)
    assert (said["unchanged"], said["changed"], said["created"]) == (len(titles), 0, 0)
