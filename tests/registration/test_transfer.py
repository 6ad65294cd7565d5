"""Passing a ticket on, and cancelling in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import RegistrationState
from eventhub.registration.errors import IllegalTransition, TicketUsed, TooLate
from eventhub.registration.models import Quota, Ticket
from eventhub.registration.service import Duplicate, Register, Registered
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import NOW
from tests.registration.test_views import hidden

S = RegistrationState


def to(event: EventRow, **changes: object) -> Register:
    values: dict[str, object] = {
        "event_id": event.id,
        "ticket_type": "public",
        "name": "Lin Zhixia",
        "lang": "en",
        "email": "lin@example.com",
        "idempotency_key": "form:1",
    }
    return Register(**(values | changes))  # type: ignore[arg-type]


def face(made: Registered) -> queries.RegistrationFace:
    db.session.rollback()
    return queries.registration_face(made.registration_id)


def test_the_new_person_gets_a_new_ticket_and_the_old_one_ends(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1, transfer="free", waitlist="auto")
    old = make_registration(event.id, "public", email="old@example.com")
    waiting = make_registration(event.id, "public")

    new = service.transfer(old.registration_id, to(event))

    assert isinstance(new, Registered)
    assert (face(old).state, face(new).state, face(waiting).state) == (
        S.CANCELLED,
        S.CONFIRMED,
        S.WAITLISTED,
    )
    tickets = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert [ticket.status for ticket in tickets] == ["cancelled", "valid"]
    assert tickets[0].number != tickets[1].number
    assert db.session.scalars(select(Quota.used)).one() == 1
    told = db.session.execute(
        select(OutboxMessage.kind, OutboxMessage.recipient, OutboxMessage.locale)
        .where(OutboxMessage.recipient.in_(("old@example.com", "lin@example.com")))
        .order_by(OutboxMessage.id)
    ).all()
    assert told[1:] == [
        ("registration_transferred", "old@example.com", "zh"),
        ("registration_confirmed", "lin@example.com", "en"),
    ]
    assert service.transfer(old.registration_id, to(event)) != Duplicate()  # the same press again
    assert queries.verify(event.id) == []


@pytest.mark.parametrize("case", ["policy", "group", "waitlisted"])
def test_what_can_not_be_passed_on(event: EventRow, case: str) -> None:
    policy = "none" if case == "policy" else "free"
    make_ticket_type(
        event.id, slug="public", places=2, max_group=2, transfer=policy, waitlist="auto"
    )
    others = ("喆堃",) if case == "group" else ()
    made = make_registration(event.id, "public", others=others)
    if case == "waitlisted":
        make_registration(event.id, "public")
        made = make_registration(event.id, "public")
    with pytest.raises(IllegalTransition):
        service.transfer(made.registration_id, to(event))


def test_a_contact_that_has_a_place_gets_its_link_and_nothing_changes(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", transfer="free")
    old = make_registration(event.id, "public")
    other = make_registration(event.id, "public", email="lin@example.com")
    assert service.transfer(old.registration_id, to(event)) == Duplicate()
    assert (face(old).state, face(other).state) == (S.CONFIRMED, S.CONFIRMED)


def test_a_used_ticket_is_not_passed_on(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", transfer="free")
    old = make_registration(event.id, "public")
    db.session.execute(text("UPDATE ticket SET first_entry_at = issued_at"))
    db.session.commit()
    with pytest.raises(TicketUsed):
        service.transfer(old.registration_id, to(event))
    assert face(old).state is S.CONFIRMED
    assert queries.verify(event.id) == []


def test_the_page_passes_a_ticket_on(event: EventRow, client: FlaskClient) -> None:
    make_ticket_type(event.id, slug="public", transfer="free")
    old = make_registration(event.id, "public")
    path = f"/t/{service.registration_token(old.public_id, old.link_rev)}"
    assert f"{path}/transfer" in client.get(path).text
    page = client.get(f"{path}/transfer")
    assert page.status_code == 200
    wrong = client.post(f"{path}/transfer", data=hidden(page.text) | {"name": "Lin"})
    assert wrong.status_code == 422
    data = hidden(page.text) | {"name": "Lin", "email": "lin@example.com"}
    done = client.post(f"{path}/transfer", data=data)
    assert (done.status_code, done.location) == (303, f"/e/{event.slug}/passed-on")
    assert face(old).state is S.CANCELLED
    assert client.get(f"{path}/transfer").status_code == 409


def test_people_cancel_until_the_type_says_so_and_staff_longer(
    event: EventRow, client: FlaskClient
) -> None:
    make_ticket_type(event.id, slug="public", cancel_until=NOW - timedelta(hours=1))
    made = make_registration(event.id, "public")
    with pytest.raises(TooLate):
        service.give_up(made.registration_id)
    page = client.get(f"/t/{service.registration_token(made.public_id, made.link_rev)}")
    assert "/cancel" not in page.text
    service.cancel(made.registration_id)
    assert face(made).state is S.CANCELLED
