"""Specs of the report page and what is kept of their drawings."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from flask import Flask

from eventhub.exposure.render.charts import Drawings, hours_spec, stream_spec
from eventhub.exposure.render.series import heat_tables, stream_curves
from eventhub.kernel import charts
from eventhub.kernel.i18n import in_lang

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
    drawn = charts.kept(spec, tmp_path / "charts", lang="en", dark=True)
    code = (
        "import sys; from pathlib import Path; from eventhub.kernel import charts\n"
        f"text = charts.kept({spec!r}, Path({str(tmp_path / 'charts')!r}), lang='en', dark=True)\n"
        "assert 'vl_convert' not in sys.modules\nsys.stdout.write(text)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == drawn
    assert [path.suffix for path in (tmp_path / "charts").iterdir()] == [".svg"]
