"""
Counter readings as a table.

Wide: `date, hour, sensor...`, one row per hour and one column per sensor, local
times, one number for both ways. Long: one row per reading with the columns of
the API in any order, named in English or Chinese.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from eventhub.audience.rules import counters
from eventhub.audience.sources import counter_json
from eventhub.audience.sources.counter_json import BadReading
from eventhub.audience.sources.reading import (
    BadLine,
    CounterFile,
    CounterReading,
    UnreadableFile,
)
from eventhub.audience.sources.text import decode, rows

HOUR_S: Final = 3_600
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "counter": ("counter", "sensor", "source", "计数器", "传感器", "点位"),
    "start": ("start", "starts_at", "time", "timestamp", "时间", "开始", "开始时间"),
    "minutes": ("minutes", "minute", "分钟", "时长"),
    "in": ("in", "entered", "fw", "进", "进入", "进入人次"),
    "out": ("out", "left", "bw", "出", "离开", "离开人次"),
    "count": ("count", "total", "passages", "人次", "合计"),
    "seq": ("seq", "sequence", "序号"),
}
_DATE_HEADS: Final = ("date", "日期")
_HOUR_HEADS: Final = ("hour", "小时", "时段")
_HOUR: Final = re.compile(r"([01]?\d|2[0-3])(?::00)?(?:\s*[-–]\s*\d{1,2}:(?:00|59))?")
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_MIDNIGHT: Final = time(0)


def parse(
    data: bytes, *, zone: tzinfo, counter: str = "", day_start: time | None = None
) -> CounterFile:
    """
    Return the readings of a table of either form.

    Args:
        data: The file.

        zone: Zone of times without an offset.

        counter: Name for rows that name no counter.

        day_start: Local time at which a day of a wide file begins; hours before
            it belong to the next calendar day. None: read it from the order of
            the rows.

    Raises:
        UnreadableFile: No text, no table, or columns of neither form.
    """
    lines = list(rows(decode(data)))
    if not lines:
        raise UnreadableFile("empty-file")
    head = [cell.casefold() for cell in lines[0][1]]
    if len(head) > 2 and head[0] in _DATE_HEADS and head[1] in _HOUR_HEADS:
        return _wide(lines[0][1][2:], lines[1:], zone=zone, day_start=day_start)
    return _long(_columns(head), lines[1:], zone=zone, counter=counter)


def _columns(head: Sequence[str]) -> dict[int, str]:
    known = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
    found = {place: known[cell] for place, cell in enumerate(head) if cell in known}
    names = set(found.values())
    if "start" not in names or not names & {"in", "out", "count"}:
        raise UnreadableFile("unknown-columns", ", ".join(head)[:200])
    if len(names) != len(found):
        raise UnreadableFile("unknown-columns", "a column stands twice")
    return found


def _long(
    columns: Mapping[int, str],
    lines: Sequence[tuple[int, list[str]]],
    *,
    zone: tzinfo,
    counter: str,
) -> CounterFile:
    good: list[CounterReading] = []
    bad: list[BadLine] = []
    seen: set[tuple[object, ...]] = set()
    surplus: list[int] = []
    for line, cells in lines:
        try:
            item = _item(columns, cells)
            found = counter_json.reading(item, line=line, zone=zone, counter=counter)
        except BadReading as error:
            bad.append(BadLine(line, str(error)))
            continue
        key = (found.counter, found.starts_at, found.duration_s)
        if key in seen:
            surplus.append(line)
        seen.add(key)
        good.append(found)
    return CounterFile(len(lines), tuple(good), tuple(bad), tuple(surplus))


def _item(columns: Mapping[int, str], cells: Sequence[str]) -> dict[str, Any]:
    if len(cells) <= max(columns):
        raise BadReading("too-few-columns")
    item: dict[str, Any] = {"minutes": 60}
    for place, name in columns.items():
        text = cells[place]
        if text == "":
            continue
        item[name] = text if name in ("counter", "start") else _number(text, name)
    return item


def _number(text: str, name: str) -> float:
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if not _NUMBER.fullmatch(plain):
        raise BadReading(f"{name}: not-a-number")
    return float(plain) if "." in plain else int(plain)


@dataclass(frozen=True, slots=True)
class _Hour:
    line: int
    day: date  # of the file
    hour: int
    cells: list[str]


def _wide(
    sensors: list[str],
    lines: Sequence[tuple[int, list[str]]],
    *,
    zone: tzinfo,
    day_start: time | None,
) -> CounterFile:
    _check_sensors(sensors)
    hours: list[_Hour] = []
    bad: dict[int, list[str]] = {}
    for line, cells in lines:
        try:
            hours.append(_hour(line, cells, len(sensors)))
        except BadReading as error:
            bad.setdefault(line, []).append(str(error))
    starts = _day_start(hours) if day_start is None else day_start
    good: list[CounterReading] = []
    surplus: list[int] = []
    for row, at, is_surplus in _placed(hours, starts, zone):
        if at is None:
            bad.setdefault(row.line, []).append("hour: no-such-local-time")
            continue
        if is_surplus:
            surplus.append(row.line)
        good += _cells(row, at, sensors, bad)
    rejected = tuple(BadLine(line, "; ".join(texts)) for line, texts in sorted(bad.items()))
    return CounterFile(len(lines), tuple(good), rejected, tuple(surplus), starts)


def _cells(
    row: _Hour, at: datetime, sensors: Sequence[str], bad: dict[int, list[str]]
) -> Iterator[CounterReading]:
    """Yield the readings of one row; notes in `bad` what is wrong with the others."""
    for name, text in zip(sensors, row.cells, strict=True):
        try:
            passed = _passed(text, name)
        except BadReading as error:
            bad.setdefault(row.line, []).append(str(error))
            continue
        if passed is not None:
            yield CounterReading(
                line=row.line, counter=name, starts_at=at, duration_s=HOUR_S, passed=passed
            )


def _check_sensors(sensors: Sequence[str]) -> None:
    if len(set(sensors)) != len(sensors) or not all(
        name and len(name) <= counter_json.MAX_NAME and name.isprintable() for name in sensors
    ):
        raise UnreadableFile("unknown-columns", "sensor columns need distinct names")


def _hour(line: int, cells: list[str], sensor_count: int) -> _Hour:
    if len(cells) != sensor_count + 2:
        raise BadReading("too-few-columns" if len(cells) < sensor_count + 2 else "too-many-columns")
    try:
        day = date.fromisoformat(cells[0])
    except ValueError:
        raise BadReading("date: not-a-date") from None
    match = _HOUR.fullmatch(cells[1])
    if match is None or not 1 < day.year < 9999:
        raise BadReading("hour: not-an-hour")
    return _Hour(line, day, int(match.group(1)), cells[2:])


def _passed(text: str, name: str) -> int | None:
    if text == "":
        return None  # no data is a gap, not 0
    return counter_json.count({name: _number(text, name)}, name)


def _day_start(hours: Sequence[_Hour]) -> time:
    """
    Return where the days of a file begin, midnight unless some day runs past it.

    Each such day votes for its first hour and for the one after its last; real
    files have days with rows missing or doubled at either end.
    """
    by_day: dict[date, list[int]] = {}
    for row in hours:
        by_day.setdefault(row.day, []).append(row.hour)
    votes: Counter[int] = Counter()
    for found in by_day.values():
        wraps = [n for n, hour in enumerate(found[1:], start=1) if hour + 12 <= found[n - 1]]
        if wraps:
            votes.update((found[0], (found[-1] + 1) % 24))
    return time(max(votes, key=lambda hour: (votes[hour], -hour))) if votes else _MIDNIGHT


def _placed(
    hours: Sequence[_Hour], starts: time, zone: tzinfo
) -> Iterator[tuple[_Hour, datetime | None, bool]]:
    """
    Yield each row with its UTC instant and whether an earlier row was for it.

    Where clocks go back, the second row of the repeated hour is its second
    occurrence; any further one is surplus.
    """
    seen: set[datetime] = set()
    for row in hours:
        day = row.day + timedelta(days=1) if time(row.hour) < starts else row.day
        at = counters.instant(day, time(row.hour), zone)
        if at is not None and at in seen and counters.is_repeated(day, time(row.hour), zone):
            at = counters.instant(day, time(row.hour), zone, is_second=True)
        yield row, at, at in seen
        if at is not None:
            seen.add(at)


def file_days(file: CounterFile, zone: tzinfo) -> list[date]:
    """Return the device days that a wide file has rows for, in order."""
    starts = file.day_start or _MIDNIGHT
    found: set[date] = set()
    for row in file.readings:
        local = row.starts_at.astimezone(zone)
        is_before = local.time() < starts
        found.add(local.date() - timedelta(days=1) if is_before else local.date())
    return sorted(found)
