"""Addresses that get no invitations and reminders: they asked so, or mail to them bounces."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.rows import insert_unless_taken
from eventhub.kernel.signing import derive_key
from eventhub.notify.queries import refused_mails
from eventhub.registration.models import Invitation, MailStop
from eventhub.settings import current_settings

_LOOKED_BACK: Final = timedelta(days=2)


@command
def stop_invitations(invitation_id: int) -> None:
    """
    Write no more invitations and reminders to an invited person.

    Commits; a repeat changes nothing. The invitation itself stays good;
    messages about a ticket still come.

    Raises:
        NotFound: There is no such invitation.
    """
    found = db.session.get(Invitation, invitation_id)
    if found is None:
        raise NotFound()
    addresses = [address for address in (found.email, found.phone) if address]
    new = [_stop(found.event_id, address, "unsubscribed") for address in addresses]
    if any(new):
        about = f"invitation:{found.public_id}"
        audit.record("invitation.unsubscribe", about, event_id=found.event_id)


@command
def note_bounces() -> int:
    """Note addresses that a mail server refused for good lately; return how many. Commits."""
    count = 0
    for row in refused_mails(since=clock.now() - _LOOKED_BACK):
        count += _stop(row.event_id, row.recipient, "bounced", row.said)
    return count


def stopped(event_id: int, addresses: Iterable[str]) -> set[str]:
    """Return those of some addresses that get no invitations and reminders."""
    hashes = {_hash(event_id, address): address for address in addresses}
    found = db.session.scalars(
        select(MailStop.address_hash).where(
            MailStop.event_id == event_id, MailStop.address_hash.in_(hashes)
        )
    )
    return {hashes[value] for value in found}


def _stop(event_id: int, address: str, reason: str, detail: str = "") -> bool:
    values = {
        "event_id": event_id,
        "address_hash": _hash(event_id, address),
        "reason": reason,
        "detail": detail.replace(address, "…")[:200],
        "at": clock.now(),
    }
    return insert_unless_taken(MailStop, values) is not None


def _hash(event_id: int, address: str) -> str:
    key = derive_key(current_settings().secret_key, "mail-stop")
    return hmac.new(key, f"{event_id}|{address}".encode(), "sha256").hexdigest()
