"""Tables of what is counted, by noun."""

from eventhub.audience.models.beats import (
    BeatBatch,
    BeatJoin,
    BeatMinute,
    BeatPolicy,
    HookPlay,
    PlanMark,
    Sensor,
    SitePlan,
    StreamPlayer,
    ViewerSketch,
)
from eventhub.audience.models.delivery import Delivery, TakenBack
from eventhub.audience.models.footfall import Calibration, CounterBin, CounterTotal, Turnover
from eventhub.audience.models.observation import (
    ExportMap,
    ImportBatch,
    Observation,
    Quarantine,
    Revision,
    Source,
)
from eventhub.audience.models.rollup import Adjustment, Rollup, RollupState
from eventhub.audience.models.stream import Stream, StreamPoll, StreamProgramme, StreamSample

__all__ = [
    "Adjustment",
    "BeatBatch",
    "BeatJoin",
    "BeatMinute",
    "BeatPolicy",
    "Calibration",
    "CounterBin",
    "CounterTotal",
    "Delivery",
    "ExportMap",
    "HookPlay",
    "ImportBatch",
    "Observation",
    "PlanMark",
    "Quarantine",
    "Revision",
    "Rollup",
    "RollupState",
    "Sensor",
    "SitePlan",
    "Source",
    "Stream",
    "StreamPlayer",
    "StreamPoll",
    "StreamProgramme",
    "StreamSample",
    "TakenBack",
    "Turnover",
    "ViewerSketch",
]
