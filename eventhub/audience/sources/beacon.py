"""
Logs of beats and plays, one JSON object per line, as nginx or this site writes them.

A beat is `{"t", "s", "k"}` and names nobody. A play is `{"t", "s", "i", "k",
"ip", "ua", "dnt", "gpc"}`; its address is only read to tell viewers of a day apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import orjson

from eventhub.audience.rules.beats import MAX_K, MINUTE_S

_KS: Final = {str(k): k for k in range(MAX_K + 1)}
_SID: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SID_LENGTH: Final = 16
_NO_LINE: Final = (LookupError, TypeError, ValueError, AttributeError, OverflowError)

Beats = Counter[tuple[str, int, int]]  # (event/stream, minute since 1970, k)


@dataclass(frozen=True, slots=True)
class Play:
    """The first five seconds of one page load; `is_shy` asked not to be followed."""

    stream: str
    at_s: int
    sid: str
    address: str
    agent: str
    is_shy: bool


@dataclass(frozen=True, slots=True)
class BeaconLog:
    """What a part of a log says; `left_out` counts lines that can not be read."""

    beats: Beats
    plays: tuple[Play, ...]
    lines: int
    left_out: int


def parse(data: bytes) -> BeaconLog:
    """Return the beats and plays of whole lines, any of them in any order."""
    beats: Beats = Counter()
    plays: list[Play] = []
    left_out = 0
    lines = data.splitlines()
    loads = orjson.loads
    for line in lines:
        try:
            row: Any = loads(line)
            at = int(float(row["t"]))
            k = _KS[row["k"]]
            stream = row["s"].replace("%2F", "/")  # nginx writes what the browser sent
            if "i" in row:
                plays.append(_play(row, stream, at))
            else:
                beats[stream, at // MINUTE_S, k] += 1
        except _NO_LINE:
            left_out += 1
    return BeaconLog(beats, tuple(plays), len(lines), left_out)


def _play(row: dict[str, Any], stream: str, at_s: int) -> Play:
    sid = row["i"]
    if len(sid) != _SID_LENGTH or not _SID.issuperset(sid):
        raise ValueError("no name of a page load")
    return Play(
        stream=stream,
        at_s=at_s,
        sid=sid,
        address=str(row.get("ip", "")),
        agent=str(row.get("ua", ""))[:500],
        is_shy="1" in (row.get("dnt"), row.get("gpc")),
    )


def line(values: dict[str, Any]) -> bytes:
    """Return one line of such a log."""
    return orjson.dumps(values) + b"\n"
