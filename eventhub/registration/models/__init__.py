"""Tables of registration, by noun."""

from eventhub.registration.models.access import EntryWindow, EntryWindowType, GateAccess
from eventhub.registration.models.form import (
    Answer,
    AnswerFile,
    FormQuestion,
    HeldAnswer,
    Question,
)
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
from eventhub.registration.models.privacy import (
    BotNonce,
    ContactProof,
    Erasure,
    GuardianConsent,
    MailStop,
    MailTemplate,
    RegistrationSetting,
    RetentionRun,
)
from eventhub.registration.models.seats import (
    DayKey,
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatBlockSeat,
    SeatLog,
    SeatMap,
    SeatPlan,
)
from eventhub.registration.models.ticket import EventKey, Ticket
from eventhub.registration.models.ticket_type import Quota, QuotaTicketType, TicketType, Tier
from eventhub.registration.models.waitlist import Waitlist, WaitlistEntry, WaitlistLog

__all__ = [
    "Answer",
    "AnswerFile",
    "Attendee",
    "AttendeeIdentity",
    "AttendeeSearch",
    "BotNonce",
    "Campaign",
    "Consent",
    "ConsentText",
    "ContactProof",
    "DayKey",
    "EntryWindow",
    "EntryWindowType",
    "Erasure",
    "EventKey",
    "FormQuestion",
    "GateAccess",
    "GuardianConsent",
    "GuestDetail",
    "GuestFileBatch",
    "GuestFileLine",
    "HeldAnswer",
    "Invitation",
    "MailStop",
    "MailTemplate",
    "Question",
    "Quota",
    "QuotaTicketType",
    "Registration",
    "RegistrationSetting",
    "RetentionRun",
    "Seat",
    "SeatAssignment",
    "SeatBlock",
    "SeatBlockSeat",
    "SeatLog",
    "SeatMap",
    "SeatPlan",
    "Ticket",
    "TicketType",
    "Tier",
    "Waitlist",
    "WaitlistEntry",
    "WaitlistLog",
]
