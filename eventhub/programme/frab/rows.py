"""One event of a frab file, in XML or JSON, becomes one row of the import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from eventhub.programme.queries import EventRow
from eventhub.programme.rules import exchange, naming
from eventhub.programme.rules.exchange import Item, Person, Reading, Room, RowRefused

_NOT_STATED: Final = frozenset({"", "none", "null"})


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the file with its window, when it states one."""

    on: date | None
    window: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPerson:
    """A person as the file has it."""

    name: str
    id: str = ""
    guid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """An event as the file has it; empty text means that it is not there."""

    line: int
    day: Day
    room: str
    room_guid: str
    guid: str
    id: object
    code: str
    date: str
    start: str
    duration: str
    end: str
    title: str
    subtitle: str
    abstract: str
    description: str
    kind: str
    track: str
    language: str
    persons: tuple[RawPerson, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of a file says about all its events."""

    title: str
    acronym: str
    base_url: str
    zone_name: str


def read_rows(event: EventRow, head: Head, days: Iterable[Day], rows: list[RawEvent]) -> Reading:
    """Return what can be taken of a file and the reason for all the rest."""
    reading = Reading(source=head.base_url or head.acronym or head.title)
    zone = _zone(event, head, reading)
    _note_days(event, days, zone or event.zone, reading)
    if head.acronym and not naming.is_acronym(head.acronym):
        reading.note(0, f"acronym: {head.acronym!r} is no valid acronym; the event keeps its own")
    guids = _unshared_rooms(rows)
    told_zone = False
    for row in rows:
        try:
            reading.items.append(_item(row, zone, guids))
        except RowRefused as error:
            reading.refuse(row.line, str(error), _key(row))
            continue
        if not told_zone and zone is not None and _contradicts(row, zone):
            told_zone = True
            reading.note(row.line, f"zone: {zone.key} does not have the offset of {row.date}")
    return exchange.settle(reading)


def _item(row: RawEvent, zone: ZoneInfo | None, room_guids: dict[str, str]) -> Item:
    number = exchange.number(row.id)
    if row.guid:
        key = exchange.guid(row.guid)
    elif number is not None:
        key = str(number)
    else:
        raise RowRefused(exchange.NO_IDENTITY)
    title = exchange.title(row.title)
    starts_at = _start(row, zone)
    line, description = exchange.texts(row.subtitle, row.abstract, row.description)
    return Item(
        line=row.line,
        key=key,
        title=title,
        starts_at=starts_at,
        ends_at=_end(row, starts_at),
        room=_room(row, room_guids),
        number=number,
        code=row.code if naming.is_show_code(row.code) else None,
        kind=exchange.one_line(row.kind),
        track=exchange.one_line(row.track),
        language=_language(row.language),
        summary=line,
        description=description,
        people=None if row.persons is None else tuple(_people(row.persons)),
    )


def _key(row: RawEvent) -> str | None:
    try:
        return exchange.guid(row.guid) if row.guid else str(row.id or "") or None
    except RowRefused:
        return None


def _start(row: RawEvent, zone: ZoneInfo | None) -> datetime:
    if row.date:
        at = exchange.instant(row.date)
        if at is None:
            raise RowRefused(exchange.BAD_TIME)
        if at.tzinfo is not None:
            return at
        if zone is None:
            raise RowRefused(exchange.NO_ZONE)
        return exchange.local_start(at.date(), at.time(), zone, None)
    if not row.start or row.day.on is None:
        raise RowRefused(exchange.NO_TIMES)
    clock = exchange.clock_time(row.start)
    if clock is None:
        raise RowRefused(exchange.BAD_TIME)
    if zone is None:
        raise RowRefused(exchange.NO_ZONE)
    return exchange.local_start(row.day.on, clock, zone, row.day.window)


def _end(row: RawEvent, starts_at: datetime) -> datetime:
    if row.duration:
        try:
            return starts_at + exchange.length(row.duration)
        except OverflowError as error:
            raise RowRefused(exchange.BAD_TIME) from error
    at = exchange.instant(row.end) if row.end else None
    if at is None or at.tzinfo is None:
        raise RowRefused(exchange.NO_LENGTH)
    return exchange.ending(starts_at, at)


def _room(row: RawEvent, room_guids: dict[str, str]) -> Room | None:
    name = exchange.one_line(row.room)
    return Room(name, guid=room_guids.get(name)) if name else None


def _people(persons: Iterable[RawPerson]) -> Iterable[Person]:
    for person in persons:
        name = exchange.one_line(person.name)
        if not name:
            continue
        try:
            guid = exchange.guid(person.guid) if person.guid else None
        except RowRefused:
            guid = None
        yield Person(name, guid or (f"id {person.id}" if person.id else f"name {name}"), guid)


def _language(text: str) -> str:
    found = text.strip().lower()
    return "" if found in _NOT_STATED or len(found) > 8 else found


def _zone(event: EventRow, head: Head, reading: Reading) -> ZoneInfo | None:
    if not head.zone_name:
        reading.note(0, f"zone: the file names none; times without offset are {event.timezone}")
        return event.zone
    if naming.is_zone(head.zone_name):
        return ZoneInfo(head.zone_name)
    reading.note(0, f"zone: {head.zone_name!r} is unknown; only times with an offset are taken")
    return None


def _note_days(event: EventRow, days: Iterable[Day], zone: ZoneInfo, reading: Reading) -> None:
    windows = [day.window for day in days if day.window is not None]
    start = exchange.day_starts(windows, zone)
    if start is not None and start != event.day_start_local:
        reading.note(
            0, f"day: the days of the file begin at {start:%H:%M}, "
            f"those of the event at {event.day_start_local:%H:%M}",
        )  # fmt: skip


def _contradicts(row: RawEvent, zone: ZoneInfo) -> bool:
    """Tell whether an offset is neither UTC nor that of the named zone."""
    try:
        at = datetime.fromisoformat(row.date.strip())
    except ValueError:
        return False
    offset = at.utcoffset()
    if offset is None or not offset:
        return False
    return at.astimezone(zone).utcoffset() != offset


def _unshared_rooms(rows: Iterable[RawEvent]) -> dict[str, str]:
    """Return guid per room name; a guid that two rooms share names neither."""
    found: dict[str, set[str]] = {}
    for row in rows:
        try:
            if row.room_guid:
                found.setdefault(exchange.guid(row.room_guid), set()).add(
                    exchange.one_line(row.room)
                )
        except RowRefused:
            continue
    return {names.pop(): guid for guid, names in found.items() if len(names) == 1}


def window(start: str, end: str) -> tuple[datetime, datetime] | None:
    """Return the span of a file's day in UTC, None when it is not stated with offsets."""
    first, last = exchange.instant(start), exchange.instant(end)
    if first is None or last is None or first.tzinfo is None or last.tzinfo is None:
        return None
    return first.astimezone(UTC), last.astimezone(UTC) + timedelta(seconds=1)


def day_date(text: str) -> date | None:
    """Return a date, None for other text."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
