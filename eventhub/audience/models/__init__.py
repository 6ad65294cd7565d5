"""Tables of what is counted, by noun."""

from eventhub.audience.models.footfall import Calibration, CounterBin, CounterTotal
from eventhub.audience.models.observation import (
    ImportBatch,
    Observation,
    Quarantine,
    Revision,
    Source,
)
from eventhub.audience.models.stream import Stream, StreamPoll, StreamProgramme, StreamSample

__all__ = [
    "Calibration",
    "CounterBin",
    "CounterTotal",
    "ImportBatch",
    "Observation",
    "Quarantine",
    "Revision",
    "Source",
    "Stream",
    "StreamPoll",
    "StreamProgramme",
    "StreamSample",
]
