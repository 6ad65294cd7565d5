"""The organizer's pages; importing this package completes the blueprint."""

from eventhub.console.views import (
    approval,
    clicker,
    figures,
    gates,
    guest_lists,
    invitations,
    media,
    people,
    programme,
    quarantine,
    release,
    trust,
    waitlist,
)
from eventhub.console.views.frame import blueprint

__all__ = [
    "approval",
    "blueprint",
    "clicker",
    "figures",
    "gates",
    "guest_lists",
    "invitations",
    "media",
    "people",
    "programme",
    "quarantine",
    "release",
    "trust",
    "waitlist",
]
