"""Specs of the report page and what is kept of their drawings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
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


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait for what a process of its own does."""
    for _try in range(600):
        if is_done():
            return
        time.sleep(0.1)
    pytest.fail("it did not come")


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
        spec, line = hours_spec(table, top=14), stream_spec(stream)
        shown = Drawings(tmp_path)
        assert shown.stream(stream) == ""  # nothing is drawn while a page is made
        document = {**DOCUMENT, "digest": "0" * 64, "layout": {"sections": ["livestream"]}}
        for drawing in drawings_of(document):
            charts.kept(drawing, tmp_path)
        text = str(shown.stream(stream))
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
    shown.write_text("<svg")  # what a disk lost is drawn behind the page
    assert "being drawn" in client.get("/e/demo/report?lang=en&version=1").text
    wait_until(lambda: shown.read_text().endswith("</svg>"))
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
    assert (html.status_code, html.text.count("drawn-")) == (200, 0)  # the table stands alone
    assert "Refresh" not in html.headers
    (instance_folder / CHARTS).unlink()
    with app.test_request_context(), in_lang("en"):
        (table,) = heat_tables(DOCUMENT, "footfall_hours")
        bad = replace(table, hours=({"no": "text"},) * 4)
        assert [drawn for _table, drawn in Drawings(instance_folder / CHARTS).hours([bad])] == [""]


@pytest.mark.only("sqlite")
def test_the_first_view_of_a_version_does_not_wait_for_its_charts(
    app: Flask, client: FlaskClient, instance_folder: Path
) -> None:
    shutil.rmtree(instance_folder / CHARTS, ignore_errors=True)
    build_report(BuildReport(event_id=factory.make_counted(factory.make_organisation())))
    first = client.get("/e/demo/report?lang=en")
    assert (first.status_code, first.headers["Refresh"]) == (200, "3")
    assert first.headers["Cache-Control"] == "no-store"
    assert first.text.count("drawn-soon") == 1
    assert '<table class="heat">' in first.text  # the figures are there at once
    again = client.get("/e/demo/report?lang=en")  # another worker of this host asks meanwhile
    assert again.status_code == 200
    wait_until(lambda: "drawn-wide" in client.get("/e/demo/report?lang=en").text)
    last = client.get("/e/demo/report?lang=en")
    assert (last.text.count("drawn-soon"), last.text.count("drawn-wide drawn-light")) == (0, 1)
    assert "Refresh" not in last.headers
    wait_until(lambda: not list((instance_folder / CHARTS).glob("*.drawing")))


def test_drawing_behind_is_begun_once_and_after_a_failure_not_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "charts"
    bad = charts.Drawing({"mark": "nothing"}, "en")
    assert charts.draw_behind([bad], folder, name="one")
    mark = folder / "one.drawing"
    assert charts.draw_behind([bad], folder, name="one")  # under way
    age = time.time() - 300
    os.utime(mark, (age, age))
    assert not charts.draw_behind([bad], folder, name="one")  # failed, and too soon to try again
    age -= 600
    os.utime(mark, (age, age))
    assert charts.draw_behind([bad], folder, name="one")


def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    good = charts.Drawing({"data": {"values": [{"n": 1}]}, "mark": "bar", "encoding": {}}, "en")
    bad = charts.Drawing({"mark": "nothing"}, "en")
    with pytest.raises(Unavailable):
        charts.draw_apart([bad, good], tmp_path / "charts")
    assert charts.missing([good, bad, bad], tmp_path / "charts") == [bad]
