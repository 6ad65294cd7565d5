"""The private links that stand for a registration or one person in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.signing import check_link, derive_key, link_token
from eventhub.registration.models import Attendee, Invitation, Registration
from eventhub.settings import current_settings

_REGISTRATION = "r"
_ATTENDEE = "a"
_INVITATION = "i"
_MAX_TOKEN = 64  # 16 + 1 + 26 characters are used


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link opens: a registration, and one of its people for kind `a`."""

    registration_id: int
    attendee_id: int | None


def registration_token(public_id: str, link_rev: int) -> str:
    """Return the token that opens a registration with all its people."""
    return link_token(_key(), _REGISTRATION, public_id, link_rev)


def attendee_token(public_id: str, link_rev: int) -> str:
    """Return the token that opens the ticket of one person."""
    return link_token(_key(), _ATTENDEE, public_id, link_rev)


def invitation_token(public_id: str, link_rev: int) -> str:
    """Return the token that opens an invitation."""
    return link_token(_key(), _INVITATION, public_id, link_rev)


def invitation_url(token: str) -> str:
    """Return the address that an invited person is given for a token."""
    return f"{current_settings().base_url.rstrip('/')}/i/{token}"


def invited(token: str) -> int:
    """
    Return the invitation that a token opens.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
    """
    public_id = token.partition(".")[0] if len(token) <= _MAX_TOKEN else ""
    found = db.session.execute(
        select(Invitation.id, Invitation.link_rev).where(Invitation.public_id == public_id)
    ).one_or_none()
    is_right = check_link(_key(), _INVITATION, token, found.link_rev if found else 0)
    if found is None or not is_right:
        raise NotFound()
    return int(found.id)


def ticket_url(token: str) -> str:
    """Return the address that mails and programs are given for a token."""
    return f"{current_settings().base_url.rstrip('/')}/t/{token}"


def linked(token: str) -> Linked:
    """
    Return what a token opens.

    The code is computed for unknown ids too, so that the time of an answer
    does not tell which ids exist.

    Raises:
        NotFound: Wrong, outdated and unknown links alike.
    """
    public_id = token.partition(".")[0] if len(token) <= _MAX_TOKEN else ""
    registration = db.session.execute(
        select(Registration.id, Registration.link_rev).where(Registration.public_id == public_id)
    ).one_or_none()
    attendee = db.session.execute(
        select(Attendee.id, Attendee.registration_id, Attendee.link_rev).where(
            Attendee.public_id == public_id
        )
    ).one_or_none()
    is_registration = check_link(
        _key(), _REGISTRATION, token, registration.link_rev if registration else 0
    )
    is_attendee = check_link(_key(), _ATTENDEE, token, attendee.link_rev if attendee else 0)
    if registration and is_registration:
        return Linked(registration.id, None)
    if attendee and is_attendee:
        return Linked(attendee.registration_id, attendee.id)
    raise NotFound()


def _key() -> bytes:
    return derive_key(current_settings().secret_key, "link")
