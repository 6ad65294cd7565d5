"""The calendar entry of a ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.registration.enums import RegistrationState
from eventhub.registration.queries import AttendeeFace, RegistrationFace
from eventhub.registration.service.tag import gate_names, is_whole_day, seat_text, where_text

_PRODUCT = "-//EventHub//Ticket//EN"
_ENDED = frozenset(
    {RegistrationState.CANCELLED, RegistrationState.DECLINED, RegistrationState.EXPIRED}
)


def ticket_calendar(face: RegistrationFace, person: AttendeeFace, *, url: str) -> bytes:
    """
    Return one person's ticket as an iCalendar file.

    The UID stays the same for ever and the file holds no instant of its
    making, so the same ticket gives the same bytes.

    Args:
        face: The registration.

        person: Whose ticket.

        url: Address of the ticket page.
    """
    import icalendar  # noqa: PLC0415 - slow import

    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    is_off = face.state in _ENDED
    calendar.add("method", "CANCEL" if is_off else "PUBLISH")
    entry = icalendar.Event()
    entry.add("uid", f"reg-{person.public_id}@{face.event.uid_domain}")
    entry.add("dtstamp", face.created_at)
    entry.add("sequence", 1 if is_off else 0)
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    _add_times(entry, face)
    entry.add("summary", _summary(face))
    if place := where_text(face):
        entry.add("location", place)
    entry.add("description", _description(face, person, url))
    entry.add("url", url)
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _add_times(entry: Any, face: RegistrationFace) -> None:
    zone = face.event.zone
    if face.performance is not None:
        _add_span(entry, face.performance.starts_at, face.performance.ends_at, zone)
    elif face.window is not None and is_whole_day(face):
        entry.add("dtstart", face.window.day)
        entry.add("dtend", face.window.day + timedelta(days=1))  # the end day is exclusive
    elif face.window is not None:
        _add_span(entry, face.window.starts_at, face.window.ends_at, zone)
    elif face.event.starts_on is not None and face.event.ends_on is not None:
        entry.add("dtstart", face.event.starts_on)
        entry.add("dtend", face.event.ends_on + timedelta(days=1))
    else:
        entry.add("dtstart", face.created_at.astimezone(zone).date())
        entry.add("transp", "TRANSPARENT")


def _add_span(entry: Any, starts_at: datetime, ends_at: datetime, zone: Any) -> None:
    entry.add("dtstart", starts_at.astimezone(zone))
    entry.add("dtend", ends_at.astimezone(zone))


def _summary(face: RegistrationFace) -> str:
    title = pick(face.event.title)
    if face.performance is not None:
        return f"{pick(face.performance.title)} · {title}"
    return f"{title} · {pick(face.type_name)}"


def _description(face: RegistrationFace, person: AttendeeFace, url: str) -> str:
    lines = [f"{person.name} · {pick(face.type_name)}"]
    if seat := seat_text(person):
        lines.append(_("Seat: %(seat)s", seat=seat))
    if gates := gate_names(face):
        lines.append(_("Gate: %(gates)s", gates=gates))
    lines.append(_("Ticket: %(url)s", url=url))
    return "\n".join(lines)
