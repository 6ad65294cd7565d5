"""What is read of figures, counters and streams; the number of statements is in each docstring."""

from eventhub.audience.queries.footfall import (
    CounterRow,
    FootfallDay,
    VisitsRow,
    counters,
    footfall_days,
    outer_cordons,
    visits,
    visits_from,
    visits_of,
    zone_paths,
)
from eventhub.audience.queries.hours import HourRow, counter_hours
from eventhub.audience.queries.live import (
    CordonNow,
    LiveSnapshot,
    StreamNow,
    live,
    live_snapshot,
)
from eventhub.audience.queries.observations import (
    BatchRow,
    ExclusionRow,
    ObservationRow,
    batches,
    exclusions,
    observation,
    observations,
    revision_counts,
)
from eventhub.audience.queries.polls import PollRow, polls
from eventhub.audience.queries.quarantine import ApartRow, apart
from eventhub.audience.queries.streams import (
    LatestRow,
    ProgrammeRow,
    StreamResult,
    StreamRow,
    StreamSeries,
    latest,
    stream_programme,
    stream_results,
    stream_samples,
    stream_series,
    streams,
)
from eventhub.audience.queries.tally import QuarterRow, quarters
from eventhub.audience.queries.wall import StageNow, Wall, wall
from eventhub.audience.rules.tally import quarter

__all__ = [
    "ApartRow",
    "BatchRow",
    "CordonNow",
    "CounterRow",
    "ExclusionRow",
    "FootfallDay",
    "HourRow",
    "LatestRow",
    "LiveSnapshot",
    "ObservationRow",
    "PollRow",
    "ProgrammeRow",
    "QuarterRow",
    "StageNow",
    "StreamNow",
    "StreamResult",
    "StreamRow",
    "StreamSeries",
    "VisitsRow",
    "Wall",
    "apart",
    "batches",
    "counter_hours",
    "counters",
    "exclusions",
    "footfall_days",
    "latest",
    "live",
    "live_snapshot",
    "observation",
    "observations",
    "outer_cordons",
    "polls",
    "quarter",
    "quarters",
    "revision_counts",
    "stream_programme",
    "stream_results",
    "stream_samples",
    "stream_series",
    "streams",
    "visits",
    "visits_from",
    "visits_of",
    "wall",
    "zone_paths",
]
