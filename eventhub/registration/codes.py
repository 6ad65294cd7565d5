"""The codes of a ticket: the signed or the changing QR picture, the short code under it."""

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
    """
    What a ticket shows; a kind that its type does not take is not shown.

    `signed` is what a printed QR picture holds and `short` what a person can
    type; both are empty for a type whose gates refuse them. `is_rotating`
    tickets show a code in their page that changes every 15 s.
    """

    signed: str
    short: str
    is_rotating: bool


def ticket_code(face: RegistrationFace, person: AttendeeFace) -> TicketCode | None:
    """Return the codes of one person's ticket; None when there is none to show."""
    ticket = person.ticket
    if ticket is None or ticket.status in _DEAD:
        return None
    key = signing_key(face.event.id, ticket.kid, event_uuid=face.event.uuid_bytes)
    facts = CodeFacts(ticket.number, ticket.product, ticket.window_no, ticket.rev)
    kinds = face.code_kinds
    return TicketCode(
        signed=gs_code(facts, key) if "GS" in kinds else "",
        short=short_code(ticket.number) if "GR" in kinds else "",
        is_rotating="GD" in kinds,
    )


def short_code(number: int) -> str:
    """Return the short code in groups of four, for reading out and typing in."""
    text = gr_code(number)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
