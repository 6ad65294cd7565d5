"""
Links with which somebody sets a password: for a new account, or a forgotten one.

Nothing is stored: the link is a MAC over account, end and the present password,
so it dies when it is used, when the password changes, and when its time is over.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import select, update

from eventhub.accounts import passwords, queries, rules
from eventhub.accounts.enums import Role
from eventhub.accounts.errors import LinkEnded
from eventhub.accounts.models import LoginTry, Person
from eventhub.accounts.queries import PersonRow
from eventhub.accounts.service.people import (
    grant_role,
    insert_person,
    normal_address,
    require_good,
    store_password,
)
from eventhub.kernel import clock, crockford
from eventhub.kernel.db import command, db
from eventhub.kernel.i18n import in_lang
from eventhub.kernel.signing import derive_key
from eventhub.notify.models import OutboxMessage
from eventhub.notify.service import enqueue
from eventhub.settings import current_settings

_MAC_SIZE = 16


def password_token(person: PersonRow, *, good_for: timedelta) -> str:
    """Return the token of a link for this person: id, end and MAC."""
    ends = int((clock.now() + good_for).timestamp())
    return f"{person.public_id}.{ends}.{_mac(person, ends)}"


def person_of_token(token: str) -> PersonRow:
    """
    Return whose password a link may set.

    Raises:
        LinkEnded: Wrong, used, or too old; which of them is not said.
    """
    public_id, _dot, rest = token.partition(".")
    ends, _dot, mac = rest.partition(".")
    person = queries.person_by_public_id(public_id)
    if person is None or not person.is_active or not ends.isdecimal() or len(ends) > 12:
        raise LinkEnded()
    is_right = hmac.compare_digest(_mac(person, int(ends)).encode(), mac.encode())
    if not is_right or clock.now().timestamp() >= int(ends):
        raise LinkEnded()
    return person


def set_password_by_token(token: str, password: str) -> None:
    """
    Set the password of the link's person; ends all sessions and the link itself.

    Raises:
        LinkEnded: See `person_of_token`.

        Invalid: The password can not be used.
    """
    person = person_of_token(token)
    require_good(password, person.email)
    store_password(person.id, passwords.hash_password(password), is_ending_sessions=True)


@command
def invite_member(
    *, organisation_id: int, event_id: int, email: str, name: str, role: Role, lang: str
) -> None:
    """
    Give somebody a role in an event; who has no account gets one, and a mail to set a password.

    Raises:
        Invalid: Not an address.
    """
    address = normal_address(email)
    person = queries.person_by_email(address)
    if person is None:
        insert_person(address, name or address, None, is_synthetic=False)
        person = queries.person_by_email(address)
    if person is None:
        raise AssertionError("the account was just made")
    grant_role(person_id=person.id, organisation_id=organisation_id, role=role, event_id=event_id)
    if person.password_hash is None:
        _mail(person, event_id=event_id, lang=lang, kind="welcome")


@command
def mail_password_link(email: str, *, lang: str) -> None:
    """Mail a link to the account with this address; the same silence when there is none."""
    address = normal_address(email)
    _note_asked(address)
    person = queries.person_by_email(address)
    if person is None or not person.is_active:
        _text(
            _nobody(address), lang=lang, kind="reset"
        )  # the same work, so that time tells nothing
        return
    if not _was_mailed(person, "reset"):
        db.session.execute(
            update(Person).where(Person.id == person.id).values(reset_rev=person.reset_rev + 1)
        )
        person = replace(person, reset_rev=person.reset_rev + 1)  # older links end here
        _mail(person, event_id=0, lang=lang, kind="reset")


def _note_asked(address: str) -> None:
    """Write that a link was asked for, known account or not: the same transaction for both."""
    key = hashlib.sha256(f"reset:{address}".encode()).hexdigest()
    db.session.add(LoginTry(key=key, at=clock.now()))
    db.session.flush()


def _nobody(address: str) -> PersonRow:
    return PersonRow(0, "0" * 16, address, "", None, is_active=False)


def _dedupe_key(person: PersonRow, kind: str) -> str:
    now = clock.now()
    half = now.minute // 30  # one mail in half an hour, as long as its link lives
    return f"password:{person.public_id}:{kind}:{now:%Y%m%d%H}{half}"


def _was_mailed(person: PersonRow, kind: str) -> bool:
    key = _dedupe_key(person, kind)
    found = select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)
    return db.session.scalar(found) is not None


def _text(person: PersonRow, *, lang: str, kind: str) -> tuple[str, str]:
    good_for = rules.INVITATION_FOR if kind == "welcome" else rules.RESET_FOR
    url = f"{current_settings().base_url}/password/{password_token(person, good_for=good_for)}"
    with in_lang(lang):
        subject = _("Your EventHub account") if kind == "welcome" else _("Set a new password")
        return subject, render_template("mail/password.txt", kind=kind, url=url)


def _mail(person: PersonRow, *, event_id: int, lang: str, kind: str) -> None:
    subject, text = _text(person, lang=lang, kind=kind)
    enqueue(
        event_id=event_id,
        kind=f"password_{kind}",
        dedupe_key=_dedupe_key(person, kind),
        recipient=person.email,
        recipient_name=person.name,
        locale=lang,
        subject=subject,
        text=text,
    )


def _mac(person: PersonRow, ends: int) -> str:
    key = derive_key(current_settings().secret_key, "password-link")
    parts = ("PL2", person.public_id, str(ends), str(person.reset_rev), person.password_hash or "")
    message = "|".join(parts).encode()
    return crockford.encode(hmac.digest(key, message, "sha256")[:_MAC_SIZE]).lower()
