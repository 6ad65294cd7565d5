"""Corrections among uploaded scans: which admissions an undo touches, wherever they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.checkin.enums import CORRECTIONS
from eventhub.checkin.models import Admission, Scan
from eventhub.checkin.rules import following_nonce
from eventhub.checkin.service import statements as sql

Target = tuple[int, str]


def undone_targets(
    session: Session, device_id: int, nonces: Iterable[bytes]
) -> dict[bytes, Target]:
    """Return what kept scans of a device counted for, by the nonce that an undo names."""
    names = {known: nonce for nonce in nonces for known in (nonce, following_nonce(nonce))}
    if not names:
        return {}
    statement = select(Scan.nonce, Scan.ticket_id, Scan.scope).where(
        Scan.device_id == device_id,
        sql.among(session, Scan.nonce, list(names)),
    )
    found: dict[bytes, Target] = {}
    for nonce, ticket, scope in session.execute(statement):
        if ticket is not None:
            found[names[bytes(nonce)]] = (ticket, scope)
    return found


def not_plain(session: Session, event_id: int, tickets: Collection[int]) -> set[Target]:
    """
    Return what a fold has to decide: what has admissions already.

    Tickets with corrections are in it with the scope `*`: what they take back
    may still be under way.
    """
    admitted = select(Admission.ticket_id, Admission.scope).where(
        Admission.event_id == event_id, sql.among(session, Admission.ticket_id, tickets)
    )
    corrected = select(Scan.ticket_id).where(
        sql.among(session, Scan.ticket_id, tickets), Scan.dir.in_(CORRECTIONS)
    )
    found = {(row.ticket_id, row.scope) for row in session.execute(admitted)}
    return found | {(ticket, "*") for ticket in session.scalars(corrected) if ticket is not None}
