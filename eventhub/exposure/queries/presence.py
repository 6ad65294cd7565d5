"""
Who came: everything that a report counts of admissions, in one summary.

Distinct people can not be added up from hours, so the whole has to be read
again when an admission changes. The summary is kept with a fingerprint of the
rows that it was made of; as long as that holds, a million admissions cost an
index scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, case, distinct, func, select

from eventhub.checkin.models import Admission
from eventhub.exposure.models import AdmissionSummary
from eventhub.exposure.rules.canonical import canonical, sha256
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration.enums import TicketStatus
from eventhub.registration.models import Ticket, TicketType

PLACES: Final = 256  # more than a ticket has
_QUARTER_MS: Final = 900_000  # every zone's hours begin on one of these
_SHOW: Final = "s:"  # an admission to one performance; its UUID follows, then the zone
_AGAIN: Final = 2  # a repeat visit is on another day
_FORM: Final = 1  # of the summary; another one makes all anew


@dataclass(frozen=True, slots=True)
class Presence:
    """
    What the admissions of an event say; crew is in `entries` and hours alone.

    Hours are (ISO UTC, id of gate or ticket type, entries); `arrived` is
    (ticket type, window, people with a valid ticket); `shows` is (UUID of the
    performance, ticket type, people).
    """

    days: tuple[str, ...] = ()
    entries: int = 0
    visits: int = 0
    visitors: int = 0
    again: int = 0
    gate_hours: tuple[tuple[str, int, int], ...] = ()
    type_hours: tuple[tuple[str, int, int], ...] = ()
    arrived: tuple[tuple[int, int, int], ...] = ()
    shows: tuple[tuple[str, int, int], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the summary that was kept as JSON."""
        return cls(**{name: _tuples(value) for name, value in values.items()})

    def as_json(self) -> dict[str, Any]:
        """Return the summary as it is kept."""
        return asdict(self)

    def held(self) -> list[date]:
        """Return the operating days on which anybody was admitted."""
        return [date.fromisoformat(day) for day in self.days]


def presence(event: EventRow) -> Presence:
    """Return the summary of an event's admissions, the kept one while it holds."""
    kept = db.session.get(AdmissionSummary, event.id)
    if kept is not None and kept.fingerprint == fingerprint(event):
        return Presence.of(kept.summary)
    return counted(event)


def fingerprint(event: EventRow) -> str:
    """Return what changes whenever the summary would: two statements over indexes."""
    admitted = db.session.execute(
        select(func.count(), func.max(Admission.id), func.sum(Admission.entered_at_ms)).where(
            Admission.event_id == event.id
        )
    ).one()
    tickets = db.session.execute(
        select(Ticket.ticket_type_id, Ticket.window_no, Ticket.status, func.count())
        .where(Ticket.event_id == event.id)
        .group_by(Ticket.ticket_type_id, Ticket.window_no, Ticket.status)
        .order_by(Ticket.ticket_type_id, Ticket.window_no, Ticket.status)
    ).all()
    types = db.session.execute(
        select(TicketType.id, TicketType.counts_as_visitor)
        .where(TicketType.event_id == event.id)
        .order_by(TicketType.id)
    ).all()
    state = {
        "form": _FORM,
        "zone": [event.timezone, event.day_start_local.isoformat()],
        "admitted": [int(value or 0) for value in admitted],
        "tickets": [list(row) for row in tickets],
        "types": [list(row) for row in types],
    }
    return sha256(canonical(state))


def counted(event: EventRow) -> Presence:
    """Return the summary counted from the admissions; seconds for a million of them."""
    gates = _hours(event, Admission.entered_gate_id)
    if not gates:
        return Presence()
    days = sorted({event.operating_day(datetime.fromisoformat(at)) for at, _id, _n in gates})
    spread = _days_per_person(event, days)
    return Presence(
        days=tuple(day.isoformat() for day in days),
        entries=sum(count for _at, _gate, count in gates),
        visits=sum(number * people for number, people in spread.items()),
        visitors=sum(spread.values()),
        again=sum(people for number, people in spread.items() if number >= _AGAIN),
        gate_hours=gates,
        type_hours=_hours(event, Ticket.ticket_type_id),
        arrived=_arrived(event.id),
        shows=_shows(event.id),
    )


def _hours(event: EventRow, key: ColumnElement[int] | Any) -> tuple[tuple[str, int, int], ...]:
    """Return entries by clock hour of the event's zone and `key`."""
    quarter = (Admission.entered_at_ms - Admission.entered_at_ms % _QUARTER_MS).label("quarter")
    statement = select(quarter, key, func.count()).where(Admission.event_id == event.id)
    if key is Ticket.ticket_type_id:
        statement = statement.join(Ticket, Ticket.id == Admission.ticket_id)
    found: dict[tuple[str, int], int] = {}
    for start_ms, number, count in db.session.execute(statement.group_by(quarter, key)):
        local = datetime.fromtimestamp(start_ms / 1000, event.zone)
        at = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC).isoformat()
        found[at, number] = found.get((at, number), 0) + int(count)
    return tuple((at, number, count) for (at, number), count in sorted(found.items()))


def _days_per_person(event: EventRow, days: Sequence[date]) -> dict[int, int]:
    """Return how many people came on how many days, crew left out; one statement."""
    day_no = case(
        *(
            (Admission.entered_at_ms < _ms(event.day_bounds(day)[1]), n)
            for n, day in enumerate(days)
        )
    )
    persons = (
        select(func.count(distinct(day_no)).label("days"))
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(Admission.event_id == event.id, TicketType.counts_as_visitor)
        .group_by(Admission.ticket_id, Admission.place)
        .subquery()
    )
    found = db.session.execute(select(persons.c.days, func.count()).group_by(persons.c.days))
    return {row[0]: int(row[1]) for row in found}


def _arrived(event_id: int) -> tuple[tuple[int, int, int], ...]:
    place = Admission.ticket_id * PLACES + Admission.place
    rows = db.session.execute(
        select(Ticket.ticket_type_id, Ticket.window_no, func.count(distinct(place)))
        .join(Admission, Admission.ticket_id == Ticket.id)
        .where(Ticket.event_id == event_id, Ticket.status == TicketStatus.VALID)
        .group_by(Ticket.ticket_type_id, Ticket.window_no)
        .order_by(Ticket.ticket_type_id, Ticket.window_no)
    )
    return tuple((row[0], row[1], int(row[2])) for row in rows)


def _shows(event_id: int) -> tuple[tuple[str, int, int], ...]:
    place = Admission.ticket_id * PLACES + Admission.place
    rows = db.session.execute(
        select(Admission.scope, Ticket.ticket_type_id, func.count(distinct(place)))
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(
            Admission.event_id == event_id,
            Admission.scope.startswith(_SHOW, autoescape=True),
            TicketType.counts_as_visitor,
        )
        .group_by(Admission.scope, Ticket.ticket_type_id)
    )
    found: dict[tuple[str, int], int] = {}
    for scope, type_id, count in rows:
        uuid = str(scope).removeprefix(_SHOW).partition("@")[0]
        found[uuid, type_id] = found.get((uuid, type_id), 0) + int(count)
    return tuple((uuid, type_id, count) for (uuid, type_id), count in sorted(found.items()))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
