"""Lay out a programme as frab files have it: days, rooms, one event per day of a long show."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import ExportIncomplete
from eventhub.programme.queries import EventRow, PerformanceRow, StageRow, TrackRow

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_SHORTEST: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(hours=23, minutes=59)  # apps read a length as a time of day
_PART_BASE: Final = 1_000_000  # numbers of day parts lie above all performance numbers
_DAYS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Export:
    """Everything an export needs; `version` is the name of the release."""

    event: EventRow
    version: str
    rows: Sequence[PerformanceRow]
    stages: Sequence[StageRow]
    tracks: Sequence[TrackRow]
    base_url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One event of the file: a performance, or its part on one day.

    `start` and `end` are local; `code` only where the show is in the file once.
    """

    row: PerformanceRow
    guid: str
    number: int
    day: date
    start: datetime
    end: datetime
    room: str
    code: str | None

    @property
    def duration(self) -> str:
        """Return HH:MM between 00:05 and 23:59."""
        minutes = int(max(self.end - self.start, _SHORTEST).total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class RoomEntries:
    """What is in one room on one day, by start; the guid is empty without a stage."""

    name: str
    guid: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class DayEntries:
    """One operating day, also an empty one; every room of the event stands in it."""

    index: int
    on: date
    start: str
    end: str
    rooms: Sequence[RoomEntries]


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole file; `room_names` is the public name per stage slug."""

    days: Sequence[DayEntries]
    room_names: dict[str, str]


def lay_out(export: Export) -> Layout:
    """
    Return the programme by day and room.

    Raises:
        ExportIncomplete: A performance would be left out or come twice.
    """
    zone = export.event.zone
    names = _room_names(export.stages)
    days = _days(export)
    shown = [row for row in export.rows if row.status != SlotStatus.CANCELLED]
    times = Counter(row.show_id for row in export.rows)
    entries = [entry for row in shown for entry in _parts(export.event, zone, row, names, times)]
    _check(shown, entries, set(days))
    guids = {names[stage.slug]: stage.uuid for stage in export.stages}
    by_day: dict[date, dict[str, list[Entry]]] = {day: {name: [] for name in guids} for day in days}
    for entry in entries:
        by_day[entry.day].setdefault(entry.room, []).append(entry)
    listed = [
        DayEntries(
            index,
            day,
            *_window(export.event, zone, day),
            [RoomEntries(name, guids.get(name, ""), found) for name, found in by_day[day].items()],
        )
        for index, day in enumerate(days, 1)
    ]
    return Layout(listed, names)


def plain(text: str) -> str:
    """Return a text without signs that no XML may hold."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _days(export: Export) -> list[date]:
    """Return all operating days without holes, also those that only a show has."""
    found = [*export.event.days(), *(row.day for row in export.rows)]
    if not found:
        raise ExportIncomplete()
    last_ends = [row.ends_at for row in export.rows if row.ends_at - row.starts_at >= _DAY]
    found += [export.event.operating_day(at - timedelta(seconds=1)) for at in last_ends]
    first, last = min(found), max(found)
    count = (last - first).days + 1
    if count > _DAYS_MAX:
        raise ExportIncomplete()
    return [first + _DAY * n for n in range(count)]


def _check(shown: Sequence[PerformanceRow], entries: Sequence[Entry], days: set[date]) -> None:
    placed = {entry.row.performance_id for entry in entries}
    is_whole = (
        placed == {row.performance_id for row in shown}
        and days.issuperset(entry.day for entry in entries)
        and len({entry.guid for entry in entries}) == len(entries)
        and len({entry.number for entry in entries}) == len(entries)
    )
    if not is_whole:
        raise ExportIncomplete()


def _parts(
    event: EventRow,
    zone: ZoneInfo,
    row: PerformanceRow,
    names: dict[str, str],
    times: Counter[int],
) -> list[Entry]:
    """Return the performance, or one part per operating day when it lasts a day or longer."""
    room = names.get(row.stage_slug) or _("Place to be announced")
    if row.ends_at - row.starts_at < _DAY:
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        end = min(row.ends_at, row.starts_at + _LONGEST).astimezone(zone)
        code = row.show_code if times[row.show_id] == 1 else None
        return [Entry(row, row.uuid, row.public_no, row.day, start, end, room, code)]
    parts: list[Entry] = []
    day = row.day
    while (window := event.day_bounds(day))[0] < row.ends_at:
        start = max(window[0], row.starts_at)
        end = max(min(window[1] - _MINUTE, row.ends_at, start + _LONGEST), start + _MINUTE)
        parts.append(
            Entry(
                row=row,
                guid=str(uuid.uuid5(uuid.UUID(row.uuid), day.isoformat())),
                number=_PART_BASE + row.public_no * _DAYS_MAX + len(parts),
                day=day,
                start=start.astimezone(zone),
                end=end.astimezone(zone),
                room=room,
                code=None,
            )
        )
        day += _DAY
    return parts


def _room_names(stages: Sequence[StageRow]) -> dict[str, str]:
    """Return the public name per stage slug; the venue and a number keep names apart."""
    bare = {stage.slug: plain(pick(stage.name)).strip() or stage.slug for stage in stages}
    shared = {name for name, count in Counter(bare.values()).items() if count > 1}
    names: dict[str, str] = {}
    taken: set[str] = set()
    for stage in stages:
        name = bare[stage.slug]
        if name in shared:
            name = f"{plain(pick(stage.venue_name))}: {name}"
        found, number = name, 2
        while found in taken:
            found, number = f"{name} ({number})", number + 1
        taken.add(found)
        names[stage.slug] = found
    return names


def _window(event: EventRow, zone: ZoneInfo, day: date) -> tuple[str, str]:
    start, end = event.day_bounds(day)
    last = end - timedelta(seconds=1)
    return start.astimezone(zone).isoformat(), last.astimezone(zone).isoformat()
