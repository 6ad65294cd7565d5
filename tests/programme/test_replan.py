"""Repair and autoplan: what is proposed, that it harms nothing, and what is taken over."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from eventhub.programme import planner, queries, service, solver
from eventhub.programme.errors import SlotPinned, StaleEdit, UnknownProposal
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.conflicts import DEFAULTS
from eventhub.programme.rules.facts import Facts, Window
from eventhub.programme.rules.replan import NO_GAP, TOO_SMALL, Plan, Task, replan, stopping
from tests.factories import plan
from tests.factories import programme as make
from tests.factories.plan import at, facts, item, party, show, stage

OPEN = [Window("open", at(0), at(240), stage_id=1)]
ONE_STAGE = {1: stage(1, capacity=100)}


def _replanned(plan_: Facts, tasks: list[Task], **options: object) -> Plan:
    return replan(plan_, tasks, settings=DEFAULTS, **options)  # type: ignore[arg-type]


def _starts(found: Plan) -> list[int | None]:
    return [(step.items[0].start_s or 0) - at(0) if step.items else None for step in found.steps]


def test_shows_without_a_place_share_the_free_time() -> None:
    waiting = [item(n, None, None, stage=None) for n in (1, 2, 3)]
    found = _replanned(
        facts(waiting, stages=ONE_STAGE, windows=OPEN), [Task(one, 60) for one in waiting]
    )
    times = sorted(start or 0 for start in _starts(found))
    assert all(b - a >= 60 * 60 for a, b in pairwise(times))
    assert None not in _starts(found)


def test_what_has_no_place_says_which_rule_and_when() -> None:
    busy = item(1, 0, 240, stage=2)
    new = item(9, None, None, stage=None)
    both = {1: show(1, party_ids=(1,)), 9: show(9, party_ids=(1,))}
    plan_ = facts([busy, new], shows=both, stages={1: stage(1), 2: stage(2)}, parties={1: party(1)})
    windows = [*OPEN, Window("open", at(0), at(240), stage_id=2)]
    step = _replanned(replace(plan_, windows=windows), [Task(new, 60)]).steps[0]
    assert step.items == ()
    assert step.stops[0].rule == "person_double"
    assert step.stops[0].windows == ((at(0), at(240)),)


@pytest.mark.parametrize(("expected", "minutes", "rule"), [(500, 60, TOO_SMALL), (50, 600, NO_GAP)])
def test_a_show_too_large_or_too_long_says_so(expected: int, minutes: int, rule: str) -> None:
    new = item(9, None, None, stage=None)
    shows = {9: show(9, expected_audience=expected)}
    plan_ = facts([new], shows=shows, stages=ONE_STAGE, windows=OPEN)
    assert [stop.rule for stop in _replanned(plan_, [Task(new, minutes)]).steps[0].stops] == [rule]


def test_what_hangs_on_a_show_goes_with_it() -> None:
    main, rehearsal = item(1, 120, 180), item(2, 0, 30, kind="rehearsal", for_id=1)
    plan_ = facts([main, rehearsal], windows=[Window("closed", at(0), at(600), stage_id=1)])
    found = _replanned(plan_, [Task(main, 60, (rehearsal,))])
    moved = found.steps[0].items
    assert [one.id for one in moved] == [1, 2]
    assert moved[0].stage_id == moved[1].stage_id != 1
    assert (moved[0].start_s or 0) - (moved[1].start_s or 0) == 120 * 60


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_plan_never_stops_a_release_that_was_not_stopped(seed: int) -> None:
    rng = random.Random(seed)
    crowd = plan.random_facts(rng, 24)
    tasks = [Task(one, 45) for one in rng.sample(list(crowd.items), 6)]
    moving = {task.item.id for task in tasks}
    rest = replace(crowd, items=[one for one in crowd.items if one.id not in moving])
    found = _replanned(crowd, tasks, seed=seed)
    assert stopping(found.facts, DEFAULTS) <= stopping(rest, DEFAULTS)
    assert {one for one in found.facts.items if one.id not in moving} == set(rest.items)


def test_the_solver_finds_what_first_fit_misses() -> None:
    pytest.importorskip("ortools")
    long, *short = (item(n, None, None, stage=None) for n in (1, 2, 3))
    tasks = [Task(long, 100), Task(short[0], 60), Task(short[1], 60)]
    shows = {n: show(n, expected_audience=90 if n > 1 else 8) for n in (1, 2, 3)}
    stages = {1: stage(1, capacity=100), 2: stage(2, capacity=10)}
    windows = [
        Window("open", at(0), at(120), stage_id=1),
        Window("open", at(0), at(100), stage_id=2),
    ]
    plan_ = facts([long, *short], shows=shows, stages=stages, windows=windows)
    chosen = _replanned(plan_, tasks, choose=solver.chooser(seed=1, limit_s=5))
    assert None not in _starts(chosen)
    assert _starts(_replanned(plan_, tasks)).count(None) == 1  # first fit alone
    again = _replanned(plan_, tasks, choose=solver.chooser(seed=1, limit_s=5))
    assert _starts(again) == _starts(chosen)


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return a day with three shows on one stage, the last one pinned, and two free stages."""
    made = make.make_event("loom")
    stages = [make.make_stage(made, slug) for slug in ("runway", "court", "mill")]
    opens_at = made.day_bounds(made.days()[0])[0] + timedelta(hours=6)
    for number, code in enumerate(("AAAAAA", "BBBBBB", "CCCCCC")):
        performance = make.make_performance(made, make.make_show(made, code))
        start = opens_at + timedelta(hours=2 * number)
        make.make_slot(made, performance_id=performance, stage_id=stages[0], starts_at=start)
    slot = _slot(made, "CCCCCC")
    service.pin(
        service.Pin(
            event_id=made.id,
            performance_id=slot.performance_id,
            row_version=slot.row_version,
            is_pinned=True,
        )
    )
    make.make_performance(made, make.make_show(made, "DDDDDD"))
    return made


def _slot(event: EventRow, code: str) -> queries.GridSlot:
    return next(row for row in queries.working_grid(event) if row.show_code == code)


def _repair(event: EventRow) -> planner.Proposal:
    stage_id = queries.stages(event.id)[0].id
    return service.work_out(
        service.AskPlan(event_id=event.id, stage_id=stage_id, day=event.days()[0])
    )


def _closes(event: EventRow) -> tuple[int, object]:
    return queries.stages(event.id)[0].id, event.days()[0]


def test_a_repair_moves_what_is_hit_and_nothing_else(event: EventRow) -> None:
    before = {row.show_code: row.starts_at for row in queries.working_grid(event)}
    found = _repair(event)
    assert found == planner.from_json(json.loads(json.dumps(planner.as_json(found))))
    assert found.pinned == (_slot(event, "CCCCCC").performance_id,)
    assert [line.now.starts_at if line.now else None for line in found.lines] == [
        before["AAAAAA"],
        before["BBBBBB"],
    ]
    done = service.accept_proposal(
        service.AcceptProposal(event_id=event.id, proposal=found, closes=_closes(event))  # type: ignore[arg-type]
    )
    runway = queries.stages(event.id)[0].id
    assert [_slot(event, code).stage_id == runway for code in ("AAAAAA", "BBBBBB", "CCCCCC")] == [
        False,
        False,
        True,
    ]
    closed = [row.rule.value for row in queries.check(event) if row.rule == "stage_closed"]
    assert closed == ["stage_closed"]  # the pinned one
    service.undo(service.UndoBatch(event_id=event.id, batch=done.batch))
    assert _slot(event, "AAAAAA").stage_id == runway


def test_a_proposal_on_an_older_draft_is_refused_and_changes_nothing(event: EventRow) -> None:
    found = _repair(event)
    slot = _slot(event, "BBBBBB")
    assert slot.starts_at
    service.move(
        service.Move(
            event_id=event.id,
            performance_id=slot.performance_id,
            row_version=slot.row_version,
            stage_id=slot.stage_id,
            starts_at=slot.starts_at + timedelta(minutes=5),
        )
    )
    cursor = queries.latest_edit(event.id)
    cmd = service.AcceptProposal(event_id=event.id, proposal=found, closes=_closes(event))  # type: ignore[arg-type]
    with pytest.raises(StaleEdit):
        service.accept_proposal(cmd)
    assert queries.latest_edit(event.id) == cursor
    assert queries.windows(event.id) == []


def test_a_show_pinned_meanwhile_stays(event: EventRow) -> None:
    found = _repair(event)
    slot = _slot(event, "AAAAAA")
    who = {"event_id": event.id, "performance_id": slot.performance_id}
    service.pin(service.Pin(**who, row_version=slot.row_version, is_pinned=True))
    line = replace(found.lines[0], row_version=slot.row_version + 1)
    with pytest.raises(SlotPinned):
        service.accept_proposal(
            service.AcceptProposal(event_id=event.id, proposal=replace(found, lines=(line,)))
        )


def test_the_job_plans_what_was_asked_for_and_lines_are_taken_one_by_one(event: EventRow) -> None:
    asked = service.AskPlan(
        event_id=event.id, stage_id=queries.stages(event.id)[0].id, day=event.days()[0], actor="Al"
    )
    public_id = service.ask_plan(asked)
    assert service.plan_waiting() == 1
    key = _slot(event, "AAAAAA").performance_id
    service.accept_stored(event.id, public_id, {key}, "Al")
    with pytest.raises(UnknownProposal):
        service.accept_stored(event.id + 1, public_id, None, "Al")
    service.accept_stored(event.id, public_id, None, "Al")
    with pytest.raises(UnknownProposal):
        service.accept_stored(event.id, public_id, None, "Al")
    assert _slot(event, "BBBBBB").stage_id != asked.stage_id


def test_a_stopped_plan_is_not_worked_out(event: EventRow) -> None:
    public_id = service.ask_plan(service.AskPlan(event_id=event.id))
    service.stop_plan(event.id, public_id)
    assert service.plan_waiting() == 0
    with pytest.raises(UnknownProposal):
        service.accept_stored(event.id, public_id, None, "Al")


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("is_missing", [True, False])
def test_the_commands_propose_accept_and_say_what_is_missing(
    event: EventRow, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, is_missing: bool
) -> None:
    if is_missing:
        monkeypatch.setitem(sys.modules, "ortools", None)
    day = event.days()[0].isoformat()
    asked = ["schedule", "repair", "loom", "--close-stage", "runway", "--day", day]
    done = runner.invoke(args=[*asked, "--json"])
    data = json.loads(done.output)
    assert (done.exit_code, data["missing"]) == (0, "ortools" if is_missing else None)
    assert [(one["show"], one["reason"]) for one in data["proposal"]] == [
        ("AAAAAA", "stage_closed"),
        ("BBBBBB", "stage_closed"),
        ("CCCCCC", "pinned"),
    ]
    told = runner.invoke(args=asked).output
    assert ("requirements-plan.txt" in told) is is_missing
    placed = ["schedule", "autoplan", "loom", "--unplaced", "--seed", "1", "--limit", "5s"]
    same = [runner.invoke(args=[*placed, "--json"]).output for _ in range(2)]
    assert same[0] == same[1]
    taken = json.loads(runner.invoke(args=[*placed, "--accept", "--json"]).output)
    assert taken["batch"]
    assert _slot(event, "DDDDDD").starts_at
    assert runner.invoke(args=[*placed[:-1], "0s"]).exit_code == 2
