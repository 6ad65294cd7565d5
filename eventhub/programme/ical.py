"""Calendar feeds (RFC 5545): the same programme always gives the same bytes."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.ical_read import read
from eventhub.programme.queries import EventRow, PerformanceRow, PublishedRow

__all__ = [
    "PRODID",
    "Invitation",
    "addressed",
    "feed",
    "http_date",
    "invitation",
    "last_published_at",
    "place_of",
    "read",
]

PRODID: Final = "-//EventHub//Programme//EN"
_STATUS: Final = {
    SlotStatus.SCHEDULED: "CONFIRMED",
    SlotStatus.TENTATIVE: "TENTATIVE",
    SlotStatus.POSTPONED: "TENTATIVE",
    SlotStatus.CANCELLED: "CANCELLED",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_REFRESH: Final = "PT1H"
_OCTETS: Final = 75
_MARGIN: Final = timedelta(days=366)  # so that both offsets of a year are there


def feed(event: EventRow, rows: Sequence[PublishedRow], *, base_url: str) -> bytes:
    """
    Return a calendar of performances in the language of the request.

    Args:
        event: Names the calendar and gives the zone.

        rows: What was ever published, cancelled ones included.

        base_url: Public address of the site, without a slash at the end.
    """
    zone = event.zone
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "METHOD:PUBLISH",
        f"NAME:{_text(pick(event.title))}",
        f"X-WR-CALNAME:{_text(pick(event.title))}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
    ]
    for row in rows:
        lines += _vevent(event, row, zone, base_url)
    lines += _zone_lines(zone, rows)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A performance as a calendar message, all but who is asked; see `invitation`."""

    name: str
    head: bytes
    tail: bytes


def invitation(
    event: EventRow,
    row: PublishedRow,
    *,
    span: Sequence[PublishedRow],
    is_off: bool,
    base_url: str,
) -> Invitation:
    """
    Return a message that puts one performance into a calendar or takes it out (RFC 5546).

    Args:
        event: Names the calendar and gives the zone.

        row: What is told of the performance.

        span: Performances whose period the time zone has to cover; the same
            for all messages of a release, so that it is made once.

        is_off: It does not take place, or no longer with those who are asked:
            METHOD is CANCEL, else REQUEST.

        base_url: Public address of the site, without a slash at the end.
    """
    if is_off:
        gone = replace(row.performance, status=SlotStatus.CANCELLED)
        row = replace(row, performance=gone)
    entry = _vevent(event, row, event.zone, base_url)
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        f"METHOD:{'CANCEL' if is_off else 'REQUEST'}",
        *entry[:-1],
    ]
    tail = ["END:VEVENT", *_zone_lines(event.zone, span), "END:VCALENDAR"]
    return Invitation(
        f"{row.performance.show_code}-{row.performance.public_no}.ics",
        b"".join(_folded(line) for line in head),
        b"".join(_folded(line) for line in tail),
    )


def addressed(message: Invitation, *, organizer: str, name: str, email: str) -> bytes:
    """Return the file for one person."""
    called = _plain(name).replace('"', "'").replace("\n", " ")
    who = (
        f'ATTENDEE;CN="{called}";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE'
        f":mailto:{email}"
    )
    return b"".join(
        (message.head, _folded(f"ORGANIZER:mailto:{organizer}"), _folded(who), message.tail)
    )


def last_published_at(rows: Sequence[PublishedRow]) -> datetime | None:
    """Return when anything in `rows` last changed."""
    return max((row.publication.last_published_at for row in rows), default=None)


def place_of(event: EventRow, performance: PerformanceRow) -> str:
    """Return "Stage, Venue", or the place of the event; never empty."""
    parts = [pick(performance.stage_name), pick(performance.venue_name)]
    named = ", ".join(part for part in parts if part)
    return _plain(named or pick(event.place_text) or pick(event.title))


def http_date(at: datetime) -> datetime:
    """Return an instant as HTTP dates have it, whole seconds in UTC."""
    return at.astimezone(UTC).replace(microsecond=0)


def _vevent(event: EventRow, row: PublishedRow, zone: ZoneInfo, base_url: str) -> list[str]:
    performance, state = row.performance, row.publication
    is_cancelled = performance.status == SlotStatus.CANCELLED
    title = _plain(pick(performance.title))
    told_at = f"{state.last_published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{_text(_('CANCELLED: %(title)s', title=title) if is_cancelled else title)}",
        *_time_lines(performance, zone),
        f"DTSTAMP:{told_at}",
        f"UID:perf-{performance.uuid}@{event.uid_domain}",
        f"SEQUENCE:{state.sequence}",
        *_category_lines(performance),
        "CLASS:PUBLIC",
        f"DESCRIPTION:{_text(_description(performance))}",
        *_geo_lines(performance),
        f"LAST-MODIFIED:{told_at}",
        f"LOCATION:{_text(place_of(event, performance))}",
        f"STATUS:{_STATUS[SlotStatus(performance.status)]}",
        f"TRANSP:{'TRANSPARENT' if is_cancelled else 'OPAQUE'}",
        f"URL:{base_url}/e/{event.slug}/shows/{performance.show_code}",
    ]
    if performance.stream_url:
        label = _("Livestream").replace('"', "'")
        address = _plain(performance.stream_url).replace("\n", "")
        lines.append(f'CONFERENCE;FEATURE=VIDEO;LABEL="{label}";VALUE=URI:{address}')
    return [*lines, "END:VEVENT"]


def _time_lines(performance: PerformanceRow, zone: ZoneInfo) -> list[str]:
    """Return start and end as local times, in UTC where the clock shows a time twice."""
    start, end = performance.starts_at.astimezone(zone), performance.ends_at.astimezone(zone)
    if zone.key == "UTC" or start.fold or end.fold:
        return [
            f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        ]
    return [
        f"DTSTART;TZID={zone.key}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone.key}:{end:%Y%m%dT%H%M%S}",
    ]


def _category_lines(performance: PerformanceRow) -> list[str]:
    names = [pick(name) for name in (performance.type_name, performance.track_name) if name]
    return [f"CATEGORIES:{','.join(_text(name) for name in names)}"] if names else []


def _geo_lines(performance: PerformanceRow) -> list[str]:
    if performance.venue_lat is None or performance.venue_lon is None:
        return []
    return [f"GEO:{performance.venue_lat};{performance.venue_lon}"]


def _description(performance: PerformanceRow) -> str:
    people = ", ".join(pick(party.name) for party in performance.parties)
    parts = [pick(performance.line), people, pick(performance.note_public)]
    return "\n\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(text: str) -> str:
    """Return a text with the signs escaped that would end or part it."""
    return _plain(text).translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """Return a line in parts of at most 75 octets, never inside a character."""
    data = line.encode()
    if len(data) <= _OCTETS:
        return data + b"\r\n"
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + _OCTETS - (1 if parts else 0)  # a continuation begins with a space
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[at:end])
        at = end
    return b"\r\n ".join(parts) + b"\r\n"


def _zone_lines(zone: ZoneInfo, rows: Sequence[PublishedRow]) -> list[str]:
    """Return a VTIMEZONE that covers the programme."""
    if not rows or zone.key == "UTC":
        return []
    first = min(row.performance.starts_at for row in rows).astimezone(zone).date()
    last = max(row.performance.ends_at for row in rows).astimezone(zone).date()
    return list(_timezone(zone.key, first - _MARGIN, last + _MARGIN))


@functools.lru_cache(maxsize=64)
def _timezone(name: str, first: date, last: date) -> tuple[str, ...]:
    import icalendar  # noqa: PLC0415 - slow import

    made = icalendar.Timezone.from_tzid(name, first_date=first, last_date=last)
    made.pop("COMMENT", None)  # it would name a library
    text = made.to_ical().decode().replace("\r\n ", "")
    return tuple(line for line in text.split("\r\n") if line)
