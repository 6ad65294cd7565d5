"""The three facts of a ticket: which are set smaller so that their row fits a phone."""

from __future__ import annotations

import pytest

from eventhub.registration.service import Fact
from eventhub.registration.service.tag import fitted


def small(*values: str) -> list[bool]:
    return [fact.is_long for fact in fitted(*(Fact("label", value) for value in values))]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("20:45", "北门", "F-12"), [False, False, False]),
        (("09:00", "北门", "不对号"), [False, False, False]),
        (("18:30", "Arcade Hall door", "Any seat"), [False, True, True]),
        (("18:30", "拱廊展厅门", "不对号"), [False, True, False]),
        (("11-24–11-28", "3 gates", "On site"), [True, True, False]),
    ],
)
def test_the_longest_facts_give_way(values: tuple[str, ...], expected: list[bool]) -> None:
    assert small(*values) == expected


def test_a_span_breaks_after_its_dash_only() -> None:
    pieces = Fact("Valid", "11-24–11-28").pieces
    assert [piece.text for piece in pieces] == ["11-24–", "11-28"]
    assert [piece.text for piece in Fact("Gate", "Arcade Hall door").pieces] == [
        "Arcade ",
        "Hall ",
        "door",
    ]
    assert [piece.is_han for piece in Fact("Gate", "北门 North").pieces] == [True, False]
