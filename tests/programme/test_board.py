"""The grid and what is on: lanes of overlapping shows, states at an instant."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.programme.board import MOST_LANES, lanes

spans = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 120)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=12,
).map(sorted)


@pytest.mark.parametrize(
    ("given_spans", "expected"),
    [
        ([], []),
        ([(0, 10), (10, 20)], [(1, 1), (1, 1)]),
        ([(0, 10), (5, 15)], [(1, 2), (2, 2)]),
        ([(0, 30), (5, 10), (10, 20)], [(1, 2), (2, 2), (2, 2)]),
        ([(0, 10), (5, 15), (20, 30)], [(1, 2), (2, 2), (1, 1)]),
        ([(0, 9), (1, 9), (2, 9), (3, 9), (4, 9)], [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]),
    ],
)
def test_overlapping_shows_stand_side_by_side(
    given_spans: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert lanes(given_spans) == expected


@given(spans)
def test_shows_in_one_lane_do_not_overlap_while_there_are_lanes(
    given_spans: list[tuple[int, int]],
) -> None:
    placed = list(zip(given_spans, lanes(given_spans), strict=True))
    for (one, place), (other, other_place) in combinations(placed, 2):
        overlap = one[0] < other[1] and other[0] < one[1]
        if overlap and place[1] < MOST_LANES:
            assert place[0] != other_place[0]
            assert place[1] == other_place[1]
    assert all(1 <= lane <= count <= MOST_LANES for _, (lane, count) in placed)
