"""Commands of the programme on real databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries, service
from eventhub.programme.enums import ShowState, SlotStatus
from eventhub.programme.errors import NameTaken, NumberTaken, ReleaseRaced, ReservedName, SlugTaken
from eventhub.programme.models import Schedule, Slot
from eventhub.programme.service import PlaceSlot
from tests.factories import programme as make


def _states(event_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Schedule.name, Schedule.state)
        .where(Schedule.event_id == event_id)
        .order_by(Schedule.id)
    )
    return [(row.name, row.state) for row in rows]


def test_a_new_event_has_one_working_copy(app: Flask) -> None:
    event = make.make_event("weaving")
    assert _states(event.id) == [("wip", "wip")]
    assert event.acronym == "weaving"


def test_a_slug_is_used_once(app: Flask) -> None:
    make.make_event("weaving")
    with pytest.raises(SlugTaken):
        make.make_event("weaving")


def test_faults_of_an_event_are_told_per_field(app: Flask) -> None:
    first, last = make.STARTS_ON, make.STARTS_ON - timedelta(days=1)
    with pytest.raises(Invalid) as caught:
        make.make_event(
            "Not A Slug", timezone="Shanghai", title={"zh": " "}, starts_on=first, ends_on=last
        )
    assert sorted(caught.value.fields) == ["ends_on", "slug", "timezone", "title"]


def test_a_release_names_the_working_copy_and_begins_a_new_one(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event, 2)
    make.release(event, "v0.9")
    states = _states(event.id)
    assert [state for _name, state in states] == ["released", "released", "wip"]
    assert queries.released(event.id).name == "v0.9"  # type: ignore[union-attr] - released above
    slots = db.session.scalars(
        select(Slot).join(Schedule, Schedule.id == Slot.schedule_id).where(Schedule.state == "wip")
    ).all()
    assert len(slots) == 2


def test_a_released_version_never_changes(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event)
    released = queries.released(event.id)
    assert released is not None

    @command
    def change_slot() -> None:
        db.session.execute(
            update(Slot).where(Slot.schedule_id == released.id).values(status="cancelled")
        )

    @command
    def delete_slot() -> None:
        db.session.execute(delete(Slot).where(Slot.schedule_id == released.id))

    @command
    def rename() -> None:
        db.session.execute(
            update(Schedule).where(Schedule.id == released.id).values(name="another")
        )

    before = queries.programme(event)
    for attempt in (change_slot, delete_slot, rename):
        with pytest.raises(IntegrityError):
            attempt()
    assert queries.programme(event) == before


def test_release_names_are_checked(app: Flask) -> None:
    event = make.make_event()
    make.release(event, "v1")
    with pytest.raises(NameTaken):
        make.release(event, "v1")
    for name in ("WIP", "latest"):
        with pytest.raises(ReservedName):
            make.release(event, name)
    with pytest.raises(Invalid):
        make.release(event, "   ")
    assert [name for name, _state in _states(event.id)] == ["v1", "wip"]


def test_a_refused_release_changes_nothing(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event)
    before = (_states(event.id), queries.programme(event))
    with pytest.raises(ReservedName):
        make.release(event, "latest")
    assert (_states(event.id), queries.programme(event)) == before


def test_a_slot_needs_both_times_in_order(app: Flask) -> None:
    event = make.make_event()
    performance = make.make_performance(event)
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    for starts_at, ends_at in ((at, None), (at, at), (at, at - timedelta(minutes=5))):
        with pytest.raises(Invalid):
            service.place_slot(
                PlaceSlot(
                    event_id=event.id,
                    performance_id=performance,
                    starts_at=starts_at,
                    ends_at=ends_at,
                )
            )


def test_placing_again_moves_the_slot(app: Flask) -> None:
    event = make.make_event()
    performance = make.make_slot(event)
    later = datetime(2026, 11, 22, 11, tzinfo=UTC)
    make.make_slot(event, performance_id=performance, starts_at=later)
    slot = db.session.scalars(select(Slot)).one()
    assert (slot.starts_at, slot.row_version) == (later, 2)


def test_a_cancelled_show_stays_in_the_programme_as_cancelled(app: Flask) -> None:
    event = make.make_event()
    show = make.make_show(event, state=ShowState.CANCELLED)
    make.make_slot(event, performance_id=make.make_performance(event, show))
    make.release(event)
    assert [row.status for row in queries.programme(event)] == [SlotStatus.CANCELLED]


def test_show_codes_are_checked_and_unique(app: Flask) -> None:
    event = make.make_event()
    make.make_show(event, "ABC123")
    with pytest.raises(NumberTaken):
        make.make_show(event, "ABC123")
    with pytest.raises(Invalid):
        make.make_show(event, "abc")


def test_numbers_of_performances_follow_each_other(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event, 3)
    assert [row.public_no for row in queries.programme(event)] == [1, 2, 3]


def test_of_two_simultaneous_releases_one_succeeds(app: Flask) -> None:
    event = make.make_event()
    make.make_programme(event, 2)
    db.session.rollback()
    ready = threading.Barrier(2)

    def attempt(_number: int) -> str:
        with app.app_context():
            ready.wait()
            try:
                make.release(event, "v9")
            except (NameTaken, ReleaseRaced) as error:
                return error.error_code
            return "released"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, range(2)))
    assert found in (["name-taken", "released"], ["release-raced", "released"])
    assert [state for _name, state in _states(event.id)] == ["released", "released", "wip"]
