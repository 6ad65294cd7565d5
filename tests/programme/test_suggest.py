"""Places for a show: each adds no finding; kit, people, hours and audience count."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.programme.errors import UnknownShow
from eventhub.programme.rules.conflicts import check
from eventhub.programme.rules.facts import Available, Facts, Window
from eventhub.programme.rules.suggest import Suggestion, suggest
from tests.factories import plan
from tests.factories import programme as make
from tests.factories.plan import at, facts, item, party, show, stage

OPEN = [Window("open", at(0), at(240), stage_id=1)]
ONE_STAGE = {1: stage(1, min_changeover_min=10, capacity=100)}
NEW = item(9, None, None, stage=None)


def _placed(facts_: Facts, found: Suggestion) -> Facts:
    there = replace(
        NEW,
        stage_id=found.stage_id,
        start_s=int(found.starts_at.timestamp()),
        end_s=int(found.ends_at.timestamp()),
    )
    return replace(facts_, items=[*(row for row in facts_.items if row.id != NEW.id), there])


def _minutes(found: list[Suggestion]) -> list[int]:
    return sorted((int(row.starts_at.timestamp()) - at(0)) // 60 for row in found)


def test_only_free_gaps_with_room_for_the_changeover_are_suggested() -> None:
    plan_ = facts([item(1, 60, 120), NEW], stages=ONE_STAGE, windows=OPEN)
    assert _minutes(suggest(plan_, NEW, minutes=50)) == [0, 130, 150, 180]


def test_a_party_that_is_elsewhere_or_not_available_rules_a_place_out() -> None:
    shows = {1: show(1, party_ids=(1,)), 9: show(9, party_ids=(1,))}
    busy = facts(
        [item(1, 0, 120, stage=2), NEW],
        shows=shows,
        stages={**ONE_STAGE, 2: stage(2, capacity=100)},
        parties={1: party(1)},
        windows=[*OPEN, Window("closed", at(0), at(9000), stage_id=2)],
        available=[Available(1, "unavailable", at(200), at(300))],
    )
    there = [row for row in suggest(busy, NEW, minutes=50) if row.stage_id == 1]
    assert _minutes(there) == [120, 150]


def test_a_stage_that_is_too_small_is_left_out() -> None:
    shows = {9: show(9, expected_audience=101)}
    assert suggest(facts([NEW], shows=shows, stages=ONE_STAGE, windows=OPEN), NEW, minutes=50) == []


def test_the_better_filled_stage_comes_first() -> None:
    stages = {1: stage(1, capacity=400), 2: stage(2, capacity=100)}
    shows = {9: show(9, expected_audience=100)}
    first = suggest(facts([NEW], shows=shows, stages=stages), NEW, minutes=50)[0]
    assert (first.stage_id, first.parts["fit"]) == (2, 1.0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_suggested_place_adds_no_finding(seed: int) -> None:
    rng = random.Random(seed)
    crowd = plan.random_facts(rng, 30)
    shows = {**crowd.shows, 9: show(9, party_ids=tuple(rng.sample(range(1, 7), 2)))}
    rest = [row for row in crowd.items if row.id != NEW.id and row.for_id != NEW.id]
    plan_ = replace(crowd, items=[*rest, NEW], shows=shows)
    before = {row.fingerprint for row in check(plan_)}
    for found in suggest(plan_, NEW, minutes=45):
        added = [row for row in check(_placed(plan_, found)) if row.fingerprint not in before]
        assert added == []


def test_the_command_lists_places_best_first(demo_app: Flask) -> None:
    runner = demo_app.test_cli_runner()
    done = runner.invoke(args=["schedule", "suggest", "demo", "FOLDED", "--json"])
    slots = json.loads(done.output)["slots"]
    scores = [slot["score"] for slot in slots]
    assert (done.exit_code, len(slots), scores) == (0, 20, sorted(scores, reverse=True))
    assert set(slots[0]) == {"stage", "starts_at", "ends_at", "score", "parts"}


def test_an_unknown_show_is_refused(app: Flask, runner: FlaskCliRunner) -> None:
    make.make_event("weaving")
    done = runner.invoke(args=["schedule", "suggest", "weaving", "NOSUCH"])
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, UnknownShow.code)
