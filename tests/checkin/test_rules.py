"""Verdicts, scopes and the fold: pure, no database."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.checkin.enums import ADMITTED, ScanResult
from eventhub.checkin.rules import (
    CodeFacts,
    FoldPolicy,
    GateFacts,
    LoggedEntry,
    Move,
    PlaceFacts,
    PolicyFacts,
    Question,
    TicketFacts,
    WindowFacts,
    fold,
    scope_key,
    verdict,
)

NOW = 1_800_000_000_000
DAY = date(2026, 9, 25)

BASE = Question(
    code=CodeFacts("GS", rev=0),
    ticket=TicketFacts(product=7, window=0, rev=0, party=1, status="valid"),
    gate=GateFacts(number=1, group="A", direction="in", state="open"),
    policy=PolicyFacts(),
    window=None,
    places=(),
    device_id=1,
    now_ms=NOW,
)
INSIDE = PlaceFacts(place=1, turn=0, device_id=2, gate_id=9, entered_ms=NOW - 600_000)
OUTSIDE = replace(INSIDE, left_ms=NOW - 300_000)
WINDOW = WindowFacts(opens_ms=NOW - 1000, closes_ms=NOW + 1000)


def asked(**changes: Any) -> Question:
    """Return the plain question with changes; `ticket_status` and the like go one level down."""
    deep: dict[str, dict[str, Any]] = {}
    flat = {}
    for name, value in changes.items():
        part, _, field = name.partition("_")
        if field and part in {"ticket", "gate", "policy", "code"}:
            deep.setdefault(part, {})[field] = value
        else:
            flat[name] = value
    made = replace(BASE, **flat)
    return replace(made, **{k: replace(getattr(made, k), **v) for k, v in deep.items()})


CASES: list[tuple[str, dict[str, Any], ScanResult]] = [
    ("a first entry", {}, ScanResult.OK),
    ("photo document", {"code_check_id": True}, ScanResult.OK_ATTENTION),
    ("a group", {"ticket_party": 3}, ScanResult.OK_GROUP),
    ("a question", {"policy_ask": "meal"}, ScanResult.NEED_ANSWER),
    ("an answer", {"policy_ask": "meal", "has_answer": True}, ScanResult.OK),
    (
        "an answer and a photo document",
        {"policy_ask": "meal", "has_answer": True, "code_check_id": True},
        ScanResult.OK_ATTENTION,
    ),
    ("a question of who is in", {"policy_ask": "meal", "places": (INSIDE,)}, ScanResult.USED),
    (
        "a question on coming back",
        {"policy_ask": "meal", "places": (OUTSIDE,), "policy_reentry": "after_exit"},
        ScanResult.NEED_ANSWER,
    ),
    (
        "a question before a full area",
        {"policy_ask": "meal", "is_full": True},
        ScanResult.NEED_ANSWER,
    ),
    (
        "an answer at a full area",
        {"policy_ask": "meal", "has_answer": True, "is_full": True},
        ScanResult.QUOTA_FULL,
    ),
    ("nobody is asked on the way out", {"policy_ask": "m", "direction": "out"}, ScanResult.OK_EXIT),
    ("used elsewhere", {"places": (INSIDE,)}, ScanResult.USED),
    ("left", {"places": (OUTSIDE,)}, ScanResult.NO_REENTRY),
    (
        "left, may come back",
        {"places": (OUTSIDE,), "policy_reentry": "after_exit"},
        ScanResult.OK_REENTRY,
    ),
    (
        "inside, may come back only after an exit",
        {"places": (INSIDE,), "policy_reentry": "after_exit"},
        ScanResult.USED,
    ),
    ("inside, free", {"places": (INSIDE,), "policy_reentry": "free"}, ScanResult.OK_REENTRY),
    ("inside, unlimited", {"places": (INSIDE,), "policy_once": "unlimited"}, ScanResult.OK_REENTRY),
    (
        "came back too often",
        {
            "places": (replace(OUTSIDE, turn=2),),
            "policy_reentry": "after_exit",
            "policy_reentry_max": 2,
        },
        ScanResult.NO_REENTRY,
    ),
    (
        "came back too soon",
        {"places": (OUTSIDE,), "policy_reentry": "after_exit", "policy_reentry_gap_s": 301},
        ScanResult.NO_REENTRY,
    ),
    (
        "same device a moment ago",
        {"places": (replace(INSIDE, device_id=1, entered_ms=NOW - 59_999),)},
        ScanResult.REPEAT,
    ),
    (
        "same device a minute ago",
        {"places": (replace(INSIDE, device_id=1, entered_ms=NOW - 60_000),)},
        ScanResult.USED,
    ),
    (
        "same device, places left",
        {"places": (replace(INSIDE, device_id=1, entered_ms=NOW - 1),), "ticket_party": 2},
        ScanResult.OK_GROUP,
    ),
    ("live code only", {"policy_kinds": frozenset({"GD"})}, ScanResult.KIND_REFUSED),
    (
        "search is no kind of code",
        {"policy_kinds": frozenset({"GD"}), "code_kind": "search", "code_rev": None},
        ScanResult.OK,
    ),
    ("older than the reissue", {"ticket_rev": 1}, ScanResult.REVOKED),
    ("newer than the list", {"code_rev": 2, "ticket_rev": 1}, ScanResult.OK),
    ("short code has no revision", {"code_rev": None, "ticket_rev": 9}, ScanResult.OK),
    ("cancelled", {"ticket_status": "cancelled"}, ScanResult.CANCELLED),
    ("blocked", {"ticket_status": "blocked"}, ScanResult.BLOCKED),
    ("not approved", {"ticket_status": "not_approved"}, ScanResult.NOT_APPROVED),
    ("not paid", {"ticket_status": "unpaid"}, ScanResult.UNPAID),
    (
        "not paid, ask",
        {"ticket_status": "unpaid", "policy_unpaid": "ask"},
        ScanResult.NEED_SUPERVISOR,
    ),
    ("closed gate", {"gate_state": "closed"}, ScanResult.WRONG_GATE),
    ("exit only", {"gate_state": "exit_only"}, ScanResult.WRONG_GATE),
    ("an exit", {"gate_direction": "out"}, ScanResult.WRONG_GATE),
    ("another group", {"window": replace(WINDOW, group="B")}, ScanResult.WRONG_GATE),
    ("own group", {"window": replace(WINDOW, group="A")}, ScanResult.OK),
    ("type not here", {"gate_products": frozenset({8})}, ScanResult.WRONG_PRODUCT),
    ("type here", {"gate_products": frozenset({7})}, ScanResult.OK),
    ("before the doors", {"window": replace(WINDOW, opens_ms=NOW + 1)}, ScanResult.TOO_EARLY),
    ("first millisecond", {"window": replace(WINDOW, opens_ms=NOW)}, ScanResult.OK),
    ("last millisecond", {"window": replace(WINDOW, closes_ms=NOW + 1)}, ScanResult.OK),
    ("after the doors", {"window": replace(WINDOW, closes_ms=NOW)}, ScanResult.TOO_LATE),
    ("cancelled show", {"window": replace(WINDOW, is_cancelled=True)}, ScanResult.SHOW_CANCELLED),
    ("full", {"is_full": True}, ScanResult.QUOTA_FULL),
    ("used is said before full", {"is_full": True, "places": (INSIDE,)}, ScanResult.USED),
    ("not listed, ask", {"ticket_is_listed": False}, ScanResult.NEED_SUPERVISOR),
    (
        "not listed, refuse",
        {"ticket_is_listed": False, "policy_unlisted": "refuse"},
        ScanResult.UNLISTED_REFUSED,
    ),
    (
        "not listed, accept",
        {"ticket_is_listed": False, "policy_unlisted": "accept"},
        ScanResult.OK_UNLISTED,
    ),
    ("exit", {"direction": "out", "places": (INSIDE,)}, ScanResult.OK_EXIT),
    (
        "an exit is never refused",
        {"direction": "out", "ticket_status": "cancelled", "gate_state": "closed"},
        ScanResult.OK_EXIT,
    ),
    (
        "status is said before the gate",
        {"ticket_status": "blocked", "gate_state": "closed"},
        ScanResult.BLOCKED,
    ),
    (
        "the gate is said before the window",
        {"gate_state": "closed", "window": replace(WINDOW, closes_ms=NOW)},
        ScanResult.WRONG_GATE,
    ),
    (
        "the window is said before the place",
        {"window": replace(WINDOW, closes_ms=NOW), "places": (INSIDE,)},
        ScanResult.TOO_LATE,
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_first_rule_that_applies_is_the_answer(
    changes: dict[str, Any], expected: ScanResult
) -> None:
    assert verdict(asked(**changes)).result is expected


def test_a_group_takes_the_lowest_free_places() -> None:
    taken = replace(INSIDE, place=2)
    found = verdict(asked(ticket_party=4, places=(taken,), persons=2))
    assert (found.enter, found.used) == ((Move(1, 0), Move(3, 0)), 3)


def test_a_group_that_must_come_whole_takes_all_places() -> None:
    found = verdict(asked(ticket_party=3, persons=1, policy_party="whole"))
    assert found.persons == 3


def test_an_unlisted_code_admits_one_person() -> None:
    found = verdict(asked(ticket_party=3, ticket_is_listed=False, policy_unlisted="accept"))
    assert found.persons == 1


def test_an_exit_closes_the_place_that_is_longest_inside() -> None:
    late = replace(INSIDE, place=1, entered_ms=NOW - 1000)
    early = replace(INSIDE, place=2, entered_ms=NOW - 9000)
    found = verdict(asked(direction="out", ticket_party=2, places=(late, early)))
    assert found.leave == (Move(2, 0),)


def test_an_exit_without_entry_is_noted_and_moves_nothing() -> None:
    found = verdict(asked(direction="out"))
    assert (found.result, found.leave, found.why) == (
        ScanResult.OK_EXIT,
        (),
        "exit_without_entry",
    )


def test_used_names_the_first_entry_and_a_window_its_time() -> None:
    assert verdict(asked(places=(INSIDE,))).first == INSIDE
    late = verdict(asked(window=replace(WINDOW, closes_ms=NOW - 5)))
    assert late.at_ms == NOW - 5


@pytest.mark.parametrize(
    ("once", "values", "expected"),
    [
        ("event", {}, "e"),
        ("unlimited", {}, "e"),
        ("day", {}, "d:2026-09-25"),
        ("day", {"zone": "z_hall"}, "d:2026-09-25@z_hall"),
        ("show", {"show": "abc"}, "s:abc"),
        ("show", {"show": "abc", "zone": "z_hall"}, "s:abc@z_hall"),
        ("show", {}, "d:2026-09-25"),
        ("window", {"window": 5}, "w:5"),
    ],
)
def test_scope_keys(once: str, values: dict[str, Any], expected: str) -> None:
    given = {"day": DAY, "show": None, "window": 0, "zone": None} | values
    assert scope_key(once, **given) == expected


def test_an_unknown_rule_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown rule"):
        scope_key("weekly", day=DAY, show=None, window=0, zone=None)


@settings(max_examples=300, deadline=None)
@given(
    party=st.integers(1, 5),
    reentry=st.sampled_from(["no", "after_exit", "free"]),
    steps=st.lists(
        st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 3), st.integers(1, 200_000)),
        max_size=25,
    ),
)
def test_no_ticket_ever_has_more_people_inside_than_places(
    party: int, reentry: str, steps: list[tuple[str, int, int]]
) -> None:
    places: list[PlaceFacts] = []
    now = NOW
    for direction, persons, later in steps:
        now += later
        found = verdict(
            asked(
                ticket_party=party,
                policy_reentry=reentry,
                places=tuple(places),
                direction=direction,
                persons=persons,
                now_ms=now,
            )
        )
        for move in found.leave:
            at = next(
                i for i, p in enumerate(places) if (p.place, p.turn) == (move.place, move.turn)
            )
            places[at] = replace(places[at], left_ms=now)
        for move in found.enter:
            assert (move.place, move.turn) not in {(p.place, p.turn) for p in places}
            places.append(PlaceFacts(move.place, move.turn, 1, 1, now))
        inside = [p for p in places if p.left_ms is None]
        assert len(inside) <= party
        assert len({p.place for p in inside}) == len(inside)
        assert bool(found.enter) <= (found.result in ADMITTED)


def entry(n: int, at_ms: int, **changes: Any) -> LoggedEntry:
    """Return one logged scan of device `n % 3`."""
    values: dict[str, Any] = {
        "device_id": n % 3,
        "nonce": n.to_bytes(16, "big"),
        "n": n,
        "gate_id": 1,
        "at_ms": at_ms,
        "direction": "in",
        "persons": 1,
        "result": "ok",
    }
    return LoggedEntry(**(values | changes))


def test_the_earlier_of_two_offline_entries_wins() -> None:
    early, late = entry(1, 100), entry(2, 200)
    found = fold([late, early], FoldPolicy(party=1))
    assert [place.entered for place in found.places] == [early]
    assert found.conflicts == {late.ref: early.ref}


def test_equal_times_are_decided_by_device_and_number() -> None:
    one, two = entry(3, 100, device_id=1), entry(2, 100, device_id=2)
    found = fold([two, one], FoldPolicy(party=1))
    assert found.conflicts == {two.ref: one.ref}


def test_an_override_takes_a_place_above_the_party() -> None:
    found = fold([entry(1, 1), entry(2, 2, result="ok_override")], FoldPolicy(party=1))
    assert ([place.place for place in found.places], found.conflicts) == ([1, 2], {})


def test_refusals_in_the_log_change_nothing() -> None:
    found = fold([entry(1, 1, result="used"), entry(2, 2, result="too_early")], FoldPolicy(1))
    assert (found.places, found.conflicts) == ([], {})


@settings(max_examples=200, deadline=None)
@given(
    party=st.integers(1, 4),
    reentry=st.sampled_from(["no", "after_exit", "free"]),
    rows=st.lists(
        st.tuples(
            st.integers(0, 20),
            st.sampled_from(["in", "in", "out"]),
            st.integers(1, 3),
            st.sampled_from(["ok", "ok_reentry", "ok_group", "used"]),
        ),
        max_size=20,
    ),
    seed=st.integers(0, 1000),
)
def test_the_fold_depends_on_the_set_of_scans_alone(
    party: int, reentry: str, rows: list[tuple[int, str, int, str]], seed: int
) -> None:
    log = [
        entry(
            n,
            at,
            direction=direction,
            persons=persons,
            result="ok_exit" if direction == "out" else result,
        )
        for n, (at, direction, persons, result) in enumerate(rows)
    ]
    mixed = log.copy()
    random.Random(seed).shuffle(mixed)
    policy = FoldPolicy(party=party, reentry=reentry)
    assert fold(log, policy) == fold(mixed, policy)
    inside = [place for place in fold(log, policy).places if place.left is None]
    assert len(inside) <= party
