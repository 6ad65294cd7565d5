"""Intervals of sums, priors, turnover, quantities of unlike kinds; the vectors of the method."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.exposure.enums import PriorKind, ReachKind
from eventhub.exposure.rules.document import ReportInputs, report_document
from eventhub.exposure.rules.lines import Claim, Line
from eventhub.exposure.rules.media import MentionRow, PostRow
from eventhub.exposure.rules.quantity import (
    Contacts,
    People,
    UnlikeKinds,
    as_contacts,
    same_kind,
    total,
)
from eventhub.exposure.rules.rollup import roll_up
from eventhub.exposure.rules.uncertainty import (
    Interval,
    Part,
    Prior,
    interval,
    product_rel_sd,
    sum_sd,
    turnover_visits,
)
from eventhub.exposure.rules.visibility import OFFERED, posts_seen, seen
from tests.exposure.test_files import FIRST
from tests.exposure.test_rules import line

parts = st.builds(
    Part,
    st.integers(min_value=0, max_value=10**9),
    st.floats(min_value=0, max_value=0.3),
    st.sampled_from(["", "", "a", "b"]),
)


def test_independent_errors_add_in_quadrature_and_shared_ones_linearly() -> None:
    apart = [Part(300, 0.1), Part(400, 0.1)]
    together = [Part(300, 0.1, "k"), Part(400, 0.1, "k")]
    assert sum_sd(apart) == pytest.approx(50)
    assert sum_sd(together) == pytest.approx(70)
    assert interval(apart) == Interval(602, 798, "quadrature")
    assert interval(together) == Interval(563, 837, "quadrature")
    assert interval(together, exact=1_000) == Interval(1_563, 1_837, "quadrature")


def test_a_large_error_is_drawn_and_gives_the_same_numbers_every_time() -> None:
    wide = [Part(1_000, 0.8, "prior:news", is_prior=True), Part(500, 0.1)]
    found = interval(wide)
    assert found == interval(wide)
    assert found is not None
    assert found.method == "monte-carlo"
    assert (found.low, found.high) == (754, 4_488)


def test_the_order_of_parts_does_not_matter() -> None:
    given_parts = [Part(1_000, 0.8, "p", is_prior=True), Part(500, 0.1), Part(70, 0.4)]
    assert len({interval(order) for order in permutations(given_parts)}) == 1


def test_what_is_exact_has_no_interval() -> None:
    assert interval([]) is None
    assert interval([Part(100, 0.0)], exact=5) is None


@given(st.lists(parts, max_size=6), st.integers(min_value=0, max_value=10**9))
def test_an_interval_holds_its_sum(given_parts: list[Part], exact: int) -> None:
    found = interval(given_parts, exact=exact)
    value = exact + sum(part.value for part in given_parts)
    if found is not None:
        assert 0 <= found.low <= value + 1
        assert found.high >= value - 1


@given(st.lists(parts, min_size=1, max_size=6))
def test_sharing_a_calibration_never_makes_a_sum_surer(given_parts: list[Part]) -> None:
    shared = [Part(part.value, part.rel_sd, "one") for part in given_parts]
    alone = [Part(part.value, part.rel_sd) for part in given_parts]
    assert sum_sd(shared) >= sum_sd(alone) * (1 - 1e-9)


def test_a_prior_is_log_normal_with_its_range_as_90_per_cent() -> None:
    prior = Prior(Decimal("0.002"), Decimal("0.02"))
    assert prior.median == pytest.approx(Decimal("0.00632456"), abs=Decimal("1e-8"))
    assert prior.rel_sd == pytest.approx(0.79509, abs=1e-5)
    with pytest.raises(ValueError, match="a prior runs"):
        Prior(Decimal("0.2"), Decimal("0.1"))


def test_vector_of_turnover() -> None:
    visits, rel_sd = turnover_visits(
        occupancy_hours=36_000 * 0.40 * 8, dwell_minutes=70, occupancy_sd=0.15, dwell_sd=15 / 70
    )
    assert visits == 98_743
    assert round(rel_sd, 2) == 0.26
    assert product_rel_sd((0.3, 0.4)) == pytest.approx(0.5)


def test_contacts_and_people_are_not_added() -> None:
    assert Contacts(2) + Contacts(3) == Contacts(5)
    with pytest.raises(UnlikeKinds):
        Contacts(2) + People(3)  # type: ignore[operator]
    with pytest.raises(UnlikeKinds):
        total([Contacts(1), People(1)])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "metric", ["checkin.visitors", "live.pcu", "live.ama", "footfall.passages", "media.mentions"]
)
def test_only_metrics_of_the_sum_are_read_as_contacts(metric: str) -> None:
    assert as_contacts("media.seen", 7) == Contacts(7)
    with pytest.raises(UnlikeKinds):
        as_contacts(metric, 7)


def test_metrics_of_unlike_kinds_are_named() -> None:
    assert same_kind(["live.starts", "kol.impressions"]) == "contacts"
    with pytest.raises(UnlikeKinds) as refusal:
        same_kind(["checkin.visitors", "live.starts"])
    assert {refusal.value.one, refusal.value.other} == {"people", "contacts"}


def document(*lines: Line) -> dict[str, object]:
    """Return report.json of some lines."""
    return report_document(
        ReportInputs(
            event="e",
            title={"zh": "e", "en": "e"},
            period=None,
            place=None,
            timezone="UTC",
            day_start="06:00",
            definition_version=1,
            generated_from={},
            lines=lines,
            series={},
        ),
        version=1,
    )


def test_a_report_states_the_interval_of_what_is_measured_and_estimated_alone() -> None:
    visits = line(
        "v", "footfall.visits", 10_000, low=9_608, high=10_392, parts=(Part(10_000, 0.02, "k"),)
    )
    views = line("l", "live.views", 5_000, cls="claimed", claim=Claim(quote="5000"))
    starts = line("s", "live.starts", 700, scope="main")
    said = line("t", "exposure.total_claimed", 50_000, ">", cls="claimed", claim=Claim(quote="5万"))
    assert document(visits, views, starts, said)["uncertainty"] == {
        "subtotal": 10_700,
        "low": 10_308,
        "high": 11_092,
        "method": "quadrature",
        "without_error": 0,
        "drivers": [{"group": "k", "lines": ["v"], "low": 10_308, "high": 11_092}],
        "residual_low": 38_908,
        "residual_high": 39_692,
    }


def test_assumptions_stand_by_how_far_each_alone_moves_the_sum() -> None:
    north = line("n", "footfall.visits", 10_000, scope="north", parts=(Part(10_000, 0.02, "k"),))
    south = line("s", "footfall.visits", 5_000, scope="south", parts=(Part(5_000, 0.02, "k"),))
    views = line("l", "live.views", 4_000, parts=(Part(3_000, 0.2),))
    starts = line("x", "kol.impressions", 700)
    posts = line("o", "owned.impressions", 9_000, cls="claimed", claim=Claim(quote="9000"))
    found = roll_up([starts, views, south, north, posts])
    assert found.subtotal == 19_700
    assert [(one.group, one.lines, one.low, one.high) for one in found.drivers] == [
        ("", ("l",), 18_524, 20_876),  # 19,700 ± 1.96 × 3,000 × 0.2
        ("k", ("n", "s"), 19_112, 20_288),  # one factor moves both cordons: ± 1.96 × 15,000 × 0.02
    ]
    assert found.drivers == roll_up([posts, north, south, views, starts]).drivers
    assert roll_up([starts, posts]).drivers == ()


def test_claims_alone_have_no_interval() -> None:
    said = line("l", "live.views", 5_000, cls="claimed", claim=Claim(quote="5000"))
    assert document(said)["uncertainty"] is None
    assert roll_up([said]).subtotal_interval is None
    with pytest.raises(ValueError, match="a claim has no interval"):
        line("l", "live.views", 5_000, cls="claimed", parts=(Part(5_000, 0.1),))


def mention(kind: str, reach: int | None, reach_kind: ReachKind, reads: int | None = None):  # type: ignore[no-untyped-def]
    """Return one report."""
    return MentionRow(
        ref=f"{kind}{reach}",
        outlet="o",
        title="t",
        url="",
        kind=kind,
        published_at=FIRST,
        story="s",
        is_original=True,
        reach=reach,
        reach_kind=reach_kind,
        op="=",
        reads=reads,
        tone=None,
    )


def test_contacts_seen_take_reads_first_and_a_prior_where_there_is_one() -> None:
    rows = [
        mention("news", 1_000_000, ReachKind.MONTHLY_VISITORS),
        mention("print", 200_000, ReachKind.CIRCULATION),
        mention("wechat", None, ReachKind.NONE, reads=8_850),
        mention("weibo", 30_000, ReachKind.PLATFORM_IMPRESSIONS),
        mention("tv", 500_000, ReachKind.UNSTATED),
    ]
    found = seen(rows, OFFERED)
    assert found is not None
    # 1,000,000 × √(0.002 × 0.02) + 200,000 × √(0.2 × 0.4)
    assert found.modelled == 6_325 + 56_569
    assert found.counted == 8_850 + 30_000
    assert found.value == found.modelled + found.counted
    assert (found.unknown, found.op) == (1, ">")
    assert {part.group for part in found.parts} == {"prior:news", "prior:print"}
    assert seen(rows, {}) is None


def test_a_post_without_impressions_is_seen_by_a_share_of_the_followers() -> None:
    post = PostRow("p", "seam", "t", "", FIRST, None, "=", None)
    found = posts_seen([post], {"seam": 100_000}, OFFERED[PriorKind.FOLLOWERS])
    assert found is not None
    assert found.value == 5_477  # 100,000 × √(0.03 × 0.10)
    assert posts_seen([post], {"seam": 100_000}, None) is None
