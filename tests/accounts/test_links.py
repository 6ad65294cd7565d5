"""Links to set a password: for new accounts and forgotten passwords, once and not for long."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.accounts import queries, rules, service
from eventhub.accounts.enums import Role
from eventhub.accounts.errors import LastOwner, LinkEnded
from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from tests.people import email_of, make_people, post

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NEW = "correct horse battery"


def mails() -> list[OutboxMessage]:
    """Return all messages, oldest first."""
    db.session.rollback()
    return db.session.query(OutboxMessage).order_by(OutboxMessage.id).all()


def link_of(message: OutboxMessage) -> str:
    """Return the path of the link in a message."""
    found = re.search(r"/password/\S+", message.text)
    assert found is not None
    return found[0]


def test_a_forgotten_password_is_set_again(
    app: Flask, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    make_people()
    clock(NOON)
    sent = post(client, "/password", {"email": email_of("alice").upper()})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/password?sent=1")
    [mail] = mails()
    assert (mail.recipient, mail.kind) == (email_of("alice"), "password_reset")
    path = link_of(mail)
    assert post(client, path, {"password": "short"}).status_code == 422
    assert post(client, path, {"password": NEW}).headers["Location"] == "/login"
    signed_in = service.sign_in(
        service.SignIn(email=email_of("alice"), password=NEW, address="127.0.0.1")
    )
    assert signed_in.person_id
    assert client.get(path).status_code == 410  # it works once


def test_unknown_addresses_get_the_same_answer_and_no_mail(app: Flask, client: FlaskClient) -> None:
    make_people()
    known = post(client, "/password", {"email": email_of("alice")})
    unknown = post(client, "/password", {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert [mail.recipient for mail in mails()] == [email_of("alice")]


def test_one_address_gets_one_mail_an_hour(app: Flask, clock: Callable[[datetime], None]) -> None:
    make_people()
    clock(NOON)
    for _ in range(3):
        service.mail_password_link(email_of("alice"), lang="en")
    assert len(mails()) == 1
    clock(NOON + timedelta(hours=1))
    service.mail_password_link(email_of("alice"), lang="en")
    assert len(mails()) == 2


def test_a_link_ends(app: Flask, clock: Callable[[datetime], None]) -> None:
    make_people()
    clock(NOON)
    person = queries.person_by_email(email_of("alice"))
    assert person is not None
    token = service.password_token(person, good_for=rules.RESET_FOR)
    clock(NOON + rules.RESET_FOR - timedelta(seconds=1))
    assert service.person_of_token(token).id == person.id
    clock(NOON + rules.RESET_FOR)
    with pytest.raises(LinkEnded):
        service.person_of_token(token)


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_a_changed_link_is_refused(app: Flask, at: int) -> None:
    make_people()
    person = queries.person_by_email(email_of("alice"))
    assert person is not None
    token = service.password_token(person, good_for=rules.RESET_FOR)
    other = "2" if token[at] != "2" else "3"
    with pytest.raises(LinkEnded):
        service.person_of_token(token[:at] + other + token[at + 1 :])


def test_an_invited_member_gets_account_role_and_mail(app: Flask) -> None:
    people = make_people()
    service.invite_member(
        organisation_id=people.organisation_id,
        event_id=7,
        email="new@example.com",
        name="新人",
        role=Role.GUESTS,
        lang="zh",
    )
    [mail] = mails()
    assert (mail.recipient, mail.locale, mail.subject) == ("new@example.com", "zh", "EventHub 账号")
    assert ("新人", "guests", 7) in {
        (row.name, row.role, row.event_ref) for row in queries.members(people.organisation_id, 7)
    }
    service.set_password_by_token(link_of(mail).removeprefix("/password/"), NEW)
    assert service.sign_in(
        service.SignIn(email="new@example.com", password=NEW, address="127.0.0.1")
    ).token


def test_a_member_with_an_account_gets_no_mail(app: Flask) -> None:
    people = make_people()
    service.invite_member(
        organisation_id=people.organisation_id,
        event_id=7,
        email=email_of("charlie"),
        name="",
        role=Role.MEDIA,
        lang="en",
    )
    assert mails() == []


def test_the_last_owner_stays(app: Flask) -> None:
    people = make_people()
    erin = people.ids["erin"]
    with pytest.raises(LastOwner):
        service.revoke_role(
            person_id=erin,
            organisation_id=people.other_organisation_id,
            event_id=0,
            role=Role.OWNER,
        )
    service.revoke_role(
        person_id=people.ids["frank"],
        organisation_id=people.organisation_id,
        event_id=0,
        role=Role.OWNER,
    )
    owners = [
        row.person_id for row in queries.members(people.organisation_id, 0) if row.role == "owner"
    ]
    assert owners == [people.ids["alice"]]
