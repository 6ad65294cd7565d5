"""Calendar feeds (RFC 5545): the same programme always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import EventRow, PerformanceRow, PublishedRow

if TYPE_CHECKING:
    import icalendar

PRODID: Final = "-//EventHub//Programme//EN"
_STATUS: Final = {
    SlotStatus.SCHEDULED: "CONFIRMED",
    SlotStatus.TENTATIVE: "TENTATIVE",
    SlotStatus.POSTPONED: "TENTATIVE",
    SlotStatus.CANCELLED: "CANCELLED",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REFRESH: Final = "PT1H"


def feed(event: EventRow, rows: Sequence[PublishedRow], *, base_url: str) -> bytes:
    """
    Return a calendar of performances in the language of the request.

    Args:
        event: Names the calendar and gives the zone.

        rows: What was ever published, cancelled ones included.

        base_url: Public address of the site, without a slash at the end.
    """
    import icalendar  # noqa: PLC0415 - slow import

    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("method", "PUBLISH")
    calendar.add("name", pick(event.title))
    calendar.add("x-wr-calname", pick(event.title))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH)
    for row in rows:
        calendar.add_component(_vevent(event, row, base_url))
    _add_zones(calendar, event, rows)
    text: bytes = calendar.to_ical()
    return text


def last_published_at(rows: Sequence[PublishedRow]) -> datetime | None:
    """Return when anything in `rows` last changed."""
    return max((row.publication.last_published_at for row in rows), default=None)


def _vevent(event: EventRow, row: PublishedRow, base_url: str) -> icalendar.Event:
    import icalendar  # noqa: PLC0415 - slow import

    performance, state = row.performance, row.publication
    is_cancelled = performance.status == SlotStatus.CANCELLED
    title = _plain(pick(performance.title))
    told_at = state.last_published_at.replace(microsecond=0)
    entry = icalendar.Event()
    entry.add("uid", f"perf-{performance.uuid}@{event.uid_domain}")
    entry.add("sequence", state.sequence)
    entry.add("dtstamp", told_at)
    entry.add("last-modified", told_at)
    entry.add("dtstart", performance.starts_at.astimezone(event.zone))
    entry.add("dtend", performance.ends_at.astimezone(event.zone))
    entry.add("summary", _("CANCELLED: %(title)s", title=title) if is_cancelled else title)
    entry.add("status", _STATUS[SlotStatus(performance.status)])
    entry.add("location", place_of(event, performance))
    entry.add("description", _description(performance))
    entry.add("url", f"{base_url}/e/{event.slug}/shows/{performance.show_code}")
    entry.add("class", "PUBLIC")
    entry.add("transp", "TRANSPARENT" if is_cancelled else "OPAQUE")
    categories = [pick(name) for name in (performance.type_name, performance.track_name) if name]
    if categories:
        entry.add("categories", categories)
    if performance.venue_lat is not None and performance.venue_lon is not None:
        entry.add("geo", (performance.venue_lat, performance.venue_lon))
    if performance.stream_url:
        values = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": _("Livestream")}
        link = icalendar.vUri(performance.stream_url, params=icalendar.Parameters(values))
        entry.add("conference", link)
    return entry


def place_of(event: EventRow, performance: PerformanceRow) -> str:
    """Return "Stage, Venue", or the place of the event; never empty."""
    parts = [pick(performance.stage_name), pick(performance.venue_name)]
    named = ", ".join(part for part in parts if part)
    return _plain(named or pick(event.place_text) or pick(event.title))


def _description(performance: PerformanceRow) -> str:
    people = ", ".join(pick(party.name) for party in performance.parties)
    parts = [pick(performance.line), people, pick(performance.note_public)]
    return _plain("\n\n".join(part for part in parts if part))


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)


def _add_zones(calendar: icalendar.Calendar, event: EventRow, rows: Sequence[PublishedRow]) -> None:
    """Add a VTIMEZONE that covers the programme; its comment would name a library."""
    if not rows or event.zone.key == "UTC":
        return
    first = min(row.performance.starts_at for row in rows)
    last = max(row.performance.ends_at for row in rows)
    local: Any = [at.astimezone(event.zone).date() for at in (first, last)]
    margin = timedelta(days=366)  # so that both offsets of a year are there
    calendar.add_missing_timezones(local[0] - margin, local[1] + margin)
    for zone in calendar.timezones:
        zone.pop("COMMENT", None)


def http_date(at: datetime) -> datetime:
    """Return an instant as HTTP dates have it, whole seconds in UTC."""
    return at.astimezone(UTC).replace(microsecond=0)
