"""What changes figures: each function is one transaction and may be repeated."""

from eventhub.audience.service.claims import (
    RecordClaim,
    RecordObservation,
    record_claim,
    record_observation,
)
from eventhub.audience.service.imports import (
    FileFormat,
    Imported,
    ImportFile,
    import_file,
    read_file,
)
from eventhub.audience.service.readings import Recorded, RecordReadings, Refusal, record_readings
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sources import (
    Calibrate,
    EnsureSource,
    EnsureStream,
    EnsureStreamProgramme,
    calibrate,
    ensure_source,
    ensure_stream,
    ensure_stream_programme,
)
from eventhub.audience.sources.reading import CounterReading

__all__ = [
    "Calibrate",
    "CounterReading",
    "EnsureSource",
    "EnsureStream",
    "EnsureStreamProgramme",
    "FileFormat",
    "ImportFile",
    "Imported",
    "RecordClaim",
    "RecordObservation",
    "RecordReadings",
    "RecordSamples",
    "Recorded",
    "Refusal",
    "SampleReading",
    "calibrate",
    "ensure_source",
    "ensure_stream",
    "ensure_stream_programme",
    "import_file",
    "read_file",
    "record_claim",
    "record_observation",
    "record_readings",
    "record_samples",
]
