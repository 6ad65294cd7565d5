"""Seats of a performance: by hand, by rule, and freed by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import PerformanceRow, performances_of
from eventhub.registration import service
from eventhub.registration.errors import BadSeatPlan, IllegalTransition, SeatsInUse, SeatTaken
from eventhub.registration.models import SeatLog, Ticket, Tier
from eventhub.registration.queries import seat_guests
from eventhub.registration.queries import seats as queries
from eventhub.registration.service import Registered, arrivals_from
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import Place

PLAN = "# East\nE1:1-6 a=1 c=2\n# West\nW1:1-6 x=6 W2:1-4"


@dataclass(frozen=True, slots=True)
class Hall:
    """A performance with seats, a front row tier and its seated ticket type."""

    place: Place
    show: PerformanceRow
    map_id: int
    tier_id: int

    def seat(self, label: str, guest: Registered, **more: str) -> None:
        service.assign_seat(
            service.AssignSeat(
                event_id=self.place.event.id,
                performance_id=self.show.performance_id,
                seat=label,
                ticket_id=ticket_of(guest),
                **more,
            )
        )

    def holders(self) -> dict[str, str]:
        plan = queries.plan_of(self.show.performance_id)
        assert plan is not None
        return {row.label: row.name for row in queries.seat_rows(plan) if row.state == "assigned"}

    def block(self, slug: str, seats: str, **values: object) -> int:
        return service.save_block(
            service.SaveBlock(
                event_id=self.place.event.id,
                performance_id=self.show.performance_id,
                slug=slug,
                name={"zh": f"区 {slug}", "en": f"Block {slug}"},
                seats=seats,
                **values,  # type: ignore[arg-type]
            )
        )


@pytest.fixture
def hall(place: Place) -> Hall:
    """Return the show of `place` with the seats of `PLAN`."""
    event = place.event
    map_id = service.create_map(
        service.CreateMap(event_id=event.id, stage_id=place.stage_id, name="Runway", plan=PLAN)
    )
    service.use_map(
        service.UseMap(
            event_id=event.id, performance_id=place.performance_id, map_id=map_id, release_min=15
        )
    )
    tier_id = make_tier(event.id)
    make_ticket_type(
        event.id, slug="front", is_seated=True, tier_id=tier_id, places=50, max_group=4
    )
    make_ticket_type(event.id, slug="guest", is_seated=True, places=50)
    (show,) = performances_of(event, [place.performance_id])
    return Hall(place, show, map_id, tier_id)


@command
def make_tier(event_id: int) -> int:
    tier = Tier(
        event_id=event_id, slug="front", name={"zh": "前排", "en": "Front"}, priority=70, letter="F"
    )
    db.session.add(tier)
    db.session.flush()
    return tier.id


def guest(hall: Hall, name: str, kind: str = "guest", **more: object) -> Registered:
    return make_registration(hall.place.event.id, kind, name=name, **more)


def ticket_of(made: Registered) -> int:
    """Return the ticket of the first person of a registration."""
    db.session.rollback()
    return tickets_of(made)[0].id


def tickets_of(made: Registered) -> list[Ticket]:
    from eventhub.registration.models import Attendee  # noqa: PLC0415

    db.session.rollback()
    return list(
        db.session.scalars(
            select(Ticket)
            .join(Attendee, Attendee.id == Ticket.attendee_id)
            .where(Attendee.registration_id == made.registration_id)
            .order_by(Attendee.position)
            .execution_options(populate_existing=True)
        )
    )


def steps() -> list[tuple[str, str, str]]:
    db.session.rollback()
    return [
        (row.action, row.label, row.reason)
        for row in db.session.scalars(select(SeatLog).order_by(SeatLog.id))
    ]


def test_a_seat_has_one_holder_and_the_loser_hears_of_the_next(hall: Hall) -> None:
    first, second = guest(hall, "王芳"), guest(hall, "Anna Meyer")
    hall.seat("w1-3", first)
    with pytest.raises(SeatTaken) as refused:
        hall.seat("W1-3", second)
    assert refused.value.details == {"next": "W1-2"}
    assert hall.holders() == {"W1-3": "王芳"}
    assert [ticket.seat_label for ticket in tickets_of(first)] == ["W1-3"]
    assert steps() == [("assigned", "W1-3", "")]


def test_a_second_seat_is_a_move_and_two_guests_change_places(hall: Hall) -> None:
    first, second = guest(hall, "王芳"), guest(hall, "Anna Meyer")
    hall.seat("W1-3", first)
    hall.seat("W1-4", first)
    hall.seat("W1-5", second)
    assert hall.holders() == {"W1-4": "王芳", "W1-5": "Anna Meyer"}
    move = service.MoveSeat(
        event_id=hall.place.event.id,
        performance_id=hall.show.performance_id,
        seat="W1-4",
        to="W1-5",
    )
    service.move_seat(move)
    assert hall.holders() == {"W1-4": "Anna Meyer", "W1-5": "王芳"}
    service.move_seat(replace(move, to="W2-1"))
    assert hall.holders() == {"W2-1": "Anna Meyer", "W1-5": "王芳"}
    assert [ticket.seat_label for ticket in tickets_of(second)] == ["W2-1"]


@pytest.mark.parametrize(
    "label", ["W1-9", "Z-1", "nonsense", "", "W1-٣", "W1-99999999999999999999"]
)
def test_a_seat_that_the_map_has_not_is_not_found(hall: Hall, label: str) -> None:
    made = guest(hall, "王芳")
    with pytest.raises(NotFound):
        hall.seat(label, made)


def test_a_place_for_the_camera_is_no_seat(hall: Hall) -> None:
    made = guest(hall, "王芳")
    with pytest.raises(IllegalTransition):
        hall.seat("W1-6", made)


def test_a_held_seat_becomes_the_guest_s(hall: Hall) -> None:
    made = guest(hall, "王芳")
    hold = service.HoldSeat(
        event_id=hall.place.event.id,
        performance_id=hall.show.performance_id,
        seat="W1-1",
        note="for the mayor",
    )
    service.hold_seat(hold)
    with pytest.raises(SeatTaken):
        service.hold_seat(hold)
    hall.seat("W1-1", made)
    assert hall.holders() == {"W1-1": "王芳"}


def test_cancelling_frees_the_seat_in_the_same_transaction(hall: Hall) -> None:
    made, next_one = guest(hall, "王芳"), guest(hall, "Anna Meyer")
    hall.seat("W1-3", made)
    service.cancel(made.registration_id)
    assert hall.holders() == {}
    assert steps()[-1] == ("released", "W1-3", "ticket ended")
    hall.seat("W1-3", next_one)
    assert hall.holders() == {"W1-3": "Anna Meyer"}
    with pytest.raises(NotFound):  # an ended ticket sits nowhere
        hall.seat("W1-4", made)


def test_the_rule_seats_tiers_in_their_blocks_and_groups_together(hall: Hall) -> None:
    hall.block("front", "W1:1-5", tier_id=hall.tier_id, priority=80)
    public = guest(hall, "王芳")
    pair = guest(hall, "Anna Meyer", "front", others=("Ben Meyer",))
    made = service.allocate_seats(hall.place.event, hall.show, is_trial=True)
    assert (len(made.seats), made.left, hall.holders()) == (3, 0, {})
    service.allocate_seats(hall.place.event, hall.show)
    assert hall.holders() == {"W1-2": "Anna Meyer", "W1-3": "Ben Meyer", "E1-4": "王芳"} or (
        {label[:2] for label, name in hall.holders().items() if "Meyer" in name} == {"W1"}
        and hall.holders().keys() & {"E1-3", "E1-4", "E1-5", "E1-6"}
    )
    assert seat_guests.unseated(hall.place.event, hall.show) == []
    labels = [ticket.seat_label for ticket in (*tickets_of(pair), *tickets_of(public))]
    assert set(labels) == set(hall.holders())
    again = service.allocate_seats(hall.place.event, hall.show)
    assert (again.seats, again.left) == ({}, 0)


def test_a_seat_is_in_one_block_and_a_wrong_range_changes_nothing(hall: Hall) -> None:
    hall.block("one", "W1:1-5")
    hall.block("two", "W1:4-5 W2:1")
    with pytest.raises(BadSeatPlan):
        hall.block("one", "W9:1-5")
    blocks = {b.slug: b.seats for b in queries.block_rows(hall.show.performance_id)}
    assert blocks["one"] == (("W1", 1), ("W1", 2), ("W1", 3))
    assert blocks["two"] == (("W1", 4), ("W1", 5), ("W2", 1))


def test_a_map_with_guests_in_it_is_not_exchanged(hall: Hall) -> None:
    made = guest(hall, "王芳")
    hall.seat("W1-3", made)
    event_id = hall.place.event.id
    other = service.create_map(
        service.CreateMap(event_id=event_id, stage_id=hall.place.stage_id, name="B", plan="A:1-9")
    )
    use = service.UseMap(event_id=event_id, performance_id=hall.show.performance_id, map_id=other)
    with pytest.raises(SeatsInUse) as refused:
        service.use_map(use)
    assert refused.value.details == {"seats": 1}
    service.release_seat(
        service.ReleaseSeat(event_id=event_id, performance_id=hall.show.performance_id, seat="W1-3")
    )
    service.use_map(use)
    assert queries.plan_counts(event_id)[hall.show.performance_id].seats == 9


def test_seats_of_no_shows_are_freed_at_their_time_and_each_is_logged(
    app: Flask, hall: Hall, clock: Callable[[datetime], None]
) -> None:
    hall.block("early", "W1:1-2", tier_id=hall.tier_id, release_min=30)
    inside, absent, kept, early, wheels = (guest(hall, f"Guest {n}") for n in range(5))
    for label, who in (
        ("W2-1", inside),
        ("W2-2", absent),
        ("W2-3", kept),
        ("W1-1", early),
        ("E1-1", wheels),
    ):
        hall.seat(label, who)
    event, show = hall.place.event, hall.show
    service.protect_seat(
        service.ProtectSeat(
            event_id=event.id, performance_id=show.performance_id, seat="W2-3", is_protected=True
        )
    )
    arrived = ticket_of(inside)
    arrivals_from(app, lambda _event, _show: frozenset({arrived}))
    before = len(steps())
    assert service.release_unclaimed(event, show, at=show.starts_at - timedelta(minutes=31)) == []
    assert service.release_unclaimed(event, show, at=show.starts_at - timedelta(minutes=30)) == [
        "W1-1"
    ]
    clock(show.starts_at - timedelta(minutes=15))
    assert service.release_everywhere() == 1
    assert service.release_everywhere() == 0  # claimed once
    assert hall.holders() == {"W2-1": "Guest 0", "W2-3": "Guest 2", "E1-1": "Guest 4"}
    assert steps()[before:] == [
        ("released", "W1-1", "no-show, T-30 min"),
        ("released", "W2-2", "no-show, T-15 min"),
    ]
    assert [ticket.seat_label for ticket in tickets_of(absent)] == [None]
    with pytest.raises(DBAPIError):
        db.session.execute(text("DELETE FROM seat_log"))
    db.session.rollback()


def test_a_hold_ends_by_the_clock(hall: Hall, clock: Callable[[datetime], None]) -> None:
    until = hall.show.starts_at - timedelta(hours=5)
    service.hold_seat(
        service.HoldSeat(
            event_id=hall.place.event.id,
            performance_id=hall.show.performance_id,
            seat="W1-1",
            until=until,
        )
    )
    assert service.release_everywhere() == 0
    clock(until)
    assert service.release_everywhere() == 1
    assert steps()[-1] == ("released", "W1-1", "hold expired")


def test_only_seated_people_of_that_show_wait_for_a_seat(hall: Hall) -> None:
    event = hall.place.event
    make_ticket_type(event.id, slug="standing", is_seated=False)
    guest(hall, "Stands", "standing")
    guest(hall, "王芳")
    guest(hall, "Here", performance_id=hall.show.performance_id)
    names = [row.name for row in seat_guests.unseated(event, hall.show)]
    assert names == ["王芳", "Here"]
