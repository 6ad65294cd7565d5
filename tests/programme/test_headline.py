"""Titles, dates, lengths and filters of the programme pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from eventhub.kernel.i18n import in_lang
from eventhub.programme import headline
from eventhub.programme.headline import Filter

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Days:
    """The part of an event that its dates are made of."""

    starts_on: date | None
    ends_on: date | None
    period_text: dict[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """The part of a performance that filters look at."""

    type_slug: str = "runway"
    stage_slug: str = "north"
    is_livestreamed: bool = False
    is_open_to_all: bool = False


@dataclass(frozen=True)
class Maker:
    """A party with a name."""

    name: dict[str, str]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("演示时装周与音乐节", "演示时装周<wbr>与音乐节"),
        ("黎未眠「日出之前」", "黎未眠<wbr>「日出之前」"),
        ("2023福田国际时尚展", "2023<wbr>福田国际时尚展"),
        ("2023 Futian", "2023 Futian"),
        ("Mode & Music", "Mode &\N{NO-BREAK SPACE}Music"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("", ""),
    ],
)
def test_a_title_breaks_between_its_phrases(title: str, shown: str) -> None:
    assert str(headline.phrases(title)).replace("&amp;\xa0", "&\xa0") == shown


@pytest.mark.parametrize(
    ("title", "em"),
    [("", 4), ("织潮", 4), ("演示时装周与音乐节", 5), ("Demonstration Week", 8), ("长" * 40, 16)],
)
def test_the_widest_phrase_sets_the_size_of_a_cover_title(title: str, em: int) -> None:
    assert headline.title_em(title) == em


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (
            date(2026, 11, 20),
            date(2026, 11, 28),
            "2026 年 11 月 20 日 — 28 日",
            "20 – 28 November 2026",
        ),
        (
            date(2026, 11, 30),
            date(2026, 12, 2),
            "2026 年 11 月 30 日 — 12 月 2 日",
            "30 November – 2 December 2026",
        ),
        (
            date(2026, 12, 31),
            date(2027, 1, 1),
            "2026 年 12 月 31 日 — 2027 年 1 月 1 日",
            "31 December 2026 – 1 January 2027",
        ),
        (date(2026, 11, 20), date(2026, 11, 20), "2026 年 11 月 20 日", "20 November 2026"),
    ],
)
def test_days_are_told_as_short_as_they_can_be(
    app: Flask, first: date, last: date, zh: str, en: str
) -> None:
    days = Days(first, last)
    with in_lang("zh"):
        assert headline.date_range(days) == zh  # type: ignore[arg-type] - a part of an event
    with in_lang("en"):
        assert headline.date_range(days) == en  # type: ignore[arg-type] - a part of an event


@pytest.mark.only("sqlite")
def test_an_event_without_days_has_the_period_of_its_source(app: Flask) -> None:
    days = Days(None, None, {"zh": "2023 年 9 月", "en": "September 2023"})
    with in_lang("en"):
        assert headline.date_range(days) == "September 2023"  # type: ignore[arg-type] - a part


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("minutes", "text"), [(45, "45 min"), (119, "119 min"), (120, "2 h"), (138, "2 h 18 min")]
)
def test_lengths_from_two_hours_are_in_hours(app: Flask, minutes: int, text: str) -> None:
    with in_lang("en"):
        assert headline.minutes_text(minutes) == text


@pytest.mark.only("sqlite")
def test_a_moved_show_tells_the_day_only_when_it_was_another(app: Flask) -> None:
    starts = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    with in_lang("en"):
        assert headline.was_text(starts.replace(hour=11), starts, SHANGHAI) == "19:00"
        assert headline.was_text(starts.replace(day=20), starts, SHANGHAI) == "20 November 20:00"


@pytest.mark.only("sqlite")
def test_three_makers_are_named_and_the_rest_counted(app: Flask) -> None:
    five = [Maker({"zh": name, "en": name}) for name in "ABCDE"]
    with in_lang("en"):
        assert headline.makers(five[:2]) == "A, B"
        assert headline.makers(five) == "A, B, C and 2 more"
    with in_lang("zh"):
        assert headline.makers(five[:2]) == "A、B"


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ({}, True),
        ({"type": "runway"}, True),
        ({"type": "forum"}, False),
        ({"stage": "south"}, False),
        ({"only": "stream"}, False),
        ({"only": "open"}, False),
        ({"only": "nonsense"}, False),
    ],
)
def test_a_filter_shows_what_was_asked(query: dict[str, str], is_shown: bool) -> None:
    row = Row()
    assert Filter.of(MultiDict(query)).admits(row) is is_shown  # type: ignore[arg-type] - a part
    open_row = replace(row, is_livestreamed=True, is_open_to_all=True)
    assert Filter.of(MultiDict({"only": "open"})).admits(open_row)  # type: ignore[arg-type] - a part


def test_a_link_keeps_the_rest_of_the_filter() -> None:
    chosen = Filter.of(MultiDict({"type": "runway", "stage": "north"}))
    assert chosen.query(stage="") == {"type": "runway"}
    assert chosen.query(mode="open") == {"type": "runway", "stage": "north", "only": "open"}
    assert not chosen.is_empty
    assert Filter().is_empty
