"""Read schedule.json of frab, pretalx or the hub, versions 1 and 2."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from eventhub.programme.errors import ImportUnreadable
from eventhub.programme.frab.rows import (
    Day,
    Head,
    RawEvent,
    RawPerson,
    day_date,
    read_rows,
    window,
)
from eventhub.programme.queries import EventRow

if TYPE_CHECKING:
    from eventhub.programme.rules.exchange import Reading

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\n]', re.DOTALL)
_TEXTS: Final = [
    "guid",
    "code",
    "date",
    "start",
    "duration",
    "end",
    "title",
    "subtitle",
    "abstract",
    "description",
]
_NO_DAY: Final = Day(None, None)


class _Object(dict[str, Any]):
    """A JSON object that knows the line on which it begins."""

    line = 0


def read_json(event: EventRow, data: bytes) -> Reading:
    """
    Return what a schedule.json says.

    Raises:
        ImportUnreadable: It is not JSON or is no schedule.
    """
    schedule = _object(_parsed(data), "schedule")
    conference = _object(schedule, "conference")
    if not conference:
        raise ImportUnreadable.because("there is no schedule.conference", line=1)
    head = Head(
        title=_text(conference, "title"),
        acronym=_text(conference, "acronym"),
        base_url=_text(schedule, "base_url"),
        zone_name=_text(conference, "time_zone_name"),
    )
    guids = {_text(room, "name"): _text(room, "guid") for room in _objects(conference, "rooms")}
    days: list[Day] = []
    rows: list[RawEvent] = []
    for node in _objects(conference, "days"):
        start, end = _text(node, "day_start", "start"), _text(node, "day_end", "end")
        day = Day(day_date(_text(node, "date")), window(start, end))
        days.append(day)
        for room, entries in _object(node, "rooms").items():
            found = entries if isinstance(entries, list) else []
            rows += [_row(one, room, guids, day) for one in found if isinstance(one, _Object)]
    for entry in _objects(schedule, "events"):  # version 2 lists them beside the conference
        rows.append(_row(entry, _text(_object(entry, "room"), "name"), guids, _NO_DAY))
    return read_rows(event, head, days, rows)


def _row(node: _Object, room: str, guids: dict[str, str], day: Day) -> RawEvent:
    found = {name: _text(node, name) for name in _TEXTS}
    if not found["date"] and "T" in found["start"]:  # version 2 has the instant as start
        found |= {"date": found["start"], "start": ""}
    return RawEvent(
        line=node.line,
        day=day,
        room=room,
        room_guid=guids.get(room, ""),
        id=node.get("id"),
        kind=_text(node, "type"),
        track=_text(_object(node, "track"), "slug") or _text(node, "track"),
        language=_text(node, "language"),
        persons=_persons(node),
        **found,
    )


def _persons(node: _Object) -> tuple[RawPerson, ...] | None:
    name = next((name for name in ("persons", "participants") if name in node), None)
    if name is None:
        return None
    return tuple(
        RawPerson(
            name=_text(one, "name", "public_name"), id=_text(one, "id"), guid=_text(one, "guid")
        )
        for one in _objects(node, name)
    )


def _text(node: _Object, *names: str) -> str:
    for name in names:
        value = node.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def _object(node: _Object, name: str) -> _Object:
    value = node.get(name)
    return value if isinstance(value, _Object) else _Object()


def _objects(node: _Object, name: str) -> list[_Object]:
    value = node.get(name)
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, _Object)]


def _parsed(data: bytes) -> _Object:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportUnreadable.because("not UTF-8", line=_line(data, error.start)) from error
    lines = _closing_order(text)

    def build(pairs: list[tuple[str, Any]]) -> _Object:
        made = _Object(pairs)
        made.line = next(lines, 0)
        return made

    try:
        found = json.loads(text, object_pairs_hook=build)
    except json.JSONDecodeError as error:
        raise ImportUnreadable.because(f"not JSON: {error.msg}", line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise ImportUnreadable.because("not JSON that can be read", line=1) from error
    if not isinstance(found, _Object):
        raise ImportUnreadable.because("the file is no object", line=1)
    return found


def _closing_order(text: str) -> Iterator[int]:
    """Yield the line on which each object begins, in the order in which they end."""
    line, opened = 1, []
    for match in _TOKEN.finditer(text):
        match match.group():
            case "\n":
                line += 1
            case "{":
                opened.append(line)
            case "}":
                yield opened.pop() if opened else 0
            case string:
                line += string.count("\n")


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
