"""One registration with all that its holder may see: page, print, mail and calendar use this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.queries import (
    EventRow,
    GateRow,
    PerformanceRow,
    event_by_id,
    performances_of,
)
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import Attendee, Registration, Ticket
from eventhub.registration.queries.house import (
    HouseType,
    HouseWindow,
    admitting_gates,
    house_type_by_id,
    house_window,
)
from eventhub.registration.queries.waitlists import ListPlace, place_in_list

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
class NewRegistration:
    """A registration as it was written a moment ago; `people` have no tickets yet."""

    id: int
    event_id: int
    public_id: str
    code: str
    state: RegistrationState
    locale: str
    window_no: int
    performance_id: int | None
    contact_name: str
    email: str | None
    phone: str | None
    created_at: datetime
    is_synthetic: bool
    people: tuple[AttendeeFace, ...]
    link_rev: int = 0


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
    place is held until `offer_until`. `code_kinds` are the codes that its
    tickets show: GS (signed), GR (short), GD (changing every 15 s).
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
    code_kinds: frozenset[str]
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
    kind = house_type_by_id(found.event_id, found.ticket_type_id)
    place = place_in_list(found.id) if found.state in _LISTED else None
    return face_of(
        found,
        _attendees(found.attendees, kind.number),
        event=event_by_id(found.event_id),
        kind=kind,
        place=place,
    )


def face_of(
    found: Registration | NewRegistration,
    attendees: tuple[AttendeeFace, ...],
    *,
    event: EventRow,
    kind: HouseType,
    place: ListPlace | None = None,
) -> RegistrationFace:
    """Return what the holder of a registration sees, from what is known of it."""
    window = house_window(event.id, found.window_no) if found.window_no else None
    performance = _performance(event, found.performance_id, window)
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
        code_kinds=kind.code_kinds,
        cancel_until=kind.cancel_until,
        transfer=kind.transfer,
        contact_name=found.contact_name,
        email=found.email,
        phone=found.phone,
        created_at=found.created_at,
        is_synthetic=found.is_synthetic,
        window=_window_face(window, kind.id) if window else None,
        performance=performance,
        gates=_gates(event.id, kind.id, performance),
        position=place.position if place else None,
        waiting=place.waiting if place else 0,
        offer_until=place.offer_until if place else None,
        attendees=attendees,
    )


def _registration(registration_id: int) -> Registration:
    found = db.session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(selectinload(Registration.attendees))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _window_face(window: HouseWindow, ticket_type_id: int) -> WindowFace:
    opens_before_s, closes_after_s = window.doors.get(
        ticket_type_id, (window.opens_before_s, window.closes_after_s)
    )
    return WindowFace(
        kind=window.kind,
        number=window.number,
        day=window.day,
        opens_at=window.starts_at - timedelta(seconds=opens_before_s),
        closes_at=window.ends_at + timedelta(seconds=closes_after_s),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
    )


def _performance(
    event: EventRow, performance_id: int | None, window: HouseWindow | None
) -> PerformanceRow | None:
    wanted = (window.performance_id if window else None) or performance_id
    if wanted is None:
        return None
    return next(iter(performances_of(event, [wanted])), None)


def _gates(
    event_id: int, ticket_type_id: int, performance: PerformanceRow | None
) -> tuple[GateRow, ...]:
    """Return the gates that admit a type, those at the stage of a performance if there are any."""
    admitting = admitting_gates(event_id, ticket_type_id)
    if performance is None:
        return admitting
    return tuple(gate for gate in admitting if gate.stage_id == performance.stage_id) or admitting


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
