"""Colours of an event: contrast, checks, the style sheet."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.kernel.theme import DEFAULT_THEME, PAPER, contrast, theme_css, theme_faults
from eventhub.settings import ROOT

RED = {
    "ground": "#C4290B",
    "warp": "#A8210A",
    "dimmed": "#B7452B",
    "threads": ["#FFFFFF", "#101312", "#5B0D02", "#FFD0C4"],
    "accent": "#B3200A",
}


def changed(**light: Any) -> dict[str, Any]:
    """Return the default theme with other values for light."""
    theme: dict[str, Any] = {name: dict(colours) for name, colours in DEFAULT_THEME.items()}
    theme["light"] |= light
    return theme


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)
    assert contrast("#C4281A", PAPER["light"]) == pytest.approx(5.6, abs=0.05)
    assert contrast("#FF7A5C", PAPER["dark"]) == pytest.approx(7.5, abs=0.05)


def test_the_default_theme_has_no_faults() -> None:
    assert theme_faults(DEFAULT_THEME) == []
    assert theme_faults(None) == []


@pytest.mark.parametrize(
    ("light", "fault"),
    [
        ({"accent": "#FF8A80"}, "The accent needs a contrast of 4.5 with paper."),
        (
            {"threads": ["#E6EDEB", "#E0E0E0", "#101312"]},
            "At least three threads need a contrast of 3 with the ground.",
        ),
        ({"threads": ["#101312"] * 9}, "At most eight threads."),
        ({"threads": []}, "Write each colour as # and six hexadecimal digits."),
        ({"warp": "red"}, "Write each colour as # and six hexadecimal digits."),
        ({"ground": "#E6EDEB;}"}, "Write each colour as # and six hexadecimal digits."),
        ({"threads": "#101312"}, "Write each colour as # and six hexadecimal digits."),
    ],
)
def test_a_theme_that_can_not_be_read_is_refused(light: dict[str, Any], fault: str) -> None:
    assert theme_faults(changed(**light)) == [fault]


def test_a_theme_needs_both_schemes() -> None:
    assert theme_faults({"light": dict(DEFAULT_THEME["light"])}) == [
        "Give colours for light and for dark."
    ]


def test_the_static_default_sheet_is_the_generated_one() -> None:
    assert Path(ROOT / "static/css/theme.css").read_text(encoding="utf-8") == theme_css(None)


def test_fewer_threads_begin_again() -> None:
    light = theme_css({"light": RED}).splitlines()[0]
    assert "--t1:#FFFFFF" in light
    assert "--t5:#FFFFFF;--t6:#101312" in light


def test_a_scope_limits_colours_and_repeats_no_classes() -> None:
    sheet = theme_css({"light": RED}, scope="theme-red-week")
    assert sheet.startswith(":root .theme-red-week{--ground:#C4290B;")
    assert ".g{" not in sheet


@pytest.mark.parametrize("scope", ["a b", "a{}", "1x", "A", "x\n"])
def test_a_scope_is_a_plain_class_name(scope: str) -> None:
    with pytest.raises(ValueError, match="class name"):
        theme_css(None, scope=scope)


@given(
    st.dictionaries(
        st.sampled_from(["light", "dark"]),
        st.dictionaries(
            st.sampled_from(["ground", "warp", "dimmed", "accent", "threads"]),
            st.text() | st.lists(st.text() | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)),
        )
        | st.integers(),
    )
)
def test_no_value_breaks_out_of_the_sheet(theme: dict[str, Any]) -> None:
    before = copy.deepcopy(theme)
    sheet = theme_css(theme)
    assert theme == before
    values = re.findall(r"--[a-z0-9]+:([^;}]*)", sheet)
    assert all(re.fullmatch(r"#[0-9A-Fa-f]{6}", value) for value in values)
    assert sheet.count("{") == sheet.count("}")
    assert isinstance(theme_faults(theme), list)
