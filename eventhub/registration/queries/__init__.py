"""What pages, programs and higher domains read of registration."""

from eventhub.registration.queries.faces import (
    AttendeeFace,
    RegistrationFace,
    TicketFace,
    WindowFace,
    registration_face,
)
from eventhub.registration.queries.registrations import (
    Counts,
    Difference,
    RegistrationRow,
    by_code,
    consents_of,
    counts,
    event_of,
    registrations,
    verify,
)
from eventhub.registration.queries.ticket_types import (
    ConsentRow,
    TicketTypeRow,
    WindowRow,
    consent_texts,
    open_ticket_types,
    ticket_types,
    types_let_in,
    window_of_day,
)

__all__ = [
    "AttendeeFace",
    "ConsentRow",
    "Counts",
    "Difference",
    "RegistrationFace",
    "RegistrationRow",
    "TicketFace",
    "TicketTypeRow",
    "WindowFace",
    "WindowRow",
    "by_code",
    "consent_texts",
    "consents_of",
    "counts",
    "event_of",
    "open_ticket_types",
    "registration_face",
    "registrations",
    "ticket_types",
    "types_let_in",
    "verify",
    "window_of_day",
]
