"""Tables of the programme, by noun."""

from eventhub.programme.models.exchange import ImportedItem
from eventhub.programme.models.feed import PersonalFeed
from eventhub.programme.models.live import LiveStatus, NoticeRound
from eventhub.programme.models.place import Event, EventCover, Gate, Stage, Venue, Zone
from eventhub.programme.models.planning import (
    Availability,
    ConflictSetting,
    Dependency,
    OpeningWindow,
    PerformanceDemand,
    Resource,
    ResourceUse,
    TravelTime,
    Waiver,
)
from eventhub.programme.models.proposal import ColumnMap, PlanProposal, ScheduleFile
from eventhub.programme.models.schedule import EditLog, Schedule, ScheduleChange, Slot
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
    "Availability",
    "ColumnMap",
    "ConflictSetting",
    "Dependency",
    "EditLog",
    "Event",
    "EventCover",
    "Gate",
    "ImportedItem",
    "LiveStatus",
    "Livestream",
    "NoticeRound",
    "OpeningWindow",
    "Party",
    "PartyMember",
    "Performance",
    "PerformanceDemand",
    "PersonalFeed",
    "PlanProposal",
    "Resource",
    "ResourceUse",
    "Schedule",
    "ScheduleChange",
    "ScheduleFile",
    "Show",
    "ShowParty",
    "ShowType",
    "Slot",
    "Stage",
    "Track",
    "TravelTime",
    "Venue",
    "Waiver",
    "Zone",
]
