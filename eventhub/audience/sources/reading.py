"""What every parser returns, and the one error it raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from eventhub.audience.enums import StreamState


class UnreadableFile(ValueError):
    """The file can not be read at all; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep a stable code and words for a person."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class StreamReading:
    """
    One stream of a server; `viewers` is None when the server does not say.

    `views` is a running total of plays, `popularity` a platform's index that
    is no number of people, `peak` the largest number as the server kept it.
    """

    name: str
    viewers: int | None
    state: StreamState
    application: str = ""
    views: int | None = None
    popularity: int | None = None
    peak: int | None = None


@dataclass(frozen=True, slots=True)
class ServerReading:
    """What a stream server says at one instant."""

    streams: tuple[StreamReading, ...]
    warnings: tuple[str, ...] = ()
    pid: int | None = None
    uptime_s: int | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line (of a text file) or item (of a JSON list), 1-based, that can not be kept."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterReading:
    """
    People over one line in `[starts_at, +duration_s)`.

    `entered` and `left` are null when the device gives one number for both
    ways, `passed`, and the other way round. `seq` 0 means: in order of arrival.
    """

    line: int
    counter: str
    starts_at: datetime
    duration_s: int
    entered: int | None = None
    left: int | None = None
    passed: int | None = None
    seq: int = 0
    coverage: float = 1.0
    flags: str = ""  # BinFlag values, comma between


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalReading:
    """What a device that counts on and on showed at `at`, since its last reset."""

    line: int
    counter: str
    at: datetime
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class CounterFile:
    """
    All readings of a file, in its order.

    `rows` counts lines with data, bad ones included; `surplus` lists lines for
    a bin that an earlier line was for; `day_start` is the local time at which
    the file's day begins, null when it has whole instants. `totals` are those
    of devices that count on and on; their file has no `readings`.
    """

    rows: int
    readings: tuple[CounterReading, ...]
    rejected: tuple[BadLine, ...] = ()
    surplus: tuple[int, ...] = ()
    day_start: time | None = None
    warnings: tuple[str, ...] = field(default=())
    totals: tuple[TotalReading, ...] = ()
