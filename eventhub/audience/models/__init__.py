"""Tables of what is counted, by noun."""

from eventhub.audience.models.footfall import Calibration, CounterBin
from eventhub.audience.models.observation import (
    ImportBatch,
    Observation,
    Quarantine,
    Revision,
    Source,
)
from eventhub.audience.models.stream import Stream, StreamProgramme, StreamSample

__all__ = [
    "Calibration",
    "CounterBin",
    "ImportBatch",
    "Observation",
    "Quarantine",
    "Revision",
    "Source",
    "Stream",
    "StreamProgramme",
    "StreamSample",
]
