"""How many people count on a performance, as the check before a release sees it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from eventhub.kernel import clock
from eventhub.programme import queries, service
from eventhub.programme.enums import ConflictRule
from eventhub.registration.service import cancel
from eventhub.registration.service.demand import count_demand
from tests.factories import programme as make
from tests.factories.registration import make_registration, make_ticket_type, make_window


def test_a_move_before_a_release_says_how_many_have_registered(app: Flask) -> None:
    event = make.make_event("loom")
    service.open_registration(event.id, is_open=True)
    stage = make.make_stage(event, "runway")
    starts_at = event.day_bounds(event.days()[0])[0] + timedelta(hours=6)
    performance = make.make_performance(event, make.make_show(event, "AAAAAA"))
    make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=starts_at)
    make.release(event, "v1")
    make_window(event.id, 7, starts_at, kind="show", performance_id=performance)
    make_ticket_type(event.id, slug="front", window_no=7, max_group=2)
    with clock.fixed(starts_at - timedelta(days=1)):
        guests = [
            make_registration(event.id, "front", others=("Ada",)),
            make_registration(event.id, "front"),
        ]
    assert count_demand() == 1
    assert count_demand() == 0

    def people() -> list[int]:
        found = queries.check(event, [ConflictRule.SOLD_AND_MOVED])
        return [row.measure["people"] for row in found]

    assert people() == []
    row = queries.working_grid(event)[0]
    move = service.Move(
        event_id=event.id,
        performance_id=performance,
        row_version=row.row_version,
        stage_id=stage,
        starts_at=starts_at + timedelta(hours=1),
    )
    service.move(move)
    assert people() == [3]
    with clock.fixed(starts_at - timedelta(hours=20)):
        cancel(guests[0].registration_id)
    assert count_demand() == 1
    assert people() == [1]
    with clock.fixed(starts_at - timedelta(hours=20)):
        cancel(guests[1].registration_id)
    count_demand()
    assert people() == []
