"""Operating days, what is on now, and what releases together have told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.programme.rules import naming
from eventhub.programme.rules.now_next import now_and_next
from eventhub.programme.rules.operating_day import (
    day_window,
    instant_of,
    local_instant,
    minutes_of_day,
    operating_day,
)
from eventhub.programme.rules.publication import PublishedSlot, publications

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
SIX = time(6, 0)
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "Asia/Shanghai",
        "America/New_York",
        "Australia/Lord_Howe",
        "UTC",
        "Pacific/Apia",
        "Asia/Kolkata",
    ]
)
STARTS = st.times(min_value=time(0, 0), max_value=time(12, 0)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        (BERLIN, "2026-10-24T21:30:00+00:00", date(2026, 10, 24)),
        (BERLIN, "2026-10-25T04:59:59+00:00", date(2026, 10, 24)),
        (BERLIN, "2026-10-25T05:00:00+00:00", date(2026, 10, 25)),
        (BERLIN, "2026-03-29T03:59:59+00:00", date(2026, 3, 28)),
        (BERLIN, "2026-03-29T04:00:00+00:00", date(2026, 3, 29)),
        (SHANGHAI, "2026-11-30T21:59:59+00:00", date(2026, 11, 30)),
        (SHANGHAI, "2026-11-30T22:00:00+00:00", date(2026, 12, 1)),
    ],
)
def test_operating_day_follows_the_wall_clock(zone: ZoneInfo, at: str, day: date) -> None:
    assert operating_day(datetime.fromisoformat(at), zone, SIX) == day


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        operating_day(datetime(2026, 11, 21, 12, 0), SHANGHAI, SIX)  # noqa: DTZ001 - that is the point


@given(zone=ZONES, start=STARTS, at=st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001 - made aware below
def test_every_instant_lies_in_the_window_of_its_day(zone: str, start: time, at: datetime) -> None:
    instant = at.replace(tzinfo=UTC)
    day = operating_day(instant, ZoneInfo(zone), start)
    opens_at, closes_at = day_window(day, ZoneInfo(zone), start)
    assert opens_at <= instant < closes_at


@given(zone=ZONES, start=STARTS, day=st.dates(date(2005, 1, 1), date(2036, 12, 31)))
def test_windows_of_neighbouring_days_touch(zone: str, start: time, day: date) -> None:
    first = day_window(day, ZoneInfo(zone), start)
    second = day_window(day + timedelta(days=1), ZoneInfo(zone), start)
    assert first[1] == second[0]


def test_days_of_a_clock_change_have_23_and_25_hours() -> None:
    spring = day_window(date(2026, 3, 28), BERLIN, SIX)
    autumn = day_window(date(2026, 10, 24), BERLIN, SIX)
    assert (spring[1] - spring[0], autumn[1] - autumn[0]) == (
        timedelta(hours=23),
        timedelta(hours=25),
    )


def test_a_time_that_does_not_exist_moves_to_the_first_that_does() -> None:
    found = local_instant(date(2026, 3, 29), time(2, 30), BERLIN)
    assert found.astimezone(BERLIN).time() == time(3, 0)


def test_a_time_that_exists_twice_is_the_first_one() -> None:
    assert local_instant(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_late_set_belongs_to_the_evening_before() -> None:
    day = date(2026, 11, 24)
    at = instant_of(day, time(1, 30), SHANGHAI, SIX)
    assert at == datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert operating_day(at, SHANGHAI, SIX) == day
    assert minutes_of_day(at, day, SHANGHAI) == 1530


@dataclass(frozen=True, slots=True)
class Row:
    """The least that counts as placed."""

    stage_slug: str
    stage_position: int
    starts_at: datetime
    ends_at: datetime
    status: str = "scheduled"


def _row(stage: int, start: int, end: int, status: str = "scheduled") -> Row:
    day = datetime(2026, 11, 21, tzinfo=UTC)
    return Row(f"s{stage}", stage, day + timedelta(hours=start), day + timedelta(hours=end), status)


def test_now_and_next_per_stage() -> None:
    rows = [_row(2, 10, 11), _row(1, 12, 13), _row(1, 10, 11), _row(1, 11, 12, "cancelled")]
    found = now_and_next(rows, datetime(2026, 11, 21, 10, 30, tzinfo=UTC))
    assert [(one.stage_slug, one.now, one.next) for one in found] == [
        ("s1", (rows[2],), rows[1]),
        ("s2", (rows[0],), None),
    ]


def test_a_show_is_over_at_its_end() -> None:
    found = now_and_next([_row(1, 10, 11), _row(1, 11, 12)], datetime(2026, 11, 21, 11, tzinfo=UTC))
    assert [row.starts_at.hour for row in found[0].now] == [11]


def test_sequence_rises_only_with_a_change_and_never_falls() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    start = datetime(2026, 11, 21, 10, tzinfo=UTC)
    moved = start + timedelta(hours=1)
    starts = [start, start, moved, None, start]
    releases = [(number, at + timedelta(days=number)) for number in range(len(starts))]
    slots = [
        PublishedSlot(
            number,
            at + timedelta(days=number),
            70 + number,
            7,
            1,
            one,
            one + timedelta(minutes=30),
            "scheduled",
        )
        for number, one in enumerate(starts)
        if one is not None
    ]
    seen = []
    for count in range(1, len(starts) + 1):
        state = publications(releases[:count], slots)[7]
        seen.append((state.sequence, state.is_gone, state.last_published_at.day))
    assert seen == [(0, False, 1), (0, False, 1), (1, False, 3), (2, True, 4), (3, False, 5)]
    assert publications(releases, slots)[7].previous_starts == (start, moved)


@pytest.mark.parametrize(
    ("slug", "acronym"),
    [
        ("demo", "demo"),
        ("futian-2023", "futian_2023"),
        ("98", "e_98"),
        ("a-b", "a_b_"),
        ("x", "x___"),
    ],
)
def test_acronym_of_a_slug_suits_both_exchange_formats(slug: str, acronym: str) -> None:
    assert naming.acronym_of(slug) == acronym
    assert naming.is_acronym(acronym)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Asia/Shanghai", True),
        ("America/New_York", True),
        ("UTC", True),
        ("US/Eastern", False),
        ("Etc/GMT", False),
        ("Mars/Base", False),
        ("Shanghai", False),
    ],
)
def test_zone_names(name: str, expected: bool) -> None:
    assert naming.is_zone(name) is expected
