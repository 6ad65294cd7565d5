"""Many performances in one batch: shift, take off, copy a day, put a break on every stage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from eventhub.kernel.errors import Invalid
from eventhub.programme import queries, service
from eventhub.programme.enums import PerformanceKind
from eventhub.programme.errors import SlotPinned, StaleEdit
from eventhub.programme.queries import EventRow, GridSlot
from tests.factories import programme as make


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return a day with two shows and a break on the first of three stages."""
    made = make.make_event("loom")
    stages = [make.make_stage(made, slug) for slug in ("runway", "court", "mill")]
    start = made.day_bounds(made.days()[0])[0] + timedelta(hours=6)
    for number, code in enumerate(("AAAAAA", "BBBBBB", "PAUSES")):
        kind = PerformanceKind.BREAK if code == "PAUSES" else PerformanceKind.SHOW
        performance = make.make_performance(made, make.make_show(made, code), kind=kind)
        starts_at = start + timedelta(hours=2 * number)
        make.make_slot(made, performance_id=performance, stage_id=stages[0], starts_at=starts_at)
    return made


def rows(event: EventRow, code: str) -> list[GridSlot]:
    return [row for row in queries.working_grid(event) if row.show_code == code]


def items(event: EventRow) -> tuple[tuple[int, int], ...]:
    return tuple((row.performance_id, row.row_version) for row in queries.working_grid(event))


def test_several_shift_and_come_off_as_one_batch_each(event: EventRow) -> None:
    before = [row.starts_at for row in queries.working_grid(event)]
    shift = service.ShiftSeveral(event_id=event.id, items=items(event), minutes=-30)
    done = service.shift_several(shift)
    after = [row.starts_at for row in queries.working_grid(event)]
    assert [a and b and a - b for a, b in zip(after, before, strict=True)] == [
        timedelta(minutes=-30)
    ] * 3
    service.undo(service.UndoBatch(event_id=event.id, batch=done.batch))
    assert [row.starts_at for row in queries.working_grid(event)] == before
    off = service.unplace_many(service.Several(event_id=event.id, items=items(event)))
    assert len(off.slots) == 3
    assert {row.starts_at for row in queries.working_grid(event)} == {None}


def test_one_stale_or_pinned_row_stops_the_whole_batch(event: EventRow) -> None:
    seen = items(event)
    key, version = seen[1]
    pin = service.Pin(event_id=event.id, performance_id=key, row_version=version, is_pinned=True)
    service.pin(pin)
    before = [row.starts_at for row in queries.working_grid(event)]
    for chosen, refusal in ((seen, StaleEdit), (items(event), SlotPinned)):
        with pytest.raises(refusal):
            service.unplace_many(service.Several(event_id=event.id, items=chosen))
    with pytest.raises(Invalid):
        service.unplace_many(service.Several(event_id=event.id, items=()))
    assert [row.starts_at for row in queries.working_grid(event)] == before


def test_a_day_is_copied_taken_back_and_done_again(event: EventRow) -> None:
    days = event.days()
    copy = service.CopyDay(event_id=event.id, from_day=days[0], to_day=days[1])
    tried = service.copy_day(
        service.CopyDay(event_id=event.id, from_day=days[0], to_day=days[1], dry_run=True)
    )
    assert (tried.batch, len(tried.slots), len(rows(event, "AAAAAA"))) == ("", 3, 1)
    done = service.copy_day(copy)
    first, second = rows(event, "AAAAAA")
    assert first.starts_at
    assert second.starts_at
    assert second.starts_at - first.starts_at == timedelta(days=1)
    assert second.public_no > first.public_no
    service.undo(service.UndoBatch(event_id=event.id, batch=done.batch))
    assert len(rows(event, "AAAAAA")) == 1
    assert len(queries.facts(event).items) == 3
    service.redo(service.UndoBatch(event_id=event.id, batch=done.batch))
    assert rows(event, "AAAAAA")[1].starts_at == second.starts_at


def test_a_day_is_copied_to_another_day_only(event: EventRow) -> None:
    days = event.days()
    for from_day, to_day in ((days[0], days[0]), (days[1], days[0])):
        with pytest.raises(Invalid):
            service.copy_day(service.CopyDay(event_id=event.id, from_day=from_day, to_day=to_day))


def test_a_break_is_put_on_other_stages_and_a_show_is_not(event: EventRow) -> None:
    stages = tuple(stage.id for stage in queries.stages(event.id))
    pause, show = rows(event, "PAUSES")[0], rows(event, "AAAAAA")[0]
    done = service.duplicate_to_stages(
        service.DuplicateToStages(
            event_id=event.id,
            performance_id=pause.performance_id,
            row_version=pause.row_version,
            stage_ids=stages,
        )
    )
    assert len(done.slots) == 2
    assert {row.stage_id for row in rows(event, "PAUSES")} == set(stages)
    assert {row.starts_at for row in rows(event, "PAUSES")} == {pause.starts_at}
    with pytest.raises(Invalid):
        service.duplicate_to_stages(
            service.DuplicateToStages(
                event_id=event.id,
                performance_id=show.performance_id,
                row_version=show.row_version,
                stage_ids=stages,
            )
        )
