"""What a person changes from the ticket link: names, contact, kind of ticket, consents."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from eventhub.kernel.db import db
from eventhub.kernel.errors import Limited, NotFound
from eventhub.notify.models import OutboxMessage
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import IdentityKind, RegistrationState
from eventhub.registration.errors import (
    AlreadyRegistered,
    IllegalTransition,
    SoldOut,
)
from eventhub.registration.models import AttendeeIdentity, Consent, Quota, Ticket
from eventhub.registration.service import ChangeType, Purpose, Registered, proofs
from tests.factories.registration import (
    make_consent_text,
    make_question,
    make_registration,
    make_ticket_type,
)
from tests.registration.conftest import NOW

EMAIL = IdentityKind.EMAIL


def face(made: Registered) -> queries.RegistrationFace:
    db.session.rollback()
    return queries.registration_face(made.registration_id)


def code_to(recipient: str) -> str:
    """Return the newest code that was sent to a contact."""
    db.session.rollback()
    text = db.session.scalars(
        select(OutboxMessage.text)
        .where(OutboxMessage.recipient == recipient, OutboxMessage.kind == "registration_code")
        .order_by(OutboxMessage.id.desc())
    ).first()
    assert text is not None
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found.group()


def link(made: Registered) -> str:
    now = face(made)
    return f"/t/{service.registration_token(now.public_id, now.link_rev)}"


def test_a_new_contact_is_taken_once_it_is_proven_and_the_old_one_is_told(
    event: EventRow,
) -> None:
    make_ticket_type(event.id, slug="public", places=1)
    made = make_registration(event.id, "public", email="old@example.com")
    service.ask_new_contact(made.registration_id, kind=EMAIL, value="new@example.com")
    with pytest.raises(service.WrongCode):
        service.set_contact(made.registration_id, "000000x")
    assert face(made).email == "old@example.com"

    service.set_contact(made.registration_id, code_to("new@example.com"))

    now = face(made)
    assert (now.email, now.link_rev) == ("new@example.com", made.link_rev + 1)
    told = select(OutboxMessage.kind, OutboxMessage.recipient).order_by(OutboxMessage.id)
    assert db.session.execute(told).all()[-2:] == [
        ("registration_contact_changed", "old@example.com"),
        ("registration_confirmed", "new@example.com"),
    ]
    assert db.session.scalars(
        select(AttendeeIdentity.value).where(AttendeeIdentity.scope == "event")
    ).all() == ["new@example.com"]
    with pytest.raises(service.WrongCode):
        service.set_contact(made.registration_id, code_to("new@example.com"))  # good once
    assert queries.verify(event.id) == []


def test_a_contact_of_somebody_else_is_not_taken(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public", email="mine@example.com")
    make_registration(event.id, "public", email="theirs@example.com")
    service.ask_new_contact(made.registration_id, kind=EMAIL, value="theirs@example.com")
    with pytest.raises(AlreadyRegistered):
        service.set_contact(made.registration_id, code_to("theirs@example.com"))
    assert face(made).email == "mine@example.com"


def test_a_code_can_not_be_guessed_nor_asked_for_without_end(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public", email="a@example.com")
    service.send_code(made.registration_id, Purpose.DATA)
    right = code_to("a@example.com")
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(proofs.TRIES):
        assert not service.check_code(made.registration_id, Purpose.DATA, wrong)
    assert not service.check_code(made.registration_id, Purpose.DATA, right)
    service.send_code(made.registration_id, Purpose.DATA)
    assert not service.check_code(made.registration_id, Purpose.CONTACT, code_to("a@example.com"))
    clock(NOW + proofs.GOOD_FOR)
    assert not service.check_code(made.registration_id, Purpose.DATA, code_to("a@example.com"))
    service.send_code(made.registration_id, Purpose.DATA)
    with pytest.raises(Limited):
        service.send_code(made.registration_id, Purpose.DATA)
    with pytest.raises(NotFound):
        service.send_code(10**9, Purpose.DATA)


def test_another_kind_of_ticket_takes_its_place_before_the_old_one_is_given_back(
    event: EventRow,
) -> None:
    make_ticket_type(event.id, slug="public", places=1, waitlist="auto")
    make_ticket_type(event.id, slug="forum", places=1)
    made = make_registration(event.id, "public")
    waiting = make_registration(event.id, "public")
    before = db.session.scalars(select(Ticket.number)).one()

    service.change_type(ChangeType(made.registration_id, "forum"))

    ticket = db.session.scalars(select(Ticket)).one()
    assert (face(made).type_slug, ticket.number, ticket.rev) == ("forum", before, 1)
    assert face(waiting).state is RegistrationState.HELD  # the freed place was offered at once
    counted = db.session.execute(select(Quota.used, Quota.held).order_by(Quota.id)).all()
    assert counted == [(0, 1), (1, 0)]
    assert queries.verify(event.id) == []


def test_a_change_that_does_not_fit_changes_nothing(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=2)
    full = make_ticket_type(event.id, slug="full", places=1)
    asks = make_ticket_type(event.id, slug="asks", places=5)
    make_question(asks, "shop", is_required=True)
    make_ticket_type(event.id, slug="press", places=5, approval="required")
    make_ticket_type(event.id, slug="hidden", places=5, visibility="hidden")
    made = make_registration(event.id, "public")
    assert [row.slug for row in service.other_types(event, face(made))] == ["full"]
    for slug in ("asks", "press", "hidden", "public", "none"):
        with pytest.raises(IllegalTransition):
            service.change_type(ChangeType(made.registration_id, slug))
    make_registration(event.id, full.slug)
    with pytest.raises((SoldOut, IllegalTransition)):
        service.change_type(ChangeType(made.registration_id, "full"))
    assert face(made).type_slug == "public"
    assert queries.verify(event.id) == []


def test_a_consent_is_withdrawn_as_easily_as_it_was_given(
    event: EventRow, client: FlaskClient
) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "news")
    make_consent_text(event.id, "entry", is_required=True)
    made = make_registration(event.id, "public", consents={"news": True, "entry": True})
    page = client.get(f"{link(made)}/data")
    assert page.text.count('type="checkbox"') == 1
    answer = client.post(f"{link(made)}/consents", data={"csrf_token": token_of(page.text)})
    assert answer.status_code == 303
    assert service.consents_now(made.registration_id) == {"news": False, "entry": True}
    rows = db.session.scalars(select(Consent.is_given).order_by(Consent.id)).all()
    assert rows == [True, True, False]  # a withdrawal is a new row


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_the_pages_lead_from_the_link_to_the_change(event: EventRow, client: FlaskClient) -> None:
    make_ticket_type(event.id, slug="public", max_group=2)
    make_ticket_type(event.id, slug="forum", max_group=2)
    made = make_registration(event.id, "public", others=("喆堃",), email="a@example.com")
    page = client.get(f"{link(made)}/change?lang=en")
    form = {"csrf_token": token_of(page.text), "name_0": "", "name_1": "喆堃镕", "lang": "en"}
    refused = client.post(f"{link(made)}/change", data=form)
    assert (refused.status_code, "喆堃镕" in refused.text) == (422, True)  # nothing typed is lost
    assert client.post(f"{link(made)}/change", data=form | {"name_0": "陈欣"}).status_code == 303
    assert [person.name for person in face(made).attendees] == ["陈欣", "喆堃镕"]
    assert face(made).locale == "en"

    form = {"csrf_token": token_of(page.text), "ticket_type": "forum"}
    assert client.post(f"{link(made)}/kind", data=form).status_code == 303
    assert face(made).type_slug == "forum"

    old = link(made)
    form = {"csrf_token": token_of(page.text), "contact": "+86 138-0013-8000"}
    assert client.post(f"{old}/contact", data=form).status_code == 303
    assert "+8613800138000" in client.get(f"{old}/contact").text
    code = {"csrf_token": token_of(page.text), "code": code_to("+8613800138000")}
    answer = client.post(f"{old}/contact/code", data=code)
    assert answer.headers["Location"] == link(made)
    assert face(made).phone == "+8613800138000"
    assert client.get(old).status_code == 404
    companion = face(made).attendees[1]
    theirs = service.attendee_token(companion.public_id, companion.link_rev)
    assert client.get(f"/t/{theirs}/data").status_code == 403


def test_a_contact_that_is_none_is_refused_in_words(event: EventRow, client: FlaskClient) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public")
    page = client.get(f"{link(made)}/contact?lang=en")
    for typed in ("nobody", "a@", "\x00", "x" * 400):
        form = {"csrf_token": token_of(page.text), "contact": typed}
        assert client.post(f"{link(made)}/contact", data=form).status_code == 422


def test_an_event_in_one_language_leaves_no_choice(event: EventRow, client: FlaskClient) -> None:
    db.session.execute(update(Event).where(Event.id == event.id).values(langs="zh"))
    db.session.commit()
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public", name="陈欣怡", lang="zh")
    page = client.get(f"{link(made)}/change")
    assert 'name="lang"' not in page.text
    assert "English" not in page.text
    form = {"csrf_token": token_of(page.text), "name_0": "陈欣", "lang": "en"}
    assert client.post(f"{link(made)}/change", data=form).status_code == 303
    assert (face(made).attendees[0].name, face(made).locale) == ("陈欣", "zh")
