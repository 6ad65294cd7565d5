"""The codes of a ticket: the signed one in its QR picture, the short one under it."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.kernel.signing import gr_code
from eventhub.registration.enums import TicketStatus
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.service import CodeFacts, gs_code, signing_key

_GROUP = 4  # characters between the dashes of a code that people read out
_DEAD = frozenset({TicketStatus.CANCELLED, TicketStatus.BLOCKED})


@dataclass(frozen=True, slots=True)
class TicketCode:
    """`signed` is what the QR picture holds, `short` what a person can type."""

    signed: str
    short: str


def ticket_code(face: RegistrationFace, person: AttendeeFace) -> TicketCode | None:
    """Return the codes of one person's ticket; None when there is none to show."""
    ticket = person.ticket
    if ticket is None or ticket.status in _DEAD:
        return None
    key = signing_key(face.event.id, ticket.kid, event_uuid=face.event.uuid_bytes)
    facts = CodeFacts(ticket.number, ticket.product, ticket.window_no, ticket.rev)
    return TicketCode(gs_code(facts, key), short_code(ticket.number))


def short_code(number: int) -> str:
    """Return the short code in groups of four, for reading out and typing in."""
    text = gr_code(number)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
