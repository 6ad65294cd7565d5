"""Specs of the report page and what is kept of their drawings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.exposure.jobs import draw_due
from eventhub.exposure.render.charts import (
    CHARTS,
    Drawings,
    drawings_of,
    hours_spec,
    stream_spec,
)
from eventhub.exposure.render.series import heat_tables, stream_curves
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel import charts
from eventhub.kernel.errors import Unavailable
from eventhub.kernel.i18n import in_lang
from tests.factories import exposure as factory

MARK = "kept since the build"

NAMES = {"zh": "北口", "en": "<b>North</b>"}
AT = [f"2026-11-21T{hour:02d}:00:00Z" for hour in (11, 12, 13, 14)]
DOCUMENT = {
    "timezone": "Asia/Shanghai",
    "series": {
        "footfall_hours": [
            {"day": "2026-11-21", "hours": AT, "rows": [NAMES | {"values": [5, 6, None, 8]}]}
        ],
        "concurrency": [
            NAMES | {"title": None, "class": "claimed", "at": AT, "values": [1, None, None, 4]}
        ],
    },
}


def test_a_gap_is_warp_and_not_zero_in_order_of_time(app: Flask, tmp_path: Path) -> None:
    with app.test_request_context(), in_lang("en"):
        (table,) = heat_tables(DOCUMENT, "footfall_hours")
        (stream,) = stream_curves(DOCUMENT)
        spec, line = hours_spec(table), stream_spec(stream)
        text = str(Drawings(tmp_path).stream(replace(stream, name=NAMES["en"])))
    assert [row["hour"] for row in spec["data"]["values"] if row["gap"]] == ["21"]
    assert spec["encoding"]["x"]["scale"]["domain"] == ["19", "20", "21", "22"]
    assert [row["n"] for row in line["layer"][1]["data"]["values"]] == [1, None, None, 4]
    assert stream.gaps == (("2026-11-21T19:00:00Z", "2026-11-21T22:00:00Z"),)
    assert text.count("<svg") == 4
    assert "<b>" not in text
    assert "style=" not in text


def test_a_kept_drawing_needs_no_v8(tmp_path: Path) -> None:
    spec = {"data": {"values": [{"n": 1}]}, "mark": "bar", "encoding": {"x": {"field": "n"}}}
    drawn = charts.kept(charts.Drawing(spec, "en", dark=True), tmp_path / "charts")
    code = (
        "import sys; from pathlib import Path; from eventhub.kernel import charts\n"
        f"one = charts.Drawing({spec!r}, 'en', dark=True)\n"
        f"text = charts.kept(one, Path({str(tmp_path / 'charts')!r}))\n"
        "assert 'vl_convert' not in sys.modules\nsys.stdout.write(text)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == drawn
    assert [path.suffix for path in (tmp_path / "charts").iterdir()] == [".svg"]


@pytest.mark.only("sqlite")
def test_charts_are_drawn_after_the_build_and_where_missing_and_removed_when_unused(
    app: Flask, client: FlaskClient, instance_folder: Path
) -> None:
    folder = instance_folder / CHARTS
    shutil.rmtree(folder, ignore_errors=True)
    assert draw_due() == 0  # nothing is built
    row = build_report(BuildReport(event_id=factory.make_counted(factory.make_organisation())))
    assert draw_due() == 8  # hours of one day: two languages, two widths, two schemes
    assert draw_due() == 0
    wanted = drawings_of(row.document())
    assert {path.name for path in folder.iterdir()} == {one.name for one in wanted}
    shown = folder / next(one.name for one in wanted if one.lang == "en")
    shown.write_text(f"<svg>{MARK}</svg>")
    assert MARK in client.get("/e/demo/report?lang=en").text  # read, not drawn
    shown.unlink()
    assert draw_due() == 1
    assert MARK not in shown.read_text()
    shown.write_text("<svg")  # what a disk lost is drawn by the page
    assert client.get("/e/demo/report?lang=en&version=1").status_code == 200
    assert shown.read_text().endswith("</svg>")
    old, young = folder / "old.svg", folder / "young.svg"  # of versions that are gone
    for path in (old, young):
        path.write_text("<svg></svg>")
    for path in (old, shown):
        os.utime(path, (0, 0))
    assert draw_due() == 0
    assert (old.exists(), young.exists(), shown.exists()) == (False, True, True)
    young.unlink()


@pytest.mark.only("sqlite")
def test_a_page_never_fails_for_its_charts(
    app: Flask, client: FlaskClient, instance_folder: Path
) -> None:
    shutil.rmtree(instance_folder / CHARTS, ignore_errors=True)
    (instance_folder / CHARTS).write_text("no folder")
    event_id = factory.make_counted(factory.make_organisation())
    build_report(BuildReport(event_id=event_id))
    html = client.get("/e/demo/report?lang=en")
    assert (html.status_code, html.text.count("drawn-wide drawn-light")) == (200, 1)
    (instance_folder / CHARTS).unlink()
    with app.test_request_context(), in_lang("en"):
        (table,) = heat_tables(DOCUMENT, "footfall_hours")
        bad = replace(table, hours=({"no": "text"},) * 4)
        assert Drawings(instance_folder / CHARTS).hours(bad) == ""


def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    good = charts.Drawing({"data": {"values": [{"n": 1}]}, "mark": "bar", "encoding": {}}, "en")
    bad = charts.Drawing({"mark": "nothing"}, "en")
    with pytest.raises(Unavailable):
        charts.draw_apart([bad, good], tmp_path / "charts")
    assert charts.missing([good, bad, bad], tmp_path / "charts") == [bad]
