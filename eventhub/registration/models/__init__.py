"""Tables of registration, by noun."""

from eventhub.registration.models.access import EntryWindow, EntryWindowType, GateAccess
from eventhub.registration.models.form import Answer, FormQuestion, Question
from eventhub.registration.models.guests import (
    AttendeeSearch,
    Campaign,
    GuestDetail,
    GuestFileBatch,
    GuestFileLine,
    Invitation,
)
from eventhub.registration.models.person import (
    Attendee,
    AttendeeIdentity,
    Consent,
    ConsentText,
    Registration,
)
from eventhub.registration.models.ticket import EventKey, Ticket
from eventhub.registration.models.ticket_type import Quota, QuotaTicketType, TicketType, Tier
from eventhub.registration.models.waitlist import Waitlist, WaitlistEntry, WaitlistLog

__all__ = [
    "Answer",
    "Attendee",
    "AttendeeIdentity",
    "AttendeeSearch",
    "Campaign",
    "Consent",
    "ConsentText",
    "EntryWindow",
    "EntryWindowType",
    "EventKey",
    "FormQuestion",
    "GateAccess",
    "GuestDetail",
    "GuestFileBatch",
    "GuestFileLine",
    "Invitation",
    "Question",
    "Quota",
    "QuotaTicketType",
    "Registration",
    "Ticket",
    "TicketType",
    "Tier",
    "Waitlist",
    "WaitlistEntry",
    "WaitlistLog",
]
