"""Tables of the programme, by noun."""

from eventhub.programme.models.place import Event, Gate, Stage, Venue, Zone
from eventhub.programme.models.schedule import Schedule, Slot
from eventhub.programme.models.show import (
    Livestream,
    Party,
    PartyMember,
    Performance,
    Show,
    ShowParty,
    ShowType,
    Track,
)

__all__ = [
    "Event",
    "Gate",
    "Livestream",
    "Party",
    "PartyMember",
    "Performance",
    "Schedule",
    "Show",
    "ShowParty",
    "ShowType",
    "Slot",
    "Stage",
    "Track",
    "Venue",
    "Zone",
]
