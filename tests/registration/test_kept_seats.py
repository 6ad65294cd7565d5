"""Seats when a ticket is passed on or becomes another kind: kept or freed, never in between."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from eventhub.kernel.db import command, db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import queries, service
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.errors import IllegalTransition
from eventhub.registration.models import SeatBlock, Ticket, TicketType
from eventhub.registration.rules.seats import keeps_seat
from eventhub.registration.service import Registered
from tests.factories.registration import make_ticket_type, make_window
from tests.registration.test_holder import link
from tests.registration.test_seats import Hall, guest, hall, steps, tickets_of
from tests.registration.test_transfer import to

__all__ = ["hall"]  # a fixture


@command
def set_type(slug: str, **values: object) -> None:
    db.session.execute(update(TicketType).where(TicketType.slug == slug).values(**values))


def test_the_rule_asks_for_seats_tier_and_window() -> None:
    kept = [
        keeps_seat(is_seated=seated, tier_id=7, seat_tier_id=tier, is_in_window=window)
        for seated in (True, False)
        for tier in (None, 7, 8)
        for window in (True, False)
    ]
    assert kept == [True, False, True, False, False, False] + [False] * 6


def test_a_ticket_that_is_passed_on_takes_its_seat_along(hall: Hall, client: FlaskClient) -> None:
    set_type("guest", transfer="free")
    old = guest(hall, "王芳")
    hall.seat("W1-3", old)
    service.protect_seat(
        service.ProtectSeat(
            event_id=hall.place.event.id,
            performance_id=hall.show.performance_id,
            seat="W1-3",
            is_protected=True,
        )
    )
    assert "Seat W1-3 goes with it." in client.get(f"{link(old)}/transfer?lang=en").text

    new = service.transfer(old.registration_id, to(hall.place.event, ticket_type="guest"))

    assert isinstance(new, Registered)
    assert hall.holders() == {"W1-3": "Lin Zhixia"}
    assert steps()[-1] == ("moved", "W1-3", "ticket passed on")
    (before,), (after,) = tickets_of(old), tickets_of(new)
    assert (before.status, before.seat_label) == (TicketStatus.CANCELLED, None)
    assert (after.status, after.seat_label) == (TicketStatus.VALID, "W1-3")
    told = db.session.scalars(
        select(OutboxMessage.text).where(OutboxMessage.recipient == "lin@example.com")
    ).all()
    assert ["Seat: Row W1, seat 3" in message for message in told] == [True]
    # the clock still finds it protected, and giving the new ticket up frees the seat once
    assert service.release_unclaimed(hall.place.event, hall.show, at=hall.show.starts_at) == []
    service.cancel(new.registration_id)
    assert hall.holders() == {}
    assert queries.verify(hall.place.event.id) == []


@pytest.mark.parametrize("table", ["ticket", "seat_log", "outbox_message"])
def test_a_fault_on_the_way_leaves_place_seat_and_code_with_the_first_person(
    hall: Hall, table: str
) -> None:
    set_type("guest", transfer="free")
    old = guest(hall, "王芳")
    hall.seat("W1-3", old)
    plant_fault(table)
    with pytest.raises(Exception, match="planted"):
        service.transfer(old.registration_id, to(hall.place.event, ticket_type="guest"))
    db.session.rollback()
    drop_fault(table)
    assert hall.holders() == {"W1-3": "王芳"}
    assert queries.registration_face(old.registration_id).state is RegistrationState.CONFIRMED
    assert [ticket.status for ticket in tickets_of(old)] == [TicketStatus.VALID]
    assert queries.verify(hall.place.event.id) == []


def test_a_blocked_ticket_is_not_made_good_by_passing_it_on(hall: Hall) -> None:
    set_type("guest", transfer="free")
    old = guest(hall, "王芳")
    db.session.execute(update(Ticket).values(status=TicketStatus.BLOCKED))
    db.session.commit()
    with pytest.raises(IllegalTransition):
        service.transfer(old.registration_id, to(hall.place.event, ticket_type="guest"))


def test_what_becomes_of_the_seat_is_said_before_and_done_after(
    hall: Hall, client: FlaskClient
) -> None:
    event = hall.place.event
    hall.block("front", "W1:1-5", tier_id=hall.tier_id)
    make_ticket_type(event.id, slug="vip", is_seated=True, tier_id=hall.tier_id)
    make_ticket_type(event.id, slug="standing")
    later = hall.show.ends_at + timedelta(days=1)
    make_window(event.id, 9, later)
    make_ticket_type(event.id, slug="last-day", is_seated=True, window_no=9)
    made = guest(hall, "王芳", "front", others=("陈欣怡",))
    hall.seat("W1-3", made)
    second = tickets_of(made)[1].id
    service.assign_seat(
        service.AssignSeat(
            event_id=event.id,
            performance_id=hall.show.performance_id,
            seat="W2-1",
            ticket_id=second,
        )
    )
    set_groups(2)

    kinds = service.other_types(event, queries.registration_face(made.registration_id))
    fates = service.seat_fates(event, made.registration_id, kinds, window_no=0)
    assert {slug: (fate.kept, fate.lost) for slug, fate in fates.items()} == {
        "guest": (("W2-1",), ("W1-3",)),
        "vip": (("W1-3", "W2-1"), ()),
        "standing": ((), ("W1-3", "W2-1")),
        "last-day": ((), ("W1-3", "W2-1")),
    }
    page = client.get(f"{link(made)}/kind?lang=en").text
    assert "Seats W1-3, W2-1 stay yours." in page
    assert "Seats W1-3, W2-1 are given up: this kind of ticket is not for them." in page
    assert "Seat W1-3 is given up: this kind of ticket is not for it." in page

    service.change_type(service.ChangeType(made.registration_id, "vip"))
    assert hall.holders() == {"W1-3": "王芳", "W2-1": "陈欣怡"}
    assert [ticket.seat_label for ticket in tickets_of(made)] == ["W1-3", "W2-1"]
    service.change_type(service.ChangeType(made.registration_id, "guest"))
    assert hall.holders() == {"W2-1": "陈欣怡"}
    assert [ticket.seat_label for ticket in tickets_of(made)] == [None, "W2-1"]
    assert steps()[-1] == ("released", "W1-3", "other ticket type")
    # a block whose seats were released is open to all
    open_block(hall.show.starts_at)
    hall.seat("W1-3", made)
    service.change_type(service.ChangeType(made.registration_id, "vip"))
    service.change_type(service.ChangeType(made.registration_id, "guest"))
    assert hall.holders() == {"W1-3": "王芳", "W2-1": "陈欣怡"}
    service.change_type(service.ChangeType(made.registration_id, "standing"))
    assert hall.holders() == {}
    assert queries.verify(event.id) == []


@command
def set_groups(size: int) -> None:
    db.session.execute(update(TicketType).values(max_group=size))


@command
def open_block(at: datetime) -> None:
    db.session.execute(update(SeatBlock).values(released_at=at))


def plant_fault(table: str) -> None:
    """Let the next row of a table be refused by the database itself."""
    if db.engine.dialect.name == "sqlite":
        planted = f"""CREATE TRIGGER planted BEFORE INSERT ON {table}
            BEGIN SELECT RAISE(ABORT, 'planted'); END"""
    else:
        planted = f"""CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
            CREATE TRIGGER planted BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION planted()"""
    db.session.execute(text(planted))
    db.session.commit()


def drop_fault(table: str) -> None:
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("DROP TRIGGER planted"))
    else:
        db.session.execute(text(f"DROP TRIGGER planted ON {table}; DROP FUNCTION planted()"))
    db.session.commit()
