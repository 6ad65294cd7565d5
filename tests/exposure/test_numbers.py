"""Figures as texts print them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.kernel.printed import ParsedNumber, parse_number


@pytest.mark.parametrize(
    ("text", "value", "op"),
    [
        ("1,234", 1234, "="),
        ("1.2万", 12_000, "="),
        ("10万", 100_000, "="),
        ("超过73万", 730_000, ">"),
        ("近40", 40, "~<"),
        ("约500", 500, "~"),
        ("不到80", 80, "<"),
        ("3.5亿", 350_000_000, "="),
        ("10w+", 100_000, ">"),
        ("１０万＋", 100_000, ">"),
        ("超3.5亿", 350_000_000, ">"),
        ("2000多", 2000, ">"),
    ],
)
def test_reads_value_and_operator_and_keeps_the_text(text: str, value: int, op: str) -> None:
    assert parse_number(text) == ParsedNumber(value=value, op=op, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "万",
        "abc",
        "1,23",
        "1.2",
        "约10万+",
        "10万人次",
        "-5",
        "3.5.1亿",
        "1e9",
        "NaN",
        "9" * 41,
    ],
)
def test_refuses_anything_else_with_the_text(text: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the argument is compared below
        parse_number(text)
    assert refusal.value.args == (text,)


@given(st.integers(min_value=0, max_value=10**15))
def test_reads_every_integer_with_and_without_separators(number: int) -> None:
    assert parse_number(str(number)).value == number
    assert parse_number(f"{number:,}").value == number


@given(st.text(max_size=20))
def test_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_number(text).text == text
