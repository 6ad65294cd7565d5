"""Write schedule.xml and schedule.json (version 1), always valid against their schemas."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.programme.frab.layout import DayEntries, Entry, Export, lay_out, plain
from eventhub.programme.queries import PerformanceRow, StageRow, TrackRow

GENERATOR: Final = {"name": "EventHub", "version": "1"}
JSON_SCHEMA: Final = "https://c3voc.de/schedule/schema.json"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_INK: Final = "#101312"
_ROOM_TYPES: Final = {
    "runway": "stage",
    "concert": "stage",
    "forum": "lecturehall",
    "exhibition": "other",
}
_URI_SIGNS: Final = ":/?#[]@!$&'()*+,;=%~"


def to_json(export: Export) -> dict[str, Any]:
    """
    Return schedule.json (version 1) as plain data.

    Raises:
        ExportIncomplete: A performance would be left out.
    """
    event, layout = export.event, lay_out(export)
    conference: dict[str, Any] = {
        "acronym": event.acronym,
        "title": plain(pick(event.title)),
        "start": layout.days[0].on.isoformat(),
        "end": layout.days[-1].on.isoformat(),
        "daysCount": len(layout.days),
        "timeslot_duration": "00:05",
        "time_zone_name": event.timezone,
        "url": f"{export.base_url}/e/{event.slug}/",
        "tracks": [_track(track) for track in export.tracks],
        "rooms": [_json_room(stage, layout.room_names[stage.slug]) for stage in export.stages],
        "days": [_json_day(export, day) for day in layout.days],
    }
    schedule = {
        "version": plain(export.version),
        "base_url": export.base_url,
        "conference": conference,
    }
    return {"$schema": JSON_SCHEMA, "generator": GENERATOR, "schedule": schedule}


def to_xml(export: Export) -> bytes:
    """
    Return schedule.xml; the head is short because apps look for it in the first kilobyte.

    Raises:
        ExportIncomplete: A performance would be left out.
    """
    event, layout = export.event, lay_out(export)
    root = ET.Element("schedule")
    ET.SubElement(root, "generator", GENERATOR)
    _add(root, "url", f"{export.base_url}/e/{event.slug}/schedule.xml")
    _add(root, "version", export.version)
    conference = ET.SubElement(root, "conference")
    for name, value in (
        ("title", pick(event.title)),
        ("acronym", event.acronym),
        ("start", layout.days[0].on.isoformat()),
        ("end", layout.days[-1].on.isoformat()),
        ("days", str(len(layout.days))),
        ("timeslot_duration", "00:05"),
        ("base_url", f"{export.base_url}/e/{event.slug}"),
        ("time_zone_name", event.timezone),
    ):
        _add(conference, name, value)
    for track in export.tracks:
        ET.SubElement(conference, "track", _track(track))
    for day in layout.days:
        values = {"index": str(day.index), "date": day.on.isoformat()}
        node = ET.SubElement(root, "day", values | {"start": day.start, "end": day.end})
        for room in day.rooms:
            identity = {"guid": room.guid} if room.guid else {}
            within = ET.SubElement(node, "room", {"name": room.name} | identity)
            for entry in room.entries:
                _xml_event(within, export, entry)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _track(track: TrackRow) -> dict[str, str]:
    slug = track.slug if len(track.slug) > 1 and track.slug[0].isalpha() else f"track-{track.slug}"
    color = track.color if _COLOR.match(track.color) else _INK
    return {"name": plain(pick(track.name)), "slug": slug, "color": color}


def _json_room(stage: StageRow, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "guid": stage.uuid,
        "type": _ROOM_TYPES.get(stage.kind, "other"),
        "capacity": stage.capacity,
    }


def _json_day(export: Export, day: DayEntries) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.on.isoformat(),
        "day_start": day.start,
        "day_end": day.end,
        "rooms": {
            room.name: [_json_event(export, entry) for entry in room.entries] for room in day.rooms
        },
    }


def _json_event(export: Export, entry: Entry) -> dict[str, Any]:
    row = entry.row
    data: dict[str, Any] = {
        "guid": entry.guid,
        "id": entry.number,
        "date": entry.start.isoformat(),
        "start": f"{entry.start:%H:%M}",
        "end": entry.end.isoformat(),
        "duration": entry.duration,
        "room": entry.room,
        "slug": f"{export.event.acronym}-{entry.number}",
        "url": _address(export, row),
        "title": plain(pick(row.title)),
        "subtitle": None,
        "track": plain(pick(row.track_name)) or None,
        "type": row.type_slug or "other",
        "language": row.language or None,
        "abstract": plain(pick(row.line)),
        "description": plain(pick(row.description)),
        "persons": [{"name": plain(pick(party.name)), "guid": party.uuid} for party in row.parties],
        "links": _links(row),
    }
    return data | {"code": entry.code} if entry.code else data


def _xml_event(room: ET.Element, export: Export, entry: Entry) -> None:
    row = entry.row
    values = {"guid": entry.guid, "id": str(entry.number)}
    node = ET.SubElement(room, "event", values | ({"code": entry.code} if entry.code else {}))
    for name, value in (
        ("room", entry.room),
        ("title", pick(row.title)),
        ("subtitle", ""),
        ("type", row.type_slug or "other"),
        ("date", entry.start.isoformat()),
        ("start", f"{entry.start:%H:%M}"),
        ("duration", entry.duration),
        ("abstract", pick(row.line)),
        ("description", pick(row.description)),
        ("track", pick(row.track_name)),
        ("language", row.language or ""),
        ("url", _address(export, row)),
    ):
        _add(node, name, value)
    persons = ET.SubElement(node, "persons")
    for party in row.parties:
        identity = {"id": str(party.public_no), "guid": party.uuid}
        ET.SubElement(persons, "person", identity).text = plain(pick(party.name))
    links = ET.SubElement(node, "links")
    for link in _links(row):
        ET.SubElement(links, "link", {"href": link["url"]}).text = link["title"]


def _address(export: Export, row: PerformanceRow) -> str:
    return f"{export.base_url}/e/{export.event.slug}/shows/{row.show_code}"


def _links(row: PerformanceRow) -> list[dict[str, str]]:
    if not row.stream_url or not row.stream_url.startswith(("http://", "https://")):
        return []
    address = quote(plain(row.stream_url), safe=_URI_SIGNS)
    return [{"type": "related", "url": address, "title": _("Livestream")}]


def _add(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = plain(value)
