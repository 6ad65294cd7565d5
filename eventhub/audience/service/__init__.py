"""What changes figures: each function is one transaction and may be repeated."""

from eventhub.audience.service.beat_samples import close_minutes
from eventhub.audience.service.beats import (
    BeatsTaken,
    RecordBeats,
    adapt,
    forget_days,
    record_beats,
)
from eventhub.audience.service.claims import (
    RecordClaim,
    RecordObservation,
    enter_claim,
    record_claim,
    record_observation,
)
from eventhub.audience.service.exports import (
    ImportedExport,
    ImportExport,
    import_export,
    read_export,
)
from eventhub.audience.service.ground import EnterTurnover, enter_turnover
from eventhub.audience.service.hls import ImportHlsLog, import_hls_log, read_hls_log
from eventhub.audience.service.hooks import TakeHook, hook_secret, sample_hooks, take_hook
from eventhub.audience.service.imports import (
    FileFormat,
    Imported,
    ImportFile,
    import_file,
    read_file,
)
from eventhub.audience.service.placing import (
    FitCounter,
    Pair,
    PlaceCounter,
    SetMark,
    drop_picture,
    fit_counter,
    place_counter,
    set_mark,
    set_picture,
)
from eventhub.audience.service.player import PlayerKind, SetPlayer, set_player, stop_player
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
from eventhub.audience.service.rollup import Rebuilt, rebuild, roll_up
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.service.sensors import (
    Push,
    SetSensor,
    key_of,
    record_message,
    record_push,
    renew_key,
    set_sensor,
)
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
from eventhub.audience.service.taking_back import MAX_REASON, UndoFile, undo_file
from eventhub.audience.service.tally import PREFIX, AddPost, Tally, add_post, record_tally
from eventhub.audience.service.totals import RecordTotals, record_totals
from eventhub.audience.service.viewer_days import record_viewer_days
from eventhub.audience.sources.reading import CounterReading, TotalReading

__all__ = [
    "MAX_PERIOD_S",
    "MAX_REASON",
    "MIN_PERIOD_S",
    "PREFIX",
    "AddPost",
    "Answered",
    "BeatsTaken",
    "Calibrate",
    "CounterReading",
    "Decide",
    "DuePoll",
    "EnsureSource",
    "EnsureStream",
    "EnsureStreamProgramme",
    "EnterTurnover",
    "FileFormat",
    "FitCounter",
    "ImportExport",
    "ImportFile",
    "ImportHlsLog",
    "Imported",
    "ImportedExport",
    "Pair",
    "PlaceCounter",
    "PlayerKind",
    "Push",
    "Rebuilt",
    "RecordBeats",
    "RecordClaim",
    "RecordObservation",
    "RecordReadings",
    "RecordSamples",
    "RecordTotals",
    "Recorded",
    "Refusal",
    "SampleReading",
    "SetMark",
    "SetPlayer",
    "SetPoll",
    "SetSensor",
    "TakeHook",
    "Tally",
    "TotalReading",
    "UndoFile",
    "adapt",
    "add_post",
    "calibrate",
    "claim_polls",
    "close_minutes",
    "decide",
    "drop_picture",
    "ensure_source",
    "ensure_stream",
    "ensure_stream_programme",
    "enter_claim",
    "enter_turnover",
    "fit_counter",
    "forget_days",
    "hook_secret",
    "import_export",
    "import_file",
    "import_hls_log",
    "key_of",
    "place_counter",
    "read_export",
    "read_file",
    "read_hls_log",
    "rebuild",
    "record_answer",
    "record_beats",
    "record_claim",
    "record_message",
    "record_observation",
    "record_push",
    "record_readings",
    "record_samples",
    "record_tally",
    "record_totals",
    "record_viewer_days",
    "renew_key",
    "roll_up",
    "sample_hooks",
    "set_mark",
    "set_picture",
    "set_player",
    "set_poll",
    "set_sensor",
    "stop_player",
    "stop_poll",
    "take_hook",
    "undo_file",
]
