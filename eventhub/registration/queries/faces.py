"""One registration with all that its holder may see: page, print, mail and calendar use this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.enums import GateDirection
from eventhub.programme.queries import (
    EventRow,
    GateRow,
    PerformanceRow,
    event_by_id,
    gates,
    performances_of,
)
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import (
    Attendee,
    EntryWindow,
    EntryWindowType,
    GateAccess,
    Registration,
    Ticket,
)
from eventhub.registration.queries.waitlists import place_in_list

_LISTED = (RegistrationState.WAITLISTED, RegistrationState.HELD)


@dataclass(frozen=True, slots=True)
class TicketFace:
    """A ticket without its code; `seat_label` None is free seating."""

    id: int
    number: int
    product: int
    window_no: int
    rev: int
    kid: int
    status: str
    seat_label: str | None
    issued_at: datetime
    first_entry_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttendeeFace:
    """One person; `ticket` is the newest one, None before there is any."""

    id: int
    public_id: str
    link_rev: int
    name: str
    latin_name: str | None
    ticket: TicketFace | None


@dataclass(frozen=True, slots=True)
class WindowFace:
    """When the doors are open for the type: `[opens_at, closes_at)`."""

    kind: str
    number: int
    day: date
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class RegistrationFace:
    """
    A registration as its holder sees it.

    `window` None is the whole event; `performance` is the show the person
    chose; `gates` are those that admit the type, and `position` is the place
    on the waitlist of `waiting` registrations, counted from 1. An offered
    place is held until `offer_until`.
    """

    id: int
    public_id: str
    link_rev: int
    code: str
    state: RegistrationState
    locale: str
    event: EventRow
    type_name: I18n
    type_slug: str
    is_seated: bool
    cancel_until: datetime | None
    transfer: str
    contact_name: str
    email: str | None
    phone: str | None
    created_at: datetime
    is_synthetic: bool
    window: WindowFace | None
    performance: PerformanceRow | None
    gates: tuple[GateRow, ...]
    position: int | None
    waiting: int
    offer_until: datetime | None
    attendees: tuple[AttendeeFace, ...]

    def of(self, attendee_id: int | None) -> tuple[AttendeeFace, ...]:
        """Return the people that a link shows: one of them, or all for None."""
        if attendee_id is None:
            return self.attendees
        return tuple(person for person in self.attendees if person.id == attendee_id)

    @property
    def is_used(self) -> bool:
        """Tell whether anybody was admitted with it."""
        return any(
            person.ticket is not None and person.ticket.first_entry_at is not None
            for person in self.attendees
        )


def registration_face(registration_id: int) -> RegistrationFace:
    """
    Return one registration with everything on its tickets.

    Raises:
        NotFound: There is none.
    """
    found = _registration(registration_id)
    event = event_by_id(found.event_id)
    window = _window(found)
    performance = _performance(event, found, window)
    kind = found.ticket_type
    place = place_in_list(found.id) if found.state in _LISTED else None
    return RegistrationFace(
        id=found.id,
        public_id=found.public_id,
        link_rev=found.link_rev,
        code=found.code,
        state=RegistrationState(found.state),
        locale=found.locale,
        event=event,
        type_name=kind.name,
        type_slug=kind.slug,
        is_seated=kind.is_seated,
        cancel_until=kind.cancel_until,
        transfer=kind.transfer,
        contact_name=found.contact_name,
        email=found.email,
        phone=found.phone,
        created_at=found.created_at,
        is_synthetic=found.is_synthetic,
        window=_window_face(event, window, kind.id) if window else None,
        performance=performance,
        gates=_gates(event.id, kind.id, performance),
        position=place.position if place else None,
        waiting=place.waiting if place else 0,
        offer_until=place.offer_until if place else None,
        attendees=_attendees(found.attendees, kind.number),
    )


def _registration(registration_id: int) -> Registration:
    found = db.session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(selectinload(Registration.attendees), selectinload(Registration.ticket_type))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _window(found: Registration) -> EntryWindow | None:
    if found.window_no == 0:
        return None
    return db.session.scalar(
        select(EntryWindow).where(
            EntryWindow.event_id == found.event_id, EntryWindow.number == found.window_no
        )
    )


def _window_face(event: EventRow, window: EntryWindow, ticket_type_id: int) -> WindowFace:
    own = db.session.get(EntryWindowType, (window.id, ticket_type_id))
    doors = own or window
    return WindowFace(
        kind=window.kind,
        number=window.number,
        day=event.operating_day(window.starts_at),
        opens_at=window.starts_at - timedelta(seconds=doors.opens_before_s),
        closes_at=window.ends_at + timedelta(seconds=doors.closes_after_s),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
    )


def _performance(
    event: EventRow, found: Registration, window: EntryWindow | None
) -> PerformanceRow | None:
    wanted = (window.performance_id if window else None) or found.performance_id
    if wanted is None:
        return None
    return next(iter(performances_of(event, [wanted])), None)


def _gates(
    event_id: int, ticket_type_id: int, performance: PerformanceRow | None
) -> tuple[GateRow, ...]:
    """Return the gates that admit a type: those that name it, else those open to all types."""
    entries = [gate for gate in gates(event_id) if gate.direction != GateDirection.OUT]
    access: dict[int, set[int]] = {gate.id: set() for gate in entries}
    for row in db.session.scalars(select(GateAccess).where(GateAccess.gate_id.in_(access))):
        access[row.gate_id].add(row.ticket_type_id)
    naming = [gate for gate in entries if ticket_type_id in access[gate.id]]
    admitting = naming or [gate for gate in entries if not access[gate.id]]
    if performance is not None:
        at_stage = [gate for gate in admitting if gate.stage_id == performance.stage_id]
        admitting = at_stage or admitting
    return tuple(admitting)


def _attendees(people: list[Attendee], product: int) -> tuple[AttendeeFace, ...]:
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.attendee_id.in_([person.id for person in people]))
        .order_by(Ticket.status == TicketStatus.CANCELLED, Ticket.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    newest = {ticket.attendee_id: ticket for ticket in reversed(tickets)}
    return tuple(
        AttendeeFace(
            id=person.id,
            public_id=person.public_id,
            link_rev=person.link_rev,
            name=person.display_name,
            latin_name=person.latin_name,
            ticket=_ticket(newest[person.id], product) if person.id in newest else None,
        )
        for person in people
    )


def _ticket(found: Ticket, product: int) -> TicketFace:
    return TicketFace(
        id=found.id,
        number=found.number,
        product=product,
        window_no=found.window_no,
        rev=found.rev,
        kid=found.kid,
        status=found.status,
        seat_label=found.seat_label,
        issued_at=found.issued_at,
        first_entry_at=found.first_entry_at,
    )
