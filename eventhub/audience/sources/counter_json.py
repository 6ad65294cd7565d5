"""
Counter readings as JSON: the API's shape and the push of self-built devices.

`{"readings": [{"counter", "start", "minutes", "in", "out", "seq"}]}` or
`{"source", "seq", "bins": [{"start", "dur", "in", "out", "cov"}]}`, `dur` in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

import orjson

from eventhub.audience.rules import counters, integrity
from eventhub.audience.sources.reading import (
    BadLine,
    CounterFile,
    CounterReading,
    UnreadableFile,
)
from eventhub.audience.sources.text import decode

MAX_MINUTES: Final = 1_440
MAX_NAME: Final = 100


class BadReading(ValueError):
    """One reading can not be kept; the text is the reason."""


def parse(data: bytes, *, zone: tzinfo, counter: str = "") -> CounterFile:
    """
    Return the readings of a file.

    Args:
        data: One JSON object of either shape, or a list of them.

        zone: Zone of times without an offset.

        counter: Name for readings that name no counter.

    Raises:
        UnreadableFile: Not JSON, or of another shape.
    """
    try:
        document = orjson.loads(decode(data))
    except orjson.JSONDecodeError as error:
        raise UnreadableFile("invalid-json", str(error)) from error
    items: list[Any] = []
    for part in document if isinstance(document, list) else [document]:
        items.extend(_items(part))
    good: list[CounterReading] = []
    bad: list[BadLine] = []
    for line, item in enumerate(items, start=1):
        try:
            good.append(reading(item, line=line, zone=zone, counter=counter))
        except BadReading as error:
            bad.append(BadLine(line, str(error)))
    return CounterFile(rows=len(items), readings=tuple(good), rejected=tuple(bad))


def _items(part: Any) -> list[Any]:
    if isinstance(part, Mapping):
        if isinstance(part.get("readings"), list):
            return list(part["readings"])
        if isinstance(part.get("bins"), list):
            return [_pushed(part, item) for item in part["bins"]]
    raise UnreadableFile("unknown-shape", "neither readings nor bins")


def _pushed(part: Mapping[str, Any], item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    named = {"counter": part.get("source"), "seq": part.get("seq", 0)}
    return {**named, **item}


def reading(item: Any, *, line: int, zone: tzinfo, counter: str = "") -> CounterReading:
    """
    Return one reading from its JSON object.

    Raises:
        BadReading: With the field and what is wrong with it.
    """
    if not isinstance(item, Mapping):
        raise BadReading("not-an-object")
    entered, left, passed = (count(item, name) for name in ("in", "out", "count"))
    if entered is None and left is None and passed is None:
        raise BadReading("in: missing")
    return CounterReading(
        line=line,
        counter=_name(item, counter),
        starts_at=instant(item.get("start"), zone, "start"),
        duration_s=_duration_s(item),
        entered=entered,
        left=left,
        passed=passed,
        seq=count(item, "seq", maximum=2**62) or 0,
        coverage=_coverage(item.get("cov", 1.0)),
    )


def count(item: Mapping[str, Any], name: str, *, maximum: int | None = None) -> int | None:
    """Return a count of `item`, None when absent or null; raises BadReading."""
    value = item.get(name)
    if value is None:
        return None
    fault = integrity.count_fault(value)
    if fault == "too-large" and maximum is not None and value <= maximum:
        fault = None
    if fault is not None:
        raise BadReading(f"{name}: {fault}")
    return int(value)


def instant(value: Any, zone: tzinfo, name: str) -> datetime:
    """Return the UTC instant of ISO 8601 text; without an offset it is local; raises BadReading."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadReading(f"{name}: not-a-time") from None
    if at.tzinfo is not None:
        try:
            return at.astimezone(UTC)
        except OverflowError:
            raise BadReading(f"{name}: not-a-time") from None
    found = counters.instant(at.date(), at.time(), zone) if 1 < at.year < 9999 else None
    if found is None:
        raise BadReading(f"{name}: no-such-local-time")
    return found


def _name(item: Mapping[str, Any], default: str) -> str:
    value = item.get("counter") or default
    if not isinstance(value, str) or not value.strip():
        raise BadReading("counter: missing")
    if len(value) > MAX_NAME or not value.isprintable():
        raise BadReading("counter: not-a-name")
    return value.strip()


def _duration_s(item: Mapping[str, Any]) -> int:
    minutes, seconds = item.get("minutes"), item.get("dur")
    value: Any = seconds if minutes is None else minutes
    if integrity.count_fault(value) is not None:
        raise BadReading("minutes: missing" if value is None else "minutes: not-a-length")
    duration_s = int(value) * (1 if minutes is None else 60)
    if not 0 < duration_s <= MAX_MINUTES * 60:
        raise BadReading("minutes: not-a-length")
    return duration_s


def _coverage(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadReading("cov: not-a-share")
    return float(value)
