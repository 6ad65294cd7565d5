"""What registration does: each function is one transaction."""

from eventhub.registration.service.calendar import ticket_calendar
from eventhub.registration.service.keys import (
    CodeFacts,
    SigningKey,
    code_of,
    ensure_event_key,
    gs_code,
    install_event_key,
    signing_key,
)
from eventhub.registration.service.links import (
    Linked,
    attendee_token,
    linked,
    registration_token,
    ticket_url,
)
from eventhub.registration.service.manage import (
    ChangeRegistration,
    cancel,
    change_registration,
    recover,
    resend_link,
)
from eventhub.registration.service.register import (
    Duplicate,
    Register,
    Registered,
    RegisteredPerson,
    register,
)
from eventhub.registration.service.tag import (
    Fact,
    Tag,
    gate_names,
    tag_of,
    when_text,
    where_text,
)

__all__ = [
    "ChangeRegistration",
    "CodeFacts",
    "Duplicate",
    "Fact",
    "Linked",
    "Register",
    "Registered",
    "RegisteredPerson",
    "SigningKey",
    "Tag",
    "attendee_token",
    "cancel",
    "change_registration",
    "code_of",
    "ensure_event_key",
    "gate_names",
    "gs_code",
    "install_event_key",
    "linked",
    "recover",
    "register",
    "registration_token",
    "resend_link",
    "signing_key",
    "tag_of",
    "ticket_calendar",
    "ticket_url",
    "when_text",
    "where_text",
]
