"""What the rest of the system reads of the programme; one or two statements each."""

from eventhub.programme.queries.event import (
    EventRow,
    ReleaseRow,
    all_events,
    event_by_id,
    event_by_slug,
    public_events,
    released,
    releases,
)
from eventhub.programme.queries.overview import (
    TicketTypeState,
    event_counts,
    ticket_type_states,
)
from eventhub.programme.queries.performance import (
    PartyRow,
    PerformanceRow,
    ShowPage,
    ShowRow,
    TrackRow,
    performances_of,
    programme,
    show_by_code,
    tracks,
    unplaced_shows,
)
from eventhub.programme.queries.place import (
    GateRow,
    StageRow,
    ZoneRow,
    gate_by_slug,
    gates,
    stages,
    zones,
)
from eventhub.programme.queries.publication import PublishedRow, publications, published

__all__ = [
    "EventRow",
    "GateRow",
    "PartyRow",
    "PerformanceRow",
    "PublishedRow",
    "ReleaseRow",
    "ShowPage",
    "ShowRow",
    "StageRow",
    "TicketTypeState",
    "TrackRow",
    "ZoneRow",
    "all_events",
    "event_by_id",
    "event_by_slug",
    "event_counts",
    "gate_by_slug",
    "gates",
    "performances_of",
    "programme",
    "public_events",
    "publications",
    "published",
    "released",
    "releases",
    "show_by_code",
    "stages",
    "ticket_type_states",
    "tracks",
    "unplaced_shows",
    "zones",
]
