"""Each conflict rule: one plan that breaks it, one that just does not; severities, waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eventhub.programme.enums import ConflictRule, Severity
from eventhub.programme.rules.conflicts import DEFAULTS, Setting, check, fingerprint
from eventhub.programme.rules.facts import (
    Available,
    Facts,
    Item,
    Member,
    Needs,
    Stream,
    Told,
    Use,
    VenueFacts,
    Window,
)
from tests.factories import plan
from tests.factories.plan import at, facts, item, kit, party, show, stage

R = ConflictRule
TWO = [item(1, 0, 60), item(2, 60, 120)]
CAST = {1: show(1, party_ids=(1,)), 2: show(2, party_ids=(1,))}


def _with(rows: list[Item], **shows: Any) -> Facts:
    return facts(rows, shows={row.show_id: show(row.show_id, **shows) for row in rows})


def _cast(*rows: Item, **changes: Any) -> Facts:
    return facts(rows, shows=CAST, parties={1: party(1, 5)}, **changes)


def _open(*spans: tuple[int, int], kind: str = "open", **place: int) -> list[Window]:
    where = place or {"stage_id": 1}
    return [Window(kind, at(start), at(end), **where) for start, end in spans]


NEEDS_REHEARSAL = {1: show(1, requires_rehearsal=True, rehearsal_min_gap_min=30)}
REHEARSAL = item(2, -120, -60, kind="rehearsal", show_id=1, for_id=1)
TOLD = {"told": [Told(1, 1, at(0), at(60))], "demand": {1: {"registrations": 4}}}

BROKEN: list[tuple[ConflictRule, str, Facts]] = [
    (R.STAGE_OVERLAP, "one second", facts([TWO[0], replace(TWO[1], start_s=at(60) - 1)])),
    (R.STAGE_OVERLAP, "the same time", facts([item(1, 0, 60), item(2, 0, 60)])),
    (R.CHANGEOVER, "stage", facts(TWO, stages={1: stage(1, min_changeover_min=5)})),
    (R.CHANGEOVER, "show", _with(TWO, changeover_after_min=10)),
    (R.PERSON_DOUBLE, "two stages", _cast(item(1, 0, 60), item(2, 30, 90, stage=2))),
    (R.TRAVEL, "table", _cast(item(1, 0, 60), item(2, 75, 90, stage=3))),
    (
        R.TRAVEL,
        "coordinates",
        _cast(
            item(1, 0, 60),
            item(2, 80, 90, stage=3),
            travel_min={},
            venues={1: VenueFacts(1, 0.0, 0.0), 2: VenueFacts(2, 0.0, 0.02)},
        ),
    ),
    (
        R.PERSON_AVAILABILITY,
        "not said to be",
        _cast(item(1, 0, 60), available=[Available(1, "available", at(0), at(59))]),
    ),
    (
        R.PERSON_AVAILABILITY,
        "said not to be",
        _cast(item(1, 0, 60), available=[Available(1, "unavailable", at(59), at(90))]),
    ),
    (R.STAGE_CLOSED, "too early", facts([TWO[0]], windows=_open((5, 300)))),
    (R.STAGE_CLOSED, "venue", facts([TWO[0]], windows=_open((5, 300), venue_id=1))),
    (R.STAGE_CLOSED, "closed", facts([TWO[0]], windows=_open((50, 300), kind="closed"))),
    (R.CURFEW, "over", facts([TWO[0]], windows=_open((59, 300), kind="curfew", venue_id=1))),
    (R.REHEARSAL, "missing", facts([item(1, 0, 60)], shows=NEEDS_REHEARSAL)),
    (R.REHEARSAL, "order", facts([item(1, -31, 60), REHEARSAL], shows=NEEDS_REHEARSAL)),
    (
        R.REHEARSAL,
        "place",
        facts(
            [item(1, 0, 60), replace(REHEARSAL, stage_id=2)],
            shows={1: replace(NEEDS_REHEARSAL[1], rehearsal_same_stage=True)},
        ),
    ),
    (R.DEPENDENCY, "before", facts(TWO, needs=[Needs(2, 1, "before")])),
    (R.DEPENDENCY, "after", facts(TWO, needs=[Needs(2, 1, "after", 5)])),
    (
        R.DEPENDENCY,
        "not with",
        facts([item(1, 0, 60), item(2, 30, 60, stage=2)], needs=[Needs(1, 2, "not_with")]),
    ),
    (R.DEPENDENCY, "day", facts([TWO[0], item(2, 1440, 1500)], needs=[Needs(1, 2, "same_day")])),
    (
        R.DEPENDENCY,
        "adjacent",
        facts([TWO[0], item(2, 70, 90)], needs=[Needs(1, 2, "adjacent", 5)]),
    ),
    (R.CAPACITY, "over", facts(TWO, stages={1: stage(1, capacity=9)}, demand={1: {"manual": 10}})),
    (
        R.CAPACITY,
        "under",
        facts(TWO, stages={1: stage(1, capacity=99)}, demand={1: {"manual": 29}}),
    ),
    (
        R.RESOURCE,
        "before and after",
        facts(
            [TWO[0], item(2, 65, 90, stage=2)],
            kits={1: kit(1)},
            uses=[Use(1, 1, 1, 0, 5), Use(2, 1, 1, 5)],
        ),
    ),
    (R.STATUS, "draft", _with([TWO[0]], state="draft")),
    (R.STATUS, "unplaced", facts([item(1, None, None, stage=None)])),
    (R.STATUS, "incomplete", _with([TWO[0]], has_type=False, has_track=False, title={"zh": "秀"})),
    (R.TIME_SANITY, "order", facts([item(1, 60, 60)])),
    (R.TIME_SANITY, "length", _with([TWO[0]], max_minutes=59)),
    (R.TIME_SANITY, "grid", facts([item(1, 3, 63)])),
    (R.TIME_SANITY, "outside", facts([item(1, -1440, -1380)])),
    (
        R.STREAM_CLASH,
        "two",
        facts([TWO[0], item(2, 30, 60, stage=2)], streams=[Stream(1, "a"), Stream(2, "a")]),
    ),
    (R.STREAM_CLASH, "short", facts([TWO[0]], streams=[Stream(1, "a", at(0), at(59))])),
    (
        R.DUPLICATE_STAGE_NAME,
        "en",
        facts([], stages={1: stage(1), 2: stage(2, name={"en": " stage 1"})}),
    ),
    (R.SOLD_AND_MOVED, "moved", facts([item(1, 5, 65)], **TOLD)),
    (R.SOLD_AND_MOVED, "shrunk", facts([item(1, 0, 55)], **TOLD)),
    (R.SOLD_AND_MOVED, "gone", facts([item(1, None, None, stage=None)], **TOLD)),
]

SOUND: list[tuple[ConflictRule, str, Facts]] = [
    (R.STAGE_OVERLAP, "touching", facts(TWO)),
    (
        R.STAGE_OVERLAP,
        "allowed",
        facts([TWO[0], item(2, 0, 60)], stages={1: stage(1, allow_overlap=True)}),
    ),
    (R.STAGE_OVERLAP, "cancelled", facts([TWO[0], item(2, 0, 60, status="cancelled")])),
    (R.STAGE_OVERLAP, "no length", facts([TWO[0], item(2, 30, 30)])),
    (
        R.CHANGEOVER,
        "enough",
        facts([TWO[0], item(2, 65, 90)], stages={1: stage(1, min_changeover_min=5)}),
    ),
    (R.CHANGEOVER, "one bill", _with(TWO, changeover_after_min=10, bill="late")),
    (
        R.CHANGEOVER,
        "own rehearsal",
        facts(
            [TWO[1], item(1, 0, 60, kind="rehearsal", for_id=2)],
            stages={1: stage(1, min_changeover_min=30)},
        ),
    ),
    (R.PERSON_DOUBLE, "touching", _cast(item(1, 0, 60), item(2, 60, 90, stage=2))),
    (R.PERSON_DOUBLE, "one stage", _cast(item(1, 0, 60), item(2, 30, 90))),
    (R.TRAVEL, "enough", _cast(item(1, 0, 60), item(2, 80, 90, stage=3))),
    (R.TRAVEL, "one venue", _cast(item(1, 0, 60), item(2, 60, 90, stage=2))),
    (
        R.PERSON_AVAILABILITY,
        "adjacent windows",
        _cast(
            item(1, 0, 60),
            available=[Available(1, "available", at(a), at(b)) for a, b in ((-60, 30), (30, 60))],
        ),
    ),
    (R.STAGE_CLOSED, "joined windows", facts(TWO, windows=_open((0, 70), (70, 120)))),
    (
        R.STAGE_CLOSED,
        "load-in",
        facts([REHEARSAL], windows=[*_open((0, 90)), *_open((-180, 0), kind="load_in")]),
    ),
    (R.CURFEW, "ends at it", facts([TWO[0]], windows=_open((60, 300), kind="curfew"))),
    (R.REHEARSAL, "in time", facts([item(1, -30, 60), REHEARSAL], shows=NEEDS_REHEARSAL)),
    (
        R.DEPENDENCY,
        "before",
        facts(
            TWO,
            needs=[
                Needs(1, 2, "before"),
                Needs(2, 1, "after"),
                Needs(1, 2, "not_with"),
                Needs(1, 2, "same_day"),
                Needs(1, 2, "adjacent"),
            ],
        ),
    ),
    (
        R.CAPACITY,
        "full",
        facts(TWO, stages={1: stage(1, capacity=10)}, demand={1: {"favourites": 10}}),
    ),
    (R.RESOURCE, "one after the other", facts(TWO, kits={1: kit(1)}, uses=[Use(1, 1), Use(2, 1)])),
    (R.STATUS, "complete", facts(TWO)),
    (R.TIME_SANITY, "usual", _with(TWO, min_minutes=60, max_minutes=60)),
    (R.STREAM_CLASH, "after each other", facts(TWO, streams=[Stream(1, "a"), Stream(2, "a")])),
    (
        R.DUPLICATE_STAGE_NAME,
        "other venue",
        facts([], stages={1: stage(1), 3: stage(3, venue=2, name=stage(1).name)}),
    ),
    (R.SOLD_AND_MOVED, "as told", facts([item(1, 0, 60)], **TOLD)),
    (R.SOLD_AND_MOVED, "nobody counts on it", facts([item(1, 5, 65)], told=TOLD["told"])),
]


@pytest.mark.parametrize(
    ("rule", "plan_"), [row[::2] for row in BROKEN], ids=[f"{r[0]}: {r[1]}" for r in BROKEN]
)
def test_a_rule_finds_what_breaks_it_once(rule: ConflictRule, plan_: Facts) -> None:
    assert [row.rule for row in check(plan_, rules=[rule])] == [rule]


@pytest.mark.parametrize(
    ("rule", "plan_"), [row[::2] for row in SOUND], ids=[f"{r[0]}: {r[1]}" for r in SOUND]
)
def test_a_rule_is_silent_at_its_boundary(rule: ConflictRule, plan_: Facts) -> None:
    assert check(plan_, rules=[rule]) == []


def test_every_rule_has_a_plan_that_breaks_it_and_one_that_does_not() -> None:
    assert {row[0] for row in BROKEN} == {row[0] for row in SOUND} == set(ConflictRule)


@pytest.mark.parametrize(("rule", "plan_"), [row[::2] for row in BROKEN])
def test_a_rule_that_is_off_is_silent(rule: ConflictRule, plan_: Facts) -> None:
    assert check(plan_, rules=[rule], settings={rule: Setting(Severity.OFF)}) == []


def test_the_severity_of_the_event_counts_and_an_impossible_time_always_blocks() -> None:
    strict = {R.CHANGEOVER: Setting(Severity.BLOCK_PLACEMENT)}
    plan_ = facts([*TWO, item(3, 300, 300)], stages={1: stage(1, min_changeover_min=5)})
    assert [(row.rule, row.severity) for row in check(plan_, settings=strict)] == [
        (R.CHANGEOVER, Severity.BLOCK_PLACEMENT),
        (R.TIME_SANITY, Severity.BLOCK_PLACEMENT),
    ]
    assert all(setting.severity != Severity.OFF for setting in DEFAULTS.values())


def test_a_person_is_where_the_group_is_as_long_as_the_membership_lasts() -> None:
    shows = {1: show(1, party_ids=(1,)), 2: show(2, party_ids=(2,))}
    rows = [item(1, 0, 60), item(2, 30, 90, stage=2)]
    people = {"shows": shows, "parties": {1: party(1), 2: party(2)}}
    member = Member(1, 2, at(0), at(10))
    assert len(check(facts(rows, members=[member], **people), rules=[R.PERSON_DOUBLE])) == 1
    later = replace(member, from_s=at(1))
    assert check(facts(rows, members=[later], **people), rules=[R.PERSON_DOUBLE]) == []


def test_the_overrun_that_is_allowed_for_counts_for_the_curfew() -> None:
    plan_ = facts([TWO[0]], windows=_open((65, 300), kind="curfew"))
    late = {R.CURFEW: Setting(Severity.WARN, {"overrun_min": 10})}
    assert check(plan_, rules=[R.CURFEW]) == []
    assert [row.measure for row in check(plan_, settings=late, rules=[R.CURFEW])] == [
        {"minutes": 5}
    ]


def test_a_wall_clock_time_that_occurs_twice_is_told() -> None:
    calendar = plan.calendar(
        zone=ZoneInfo("Europe/Berlin"),
        day_start=time(6, 0),
        first_day=date(2026, 10, 24),
        last_day=date(2026, 10, 25),
    )
    first_0230_s = 1_792_888_200  # 2026-10-25 00:30 UTC
    row = replace(item(1, 0, 60), start_s=first_0230_s, end_s=first_0230_s + 3600)
    [found] = check(facts([row], calendar=calendar), rules=[R.TIME_SANITY])
    assert found.measure == {"faults": ["time_ambiguous"]}
    later = replace(row, start_s=first_0230_s + 7200, end_s=first_0230_s + 10800)
    assert check(facts([later], calendar=calendar), rules=[R.TIME_SANITY]) == []


def test_a_set_after_midnight_of_the_last_night_is_inside_the_event() -> None:
    last_night = item(1, 4 * 1440 + 13 * 60, 4 * 1440 + 18 * 60)  # 23:00 to 04:00
    assert check(facts([last_night]), rules=[R.TIME_SANITY]) == []


def test_the_fingerprint_is_that_of_the_specification() -> None:
    subjects = [f"performance:{n * 8}-{n * 4}-4{n * 3}-8{n * 3}-{n * 12}" for n in "12"]
    assert fingerprint("stage_overlap", subjects) == "4676e1cfafdecb2ddb5062aa5bf1b0b2"


def test_a_waiver_holds_until_the_facts_change() -> None:
    before = facts([item(1, 0, 60), item(2, 30, 90)])
    [found] = check(before, rules=[R.STAGE_OVERLAP])
    accepted = {found.fingerprint: found.facts_digest}
    [again] = check(before, waivers=accepted, rules=[R.STAGE_OVERLAP])
    assert (again.waived, again.was_waived, again.blocks_release) == (True, False, False)
    [moved] = check(
        facts([item(1, 0, 60), item(2, 35, 95)]), waivers=accepted, rules=[R.STAGE_OVERLAP]
    )
    assert (moved.waived, moved.was_waived, moved.blocks_release) == (False, True, True)


def test_a_finding_says_what_is_wrong_in_both_languages() -> None:
    [found] = check(facts([item(1, 0, 60), item(2, 35, 90)]), rules=[R.STAGE_OVERLAP])
    assert found.message == {
        "zh": "台1：「秀1」与「秀2」重叠 25 分钟",
        "en": "Stage 1: “Show 1” and “Show 2” overlap by 25 min",
    }
