"""Mail and calendar say where one sits, in the language of who reads them."""

from __future__ import annotations

import base64

import icalendar
import pytest
from sqlalchemy import select

from eventhub.kernel.db import command, db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import service
from eventhub.registration.models import Attendee, Ticket
from eventhub.registration.queries import registration_face
from eventhub.registration.service import mail, tag
from tests.assertions import assert_queries
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import Place


@pytest.fixture
def hall(place: Place) -> Place:
    """Return an event with a hall of two rows, whose first one is for the press."""
    make_ticket_type(place.event.id, slug="guest", is_seated=True, places=None, max_group=3)
    service.ensure_event_key(place.event.id)
    made = service.create_map(
        service.CreateMap(
            event_id=place.event.id, stage_id=place.stage_id, name="T 台", plan="R1:1-9 R2:1-9"
        )
    )
    service.use_map(
        service.UseMap(event_id=place.event.id, performance_id=place.performance_id, map_id=made)
    )
    service.save_block(
        service.SaveBlock(
            event_id=place.event.id,
            performance_id=place.performance_id,
            slug="press",
            name={"zh": "媒体区", "en": "Press block"},
            seats="R1:1-9",
        )
    )
    return place


def seated(hall: Place, lang: str, *others: str, seats: tuple[str, ...]) -> int:
    """Register people, seat them, and return the registration."""
    made = make_registration(
        hall.event.id,
        "guest",
        name="陈欣怡",
        lang=lang,
        email="xinyi@example.com",
        others=others,
        performance_id=hall.performance_id,
    )
    tickets = (
        select(Ticket.id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .where(Attendee.registration_id == made.registration_id)
        .order_by(Attendee.position)
    )
    ids = db.session.scalars(tickets).all()
    db.session.rollback()
    for ticket_id, seat in zip(ids, seats, strict=False):
        service.assign_seat(
            service.AssignSeat(
                event_id=hall.event.id,
                performance_id=hall.performance_id,
                seat=seat,
                ticket_id=ticket_id,
            )
        )
    return made.registration_id


@command
def tell(registration_id: int) -> None:
    mail.tell_change(registration_id, number=registration_id)


def sent(registration_id: int) -> OutboxMessage:
    """Return the message with the ticket as it is written now."""
    tell(registration_id)
    newest = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    return db.session.scalars(newest).first()


def description(message: OutboxMessage) -> list[str]:
    """Return the lines of the calendar entry in a message."""
    data = base64.b64decode(message.attachments[0]["base64"])
    entry = next(iter(icalendar.Calendar.from_ical(data).walk("VEVENT")))
    return str(entry["description"]).splitlines()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("座位：R1 排 3 座 · 媒体区", "座位：R2 排 4 座")),
        ("en", ("Seat: Row R1, seat 3 · Press block", "Seat: Row R2, seat 4")),
    ],
)
def test_mail_and_calendar_name_row_seat_and_block(
    hall: Place, lang: str, words: tuple[str, str]
) -> None:
    for seat, expected in zip(("R1-3", "R2-4"), words, strict=True):
        registration_id = seated(hall, lang, seats=(seat,))
        message = sent(registration_id)
        assert expected in message.text.splitlines()
        assert f"{expected}<br>" in message.html
        assert expected in description(message)
        service.cancel(registration_id)


def test_each_of_a_group_has_a_line_and_an_entry_of_its_own(hall: Place) -> None:
    message = sent(seated(hall, "en", "Ana", "Bo", seats=("R1-3", "R2-9")))
    lines = [line for line in message.text.splitlines() if line.startswith("Seat: ")]
    assert lines == ["Seat: 陈欣怡: Row R1, seat 3 · Press block", "Seat: Ana: Row R2, seat 9"]
    assert "Seat: Row R1, seat 3 · Press block" in description(message)


def test_without_a_seat_nothing_is_asked_and_no_line_is_written(hall: Place) -> None:
    registration_id = seated(hall, "en", seats=())
    face = registration_face(registration_id)
    with assert_queries(0):
        assert tag.seat_lines(face) == []
    message = sent(registration_id)
    assert "Seat: Row" not in message.text + message.html
