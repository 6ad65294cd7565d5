"""Counters, samples, sums and calibration without a database."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.audience.enums import EvidenceClass, QuarantineRule
from eventhub.audience.rules import calibration, counters, integrity, samples, sums
from eventhub.audience.rules.counters import Held, Merge, Total
from eventhub.audience.rules.samples import Viewers
from eventhub.audience.rules.sums import CordonCount
from tests.audience.samples import shared

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def totals(*values: int) -> list[Total]:
    return [Total(AT + n * MINUTE, value) for n, value in enumerate(values)]


def test_running_totals_become_passages_and_a_smaller_total_is_a_reset() -> None:
    found = counters.passages_of_totals(totals(100, 150, 20, 30), period_s=60)
    assert [(one.count, one.is_reset) for one in found] == [(50, False), (20, True), (10, False)]


def test_a_reset_that_is_known_is_not_flagged() -> None:
    found = counters.passages_of_totals(
        totals(100, 150, 180), period_s=60, resets_at=[AT + 2 * MINUTE]
    )
    assert [(one.count, one.is_reset) for one in found] == [(50, False), (180, False)]


def test_the_first_step_after_a_gap_is_spread_over_it_and_marked() -> None:
    found = counters.passages_of_totals([Total(AT, 0), Total(AT + 4 * MINUTE, 10)], period_s=60)
    assert [one.count for one in found] == [2, 3, 2, 3]
    assert all(one.is_imputed for one in found)
    assert (found[0].starts_at, found[-1].ends_at) == (AT, AT + 4 * MINUTE)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_passages_of_a_device_without_resets_add_up_to_its_last_total(steps: list[int]) -> None:
    values = [sum(steps[: n + 1]) for n in range(len(steps))]
    found = counters.passages_of_totals(totals(*values), period_s=60)
    assert sum(one.count for one in found) == values[-1] - values[0]


@pytest.mark.parametrize(
    ("held", "arriving", "expected"),
    [
        (None, Held(5, 0), Merge.NEW),
        (Held(5, 3), Held(5, 1), Merge.DUPLICATE),
        (Held(5, 3), Held(7, 3), Merge.REVISION),
        (Held(5, 3), Held(7, 4), Merge.REVISION),
        (Held(5, 3), Held(7, 2), Merge.OUTDATED),
        (Held(0, 0), Held(0, 0), Merge.DUPLICATE),
    ],
)
def test_the_higher_number_holds_else_the_later_arrival(
    held: Held | None, arriving: Held, expected: Merge
) -> None:
    assert counters.merge(held, arriving) == expected


def test_an_hour_that_clocks_skip_does_not_exist_and_one_they_repeat_is_two() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    assert counters.instant(date(2024, 9, 29), time(2), auckland) is None
    assert counters.instant(date(2024, 9, 29), time(3), auckland) is not None
    first = counters.instant(date(2024, 4, 7), time(2), auckland)
    second = counters.instant(date(2024, 4, 7), time(2), auckland, is_second=True)
    assert first is not None
    assert second is not None
    assert second - first == timedelta(hours=1)
    assert counters.is_repeated(date(2024, 4, 7), time(2), auckland)
    assert not counters.is_repeated(date(2024, 4, 7), time(4), auckland)
    assert not counters.is_repeated(date(2024, 9, 29), time(2), auckland)


@pytest.mark.parametrize(
    ("day", "hours"), [((2024, 9, 28), 23), ((2024, 4, 6), 25), ((2024, 6, 1), 24)]
)
def test_a_device_day_has_as_many_hours_as_the_clock_change_leaves(
    day: tuple[int, int, int], hours: int
) -> None:
    span = counters.file_day_bounds(date(*day), time(6), ZoneInfo("Pacific/Auckland"))
    assert len(counters.expected_starts([span], 3600)) == hours


def test_a_missing_bin_is_named_and_never_zero() -> None:
    expected = [AT + n * MINUTE for n in range(4)]
    found = counters.coverage(expected, {AT, AT + MINUTE, AT + 3 * MINUTE})
    assert (found.share, found.missing) == (0.75, (AT + 2 * MINUTE,))
    assert counters.coverage([], set()).share == 0.0


def polls(values: list[int | None], step_s: float = 1.0) -> list[Viewers]:
    return [Viewers(AT + timedelta(seconds=n * step_s), value) for n, value in enumerate(values)]


def ramp() -> list[Viewers]:
    data = json.loads(shared("nginx_rtmp/ramp_46polls.json").read_text())
    return [Viewers(datetime.fromtimestamp(one["t"], UTC), one["players"]) for one in data]


def test_the_recorded_ramp_peaks_at_8_with_a_mean_of_3_826() -> None:
    found = samples.concurrency(ramp(), period_s=1, grain_s=1)
    assert (found.peak, found.received, found.expected, found.gaps) == (8, 46, 46, ())
    assert found.mean is not None
    assert abs(float(found.mean) - 3.826) <= 0.001


def test_the_ramp_without_ten_polls_has_a_gap_and_not_zeros() -> None:
    values = ramp()
    found = samples.concurrency(values[:10] + values[20:], period_s=1, grain_s=1)
    assert (found.received, found.expected) == (36, 46)
    assert abs(found.coverage - 36 / 46) < 1e-9
    assert found.mean is not None
    assert abs(float(found.mean) - 3.056) <= 0.001
    assert [round((gap.ends_at - gap.starts_at).total_seconds()) for gap in found.gaps] == [10]


def test_a_failed_poll_is_a_gap() -> None:
    found = samples.concurrency(polls([4, None, 4, 4]), period_s=1, grain_s=1)
    assert (found.mean, found.received, len(found.gaps)) == (4, 3, 1)


def test_the_peak_is_the_largest_one_minute_mean() -> None:
    values: list[int | None] = [10] * 60 + [100] + [10] * 59
    found = samples.concurrency(polls(values), period_s=1)
    assert found.peak == Fraction(59 * 10 + 100, 60)
    assert found.peak_at == AT + MINUTE


def test_nothing_in_a_window_is_one_gap_and_no_number() -> None:
    window = (AT, AT + 2 * MINUTE)
    found = samples.concurrency([], period_s=60, window=window)
    assert (found.peak, found.mean, found.expected, found.coverage) == (None, None, 2, 0.0)
    assert [(gap.starts_at, gap.ends_at) for gap in found.gaps] == [window]


def test_a_feed_down_for_two_hours_is_a_gap_of_two_hours() -> None:
    values = polls([50] * 60, 60.0) + [
        Viewers(AT + timedelta(hours=3, minutes=n), 50) for n in range(10)
    ]
    found = samples.concurrency(values, period_s=60)
    assert [gap.ends_at - gap.starts_at for gap in found.gaps] == [timedelta(hours=2)]


def test_average_minute_audience_leaves_gaps_out_of_both_sides() -> None:
    values = polls([100, 200, None, 300], 60.0)
    found = samples.average_minute_audience(values, window=(AT, AT + 4 * MINUTE))
    assert (found.ama, found.viewer_minutes, found.covered, found.minutes) == (200, 600, 3, 4)
    empty = samples.average_minute_audience([], window=(AT, AT + MINUTE))
    assert (empty.ama, empty.coverage) == (None, 0.0)


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), max_size=50), st.integers(0, 2**31))
def test_order_of_good_samples_in_a_bucket_does_not_matter(
    values: list[int | None], seed: int
) -> None:
    ordered = polls(values, 7.0)
    shuffled = list(ordered)
    random.Random(seed).shuffle(shuffled)
    assert samples.series(ordered) == samples.series(shuffled)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (0, None),
        (53.0, None),
        (2**31, None),
        (2**31 + 1, "too-large"),
        (-1, "negative"),
        (1.5, "fraction"),
        (float("nan"), "not-a-number"),
        (float("inf"), "not-a-number"),
        (True, "not-a-number"),
        ("5", "not-a-number"),
        (None, "not-a-number"),
    ],
)
def test_what_is_a_count_of_people(value: object, fault: str | None) -> None:
    assert integrity.count_fault(value) == fault


def test_a_reading_more_than_two_minutes_ahead_is_from_the_future() -> None:
    assert integrity.time_fault(AT + timedelta(seconds=120), AT) is None
    assert integrity.time_fault(AT + timedelta(seconds=121), AT) == "future"


def test_a_jump_of_more_than_fifty_times_in_a_minute_is_set_apart() -> None:
    assert integrity.jumps(5_001, 100, MINUTE) == QuarantineRule.JUMP
    assert integrity.jumps(5_000, 100, MINUTE) is None
    assert integrity.jumps(1_000, 1, MINUTE) is None
    assert integrity.jumps(5_001, 100, 2 * MINUTE) is None
    assert integrity.jumps(5_001, None, MINUTE) is None


def test_more_people_than_a_door_lets_through_are_set_apart() -> None:
    assert integrity.exceeds_width(157, 2.0, 60) == QuarantineRule.OVER_WIDTH
    assert integrity.exceeds_width(156, 2.0, 60) is None
    assert integrity.exceeds_width(7_800, None, 60) is None  # 100 m where nobody knows
    assert integrity.exceeds_width(7_801, None, 60) == QuarantineRule.OVER_WIDTH


def part(name: str, entries: int = 1000, **changes: object) -> CordonCount:
    values: dict[str, object] = {"is_cordon": True, "zone_path": (1,), "k": 1.0}
    return CordonCount(source=name, entries=entries, **(values | changes))  # type: ignore[arg-type] - test values


def test_passages_and_nested_cordons_are_not_added_into_visits() -> None:
    assert sums.double_counted([part("a"), part("b", zone_path=(2, 9))]) is None
    assert sums.double_counted([part("a"), part("b", is_cordon=False)]) == "b: passages"
    assert sums.double_counted([part("a", zone_path=())]) == "a: passages"
    nested = [part("street"), part("hall", zone_path=(3, 1))]
    assert sums.double_counted(nested) == "hall: inside another cordon"
    with pytest.raises(ValueError, match="inside another cordon"):
        sums.visits(nested)


def test_counters_are_rounded_after_their_own_factor_and_then_added() -> None:
    found = sums.visits(
        [part("n", 24_622, k=1.06, k_se=0.012), part("s", 18_387, k=1.09, k_se=0.019)]
    )
    assert (found.count, found.raw, found.cls) == (26_099 + 20_042, 43_009, EvidenceClass.MEASURED)
    assert 0.009 < found.rel_sd < 0.011


def test_without_calibration_or_with_a_tenth_missing_visits_are_estimated() -> None:
    plain = sums.visits([part("a", k=None), part("b", k=None)])
    assert (plain.count, plain.cls, plain.rel_sd) == (2_000, EvidenceClass.ESTIMATED, 0.2)
    assert sums.visits([part("a")], coverage=0.89).cls == EvidenceClass.ESTIMATED
    assert sums.visits([part("a", 0)]).rel_sd == 0.0


def test_a_sum_is_as_weak_as_its_weakest_part() -> None:
    measured, claimed = EvidenceClass.MEASURED, EvidenceClass.CLAIMED
    assert sums.weakest([measured, claimed, EvidenceClass.ESTIMATED]) == claimed
    assert sums.weakest([measured]) == measured
    with pytest.raises(ValueError, match="parts"):
        sums.weakest([])


def test_calibration_gives_the_published_vector() -> None:
    found = calibration.fit([310, 275, 402, 366, 290, 331], [338, 297, 441, 395, 312, 365])
    assert (round(found.k, 5), round(found.se, 5)) == (1.08815, 0.00447)
    assert [round(100 * x, 2) for x in (found.apd, found.aapd, found.wapd)] == [-8.04, 8.04, 8.10]
    assert round(found.r, 4) == 0.9982
    assert found.corrected(91_300) == (99_348, 98_299, 100_396)


def test_calibration_needs_six_pairs_of_counts_above_zero() -> None:
    with pytest.raises(ValueError, match="6 pairs"):
        calibration.fit([1] * 5, [1] * 5)
    with pytest.raises(ValueError, match="above 0"):
        calibration.fit([0, 1, 1, 1, 1, 1], [1] * 6)
    assert calibration.t95(500) == 1.96
