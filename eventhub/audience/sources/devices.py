"""People counters: Axis (running totals), Xovis (push), Hikvision (search answer)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from xml.etree.ElementTree import Element

from eventhub.audience.rules import counters
from eventhub.audience.sources import answer, counter_json
from eventhub.audience.sources.counter_json import BadReading
from eventhub.audience.sources.reading import (
    BadLine,
    CounterFile,
    CounterReading,
    TotalReading,
    UnreadableFile,
)

_AXIS_TIME: Final = "%Y%m%d%H%M%S"
_SECOND: Final = timedelta(seconds=1)


def axis(data: bytes, *, zone: tzinfo, counter: str = "") -> CounterFile:
    """
    Return the running totals of `live-sum.json`, counted since local midnight.

    Args:
        data: One answer, or a JSON list of answers.

        zone: Zone of the camera, which writes local time without one.

        counter: Name of the counter; by default the serial number.
    """
    found = answer.document(data)
    rows = answer.items(found if isinstance(found, list) else [found], "answer")
    totals: list[TotalReading] = []
    bad: list[BadLine] = []
    for line, row in enumerate(rows, start=1):
        try:
            totals.append(_total(row, line, zone, counter))
        except BadReading as error:
            bad.append(BadLine(line, str(error)))
    return CounterFile(rows=len(rows), readings=(), rejected=tuple(bad), totals=tuple(totals))


def _total(row: Mapping[str, Any], line: int, zone: tzinfo, counter: str) -> TotalReading:
    name = counter or answer.text(row.get("serial"))
    entered, left = counter_json.count(row, "in"), counter_json.count(row, "out")
    if not name or (entered is None and left is None):
        raise BadReading("in: missing" if name else "serial: missing")
    try:
        local = datetime.strptime(answer.text(row.get("timestamp")), _AXIS_TIME)  # noqa: DTZ007 - local
    except ValueError:
        raise BadReading("timestamp: not-a-time") from None
    at = counters.instant(local.date(), local.time(), zone)
    if at is None:
        raise BadReading("timestamp: no-such-local-time")
    return TotalReading(line=line, counter=name, at=at, entered=entered, left=left)


def xovis(data: bytes, *, zone: tzinfo, counter: str = "") -> CounterFile:
    """
    Return the bins of a push: `fw` is in, `bw` is out, of each line of a sensor.

    Coverage is samples over expected samples; `seq` is the package number, so
    that the later of two packages of one bin holds.
    """
    found = answer.mapping(answer.document(data), "answer")
    body = answer.mapping(found.get("logics_data"), "logics_data")
    package = answer.mapping(body.get("package_info", {}), "package_info")
    sensor = answer.mapping(body.get("sensor_info", {}), "sensor_info")
    good: list[CounterReading] = []
    bad: list[BadLine] = []
    line = 0
    for logic in answer.items(body.get("logics"), "logics"):
        default = f"{answer.text(sensor.get('serial_number'))}/{answer.text(logic.get('name'))}"
        for record in answer.items(logic.get("records", []), "records"):
            line += 1
            try:
                seq = counter_json.count(package, "id", maximum=2**62) or 0
                good.append(_record(record, line, counter or default, seq, zone))
            except BadReading as error:
                bad.append(BadLine(line, str(error)))
    return CounterFile(rows=line, readings=tuple(good), rejected=tuple(bad))


def _record(
    record: Mapping[str, Any], line: int, counter: str, seq: int, zone: tzinfo
) -> CounterReading:
    starts_at = counter_json.instant(record.get("from"), zone, "from")
    ends_at = counter_json.instant(record.get("to"), zone, "to")
    values = {
        answer.text(row.get("name")): counter_json.count(row, "value")
        for row in answer.items(record.get("counts", []), "counts")
    }
    duration_s = round((ends_at - starts_at).total_seconds())
    if duration_s <= 0:
        raise BadReading("to: not-a-length")
    if values.get("fw") is None and values.get("bw") is None:
        raise BadReading("fw: missing")
    samples = counter_json.count(record, "samples")
    expected = counter_json.count(record, "samples_expected")
    return CounterReading(
        line=line,
        counter=counter,
        starts_at=starts_at,
        duration_s=duration_s,
        entered=values.get("fw"),
        left=values.get("bw"),
        seq=seq,
        coverage=min(1.0, (samples or 0) / expected) if expected else 1.0,
    )


def hikvision(data: bytes, *, zone: tzinfo, counter: str = "") -> CounterFile:
    """
    Return the hours of a `counting/search` answer; its end second belongs to the hour.

    Raises:
        UnreadableFile: Refused XML, another page, or the name of the counter is missing.
    """
    root = answer.xml(data, "CountingStatisticsResult")
    if not counter:
        raise UnreadableFile("unknown-counter", "the answer names no counter")
    good: list[CounterReading] = []
    bad: list[BadLine] = []
    rows = root.findall("matchList/matchElement")
    for line, row in enumerate(rows, start=1):
        try:
            good.append(_match(row, line, counter, zone))
        except BadReading as error:
            bad.append(BadLine(line, str(error)))
    return CounterFile(rows=len(rows), readings=tuple(good), rejected=tuple(bad))


def _match(row: Element, line: int, counter: str, zone: tzinfo) -> CounterReading:
    starts_at = counter_json.instant(row.findtext("timeSpan/startTime"), zone, "startTime")
    ends_at = counter_json.instant(row.findtext("timeSpan/endTime"), zone, "endTime") + _SECOND
    counts = {name: _digits(row.findtext(name), name) for name in ("enterCount", "exitCount")}
    if ends_at <= starts_at:
        raise BadReading("endTime: not-a-length")
    return CounterReading(
        line=line,
        counter=counter,
        starts_at=starts_at.astimezone(UTC),
        duration_s=round((ends_at - starts_at).total_seconds()),
        entered=counts["enterCount"],
        left=counts["exitCount"],
    )


def _digits(text: str | None, name: str) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 10:
        raise BadReading(f"{name}: not-a-number")
    return int(text)
