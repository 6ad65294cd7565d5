"""The cloth: the same bytes for the same programme, and always inside its box."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.programme.rules import cloth, weaves
from eventhub.programme.rules.cloth import ClothShow, ClothSpec

SVG = "{http://www.w3.org/2000/svg}"
TWO_ROWS = ClothSpec(
    rows=(1, 2),
    shows=(ClothShow(0, 660, 705, 1), ClothShow(1, 600, 1080, 2)),
)
minutes = st.integers(-300, 2200)
shows = st.builds(
    ClothShow,
    row=st.integers(-1, 8),
    start_min=minutes,
    end_min=minutes,
    stage=st.integers(1, 30),
    lit=st.booleans(),
)
specs = st.builds(
    lambda rows, shown, first, hours: ClothSpec(tuple(rows), tuple(shown), first, first + hours),
    st.lists(st.integers(1, 30), max_size=8),
    st.lists(shows, max_size=12),
    st.integers(0, 1440),
    st.integers(1, 1800),
)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of every cell of a drawing."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):  # noqa: S314 - our own drawing
        for x, y, wide, high in re.findall(
            r"M(-?[\d.]+) (-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)", path.attrib["d"]
        ):
            left, top = float(x), float(y)
            found.append((left, top, left + float(wide), top + float(high)))
    return found


def classes(svg: str) -> list[str]:
    """Return the classes of the paths in order."""
    return re.findall(r'<path class="(\w+)"', svg)


def test_one_programme_gives_the_same_bytes() -> None:
    assert cloth.weave(TWO_ROWS, width=240, height=80) == cloth.weave(
        TWO_ROWS, width=240, height=80
    )


def test_a_small_cloth_is_exactly_this() -> None:
    spec = ClothSpec((1,), (ClothShow(0, 600, 630, 1),), 600, 660)
    assert cloth.weave(spec, width=40, height=20, label='A "b" <c>') == (
        '<svg class="cloth" xmlns="http://www.w3.org/2000/svg" width="40" height="20"'
        ' viewBox="0 0 40 20" preserveAspectRatio="none" shape-rendering="crispEdges"'
        ' role="img" aria-label="A &quot;b&quot; &lt;c&gt;">'
        '<path class="g" d="M0 0h40v20H0z"/>'
        '<path class="wp" d="M4.1 0h1.8v20h-1.8zM14.1 0h1.8v20h-1.8z'
        'M24.1 0h1.8v20h-1.8zM34.1 0h1.8v20h-1.8z"/>'
        '<path class="t1" d="M0 9.45h40v1.1h-40zM0 0h20v20h-20z"/></svg>'
    )


def test_no_shows_leave_warp_and_threads() -> None:
    assert classes(cloth.weave(ClothSpec((1, 2), ()), width=240, height=80)) == [
        "g",
        "wp",
        "t1",
        "t2",
    ]


def test_a_show_beyond_midnight_ends_at_the_edge() -> None:
    spec = ClothSpec((1,), (ClothShow(0, 1500, 1680, 1),))
    right = max(box[2] for box in boxes(cloth.weave(spec, width=640, height=40)))
    assert right == 640


def test_only_the_lit_show_keeps_its_colour() -> None:
    spec = ClothSpec((1, 2), (ClothShow(0, 660, 705, 1), ClothShow(1, 660, 705, 2, lit=False)))
    assert classes(cloth.weave(spec, width=240, height=80)) == ["g", "wp", "dm", "t1"]


def test_the_line_for_now_is_absent_outside_the_hours() -> None:
    drawn = cloth.strip(TWO_ROWS, width=240, height=60, now_min=1182)
    assert classes(drawn)[-1] == "now"
    assert "now" not in classes(cloth.strip(TWO_ROWS, width=240, height=60, now_min=590))


def test_turned_time_runs_down() -> None:
    spec = ClothSpec((1,), (ClothShow(0, 1320, 1560, 1),))
    upright = cloth.weave(spec, width=40, height=640, orientation="vertical")
    assert max(box[3] for box in boxes(upright)) == 640
    assert max(box[2] for box in boxes(upright)) == 40


def test_a_label_is_needed_to_be_seen_by_assistive_technology() -> None:
    assert 'aria-hidden="true"' in cloth.swatch(3)
    assert 'aria-hidden="true"' in cloth.edge(3)
    assert 'role="img"' in cloth.bare_warp(width=120, height=72, label="No data")


@pytest.mark.parametrize("size", [{"width": 0, "height": 10}, {"width": 10, "height": -1}])
def test_a_size_must_be_positive(size: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        cloth.weave(TWO_ROWS, **size)


def test_hours_must_end_after_they_begin() -> None:
    with pytest.raises(ValueError, match="hours"):
        cloth.weave(ClothSpec((1,), (), 600, 600), width=10, height=10)


@given(
    specs,
    st.integers(1, 1600),
    st.integers(1, 800),
    st.sampled_from(["horizontal", "vertical"]),
    st.none() | minutes,
    st.sampled_from([3, 4, 6]),
)
def test_any_programme_is_woven_inside_its_box(
    spec: ClothSpec, width: int, height: int, turn: cloth.Orientation, now: int | None, subs: int
) -> None:
    drawn = cloth.weave(
        spec, width=width, height=height, orientation=turn, now_min=now, sub_rows=subs
    )
    for left, top, right, bottom in boxes(drawn):
        assert left >= 0
        assert top >= 0
        assert right <= width + 0.011  # lengths are rounded to two decimals
        assert bottom <= height + 0.011


@given(st.integers(1, 64), st.integers(8, 60))
def test_every_swatch_and_edge_shows_its_yarn(stage: int, size: int) -> None:
    thread = f"t{weaves.thread_of(stage)}"
    assert classes(cloth.swatch(stage, size=size)) == ["g", thread]
    assert classes(cloth.edge(stage, width=10, height=size)) == ["g", thread]


def test_no_pair_of_colour_and_weave_comes_twice_in_64_stages() -> None:
    pairs = {(weaves.thread_of(stage), weaves.weave_of(stage)) for stage in range(1, 65)}
    assert len(pairs) == 64


def test_stages_and_weaves_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="begin at 1"):
        weaves.thread_of(0)
    with pytest.raises(ValueError, match="eight weaves"):
        weaves.lies_on_top(9, 0, 0)


@pytest.mark.parametrize("weave", range(1, 9))
def test_a_weave_repeats_after_eight_cells(weave: int) -> None:
    cells = [[weaves.lies_on_top(weave, x, y) for x in range(16)] for y in range(16)]
    assert [row[:8] for row in cells[:8]] == [row[8:] for row in cells[8:]]
