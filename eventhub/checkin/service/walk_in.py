"""People who come without a ticket, where the organizer lets a gate register them."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventhub.checkin.errors import ContactKnown, GateRegistersNobody
from eventhub.checkin.queries.config import load_config
from eventhub.checkin.queries.device import DeviceRow
from eventhub.kernel import text
from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.registration.enums import Source
from eventhub.registration.errors import SoldOut
from eventhub.registration.models import Ticket, TicketType
from eventhub.registration.queries import consent_texts
from eventhub.registration.service import Register, Registered, register

_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class WalkIn:
    """One person at a gate; `contact` is a phone number or an e-mail address."""

    key: str  # of the form: sent again, it registers once
    name: str
    contact: str
    has_consented: bool
    lang: str = "zh"


def register_walk_in(device: DeviceRow, cmd: WalkIn) -> bytes:
    """
    Register one person as the gate's ticket type; return how gates know the ticket.

    Commits. Nobody is let in by it: the ticket is scanned like any other.

    Raises:
        GateRegistersNobody: The organizer does not allow it at this gate.
        Invalid: Name, contact or consent are missing or wrong.
        ContactKnown: Somebody is registered with this contact.
        SoldOut: No place is left.
        NotOnSale: The ticket type is closed.
    """
    config = load_config(device.event_id)
    type_id = config.options_of(device.gate_id).walk_in_type_id
    if type_id is None:
        raise GateRegistersNobody()
    made = register(_registration(device, cmd, type_id))
    if not isinstance(made, Registered):
        raise ContactKnown()
    ticket_id = made.people[0].ticket_id
    if ticket_id is None:
        raise SoldOut()
    idhash = db.session.scalar(select(Ticket.idhash).where(Ticket.id == ticket_id))
    return bytes(idhash or b"")


def _registration(device: DeviceRow, cmd: WalkIn, type_id: int) -> Register:
    name = " ".join(cmd.name.split())[:_NAME_CHARS]
    faults: dict[str, list[object]] = {}
    if not name:
        faults["name"] = [_l("Give a name.")]
    email, phone = _contact(cmd.contact, faults)
    if not cmd.has_consented:
        faults["consent"] = [_l("Consent is needed.")]
    if faults:
        raise Invalid(fields=faults)
    kind = db.session.get_one(TicketType, type_id)
    consents = {row.purpose: True for row in consent_texts(device.event_id) if row.is_required}
    return Register(
        event_id=device.event_id,
        ticket_type=kind.slug,
        name=name,
        lang=cmd.lang,
        email=email,
        phone=phone,
        consents=consents,
        source=Source.WALK_IN,
        idempotency_key=f"walk-in:{device.id}:{cmd.key}",
    )


def _contact(given: str, faults: dict[str, list[object]]) -> tuple[str | None, str | None]:
    try:
        if "@" in given:
            return text.normalise_email(given), None
        return None, text.normalise_phone(given)
    except ValueError:
        faults["contact"] = [_l("Give an e-mail address or a phone number.")]
        return None, None
