"""Charts as SVG and PNG."""

from __future__ import annotations

import re
from typing import Any

import pytest

from eventhub.kernel import charts

CLASSES = ["measured", "estimated", "claimed", "residual"]
COLOURS = ["#0B4F8A", "#A65E00", "#101312", "#8A938F"]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """Return a bar for each evidence class, with texts that could be markup."""
    values = [{"name": f"<b>实测 & {name}", "class": name, "n": 3} for name in CLASSES]
    domain = {"domain": CLASSES}
    return {
        "width": 200,
        "height": 120,
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": {"field": "n", "type": "quantitative"},
            "y": {"field": "name", "type": "nominal"},
            "fill": {
                "field": "class",
                "scale": domain | {"range": [f"url(#eh-{name})" for name in CLASSES]},
                "legend": None,
            },
            "stroke": {"field": "class", "scale": domain | {"range": COLOURS}, "legend": None},
        },
    }


def test_svg_may_stand_inline(spec: dict[str, Any]) -> None:
    text = charts.svg(spec)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:|<foreignObject", text)
    assert "&lt;b&gt;实测 &amp; measured" in text
    assert "<b>" not in text


def test_same_spec_gives_the_same_bytes(spec: dict[str, Any]) -> None:
    assert charts.svg(spec) == charts.svg(spec)


def test_each_class_has_its_texture(spec: dict[str, Any]) -> None:
    text = charts.svg(spec)
    for name in CLASSES:
        (made,) = set(re.findall(rf'<pattern id="(eh-{name}-\w+)"', text))
        assert f'fill="url(#{made})"' in text


def test_charts_of_one_page_share_no_id(spec: dict[str, Any]) -> None:
    others = (charts.svg(spec), charts.svg(spec, dark=True), charts.svg(spec | {"width": 210}))
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in others]
    assert len(set.union(*ids)) == sum(len(one) for one in ids)


def test_dark_drawing_has_the_dark_roles(spec: dict[str, Any]) -> None:
    text = charts.svg(spec, dark=True)
    assert not set(COLOURS) & set(re.findall(r"#[0-9A-F]{6}", text))
    assert {"#141817", "#6DB3F2", "#F0A63A", "#F1F4F2", "#6F7974"} <= set(
        re.findall(r"#[0-9A-F]{6}", text)
    )


def test_nothing_is_fetched(spec: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        charts.svg(spec | {"data": {"url": "http://127.0.0.1:9/figures.json"}})


def test_png_is_a_picture_of_the_size_asked_for(spec: dict[str, Any]) -> None:
    once, twice = charts.png(spec, scale=1), charts.png(spec, scale=2)
    assert once[:8] == twice[:8] == b"\x89PNG\r\n\x1a\n"
    width = int.from_bytes(once[16:20], "big")
    assert int.from_bytes(twice[16:20], "big") == 2 * width
