"""What people change about themselves: password, address, their other sessions."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Final

import orjson
from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import update

from eventhub.accounts import passwords, queries
from eventhub.accounts.errors import LinkEnded, PersonExists
from eventhub.accounts.models import LoginSession, Person
from eventhub.accounts.service.people import normal_address, require_good, store_password
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.i18n import in_lang
from eventhub.kernel.signing import derive_key, open_sealed, seal
from eventhub.notify.service import enqueue
from eventhub.settings import current_settings

EMAIL_LINK_FOR: Final = timedelta(hours=2)
_PURPOSE: Final = "email-change"


def change_password(person_id: int, password: str) -> None:
    """
    Replace a password; ends all sessions of the person, this one too.

    Raises:
        Invalid: The password can not be used.
    """
    require_good(password, queries.email_of(person_id))
    store_password(person_id, passwords.hash_password(password), is_ending_sessions=True)


@command
def ask_email_change(person_id: int, email: str, *, lang: str) -> None:
    """
    Mail a link to the new address; the old one stays until it is opened.

    Raises:
        Invalid: Not an address.
        PersonExists: Somebody signs in with it.
    """
    address = normal_address(email)
    if queries.person_by_email(address) is not None:
        raise PersonExists()
    token = _sealed(person_id, address)
    url = f"{current_settings().base_url}/email/{token}"
    with in_lang(lang):
        subject = _("Confirm your new e-mail")
        text = render_template("mail/email_change.txt", url=url)
    enqueue(
        event_id=0,
        kind="email_change",
        dedupe_key=f"email:{person_id}:{clock.now():%Y%m%d%H%M}",
        recipient=address,
        recipient_name="",
        locale=lang,
        subject=subject,
        text=text,
    )


@command
def change_email(token: str, *, lang: str) -> None:
    """
    Take the new address of a link and tell the old one.

    Raises:
        LinkEnded: Wrong, used or too old.
        PersonExists: Somebody took the address meanwhile.
    """
    person_id, new, old = _opened(token)
    changed = db.session.execute(
        update(Person)
        .where(Person.id == person_id, Person.email == old, Person.is_active)
        .values(email=new)
        .returning(Person.name)
    ).first()
    if changed is None:
        raise LinkEnded()
    audit.record("email.change", f"person:{person_id}")
    with in_lang(lang):
        subject = _("The e-mail of your account was changed")
        text = render_template("mail/email_changed.txt")
    enqueue(
        event_id=0,
        kind="email_changed",
        dedupe_key=f"email-changed:{person_id}:{clock.now():%Y%m%d%H%M%S}",
        recipient=old,
        recipient_name=changed.name,
        locale=lang,
        subject=subject,
        text=text,
    )


def check_email_link(token: str) -> None:
    """Raise LinkEnded unless a link may change an address now."""
    person_id, _new, old = _opened(token)
    if queries.email_of(person_id) != old:
        raise LinkEnded()


@command
def end_session(person_id: int, session_id: int) -> None:
    """
    End one session of a person.

    Raises:
        NotFound: They have no such live session.
    """
    ended = db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.id == session_id,
            LoginSession.person_id == person_id,
            LoginSession.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
        .returning(LoginSession.id)
    ).first()
    if ended is None:
        raise NotFound()
    audit.record("session.revoke", f"person:{person_id}")


@command
def end_other_sessions(person_id: int, session_id: int) -> None:
    """End all sessions of a person but the one they sit at."""
    db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.person_id == person_id,
            LoginSession.id != session_id,
            LoginSession.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    audit.record("session.revoke", f"person:{person_id}")


def _sealed(person_id: int, address: str) -> str:
    """Return the link's token: sealed, because an address must not stand in a URL."""
    ends = int((clock.now() + EMAIL_LINK_FOR).timestamp())
    data = orjson.dumps([person_id, address, queries.email_of(person_id), ends])
    return base64.urlsafe_b64encode(seal(_key(), data, _PURPOSE.encode())).decode().rstrip("=")


def _opened(token: str) -> tuple[int, str, str]:
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        person_id, new, old, ends = orjson.loads(open_sealed(_key(), raw, _PURPOSE.encode()))
    except ValueError as error:
        raise LinkEnded() from error
    if clock.now().timestamp() >= ends:
        raise LinkEnded()
    return person_id, new, old


def _key() -> bytes:
    return derive_key(current_settings().secret_key, _PURPOSE)
