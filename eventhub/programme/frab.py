"""Schedule files of the frab family (XML and JSON v1) that conference apps read."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from xml.etree import ElementTree as ET

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import ExportIncomplete
from eventhub.programme.queries import EventRow, PerformanceRow, StageRow, TrackRow

GENERATOR: Final = {"name": "EventHub", "version": "1"}
JSON_SCHEMA: Final = "https://c3voc.de/schedule/schema.json"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_DAY = timedelta(days=1)
_SHORTEST = timedelta(minutes=5)
_ROOM_TYPES: Final = {
    "runway": "stage",
    "concert": "stage",
    "forum": "lecturehall",
    "exhibition": "other",
}
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
class _Entry:
    """One event of the file: a performance, or its part on one day."""

    row: PerformanceRow
    guid: str
    number: int
    day: date
    starts_at: datetime
    ends_at: datetime
    room: str


def to_json(export: Export) -> dict[str, Any]:
    """
    Return schedule.json (version 1) as plain data.

    Raises:
        ExportIncomplete: A performance would be left out.
    """
    event, rooms = export.event, _room_names(export)
    days = _days(export)
    entries = _entries(export, rooms)
    conference: dict[str, Any] = {
        "acronym": event.acronym,
        "title": _plain(pick(event.title)),
        "start": days[0].isoformat(),
        "end": days[-1].isoformat(),
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": event.timezone,
        "url": f"{export.base_url}/e/{event.slug}/",
        "tracks": [
            {"name": pick(track.name), "slug": track.slug, "color": track.color}
            for track in export.tracks
        ],
        "rooms": [_json_room(stage, rooms[stage.slug]) for stage in export.stages],
        "days": [_json_day(export, index, day, entries) for index, day in enumerate(days, 1)],
    }
    schedule = {"version": export.version, "base_url": export.base_url, "conference": conference}
    return {"$schema": JSON_SCHEMA, "generator": GENERATOR, "schedule": schedule}


def to_xml(export: Export) -> bytes:
    """
    Return schedule.xml; the head is short because apps look for it in the first kilobyte.

    Raises:
        ExportIncomplete: A performance would be left out.
    """
    event, rooms = export.event, _room_names(export)
    days = _days(export)
    entries = _entries(export, rooms)
    root = ET.Element("schedule")
    ET.SubElement(root, "generator", GENERATOR)
    _add(root, "url", f"{export.base_url}/e/{event.slug}/schedule.xml")
    _add(root, "version", export.version)
    conference = ET.SubElement(root, "conference")
    for name, value in (
        ("title", pick(event.title)),
        ("acronym", event.acronym),
        ("start", days[0].isoformat()),
        ("end", days[-1].isoformat()),
        ("days", str(len(days))),
        ("timeslot_duration", "00:05"),
        ("base_url", f"{export.base_url}/e/{event.slug}"),
        ("time_zone_name", event.timezone),
    ):
        _add(conference, name, value)
    for track in export.tracks:
        values = {"name": pick(track.name), "slug": track.slug, "color": track.color}
        ET.SubElement(conference, "track", values)
    for index, day in enumerate(days, 1):
        _xml_day(root, export, index, day, entries)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _days(export: Export) -> list[date]:
    """Return all operating days without holes, also those that only a show has."""
    found = [*export.event.days(), *(row.day for row in export.rows)]
    if not found:
        raise ExportIncomplete()
    first, last = min(found), max(found)
    count = (last - first).days + 1
    if count > _DAYS_MAX:
        raise ExportIncomplete()
    return [first + _DAY * n for n in range(count)]


def _entries(export: Export, rooms: dict[str, str]) -> list[_Entry]:
    shown = [row for row in export.rows if row.status != SlotStatus.CANCELLED]
    days = set(_days(export))
    entries = [entry for row in shown for entry in _parts(export.event, row, rooms)]
    placed = {entry.row.performance_id for entry in entries if entry.day in days}
    guids = {entry.guid for entry in entries}
    numbers = {entry.number for entry in entries}
    if placed != {row.performance_id for row in shown}:
        raise ExportIncomplete()
    if len(guids) != len(entries) or len(numbers) != len(entries):
        raise ExportIncomplete()
    return entries


def _parts(event: EventRow, row: PerformanceRow, rooms: dict[str, str]) -> list[_Entry]:
    """Return the performance, or one part per operating day when it lasts a day or longer."""
    room = rooms.get(row.stage_slug) or _("Place to be announced")
    if row.ends_at - row.starts_at < _DAY:
        whole = (row.uuid, row.public_no, row.day, row.starts_at, row.ends_at)
        return [_Entry(row, *whole, room)]
    parts: list[_Entry] = []
    day = row.day
    while (window := event.day_bounds(day))[0] < row.ends_at:
        parts.append(
            _Entry(
                row=row,
                guid=str(uuid.uuid5(uuid.UUID(row.uuid), day.isoformat())),
                number=_PART_BASE + row.public_no * _DAYS_MAX + len(parts),
                day=day,
                starts_at=max(window[0], row.starts_at),
                # a whole day would be 24:00, which older apps refuse with the entire file
                ends_at=min(window[1] - timedelta(minutes=1), row.ends_at),
                room=room,
            )
        )
        day += _DAY
    return parts


def _room_names(export: Export) -> dict[str, str]:
    """Return the public name per stage slug, with the venue where two stages share a name."""
    names = {stage.slug: _plain(pick(stage.name)) for stage in export.stages}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    return {
        stage.slug: (
            f"{_plain(pick(stage.venue_name))}: {names[stage.slug]}"
            if names[stage.slug] in shared
            else names[stage.slug]
        )
        for stage in export.stages
    }


def _by_room(
    export: Export, day: date, entries: Sequence[_Entry]
) -> list[tuple[str, str, list[_Entry]]]:
    """Return (room, guid, events) of one day; stages first and always, in their order."""
    rooms = _room_names(export)
    guids = {rooms[stage.slug]: stage.uuid for stage in export.stages}
    found: dict[str, list[_Entry]] = {name: [] for name in guids}
    for entry in entries:
        if entry.day == day:
            found.setdefault(entry.room, []).append(entry)
    return [(name, guids.get(name, ""), listed) for name, listed in found.items()]


def _window(event: EventRow, day: date) -> tuple[str, str]:
    start, end = event.day_bounds(day)
    last = end - timedelta(seconds=1)
    return (start.astimezone(event.zone).isoformat(), last.astimezone(event.zone).isoformat())


def _json_room(stage: StageRow, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "guid": stage.uuid,
        "type": _ROOM_TYPES.get(stage.kind, "other"),
        "capacity": stage.capacity,
    }


def _json_day(export: Export, index: int, day: date, entries: Sequence[_Entry]) -> dict[str, Any]:
    start, end = _window(export.event, day)
    rooms = {
        name: [_json_event(export, entry) for entry in listed]
        for name, _guid, listed in _by_room(export, day, entries)
    }
    return {
        "index": index,
        "date": day.isoformat(),
        "day_start": start,
        "day_end": end,
        "rooms": rooms,
    }


def _json_event(export: Export, entry: _Entry) -> dict[str, Any]:
    event, row = export.event, entry.row
    start = entry.starts_at.astimezone(event.zone)
    data: dict[str, Any] = {
        "guid": entry.guid,
        "id": entry.number,
        "date": start.isoformat(),
        "start": f"{start:%H:%M}",
        "end": entry.ends_at.astimezone(event.zone).isoformat(),
        "duration": _duration(entry),
        "room": entry.room,
        "slug": f"{event.acronym}-{entry.number}",
        "url": f"{export.base_url}/e/{event.slug}/shows/{row.show_code}",
        "title": _plain(pick(row.title)),
        "subtitle": None,
        "track": pick(row.track_name) or None,
        "type": row.type_slug or "other",
        "language": row.language,
        "abstract": _plain(pick(row.line)),
        "description": _plain(pick(row.description)),
        "persons": [
            {"name": _plain(pick(party.name)), "guid": party.uuid} for party in row.parties
        ],
        "links": _links(row),
    }
    if _is_alone(export, row, entry):
        data["code"] = row.show_code
    return data


def _xml_day(
    root: ET.Element, export: Export, index: int, day: date, entries: Sequence[_Entry]
) -> None:
    start, end = _window(export.event, day)
    values = {"index": str(index), "date": day.isoformat(), "start": start, "end": end}
    node = ET.SubElement(root, "day", values)
    for name, guid, listed in _by_room(export, day, entries):
        room = ET.SubElement(node, "room", {"name": name} | ({"guid": guid} if guid else {}))
        for entry in listed:
            _xml_event(room, export, entry)


def _xml_event(room: ET.Element, export: Export, entry: _Entry) -> None:
    event, row = export.event, entry.row
    start = entry.starts_at.astimezone(event.zone)
    values = {"guid": entry.guid, "id": str(entry.number)}
    if _is_alone(export, row, entry):
        values["code"] = row.show_code
    node = ET.SubElement(room, "event", values)
    for name, value in (
        ("room", entry.room),
        ("title", pick(row.title)),
        ("subtitle", ""),
        ("type", row.type_slug or "other"),
        ("date", start.isoformat()),
        ("start", f"{start:%H:%M}"),
        ("duration", _duration(entry)),
        ("abstract", pick(row.line)),
        ("description", pick(row.description)),
        ("track", pick(row.track_name)),
        ("language", row.language or ""),
        ("url", f"{export.base_url}/e/{event.slug}/shows/{row.show_code}"),
    ):
        _add(node, name, value)
    persons = ET.SubElement(node, "persons")
    for party in row.parties:
        identity = {"id": str(party.public_no), "guid": party.uuid}
        ET.SubElement(persons, "person", identity).text = _plain(pick(party.name))
    links = ET.SubElement(node, "links")
    for link in _links(row):
        ET.SubElement(links, "link", {"href": link["url"]}).text = link["title"]


def _is_alone(export: Export, row: PerformanceRow, entry: _Entry) -> bool:
    """Tell whether the show's code names this event alone in the file."""
    given = sum(other.show_id == row.show_id for other in export.rows)
    return given == 1 and entry.guid == row.uuid


def _links(row: PerformanceRow) -> list[dict[str, str]]:
    if not row.stream_url:
        return []
    return [{"type": "related", "url": row.stream_url, "title": _("Livestream")}]


def _duration(entry: _Entry) -> str:
    """Return HH:MM between 00:05 and 23:59; apps parse it as a time of day."""
    minutes = int(max(entry.ends_at - entry.starts_at, _SHORTEST).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _add(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = _plain(value)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)
