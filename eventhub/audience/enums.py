"""Words of the audience domain."""

from __future__ import annotations

from enum import StrEnum


class EvidenceClass(StrEnum):
    """How a figure is known: counted by us, worked out, or somebody else's statement."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    CLAIMED = "claimed"


class Op(StrEnum):
    """How a figure stands to the true value: equal, over, under, about, just under."""

    EQUAL = "="
    OVER = ">"
    UNDER = "<"
    ABOUT = "~"
    JUST_UNDER = "~<"


class SourceKind(StrEnum):
    """What kind of thing a figure comes from."""

    DOCUMENT = "document"
    COUNTER = "counter"
    MANUAL = "manual"
    STREAM_SERVER = "stream-server"
    PLATFORM = "platform"
    IMPORT = "import"


class Direction(StrEnum):
    """Way of a passage over a sensor line; `both` when the device does not tell."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class BinFlag(StrEnum):
    """What is particular about a counter bin."""

    RESET = "reset"
    IMPUTED = "imputed"
    CONFLICTING = "conflicting"


class StreamState(StrEnum):
    """What a stream server says about one stream."""

    LIVE = "live"
    WAITING = "waiting"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class QuarantineRule(StrEnum):
    """Why a reading is kept apart until a person decides."""

    JUMP = "jump"
    OVER_WIDTH = "over-width"
    TOO_MANY = "too-many"


class Decision(StrEnum):
    """What a person has said about a reading that was set apart."""

    OPEN = "open"
    ACCEPT = "accept"
    DROP = "drop"


class Aggregation(StrEnum):
    """How values of one metric may be combined."""

    SUM = "sum"
    MAX = "max"
    DISTINCT = "distinct"
    RATIO = "ratio"
    LAST = "last"
    NONE = "none"


class UnitKind(StrEnum):
    """What a unit counts; unlike kinds are never added."""

    PEOPLE = "people"
    PERSON_DAYS = "person-days"
    CONTACTS = "contacts"
    VISITS = "visits"
    PASSAGES = "passages"
    THINGS = "things"
    MINUTES = "minutes"
    RATE = "rate"
    SHARE = "share"
    FACTOR = "factor"
