"""Read schedule.xml of frab, pretalx, wafer or Pentabarf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

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

_WHOLE = re.compile(r"\d{1,18}\Z")
_TEXTS: Final = [
    "room",
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


def read_xml(event: EventRow, data: bytes) -> Reading:
    """
    Return what a schedule.xml says.

    Raises:
        ImportUnreadable: It is not XML, is no schedule, or has a DTD or entities.
    """
    root, lines = _tree(data)
    if root.tag != "schedule":
        raise ImportUnreadable.because("the root element is not <schedule>", line=1)
    conference = root.find("conference")
    head = Head(
        title=_text(conference, "title"),
        acronym=_text(conference, "acronym"),
        base_url=_text(conference, "base_url") or _text(root, "url"),
        zone_name=_text(conference, "time_zone_name"),
    )
    days: list[Day] = []
    rows: list[RawEvent] = []
    for node in root.findall("day"):
        day = Day(
            day_date(node.get("date", "")), window(node.get("start", ""), node.get("end", ""))
        )
        days.append(day)
        for room in node.findall("room"):
            rows += [_row(entry, room, day, lines) for entry in room.findall("event")]
    return read_rows(event, head, days, rows)


def _row(node: ET.Element, room: ET.Element, day: Day, lines: dict[int, int]) -> RawEvent:
    found = {name: _text(node, name) for name in _TEXTS}
    identity = node.get("id", "").strip()
    return RawEvent(
        line=lines[id(node)],
        day=day,
        room_guid=room.get("guid", ""),
        guid=node.get("guid", "").strip(),
        id=int(identity) if _WHOLE.match(identity) else identity,
        kind=_text(node, "type"),
        track=_text(node, "track"),
        language=_text(node, "language"),
        persons=_persons(node.find("persons")),
        **(found | {"room": room.get("name", "").strip() or found["room"]})
        | {"code": node.get("code", "").strip()},
    )


def _persons(node: ET.Element | None) -> tuple[RawPerson, ...] | None:
    if node is None:
        return None
    return tuple(
        RawPerson(
            name=_content(person), id=person.get("id", "").strip(), guid=person.get("guid", "")
        )
        for person in node.findall("person")
    )


def _text(node: ET.Element | None, name: str) -> str:
    found = node.find(name) if node is not None else None
    return "" if found is None else _content(found)


def _content(node: ET.Element) -> str:
    return "".join(node.itertext()).strip()


class _Lines(ET.TreeBuilder):
    """A tree builder that keeps the line on which each event begins."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, int] = {}
        self.expat: Any = None

    def start(self, tag: Any, attrs: Any, /) -> ET.Element:
        node = super().start(tag, attrs)
        if tag == "event":
            self.lines[id(node)] = self.expat.CurrentLineNumber
        return node


def _tree(data: bytes) -> tuple[ET.Element, dict[int, int]]:
    import defusedxml.ElementTree  # noqa: PLC0415 - slow import
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - slow import

    builder = _Lines()
    parser = defusedxml.ElementTree.DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.expat = parser.parser
    try:
        parser.feed(data)
        root: ET.Element = parser.close()
    except DefusedXmlException as error:
        raise ImportUnreadable.because(
            "a document type or entity is declared", line=builder.expat.CurrentLineNumber
        ) from error
    except ET.ParseError as error:
        raise ImportUnreadable.because(f"not XML: {error.msg}", line=error.position[0]) from error
    except (ValueError, LookupError) as error:
        raise ImportUnreadable.because("the encoding is unknown", line=1) from error
    return root, builder.lines
