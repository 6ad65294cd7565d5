"""What a schedule file of another program says, row by row, before anything is stored."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Final
from zoneinfo import ZoneInfo

from eventhub.programme.rules import operating_day

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_TAG = re.compile(r"<[a-zA-Z/!]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")
_LENGTH = re.compile(r"(-?)(\d{1,4}):(\d{2})(?::(\d{2}))?\Z")
_DAY = timedelta(days=1)
_BLOCKS: Final = {"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "tr"}
NO_TIMES: Final = "no-times: the row states no start"
NO_LENGTH: Final = "no-length: the row states neither a length nor an end"
ZERO_LENGTH: Final = "zero-length: it ends when it starts"
NEGATIVE_LENGTH: Final = "negative-length: it ends before it starts"
BAD_TIME: Final = "bad-time: this is not a date or time"
NO_ZONE: Final = "no-zone: the time has no offset and the zone of the file is unknown"
NO_TITLE: Final = "no-title: the row has no title"
NO_IDENTITY: Final = "no-identity: the row has neither guid nor id"
BAD_GUID: Final = "bad-guid: the guid is not a UUID"
BAD_ID: Final = "bad-id: the id is not a whole number"
DUPLICATE: Final = "duplicate-guid: an earlier row has this guid and says something else"
TOO_LONG: Final = "too-long: a title, place or name has more than 300 characters"
NAME_MAX: Final = 300


class RowRefused(ValueError):
    """One row of a file can not be taken; the argument is the reason."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part; `key` tells people of one file apart."""

    name: str
    key: str
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """Where it is; `venue` when the file names one beside the stage."""

    name: str
    venue: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One accepted row; `[starts_at, ends_at)` in UTC.

    `key` names the row within its source: a guid, a UID or an id. None means
    that the file says nothing of it, so that nothing is changed.
    """

    line: int
    key: str
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    room: Room | None = None
    number: int | None = None
    code: str | None = None
    status: str | None = None
    kind: str | None = None
    track: str | None = None
    language: str | None = None
    summary: str | None = None
    description: str | None = None
    people: tuple[Person, ...] | None = None

    def says(self) -> tuple[object, ...]:
        """Return everything but the line, to compare two rows of one guid."""
        return (
            tuple(sorted(self.title.items())),
            self.starts_at,
            self.ends_at,
            self.room,
            self.status,
            self.kind,
            self.track,
            self.language,
            self.summary,
            self.description,
            self.people,
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the file and what is said of it; line 0 is the whole file."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that repeats an earlier one word for word."""

    line: int
    guid: str
    first_line: int


@dataclass(slots=True)
class Reading:
    """
    Everything a file says.

    `source` names where it comes from: what an earlier file of this source had
    and this one has not is removed. `refused_keys` are rows that could not be
    taken, which is no reason to remove them.
    """

    source: str
    items: list[Item] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    refused_keys: set[str] = field(default_factory=set)

    def refuse(self, line: int, reason: str, key: str | None = None) -> None:
        """Keep why a row was not taken."""
        self.rejected.append(Remark(line, reason))
        if key:
            self.refused_keys.add(key)

    def note(self, line: int, text: str) -> None:
        """Keep something worth knowing that is no reason to refuse."""
        self.notes.append(Remark(line, text))


def settle(reading: Reading) -> Reading:
    """Take every key once: repeats become duplicates, contradictions are refused."""
    first: dict[str, Item] = {}
    for item in reading.items:
        known = first.setdefault(item.key, item)
        if known is item:
            continue
        if known.says() == item.says():
            reading.duplicates.append(Duplicate(item.line, item.key, known.line))
        else:
            reading.refuse(item.line, DUPLICATE, item.key)
    reading.items = list(first.values())
    _note_shared_numbers(reading)
    reading.rejected.sort(key=lambda remark: remark.line)
    return reading


def day_starts(windows: Iterable[tuple[datetime, datetime]], zone: ZoneInfo) -> time | None:
    """Return the local time at which all days of a file begin, or None when they differ."""
    found = {start.astimezone(zone).time() for start, _end in windows}
    return found.pop() if len(found) == 1 else None


def instant(text: str) -> datetime | None:
    """Return an ISO instant in UTC, naive when it has no offset, or None for other text."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if len(text.strip()) <= len("2026-11-20"):
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found
    except OverflowError:
        return None


def clock_time(text: str) -> time | None:
    """Return a wall-clock time such as 19:30, or None for other text."""
    match = _CLOCK.match(text.strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def local_start(
    day: date, clock: time, zone: ZoneInfo, window: tuple[datetime, datetime] | None
) -> datetime:
    """Return the instant of a time on a file's day; after midnight only if the window says so."""
    at = operating_day.local_instant(day, clock, zone)
    if window is not None and at < window[0]:
        next_day = operating_day.local_instant(day + _DAY, clock, zone)
        if next_day <= window[1]:
            return next_day
    return at


def length(text: str) -> timedelta:
    """
    Return a length such as 00:45, 01:30:00 or 1:02:30 (days, hours, minutes).

    Raises:
        RowRefused: It is no length, or not above zero.
    """
    match = _LENGTH.match(text.strip())
    if match is None:
        raise RowRefused(BAD_TIME)
    sign, first, second, third = match.groups()
    if third is not None and len(first) == 1:  # pretalx writes D:HH:MM with one digit of days
        found = timedelta(days=int(first), hours=int(second), minutes=int(third))
    else:
        found = timedelta(hours=int(first), minutes=int(second), seconds=int(third or 0))
    if sign:
        raise RowRefused(NEGATIVE_LENGTH)
    if not found:
        raise RowRefused(ZERO_LENGTH)
    return found


def ending(starts_at: datetime, ends_at: datetime) -> datetime:
    """
    Return the end when it lies after the start.

    Raises:
        RowRefused: It does not.
    """
    if ends_at == starts_at:
        raise RowRefused(ZERO_LENGTH)
    if ends_at < starts_at:
        raise RowRefused(NEGATIVE_LENGTH)
    return ends_at


def guid(text: str) -> str:
    """
    Return a UUID in its usual spelling.

    Raises:
        RowRefused: The text is something else.
    """
    try:
        return str(uuid.UUID(text.strip()))
    except ValueError as error:
        raise RowRefused(BAD_GUID) from error


def number(text: object) -> int | None:
    """
    Return an id as a number, None for a row without one.

    Raises:
        RowRefused: It is there and no whole number above zero.
    """
    if text is None or text == "":
        return None
    if isinstance(text, bool) or not isinstance(text, int) or text < 1:
        raise RowRefused(BAD_ID)
    return text


def title(text: str) -> dict[str, str]:
    """
    Return a title under the language it seems to be in.

    Raises:
        RowRefused: There is none.
    """
    found = one_line(text)
    if not found:
        raise RowRefused(NO_TITLE)
    return in_language(found)


def in_language(text: str) -> dict[str, str]:
    """Return a text of the organizer under `zh` when it has Chinese characters, else `en`."""
    return {"zh" if _HAN.search(text) else "en": text}


def one_line(text: object) -> str:
    """
    Return a title or name on one line; a sign of markup in it is meant.

    Raises:
        RowRefused: It is longer than any title.
    """
    kept = _CONTROL.sub("", text) if isinstance(text, str) else ""
    found = re.sub(r"[\t\r\n]+", " ", kept).strip()
    if len(found) > NAME_MAX:
        raise RowRefused(TOO_LONG)
    return found


def plain(text: object) -> str:
    """Return a text without markup and control characters."""
    if not isinstance(text, str):
        return ""
    if _TAG.search(text):
        stripper = _Stripper()
        stripper.feed(text)
        stripper.close()
        text = "".join(stripper.parts)
    lines = [line.rstrip() for line in _CONTROL.sub("", text).replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def texts(subtitle: object, abstract: object, description: object) -> tuple[str, str]:
    """Return the one sentence and the description of a show out of the three texts of frab."""
    first, second, third = plain(subtitle), plain(abstract), plain(description)
    if not first:
        return second, third
    rest = [second] if second == third else [second, third]
    return first, "\n\n".join(part for part in rest if part)


class _Stripper(HTMLParser):
    """Keeps the text between tags; blocks begin a new line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag in _BLOCKS and self.parts:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _note_shared_numbers(reading: Reading) -> None:
    lines: dict[int, int] = {}
    for item in reading.items:
        if item.number is None:
            continue
        if item.number in lines:
            reading.note(
                item.line, f"shared-id: line {lines[item.number]} has the id {item.number} too"
            )
        lines.setdefault(item.number, item.line)
