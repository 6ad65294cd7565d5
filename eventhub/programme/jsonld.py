"""Schema.org nodes of the event page and of show pages, for search engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import orjson
from markupsafe import Markup

from eventhub.kernel.i18n import html_lang, pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import EventRow, PartyRow, PublishedRow, ShowRow

_SCHEMA: Final = "https://schema.org/"
_PEOPLE: Final = {"person", "designer"}
_GROUPS: Final = {"band": "MusicGroup", "brand": "Brand"}


class HasCode(Protocol):
    """Anything that stands for a show: a show, or one of its performances."""

    @property
    def show_code(self) -> str: ...  # noqa: D102 - protocol member


def script_text(node: dict[str, Any]) -> Markup:
    """Return a node as the text of a `script type="application/ld+json"` element."""
    text = orjson.dumps(node).decode()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no sign of HTML is left


def festival(event: EventRow, shows: Sequence[HasCode], *, base_url: str) -> dict[str, Any]:
    """Return the node of an event; its shows are referred to, not repeated."""
    address = f"{base_url}/e/{event.slug}/"
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Festival",
        "@id": address,
        "url": address,
        "name": pick(event.title),
        "inLanguage": [html_lang("zh"), html_lang("en")],
        "eventStatus": f"{_SCHEMA}EventScheduled",
        "eventAttendanceMode": f"{_SCHEMA}OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": pick(event.place_text) or pick(event.title)},
    }
    if event.about:
        node["description"] = pick(event.about)
    if event.starts_on and event.ends_on:
        node["startDate"] = event.starts_on.isoformat()
        node["endDate"] = event.ends_on.isoformat()
    if shows:
        found = dict.fromkeys(_show_address(event, show, base_url) for show in shows)
        node["subEvent"] = [{"@id": one} for one in found]
    return node


def performance(
    event: EventRow, show: ShowRow, published: PublishedRow, *, base_url: str
) -> dict[str, Any]:
    """Return the node of one performance of a show."""
    row, state = published.performance, published.publication
    address = _show_address(event, show, base_url)
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": show.schema_org or "Event",
        "@id": address,
        "url": address,
        "name": pick(show.title),
        "startDate": row.starts_at.astimezone(event.zone).isoformat(),
        "endDate": row.ends_at.astimezone(event.zone).isoformat(),
        "eventStatus": _status(published),
        "superEvent": {"@id": f"{base_url}/e/{event.slug}/"},
        "location": _location(event, published),
        "eventAttendanceMode": f"{_SCHEMA}{_attendance(published)}",
    }
    if show.schema_org == "Event" and show.type_slug:
        node["additionalType"] = pick(show.type_name, "en")
    if show.description:
        node["description"] = pick(show.description)
    if show.language and show.language not in {"zxx", "mul"}:
        node["inLanguage"] = show.language
    if show.parties:
        node["performer"] = [_party(party) for party in show.parties]
    if row.stage_capacity:
        node["maximumAttendeeCapacity"] = row.stage_capacity
    if state.previous_starts and row.status == SlotStatus.SCHEDULED:
        node["previousStartDate"] = [
            at.astimezone(event.zone).isoformat() for at in state.previous_starts
        ]
    return node


def _show_address(event: EventRow, show: HasCode, base_url: str) -> str:
    return f"{base_url}/e/{event.slug}/shows/{show.show_code}"


def _status(published: PublishedRow) -> str:
    match SlotStatus(published.performance.status):
        case SlotStatus.CANCELLED:
            word = "EventCancelled"
        case SlotStatus.POSTPONED:
            word = "EventPostponed"
        case SlotStatus.SCHEDULED | SlotStatus.TENTATIVE:
            moved = bool(published.publication.previous_starts)
            word = "EventRescheduled" if moved else "EventScheduled"
    return f"{_SCHEMA}{word}"


def _attendance(published: PublishedRow) -> str:
    mixed = published.performance.is_livestreamed
    return "MixedEventAttendanceMode" if mixed else "OfflineEventAttendanceMode"


def _location(event: EventRow, published: PublishedRow) -> Any:
    row = published.performance
    names = [pick(row.stage_name), pick(row.venue_name)]
    place: dict[str, Any] = {
        "@type": "Place",
        "name": ", ".join(name for name in names if name) or pick(event.place_text),
    }
    if row.venue_address:
        place["address"] = {"@type": "PostalAddress", "streetAddress": pick(row.venue_address)}
    if not row.is_livestreamed:
        return place
    online: dict[str, Any] = {"@type": "VirtualLocation"}
    if row.stream_url:
        online["url"] = row.stream_url
    return [place, online]


def _party(party: PartyRow) -> dict[str, Any]:
    kind = "Person" if party.kind in _PEOPLE else _GROUPS.get(party.kind, "Organization")
    return {"@type": kind, "name": pick(party.name)}
