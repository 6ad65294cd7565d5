"""Actions on the working copy: what they write, refuse, tell and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from eventhub.kernel.errors import Invalid
from eventhub.programme import queries, service
from eventhub.programme.enums import (
    ConflictRule,
    PerformanceKind,
    Severity,
    SlotStatus,
)
from eventhub.programme.errors import (
    NothingToUndo,
    PlacementBlocked,
    SlotPinned,
    StaleEdit,
    UnknownPerformance,
    UnknownStage,
)
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.service import (
    CloseGaps,
    Edited,
    Move,
    Pin,
    Place,
    Resize,
    RollBack,
    SetSeverity,
    SetStatus,
    ShiftRange,
    Swap,
    UndoBatch,
    Unplace,
)
from tests.factories import programme as make

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """An event with two stages and two shows, one hour apart on the first stage."""

    event: EventRow
    stages: tuple[int, int]
    first: int
    second: int

    def slot(self, performance_id: int) -> GridSlot:
        """Return a slot as the editor sees it now."""
        grid = queries.working_grid(self.event)
        return next(row for row in grid if row.performance_id == performance_id)

    def move(self, key: int, at: datetime, *, stage: int = 0, dry_run: bool = False) -> Edited:
        """Move with the version that is there."""
        return service.move(
            Move(
                event_id=self.event.id,
                performance_id=key,
                row_version=self.slot(key).row_version,
                stage_id=self.stages[stage],
                starts_at=at,
                actor="alice",
                dry_run=dry_run,
            )
        )


@pytest.fixture
def plan(app: Flask) -> Plan:
    """Return two shows of 45 minutes."""
    event = make.make_event()
    venue = make.make_venue(event)
    stages = make.make_stage(event, venue_id=venue), make.make_stage(event, venue_id=venue)
    kind, track = make.make_show_type(event), make.make_track(event)
    made = []
    for n in range(2):
        show = make.make_show(event, type_id=kind, track_id=track)
        performance = make.make_performance(event, show)
        make.make_slot(
            event, performance_id=performance, stage_id=stages[0], starts_at=T0 + n * HOUR
        )
        made.append(performance)
    return Plan(event, stages, made[0], made[1])


def _content(slot: GridSlot) -> GridSlot:
    return replace(slot, row_version=0, updated_at=None, updated_by=None)


def test_a_move_keeps_the_length_and_raises_the_version(plan: Plan) -> None:
    done = plan.move(plan.first, T0 + 5 * HOUR, stage=1)
    slot = plan.slot(plan.first)
    assert (slot.starts_at, slot.ends_at) == (T0 + 5 * HOUR, T0 + 5 * HOUR + 45 * HOUR / 60)
    assert (slot.stage_id, slot.row_version, slot.updated_by) == (plan.stages[1], 2, "alice")
    assert [row.row_version for row in done.slots] == [2]
    assert (done.added, done.removed) == ((), ())


def test_a_stale_edit_is_refused_with_the_row_as_it_is(plan: Plan) -> None:
    plan.move(plan.first, T0 + 5 * HOUR)
    with pytest.raises(StaleEdit) as caught:
        service.unplace(Unplace(event_id=plan.event.id, performance_id=plan.first, row_version=1))
    current = caught.value.details["current"]
    assert (current["row_version"], current["updated_by"]) == (2, "alice")
    assert current["starts_at"] == (T0 + 5 * HOUR).isoformat()
    assert plan.slot(plan.first).starts_at == T0 + 5 * HOUR


def test_a_dry_run_tells_the_findings_and_writes_nothing(plan: Plan) -> None:
    before = queries.working_grid(plan.event)
    tried = plan.move(plan.second, T0 + HOUR / 2, dry_run=True)
    assert [row.rule for row in tried.added] == [ConflictRule.STAGE_OVERLAP]
    assert (tried.batch, tried.removed) == ("", ())
    assert queries.working_grid(plan.event) == before
    assert queries.edits_since(plan.event.id) == []
    plan.move(plan.second, T0 + HOUR / 2)
    back = plan.move(plan.second, T0 + HOUR, dry_run=True)
    assert [row.rule for row in back.removed] == [ConflictRule.STAGE_OVERLAP]


def test_what_a_move_adds_and_removes_is_what_the_full_check_says(plan: Plan) -> None:
    before = {row.fingerprint for row in queries.check(plan.event)}
    done = plan.move(plan.second, T0 + HOUR / 2)
    after = {row.fingerprint for row in queries.check(plan.event)}
    assert {row.fingerprint for row in done.added} == after - before
    assert {row.fingerprint for row in done.removed} == before - after


def test_a_rule_that_blocks_placements_refuses_the_move(plan: Plan) -> None:
    service.set_severity(
        SetSeverity(
            event_id=plan.event.id,
            rule=ConflictRule.STAGE_OVERLAP,
            severity=Severity.BLOCK_PLACEMENT,
        )
    )
    with pytest.raises(PlacementBlocked) as caught:
        plan.move(plan.second, T0 + HOUR / 2)
    assert [row["rule"] for row in caught.value.details["findings"]] == ["stage_overlap"]
    assert plan.slot(plan.second).starts_at == T0 + HOUR


def test_rehearsals_move_along_unless_they_are_pinned(plan: Plan) -> None:
    hanging = []
    for hours in (2, 3):
        rehearsal = make.make_performance(
            plan.event,
            plan.slot(plan.first).show_id,
            kind=PerformanceKind.REHEARSAL,
            for_performance_id=plan.first,
        )
        make.make_slot(
            plan.event,
            performance_id=rehearsal,
            stage_id=plan.stages[0],
            starts_at=T0 - hours * HOUR,
        )
        hanging.append(rehearsal)
    pinned = Pin(event_id=plan.event.id, performance_id=hanging[1], row_version=1, is_pinned=True)
    service.pin(pinned)
    done = plan.move(plan.first, T0 + 2 * HOUR, stage=1)
    moved, stayed = plan.slot(hanging[0]), plan.slot(hanging[1])
    assert (moved.starts_at, moved.stage_id) == (T0, plan.stages[1])
    assert (stayed.starts_at, stayed.stage_id) == (T0 - 3 * HOUR, plan.stages[0])
    service.undo(UndoBatch(event_id=plan.event.id, batch=done.batch))
    assert plan.slot(hanging[0]).starts_at == T0 - 2 * HOUR


def test_a_pinned_slot_does_not_move(plan: Plan) -> None:
    head = {"event_id": plan.event.id, "performance_id": plan.first}
    service.pin(Pin(**head, row_version=1, is_pinned=True))
    with pytest.raises(SlotPinned):
        plan.move(plan.first, T0 + 5 * HOUR)
    with pytest.raises(SlotPinned):
        service.resize(Resize(**head, row_version=2, ends_at=T0 + 2 * HOUR))
    service.pin(Pin(**head, row_version=2, is_pinned=False))
    plan.move(plan.first, T0 + 5 * HOUR)


def test_a_new_performance_is_placed_as_long_as_usual(plan: Plan) -> None:
    show = make.make_show(plan.event, default_duration_min=25)
    made = make.make_performance(plan.event, show)
    assert (plan.slot(made).row_version, plan.slot(made).minutes) == (0, 25)
    place = Place(
        event_id=plan.event.id,
        performance_id=made,
        row_version=0,
        stage_id=plan.stages[1],
        starts_at=T0,
    )
    batch = service.place_performance(place).batch
    assert plan.slot(made).ends_at == T0 + timedelta(minutes=25)
    with pytest.raises(StaleEdit):
        service.place_performance(place)
    service.undo(UndoBatch(event_id=plan.event.id, batch=batch))
    assert plan.slot(made).row_version == 0
    service.redo(UndoBatch(event_id=plan.event.id, batch=batch))
    assert (plan.slot(made).starts_at, plan.slot(made).row_version > 1) == (T0, True)


def _resize(plan: Plan) -> Edited:
    return service.resize(
        Resize(
            event_id=plan.event.id,
            performance_id=plan.first,
            row_version=1,
            ends_at=T0 + 3 * HOUR,
        )
    )


def _unplace(plan: Plan) -> Edited:
    return service.unplace(
        Unplace(event_id=plan.event.id, performance_id=plan.first, row_version=1)
    )


def _swap(plan: Plan) -> Edited:
    return service.swap(
        Swap(
            event_id=plan.event.id,
            performance_a=plan.first,
            version_a=1,
            performance_b=plan.second,
            version_b=1,
        )
    )


def _cancel(plan: Plan) -> Edited:
    return service.set_status(
        SetStatus(
            event_id=plan.event.id,
            performance_id=plan.first,
            row_version=1,
            status=SlotStatus.CANCELLED,
        )
    )


def _shift(plan: Plan) -> Edited:
    return service.shift_range(
        ShiftRange(event_id=plan.event.id, minutes=-30, starts_at=T0, ends_at=T0 + 9 * HOUR)
    )


def _close(plan: Plan) -> Edited:
    return service.close_gaps(
        CloseGaps(
            event_id=plan.event.id,
            stage_id=plan.stages[0],
            starts_at=T0,
            ends_at=T0 + 9 * HOUR,
            keep_min=5,
        )
    )


@pytest.mark.parametrize("act", [_resize, _unplace, _swap, _cancel, _shift, _close])
def test_undo_and_redo_restore_every_slot(plan: Plan, act: Callable[[Plan], Edited]) -> None:
    before = [_content(row) for row in queries.working_grid(plan.event)]
    done = act(plan)
    after = [_content(row) for row in queries.working_grid(plan.event)]
    assert after != before
    this = UndoBatch(event_id=plan.event.id, batch=done.batch, actor="bob")
    service.undo(this)
    assert [_content(row) for row in queries.working_grid(plan.event)] == before
    with pytest.raises(NothingToUndo):
        service.undo(this)
    service.redo(this)
    assert [_content(row) for row in queries.working_grid(plan.event)] == after
    service.undo(this)
    assert [_content(row) for row in queries.working_grid(plan.event)] == before
    assert min(row.row_version for row in queries.working_grid(plan.event)) >= 1


def test_actions_do_what_they_say(plan: Plan) -> None:
    _swap(plan)
    assert (plan.slot(plan.first).starts_at, plan.slot(plan.second).starts_at) == (T0 + HOUR, T0)
    assert len(_close(plan).slots) == 1
    assert plan.slot(plan.first).starts_at == T0 + timedelta(minutes=50)
    assert len(_shift(plan).slots) == 2
    assert plan.slot(plan.second).starts_at == T0 - HOUR / 2


def test_undo_is_refused_when_a_slot_was_changed_later(plan: Plan) -> None:
    batch = _shift(plan).batch
    plan.move(plan.second, T0 + 7 * HOUR)
    with pytest.raises(StaleEdit):
        service.undo(UndoBatch(event_id=plan.event.id, batch=batch))
    assert plan.slot(plan.first).starts_at == T0 - HOUR / 2


def test_the_edit_log_tells_who_did_what(plan: Plan) -> None:
    cursor = queries.latest_edit(plan.event.id)
    batch = plan.move(plan.first, T0 + 5 * HOUR).batch
    service.undo(UndoBatch(event_id=plan.event.id, batch=batch, actor="bob"))
    rows = queries.edits_since(plan.event.id, cursor)
    assert [(row.actor, row.op, row.is_undone) for row in rows] == [
        ("alice", "move", True),
        ("bob", "undo", False),
    ]
    assert queries.edits_since(plan.event.id, rows[-1].id) == []


def test_impossible_edits_are_refused(plan: Plan) -> None:
    head = {"event_id": plan.event.id, "performance_id": plan.first, "row_version": 1}
    with pytest.raises(Invalid):
        service.resize(Resize(**head, ends_at=T0))
    with pytest.raises(UnknownStage):
        service.move(Move(**head, stage_id=10_000, starts_at=T0))
    with pytest.raises(UnknownPerformance):
        service.unplace(Unplace(**(head | {"performance_id": 10_000})))
    elsewhere = make.make_event()
    with pytest.raises(UnknownPerformance):
        service.unplace(Unplace(**(head | {"event_id": elsewhere.id})))


def test_rollback_brings_back_the_places_of_a_release(plan: Plan) -> None:
    make.release(plan.event, "v1")
    before = [_content(row) for row in queries.working_grid(plan.event)]
    plan.move(plan.first, T0 + 5 * HOUR, stage=1)
    make.release(plan.event, "v2")
    new = make.make_slot(plan.event, stage_id=plan.stages[1], starts_at=T0 + 8 * HOUR)
    done = service.rollback(RollBack(event_id=plan.event.id, name="v1"))
    grid = queries.working_grid(plan.event)
    assert [_content(row) for row in grid if row.performance_id != new] == before
    assert plan.slot(new).starts_at is None
    assert sorted(slot.performance_id for slot in done.slots) == sorted([plan.first, new])
    assert queries.released(plan.event.id).name == "v2"  # type: ignore[union-attr] - released
