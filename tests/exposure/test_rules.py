"""The ledger: sums, operators, residual, ranges, flags; and its one spelling."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.exposure.enums import FlagCode, InSum
from eventhub.exposure.rules.canonical import canonical, content_digest, is_sealed, sealed
from eventhub.exposure.rules.compare import Figure, key_figure
from eventhub.exposure.rules.flags import sanity_flags
from eventhub.exposure.rules.lines import Claim, Line
from eventhub.exposure.rules.rollup import (
    difference_op,
    in_sum,
    roll_up,
    select_parts,
    sum_op,
    weakest,
)
from tests.factories.exposure import FUTIAN


def line(key: str, metric: str, value: int, op: str = "=", **more: object) -> Line:
    """Return a measured line in both languages."""
    values = {"zh": key, "en": key, "unit": "次", "cls": "measured"} | more
    return Line(key=key, metric=metric, value=value, op=op, **values)  # type: ignore[arg-type]


def futian_lines() -> list[Line]:
    """Return the six published figures."""
    return [
        line(
            claim["id"],
            claim["metric"],
            claim["value"],
            claim["op"],
            cls="claimed",
            claim=Claim(quote=claim["quote"]),
        )
        for claim in FUTIAN["claims"]
    ]


contacts = st.builds(
    line,
    st.uuids().map(str),
    st.sampled_from(["live.starts", "kol.impressions", "owned.impressions", "ooh.contacts"]),
    st.integers(min_value=0, max_value=10**12),
    st.sampled_from(["=", ">", "<", "~<", "~"]),
    scope=st.uuids().map(str),
)
total = st.integers(min_value=0, max_value=10**13)


def claimed_total(value: int) -> Line:
    """Return a published total."""
    return line("total", "exposure.total_claimed", value, ">", cls="claimed")


def test_futian_ledger() -> None:
    lines = futian_lines()
    ledger = roll_up(lines)
    assert (ledger.gross, ledger.gross_op, ledger.gross_class) == (830_000, ">", "claimed")
    assert (ledger.claimed, ledger.claimed_op) == (350_000_000, ">")
    assert (ledger.residual, ledger.residual_op) == (349_170_000, "~")
    assert ledger.gross + ledger.residual == ledger.claimed
    assert ledger.share_of_claimed == Decimal("0.002371")
    assert ledger.share_measured == 0
    assert ledger.parts == ("footfall-opening-day", "live-viewers")


def test_futian_lines_say_what_they_do_in_the_sum() -> None:
    lines = futian_lines()
    parts = select_parts(lines)
    assert {one.key: in_sum(one, parts) for one in lines} == {
        "footfall-opening-day": InSum.COUNTED,
        "live-viewers": InSum.AS_CONTACTS,
        "media-outlets": InSum.COUNT_ONLY,
        "media-mentions": InSum.COUNT_ONLY,
        "kol-creators": InSum.COUNT_ONLY,
        "exposure-total": InSum.BESIDE,
    }


def test_futian_raises_two_flags() -> None:
    lines = futian_lines()
    flags = [flag.as_json() for flag in sanity_flags(lines, roll_up(lines))]
    assert flags == [
        {
            "code": "above-population-share",
            "subject": "exposure.total_claimed",
            "value": 350_000_000,
            "limit": 140_967_000,
        },
        {
            "code": "claim-far-above-gross",
            "subject": "exposure.total_claimed",
            "value": "421.7",
            "limit": 10,
        },
    ]


@pytest.mark.parametrize(
    ("ops", "expected"),
    [("", "="), ("==", "="), ("=>", ">"), ("=<", "<"), ("><", "~"), ("=~", "~"), (">~", "~")],
)
def test_operator_of_a_sum(ops: str, expected: str) -> None:
    assert sum_op(ops) == expected


def test_just_under_counts_as_an_upper_bound() -> None:
    assert sum_op(["=", "~<", "<"]) == "<"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("=", "=", "="), (">", ">", "~"), (">", "=", ">"), ("=", ">", "<"), (">", "<", ">")],
)
def test_operator_of_a_difference(left: str, right: str, expected: str) -> None:
    assert difference_op(left, right) == expected


@given(st.lists(contacts, max_size=12), total)
def test_gross_and_residual_make_the_published_total(lines: list[Line], published: int) -> None:
    ledger = roll_up([*lines, claimed_total(published)])
    assert ledger.residual is not None
    if published > ledger.gross:
        assert ledger.gross + ledger.residual == published
    else:
        assert ledger.residual == 0
    assert sum(ledger.by_class.values()) == ledger.gross


@given(st.lists(contacts, max_size=8), total, st.randoms(use_true_random=False))
def test_order_of_lines_does_not_matter(lines: list[Line], published: int, random) -> None:  # type: ignore[no-untyped-def]
    every = [*lines, claimed_total(published)]
    shuffled = random.sample(every, len(every))
    assert replace(roll_up(every), parts=()) == replace(roll_up(shuffled), parts=())
    assert set(roll_up(every).parts) == set(roll_up(shuffled).parts)


@given(st.lists(contacts, max_size=8), contacts)
def test_a_new_part_lowers_the_residual_by_exactly_itself(lines: list[Line], new: Line) -> None:
    published = claimed_total(10**15)
    before = roll_up([*lines, published]).residual
    after = roll_up([*lines, new, published]).residual
    assert before is not None
    assert after == before - int(new.value)


def test_check_ins_inside_a_counted_cordon_do_not_change_gross() -> None:
    footfall = line("visits", "footfall.visits", 1000)
    checkins = line("in", "checkin.visits", 400)
    assert roll_up([footfall, checkins]).gross == 1000
    assert roll_up([checkins]).gross == 400
    assert in_sum(checkins, select_parts([footfall, checkins])) is InSum.INSIDE


def test_one_metric_per_stream() -> None:
    starts = line("s", "live.starts", 60, scope="main")
    views = line("v", "live.views", 90, cls="claimed", scope="main")
    other = line("w", "live.views", 40, cls="claimed", scope="wave")
    assert roll_up([starts, views, other]).gross == 100
    claimed_starts = replace(starts, cls="claimed")
    assert roll_up([claimed_starts, views]).gross == 90


def test_seen_is_counted_instead_of_potential() -> None:
    seen = line("s", "media.seen", 10, cls="estimated")
    potential = line("p", "media.potential", 1000, cls="estimated")
    assert roll_up([seen, potential]).gross == 10


def test_measured_whole_is_counted_instead_of_a_claimed_part() -> None:
    whole = line("m", "footfall.visits", 900)
    part = line("c", "footfall.visits", 1000, ">", cls="claimed", scope="@opening_day")
    assert roll_up([whole, part]).gross == 900
    claimed_whole = replace(whole, key="w", cls="claimed")
    assert roll_up([claimed_whole, part]).gross == 1000


def test_no_other_metric_enters() -> None:
    others = [line("a", "checkin.visitors", 5), line("b", "footfall.passages", 7)]
    assert roll_up([*others, line("c", "live.pcu", 9)]).gross == 0


def test_class_of_a_sum_is_the_weakest() -> None:
    assert weakest(["measured", "claimed", "estimated"]) == "claimed"
    assert weakest([]) is None


def test_a_claim_never_has_an_interval() -> None:
    with pytest.raises(ValueError, match="a claim has no interval"):
        line("c", "live.views", 5, cls="claimed", low=4, high=6)


def codes(*lines: Line) -> list[FlagCode]:
    """Return the codes of the flags that some lines raise."""
    return [flag.code for flag in sanity_flags(lines, roll_up(lines))]


def test_flags_of_implausible_figures() -> None:
    wide = line("v", "footfall.visits", 100_000, facts={"cordon_width_m": 2, "open_s": 3600})
    assert codes(wide) == [FlagCode.ABOVE_CORDON_FLOW]
    views = line("w", "live.views", 100, cls="claimed", scope="main")
    assert codes(views, line("p", "live.pcu", 200, scope="main")) == [FlagCode.VIEWS_BELOW_PEAK]
    uniques = line("u", "live.viewers_day", 200, cls="estimated", scope="main")
    assert codes(views, uniques) == [FlagCode.UNIQUES_ABOVE_VIEWS]
    starts = line("s", "live.starts", 100, scope="main")  # of the own player: no views
    assert codes(starts, line("p", "live.pcu", 200, scope="main")) == [FlagCode.VIEWS_BELOW_PEAK]
    of_a_day = replace(uniques, scope="main@2026-11-24", facts={"starts": 150})
    assert codes(starts, of_a_day) == [FlagCode.UNIQUES_ABOVE_VIEWS]
    assert codes(starts, replace(of_a_day, facts={"starts": 250})) == []
    gates = line("e", "checkin.entries", 50)
    assert codes(line("v", "footfall.visits", 40), gates) == [FlagCode.COUNTER_IMPLAUSIBLE]
    small = [line("a", "live.starts", 95, scope="a"), line("b", "live.starts", 5, scope="b")]
    assert codes(*small) == [FlagCode.ONE_PART_DOMINATES]
    assert codes(line("a", "live.starts", 95), claimed_total(90)) == [FlagCode.GROSS_OVER_CLAIM]


def judged(*lines: Line, metric: str = "footfall.visits") -> tuple[int | str, str, str] | None:
    """Return value, operator and class of the figure that a metric is judged by."""
    counted = set(roll_up(lines).parts)
    figures = [Figure.of_line(one, is_counted=one.key in counted) for one in lines]
    found = key_figure(figures, metric)
    return found and (found.value, found.op, found.cls)


def test_a_metric_is_judged_by_the_sum_of_its_parts_with_their_weakest_class() -> None:
    north = line("n", "footfall.visits", 500, scope="north")
    south = line("s", "footfall.visits", 300, ">", cls="estimated", scope="south")
    assert judged(north, south) == (800, ">", "estimated")
    whole = line("w", "footfall.visits", 5_000, cls="claimed")
    assert judged(north, south, whole) == (800, ">", "estimated")  # never 5,800
    peaks = [line("p", "live.pcu", 90, scope="a"), line("q", "live.pcu", 70, scope="b")]
    assert judged(*peaks, metric="live.pcu") == (90, "=", "measured")
    assert judged(north, metric="live.pcu") is None


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": "万"}) == '{"a":"万","b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": float("nan")})


def test_digest_is_of_the_bytes_with_an_empty_digest() -> None:
    document = sealed({"version": 1, "value": 2})
    assert is_sealed(document)
    assert not is_sealed({**document, "value": 3})
    assert content_digest(document) == content_digest(sealed({"version": 2, "value": 2}))
