"""Badges printed at a gate: of who was let in, with a staff card, where the organizer allows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.checkin.errors import GatePrintsNothing, NotLetIn
from eventhub.checkin.models import Admission
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.queries.device import DeviceRow
from eventhub.checkin.service.overrides import shown_card
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound
from eventhub.registration.badges import badges_pdf
from eventhub.registration.models import Ticket
from eventhub.registration.queries.badges import BadgeRow, badge_rows


@dataclass(frozen=True, slots=True)
class PrintBadge:
    """One badge wanted at a gate: how gates know the ticket, and the text of a staff card."""

    idhash: bytes
    card: str


def print_badge(device: DeviceRow, cmd: PrintBadge) -> bytes:
    """
    Return the badge of one ticket as a PDF and note who printed it. Commits.

    A badge holds a code that opens gates. A phone that is lost has no staff
    card, and a code of somebody who is not here yet is never printed.

    Raises:
        GatePrintsNothing: The organizer does not allow it at this gate.
        Invalid: Not a staff card of this event that is good now.
        NotFound: The event has no such ticket, or it is not valid.
        NotLetIn: Nobody came in with it yet.
    """
    config = load_config(device.event_id)
    if not config.options_of(device.gate_id).prints_badges:
        raise GatePrintsNothing()
    card = shown_card(config, cmd.card, clock.now())
    row = _noted(device, cmd.idhash, card.public_id)
    return badges_pdf(config.event, [row])


@command
def _noted(device: DeviceRow, idhash: bytes, card: str) -> BadgeRow:
    ticket = db.session.scalar(
        select(Ticket.id).where(Ticket.event_id == device.event_id, Ticket.idhash == idhash)
    )
    rows = [] if ticket is None else badge_rows(device.event_id, ticket_id=ticket)
    if not rows:
        raise NotFound()
    is_in = select(Admission.id).where(
        Admission.event_id == device.event_id, Admission.ticket_id == ticket
    )
    if db.session.scalar(is_in.limit(1)) is None:
        raise NotLetIn()
    audit.record(
        "badge.print",
        f"registration:{rows[0].registration_code}",
        event_id=device.event_id,
        after={"device": device.public_id, "card": card},
    )
    return rows[0]
