"""What changes figures: each function is one transaction and may be repeated."""

from eventhub.audience.service.claims import (
    RecordClaim,
    RecordObservation,
    record_claim,
    record_observation,
)
from eventhub.audience.service.hls import ImportHlsLog, import_hls_log, read_hls_log
from eventhub.audience.service.imports import (
    FileFormat,
    Imported,
    ImportFile,
    import_file,
    read_file,
)
from eventhub.audience.service.polls import (
    MAX_PERIOD_S,
    MIN_PERIOD_S,
    Answered,
    DuePoll,
    SetPoll,
    claim_polls,
    record_answer,
    set_poll,
    stop_poll,
)
from eventhub.audience.service.quarantine import Decide, decide
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
from eventhub.audience.service.tally import PREFIX, AddPost, Tally, add_post, record_tally
from eventhub.audience.service.totals import RecordTotals, record_totals
from eventhub.audience.sources.reading import CounterReading, TotalReading

__all__ = [
    "MAX_PERIOD_S",
    "MIN_PERIOD_S",
    "PREFIX",
    "AddPost",
    "Answered",
    "Calibrate",
    "CounterReading",
    "Decide",
    "DuePoll",
    "EnsureSource",
    "EnsureStream",
    "EnsureStreamProgramme",
    "FileFormat",
    "ImportFile",
    "ImportHlsLog",
    "Imported",
    "RecordClaim",
    "RecordObservation",
    "RecordReadings",
    "RecordSamples",
    "RecordTotals",
    "Recorded",
    "Refusal",
    "SampleReading",
    "SetPoll",
    "Tally",
    "TotalReading",
    "add_post",
    "calibrate",
    "claim_polls",
    "decide",
    "ensure_source",
    "ensure_stream",
    "ensure_stream_programme",
    "import_file",
    "import_hls_log",
    "read_file",
    "read_hls_log",
    "record_answer",
    "record_claim",
    "record_observation",
    "record_readings",
    "record_samples",
    "record_tally",
    "record_totals",
    "set_poll",
    "stop_poll",
]
