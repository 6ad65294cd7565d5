"""Bodies of the gate API; numbers of 64 bits travel as hexadecimal text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from eventhub.checkin.enums import ScanResult
from eventhub.kernel import crockford
from eventhub.kernel.api import Schema

MAX_SCANS = 200  # of one upload
_DAY_MS = 86_400_000


def _nonce(text: str) -> str:
    crockford.decode(crockford.normalise(text), size=16)
    return text


def _hex8(text: str) -> str:
    if len(bytes.fromhex(text)) != 8:
        raise ValueError("16 hexadecimal digits")
    return text


Nonce = Annotated[str, AfterValidator(_nonce), Field(description="16 bytes, 26 characters")]
IdHash = Annotated[str, AfterValidator(_hex8), Field(description="16 hexadecimal digits")]
Seq = Annotated[str, Field(pattern=r"^[0-7][0-9a-f]{15}$", description="epoch and change number")]
Millis = Annotated[int, Field(ge=0, le=2**53)]
Offset = Annotated[int, Field(ge=-365 * _DAY_MS, le=365 * _DAY_MS)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PairBody(Schema):
    """A pairing code and the name of the browser."""

    code: str = Field(max_length=200)
    name: str = Field(default="", max_length=80)
    ua: str = Field(default="", max_length=500)


class OverrideBody(Schema):
    """A supervisor's card as read, and why."""

    card: str = Field(max_length=200)
    reason: str = Field(max_length=500)


class AnswerBody(Schema):
    """What was answered at entry; no value = the question was passed over."""

    question: str = Field(max_length=40)
    value: bool | int | Annotated[str, Field(max_length=2000)] | None = None
    values: list[Annotated[str, Field(max_length=80)]] | None = Field(
        default=None, max_length=50, description="of a question with several answers"
    )


class RedeemBody(Schema):
    """One scan that wants an answer now; `persons` 0 stands for all places left."""

    nonce: Nonce
    code: str | None = Field(default=None, max_length=2000)
    idhash: IdHash | None = None
    event: str | None = Field(default=None, max_length=36)
    dir: Literal["in", "out"] = "in"
    persons: int = Field(default=0, ge=0, le=255)
    gate: int | None = Field(default=None, ge=1, le=65535)
    n: Count = 0
    claimed_ms: Millis | None = None
    offset_ms: Offset = 0
    mono_ms: Millis = 0
    boot_id: str = Field(default="", max_length=32)
    override: OverrideBody | None = None
    answer: AnswerBody | None = None


class ScanItem(Schema):
    """One decision of a device."""

    nonce: Nonce
    n: Count
    gate: int = Field(ge=1, le=65535)
    result: ScanResult
    claimed_ms: Millis
    kind: Literal["GS", "GR", "GD", "GP", "GK", "search", "none"] = "GS"
    event: str | None = Field(default=None, max_length=36)
    idhash: IdHash | None = None
    code: str | None = Field(default=None, max_length=2000)
    dir: Literal["in", "out", "undo"] = "in"
    persons: int = Field(default=1, ge=1, le=255)
    mono_ms: Millis = 0
    offline: bool = True
    unlisted: bool = False
    override_by: str | None = Field(default=None, max_length=80)
    override_reason: str | None = Field(default=None, max_length=500)
    overridden: ScanResult | None = None
    undoes: Nonce | None = None
    answer: AnswerBody | None = None

    @model_validator(mode="after")
    def _undo_names_a_scan(self) -> ScanItem:
        if (self.dir == "undo") != (self.undoes is not None):
            raise ValueError("an undo names a scan, nothing else does")
        return self


class ScansBody(Schema):
    """At most 200 scans; each is judged by itself, so they are read one by one."""

    boot_id: str = Field(default="", max_length=32)
    now_ms: Millis | None = None
    offset_ms: Offset = 0
    scans: list[dict[str, Any]] = Field(max_length=MAX_SCANS)


class HeartbeatBody(Schema):
    """What a device says of itself."""

    queue: Count = 0
    seq: Seq = "0" * 16
    battery: float | None = Field(default=None, ge=0, le=1)
    version: str = Field(default="", max_length=24)
    offset_ms: Offset = 0
    n: Count = 0


class WalkInBody(Schema):
    """A person without a ticket; `key` makes a form that is sent again count once."""

    key: str = Field(min_length=8, max_length=64)
    name: str = Field(max_length=200)
    contact: str = Field(max_length=200)
    consent: bool = False
    lang: Literal["zh", "en"] = "zh"


class BadgeBody(Schema):
    """Whose badge, and the staff card of who prints it."""

    idhash: IdHash
    card: str = Field(max_length=200)
    lang: Literal["zh", "en"] = "zh"


class SearchQuery(Schema):
    """What somebody types to find a person."""

    q: str = Field(max_length=80)


class DeltaQuery(Schema):
    """How far the device's list has come."""

    since: Seq


class RedeemAnswer(Schema):
    """
    The verdict with what the screen shows.

    `answers` are those that organizers let gates see of whom is let in:
    question and labels by language, or the value; online only, never kept.
    """

    nonce: str
    result: ScanResult
    status: Literal["recorded", "replay"]
    scope: str
    server_ms: int
    seq: str | None = None
    persons: int
    why: str | None
    first: dict[str, Any] | None
    at: dict[str, Any] | None
    event: dict[str, str] | None
    party: dict[str, int] | None
    show: dict[str, Any] | None
    gates: list[dict[str, str]]
    seconds: int | None
    question: dict[str, Any] | None
    answers: list[dict[str, Any]]


class ScansAnswer(Schema):
    """One status per scan, in the order of the request."""

    results: list[dict[str, Any]]
    seq: str
    server_ms: int


class PairAnswer(Schema):
    """The token of the new device; it is shown this once."""

    device: str
    token: str
    gate: dict[str, Any]
    events: list[dict[str, str]]
    server_ms: int


class ConfigAnswer(Schema):
    """All that a gate decides by; docs/gates.md names the parts."""

    device: str
    gate: dict[str, Any]
    events: list[dict[str, Any]]
    limits: dict[str, int]
    client: str


class DeltaAnswer(Schema):
    """Changes between two places of the list, oldest first."""

    from_: str = Field(alias="from")
    to: str
    more: bool
    rows: list[Any]
    admissions: list[Any]
    scopes: list[Any]
    asks: list[str]
    server_ms: int


class HeartbeatAnswer(Schema):
    """What the device may fetch: the version of the page, the newest change."""

    client: str
    seq: str
    server_ms: int


class WalkInAnswer(Schema):
    """The ticket of somebody who came without."""

    idhash: str
    server_ms: int


class SearchAnswer(Schema):
    """Tickets that fit; `more` when there are others."""

    hits: list[dict[str, Any]]
    more: bool
    server_ms: int


class StatsAnswer(Schema):
    """The footer of the scanner."""

    inside: int | None
    admitted: int
    capacity: int | None
    per_minute: float
    own: int
    refused: dict[str, int]
    server_ms: int
