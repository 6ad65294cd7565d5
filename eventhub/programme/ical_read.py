"""Read iCalendar files of any program, lenient about what they commonly get wrong."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from eventhub.programme.enums import SlotStatus
from eventhub.programme.errors import ImportUnreadable
from eventhub.programme.queries import EventRow, tracks
from eventhub.programme.rules import exchange, naming
from eventhub.programme.rules.exchange import Item, Reading, Room, RowRefused

if TYPE_CHECKING:
    import icalendar

_STATUS: Final = {
    "CONFIRMED": SlotStatus.SCHEDULED,
    "TENTATIVE": SlotStatus.TENTATIVE,
    "CANCELLED": SlotStatus.CANCELLED,
    "CANCELED": SlotStatus.CANCELLED,
}
_CANCELLED = re.compile(r"(?:CANCELLED|CANCELED|已取消)\s*[:：]\s*", re.IGNORECASE)
_OWN_UID = re.compile(r"perf-([0-9a-f-]{36})@(.+)\Z")
_ALL_DAY: Final = "all-day: a day without times has no place in a schedule"
_BAD_ENTRY: Final = "bad-entry: the entry can not be read"
_TOO_OFTEN: Final = "too-often: the entry repeats within a day or more than 50,000 times"
_REPEATS_MAX: Final = 50_000
_RARE_ENOUGH: Final = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


def read(event: EventRow, data: bytes) -> Reading:
    """
    Return what a calendar says; entries that repeat are taken for the days of the event.

    Raises:
        ImportUnreadable: It is no calendar.
    """
    text = _text(data)
    zone_name = _header(text, "X-WR-TIMEZONE")
    zone = ZoneInfo(zone_name) if naming.is_zone(zone_name) else event.zone
    name = _header(text, "X-WR-CALNAME") or _header(text, "NAME")
    reading = Reading(source=name or _header(text, "PRODID") or "calendar")
    strands = {name for track in tracks(event.id) for name in track.name.values()}
    overridden: dict[str, Item] = {}  # single occurrences that an entry of their own changes
    for line, entry in _entries(text):
        if entry is None:
            reading.refuse(line, _BAD_ENTRY)
            continue
        try:
            found = list(_items(event, line, entry, zone, strands))
            if "RECURRENCE-ID" in entry:
                overridden |= {one.key: one for one in found}
            else:
                reading.items += found
        except RowRefused as error:
            reading.refuse(line, str(error), _key(entry))
        except (ValueError, KeyError, AttributeError, TypeError, OverflowError):
            # the parser reads values when they are asked for, each kind in its own way
            reading.refuse(line, _BAD_ENTRY, _key(entry))
    reading.items = [one for one in reading.items if one.key not in overridden]
    reading.items += overridden.values()
    return exchange.settle(reading)


def _items(
    event: EventRow, line: int, entry: icalendar.Event, zone: ZoneInfo, strands: set[str]
) -> Iterator[Item]:
    starts_at, ends_at = _span(entry, zone)
    is_own = _is_own(event, entry)
    status = _STATUS.get(str(entry.get("STATUS", "")).strip().upper())
    title = str(entry.get("SUMMARY", ""))
    if status is SlotStatus.CANCELLED:
        title = _CANCELLED.sub("", title, count=1)
    kind, track = _categories(entry, strands)
    item = Item(
        line=line,
        key=_key(entry) or f"{title}@{starts_at.isoformat()}",
        title=exchange.title(title),
        starts_at=starts_at,
        ends_at=ends_at,
        room=_room(entry),
        status=status,
        kind=kind,
        track=track,
        # our own feed puts sentence, people and notes together: nothing to take apart
        description=None if is_own else exchange.plain(str(entry.get("DESCRIPTION", ""))),
    )
    if "RECURRENCE-ID" in entry:
        told_at = _instant(entry.decoded("RECURRENCE-ID"), zone)
        yield replace(item, key=_occurrence(item.key, told_at))
    elif "RRULE" in entry or "RDATE" in entry:
        yield from _repeated(event, entry, item, zone)
    else:
        yield item


def _span(entry: icalendar.Event, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if "DTSTART" not in entry:
        raise RowRefused(exchange.NO_TIMES)
    starts_at = _instant(entry.decoded("DTSTART"), zone)
    if "DTEND" in entry:
        return starts_at, exchange.ending(starts_at, _instant(entry.decoded("DTEND"), zone))
    if "DURATION" not in entry:
        raise RowRefused(exchange.NO_LENGTH)
    return starts_at, exchange.ending(starts_at, starts_at + entry.decoded("DURATION"))


def _instant(value: Any, zone: ZoneInfo) -> datetime:
    """Return an instant in UTC; times without zone are those of the calendar."""
    if not isinstance(value, datetime):
        raise RowRefused(_ALL_DAY if isinstance(value, date) else exchange.BAD_TIME)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _repeated(
    event: EventRow, entry: icalendar.Event, item: Item, zone: ZoneInfo
) -> Iterator[Item]:
    """Yield the occurrences within the days of the event, by wall clock in their zone."""
    from dateutil.rrule import (  # type: ignore[import-untyped]  # noqa: PLC0415 - slow import
        rruleset,
        rrulestr,
    )

    days = event.days()
    if not days:
        raise RowRefused("repeats: the event has no days to repeat on")
    first = entry.decoded("DTSTART")
    home = first.tzinfo or zone
    begin = first.replace(tzinfo=None)
    listed = rruleset()
    if "RRULE" in entry:
        listed.rrule(rrulestr(_rule_text(entry, home), dtstart=begin))
    else:
        listed.rdate(begin)
    for at in _dates(entry, "RDATE"):
        listed.rdate(at.astimezone(home).replace(tzinfo=None) if at.tzinfo else at)
    for at in _dates(entry, "EXDATE"):
        listed.exdate(at.astimezone(home).replace(tzinfo=None) if at.tzinfo else at)
    before = event.day_bounds(days[-1])[1]
    length = item.ends_at - item.starts_at
    for number, wall in enumerate(listed):
        if number >= _REPEATS_MAX:
            raise RowRefused(_TOO_OFTEN)
        at = wall.replace(tzinfo=home).astimezone(UTC)
        if at >= before:
            return
        if event.operating_day(at) in days:
            yield replace(item, key=_occurrence(item.key, at), starts_at=at, ends_at=at + length)


def _rule_text(entry: icalendar.Event, home: Any) -> str:
    """Return the rule with its end as wall clock, as dateutil wants it beside a naive start."""
    rule: Any = entry["RRULE"]
    if not _RARE_ENOUGH.issuperset(rule.get("FREQ", [])):
        raise RowRefused(_TOO_OFTEN)
    if any(step < 1 for step in rule.get("INTERVAL", [])):  # it would never come to an end
        raise RowRefused(_BAD_ENTRY)
    until = rule.get("UNTIL")
    text: str = rule.to_ical().decode()
    if not until:
        return text
    at = until[0]
    if isinstance(at, datetime):
        at = at.astimezone(home).replace(tzinfo=None) if at.tzinfo else at
    else:
        at = datetime.combine(at, datetime.max.time())
    return re.sub(r"UNTIL=[0-9TZ]+", f"UNTIL={at:%Y%m%dT%H%M%S}", text)


def _dates(entry: icalendar.Event, name: str) -> Iterator[datetime]:
    given = entry.get(name, [])
    for listed in given if isinstance(given, list) else [given]:
        for one in listed.dts:
            if isinstance(one.dt, datetime):
                yield one.dt


def _occurrence(key: str, at: datetime) -> str:
    """Return the key of one of several times, the same whenever the file is read."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}#{at.isoformat()}"))


def _key(entry: icalendar.Event) -> str | None:
    text = str(entry.get("UID", "")).strip()
    if match := _OWN_UID.match(text):
        text = match.group(1)
    try:
        return exchange.guid(text)
    except RowRefused:
        return text or None


def _is_own(event: EventRow, entry: icalendar.Event) -> bool:
    match = _OWN_UID.match(str(entry.get("UID", "")))
    return match is not None and match.group(2) == event.uid_domain


def _room(entry: icalendar.Event) -> Room | None:
    stage, _, venue = exchange.one_line(str(entry.get("LOCATION", ""))).partition(", ")
    return Room(stage, venue or None) if stage else None


def _categories(entry: icalendar.Event, strands: set[str]) -> tuple[str | None, str | None]:
    given = entry.get("CATEGORIES", [])
    listed = [
        exchange.one_line(str(name))
        for part in (given if isinstance(given, list) else [given])
        for name in part.cats
    ]
    if not listed:
        return None, None
    if len(listed) == 1 and listed[0] in strands:
        return None, listed[0]
    return listed[0], listed[1] if len(listed) > 1 else None


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportUnreadable.because("not UTF-8", line=line) from error
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise ImportUnreadable.because("not a calendar", line=1)
    return text


def _header(text: str, name: str) -> str:
    """Return a property of the calendar itself, unescaped far enough to name it."""
    head = re.split(r"^BEGIN:V(?!CALENDAR)", text, maxsplit=1, flags=re.MULTILINE)[0]
    match = re.search(rf"^{name}(?:;[^:\n]*)?:(.*(?:\n[ \t].*)*)", head, re.MULTILINE)
    return re.sub(r"\n[ \t]", "", match.group(1)).strip() if match else ""


def _entries(text: str) -> Iterator[tuple[int, icalendar.Event | None]]:
    """Yield (line, entry); an entry that can not be parsed is None."""
    import icalendar  # noqa: PLC0415 - slow import

    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if line.strip().upper() == "BEGIN:VEVENT"]
    try:
        found = _events(icalendar.Calendar.from_ical(text))
    except (ValueError, IndexError, KeyError):
        found = []
    if len(found) == len(starts):
        yield from zip((at + 1 for at in starts), found, strict=True)
        return
    zones = "\n".join(_blocks(lines, "VTIMEZONE"))
    for at, block in zip(starts, _blocks(lines, "VEVENT"), strict=False):
        alone = f"BEGIN:VCALENDAR\nVERSION:2.0\n{zones}\n{block}\nEND:VCALENDAR\n"
        try:
            [entry] = _events(icalendar.Calendar.from_ical(alone))
        except (ValueError, IndexError, KeyError):
            yield at + 1, None
        else:
            yield at + 1, entry


def _events(calendar: Any) -> list[icalendar.Event]:
    listed: list[icalendar.Event] = calendar.walk("VEVENT")
    return listed


def _blocks(lines: list[str], name: str) -> Iterator[str]:
    """Yield what stands between BEGIN and END of a component, an open one up to the next."""
    block: list[str] = []
    for line in lines:
        word = line.strip().upper()
        if word == f"BEGIN:{name}":
            if block:
                yield "\n".join([*block, f"END:{name}"])
            block = [line]
        elif word == f"END:{name}" and block:
            yield "\n".join([*block, line])
            block = []
        elif block:
            block.append(line)
    if block:
        yield "\n".join([*block, f"END:{name}"])
