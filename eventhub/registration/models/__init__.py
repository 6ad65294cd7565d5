"""Tables of registration, by noun."""

from eventhub.registration.models.access import EntryWindow, EntryWindowType, GateAccess
from eventhub.registration.models.person import (
    Attendee,
    AttendeeIdentity,
    Consent,
    ConsentText,
    Registration,
)
from eventhub.registration.models.ticket import EventKey, Ticket
from eventhub.registration.models.ticket_type import Quota, QuotaTicketType, TicketType, Tier

__all__ = [
    "Attendee",
    "AttendeeIdentity",
    "Consent",
    "ConsentText",
    "EntryWindow",
    "EntryWindowType",
    "EventKey",
    "GateAccess",
    "Quota",
    "QuotaTicketType",
    "Registration",
    "Ticket",
    "TicketType",
    "Tier",
]
