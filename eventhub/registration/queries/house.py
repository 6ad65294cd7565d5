"""What an event has settled for all registrations: types, windows, forms, gates, its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.kernel.settled import settled
from eventhub.programme.enums import GateDirection
from eventhub.programme.queries import EventRow, GateRow, event_by_id, gates
from eventhub.registration.enums import KeyState
from eventhub.registration.models import (
    EntryWindow,
    EntryWindowType,
    EventKey,
    GateAccess,
    TicketType,
    Tier,
)
from eventhub.registration.queries.forms import QuestionRow, form_of
from eventhub.registration.queries.ticket_types import ConsentRow, consent_texts, terms_of
from eventhub.registration.rules.admission import TypeTerms, WindowTerms

_DAY = "day"


@dataclass(frozen=True, slots=True)
class HouseType:
    """
    One ticket type without its places.

    `windows` are those it can be for, by start; `priority` is that of its tier;
    `code_kinds` are the codes that its tickets show (GS, GR, GD).
    """

    id: int
    number: int
    slug: str
    name: I18n
    is_per_day: bool
    is_seated: bool
    max_group: int
    cancel_until: datetime | None
    transfer: str
    priority: int
    code_kinds: frozenset[str]
    terms: TypeTerms
    windows: tuple[HouseWindow, ...]

    def window(self, number: int) -> HouseWindow | None:
        """Return one of the windows by its number."""
        return next((window for window in self.windows if window.number == number), None)


@dataclass(frozen=True, slots=True)
class HouseWindow:
    """One entry window; `doors` are (opens before, closes after) in seconds by ticket type."""

    id: int
    number: int
    kind: str
    performance_id: int | None
    day: date
    starts_at: datetime
    ends_at: datetime
    opens_before_s: int
    closes_after_s: int
    doors: Mapping[int, tuple[int, int]]

    @property
    def terms(self) -> WindowTerms:
        """Return what the rules ask of a window."""
        return WindowTerms(self.number, self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class ActiveKey:
    """What new tickets need of the event's key."""

    kid: int
    salt: bytes


@settled("event")
def house_event(event_id: int) -> EventRow:
    """Return the event with this database id; raises UnknownEvent."""
    return event_by_id(event_id)


@settled("entry_window", "entry_window_type", "event")
def house_windows(event_id: int) -> tuple[HouseWindow, ...]:
    """Return all entry windows of an event by start."""
    event = house_event(event_id)
    doors: dict[int, dict[int, tuple[int, int]]] = {}
    own = db.session.scalars(
        select(EntryWindowType)
        .join(EntryWindow, EntryWindow.id == EntryWindowType.window_id)
        .where(EntryWindow.event_id == event_id)
    )
    for row in own:
        doors.setdefault(row.window_id, {})[row.ticket_type_id] = (
            row.opens_before_s,
            row.closes_after_s,
        )
    found = db.session.scalars(
        select(EntryWindow)
        .where(EntryWindow.event_id == event_id)
        .order_by(EntryWindow.starts_at, EntryWindow.number)
    )
    return tuple(
        HouseWindow(
            id=window.id,
            number=window.number,
            kind=window.kind,
            performance_id=window.performance_id,
            day=event.operating_day(window.starts_at),
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            opens_before_s=window.opens_before_s,
            closes_after_s=window.closes_after_s,
            doors=doors.get(window.id, {}),
        )
        for window in found
    )


@settled("ticket_type", "tier", "entry_window", "entry_window_type", "event")
def house_types(event_id: int) -> tuple[HouseType, ...]:
    """Return all ticket types of an event, hidden ones too, by number."""
    windows = house_windows(event_id)
    found = db.session.execute(
        select(TicketType, Tier.priority)
        .outerjoin(Tier, Tier.id == TicketType.tier_id)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.number)
    )
    return tuple(
        HouseType(
            id=kind.id,
            number=kind.number,
            slug=kind.slug,
            name=kind.name,
            is_per_day=kind.is_per_day,
            is_seated=kind.is_seated,
            max_group=kind.max_group,
            cancel_until=kind.cancel_until,
            transfer=kind.transfer,
            priority=priority or 0,
            code_kinds=frozenset(kind.code_kinds),
            terms=terms_of(kind),
            windows=tuple(
                window
                for window in windows
                if (window.kind == _DAY if kind.is_per_day else window.number == kind.window_no)
            ),
        )
        for kind, priority in found
    )


def house_type(event_id: int, slug: str) -> HouseType | None:
    """Return one type by its name in addresses; None when there is none."""
    return next((kind for kind in house_types(event_id) if kind.slug == slug), None)


def house_type_by_id(event_id: int, type_id: int) -> HouseType:
    """Return one type by its database id; raises NotFound."""
    found = next((kind for kind in house_types(event_id) if kind.id == type_id), None)
    if found is None:
        raise NotFound()
    return found


def house_window(event_id: int, number: int) -> HouseWindow | None:
    """Return the entry window with a number; None for the whole event."""
    return next((row for row in house_windows(event_id) if row.number == number), None)


@settled("question", "form_question")
def house_form(ticket_type_id: int) -> tuple[QuestionRow, ...]:
    """Return the questions in the form of a ticket type by position."""
    return tuple(form_of(ticket_type_id))


@settled("consent_text")
def house_consents(event_id: int) -> tuple[ConsentRow, ...]:
    """Return the newest version of each consent text, required ones first."""
    return tuple(consent_texts(event_id))


@settled("gate", "zone", "gate_access")
def admitting_gates(event_id: int, ticket_type_id: int) -> tuple[GateRow, ...]:
    """Return the gates that admit a type: those that name it, else those open to all types."""
    entries = [gate for gate in gates(event_id) if gate.direction != GateDirection.OUT]
    access: dict[int, set[int]] = {gate.id: set() for gate in entries}
    if entries:
        for row in db.session.scalars(select(GateAccess).where(GateAccess.gate_id.in_(access))):
            access[row.gate_id].add(row.ticket_type_id)
    naming = [gate for gate in entries if ticket_type_id in access[gate.id]]
    return tuple(naming or [gate for gate in entries if not access[gate.id]])


@settled("event_key")
def active_key(event_id: int) -> ActiveKey | None:
    """Return the key that signs new tickets; None before there is one."""
    found = db.session.execute(
        select(EventKey.kid, EventKey.salt).where(
            EventKey.event_id == event_id, EventKey.state == KeyState.ACTIVE
        )
    ).first()
    return ActiveKey(found.kid, found.salt) if found else None
