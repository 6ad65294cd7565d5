"""The keys that sign an event's ticket codes, and the codes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.ids import new_nonce
from eventhub.kernel.settled import settled
from eventhub.kernel.signing import (
    GsBody,
    derive_key,
    new_key_pair,
    open_sealed,
    seal,
    sign_gs,
)
from eventhub.programme.queries import event_by_id
from eventhub.registration.enums import KeyState
from eventhub.registration.models import EventKey, Ticket
from eventhub.settings import current_settings

_FIRST_KID = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One opened key pair of an event; `salt` hides ticket numbers from devices."""

    kid: int
    private_key: bytes
    public_key: bytes
    salt: bytes
    event_uuid: bytes


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code says about a ticket: never a name, a price or a seat."""

    number: int
    product: int
    window_no: int
    rev: int


@command
def ensure_event_key(event_id: int) -> EventKey:
    """
    Return the active key of an event, making it when there is none.

    Commits. Two processes that ask at once get the same key.
    """
    found = _active(event_id)
    if found is not None:
        return found
    private, public = new_key_pair()
    try:
        with db.session.begin_nested():
            return _add(event_id, private_key=private, public_key=public, salt=new_nonce())
    except IntegrityError:  # another process was first
        found = _active(event_id)
        if found is None:
            raise
        return found


@command
def install_event_key(
    event_id: int, *, private_key: bytes, public_key: bytes, salt: bytes
) -> EventKey:
    """
    Return the active key of an event, which is the given pair unless it has one already.

    For imports and the demonstration, whose codes must stay the same. Commits.

    Args:
        event_id: The event.

        private_key, public_key: 32 bytes each, Ed25519.

        salt: 16 bytes that hide ticket numbers from devices.
    """
    return _active(event_id) or _add(
        event_id, private_key=private_key, public_key=public_key, salt=salt
    )


def _add(event_id: int, *, private_key: bytes, public_key: bytes, salt: bytes) -> EventKey:
    key = EventKey(
        event_id=event_id,
        kid=_FIRST_KID,
        public_key=public_key,
        private_key_enc=seal(_sealing_key(), private_key, _context(event_id, _FIRST_KID)),
        salt=salt,
        state=KeyState.ACTIVE,
        not_before=clock.now(),
    )
    db.session.add(key)
    db.session.flush()
    return key


@settled("event_key")
def signing_key(event_id: int, kid: int, *, event_uuid: bytes) -> SigningKey:
    """
    Return an opened key of an event.

    Raises:
        NotFound: The event has no such key.
    """
    key = db.session.scalar(
        select(EventKey).where(EventKey.event_id == event_id, EventKey.kid == kid)
    )
    if key is None:
        raise NotFound(code="unknown-key")
    private = open_sealed(_sealing_key(), key.private_key_enc, _context(event_id, kid))
    return SigningKey(kid, private, key.public_key, key.salt, event_uuid)


def gs_code(facts: CodeFacts, key: SigningKey) -> str:
    """Return the 129 characters of a signed code."""
    body = GsBody(
        kid=key.kid,
        ticket=facts.number,
        product=facts.product,
        window=facts.window_no,
        rev=facts.rev,
    )
    return sign_gs(body, event_uuid=key.event_uuid, private_key=key.private_key)


def code_of(ticket_id: int) -> str:
    """
    Return the signed code of a ticket; writes nothing.

    Raises:
        NotFound: There is no such ticket.
    """
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound(code="unknown-ticket")
    event = event_by_id(ticket.event_id)
    key = signing_key(ticket.event_id, ticket.kid, event_uuid=event.uuid_bytes)
    return gs_code(
        CodeFacts(ticket.number, ticket.ticket_type.number, ticket.window_no, ticket.rev), key
    )


def _active(event_id: int) -> EventKey | None:
    return db.session.scalar(
        select(EventKey).where(EventKey.event_id == event_id, EventKey.state == KeyState.ACTIVE)
    )


def _sealing_key() -> bytes:
    return derive_key(current_settings().secret_key, "event-key")


def _context(event_id: int, kid: int) -> bytes:
    return f"event-key:{event_id}:{kid}".encode()
