"""What one can register for, and how many places are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Gate
from eventhub.programme.queries import EventRow
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import (
    ConsentText,
    EntryWindow,
    GateAccess,
    Quota,
    QuotaTicketType,
    Registration,
    TicketType,
)
from eventhub.registration.rules.admission import (
    Availability,
    TypeTerms,
    WindowTerms,
    availability,
    best,
)

_DAY = "day"


@dataclass(frozen=True, slots=True)
class WindowRow:
    """
    One entry window of a type.

    `left` is the number of free places, None is unlimited;
    `[starts_at, ends_at)`.
    """

    number: int
    kind: str
    performance_id: int | None
    day: date
    starts_at: datetime
    ends_at: datetime
    left: int | None
    waiting: int
    state: Availability

    @property
    def terms(self) -> WindowTerms:
        """Return what the rules ask of a window."""
        return WindowTerms(self.number, self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class TicketTypeRow:
    """
    One ticket type with its windows by start.

    `windows` holds the days to choose from when `is_per_day`, else the one
    window of the type, or nothing when the type is good for the whole event.
    `left` of a per-day type is the sum over its days that are still open.
    """

    id: int
    number: int
    slug: str
    name: I18n
    description: I18n | None
    visibility: str
    is_per_day: bool
    is_seated: bool
    max_group: int
    left: int | None
    waiting: int
    state: Availability
    sale_from: datetime | None
    sale_until: datetime | None
    windows: tuple[WindowRow, ...]
    terms: TypeTerms

    @property
    def may_be_chosen(self) -> bool:
        """Tell whether a submission for the type would be taken in any state."""
        return self.state in CHOOSABLE

    def window(self, number: int) -> WindowRow | None:
        """Return one of the windows by its number."""
        return next((window for window in self.windows if window.number == number), None)


CHOOSABLE = frozenset(
    {Availability.OPEN, Availability.FEW, Availability.APPROVAL, Availability.WAITLIST}
)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A text that people agree to, in its newest version."""

    id: int
    purpose: str
    kind: str
    is_required: bool
    title: I18n
    text: I18n
    version: int = 1


@dataclass(frozen=True, slots=True)
class _Places:
    size: int | None
    left: int | None


_Quotas = Mapping[int, Sequence[Quota]]
_Waiting = Mapping[tuple[int, int], int]


def open_ticket_types(event: EventRow, at: datetime) -> list[TicketTypeRow]:
    """Return the public types of an event in their order, as they stand at `at`."""
    return [row for row in ticket_types(event, at) if row.visibility == "public"]


def ticket_types(event: EventRow, at: datetime) -> list[TicketTypeRow]:
    """Return all types of an event in their order, hidden ones too; four statements."""
    types = db.session.scalars(
        select(TicketType)
        .where(TicketType.event_id == event.id)
        .order_by(TicketType.position, TicketType.number)
    ).all()
    windows = _windows(event.id)
    quotas = _quotas(event.id)
    waiting = _waiting(event.id)
    return [_type_row(event, kind, windows, quotas, waiting, at) for kind in types]


def ticket_type(event: EventRow, slug: str, at: datetime) -> TicketTypeRow | None:
    """Return one type as it stands, without counting who waits; None when there is none."""
    kind = db.session.scalar(
        select(TicketType).where(TicketType.event_id == event.id, TicketType.slug == slug)
    )
    if kind is None:
        return None
    return _type_row(event, kind, _windows(event.id), _quotas(event.id), {}, at)


def consent_texts(event_id: int) -> list[ConsentRow]:
    """Return the newest version of each consent text that is asked, required ones first."""
    found = db.session.scalars(
        select(ConsentText)
        .where(
            ConsentText.event_id == event_id,
            ConsentText.replaced_at.is_(None),
            ConsentText.ended_at.is_(None),
        )
        .order_by(ConsentText.position, ConsentText.id)
        .execution_options(populate_existing=True)
    )
    return [consent_row(one) for one in sorted(found, key=lambda one: not one.is_required)]


def consent_row(one: ConsentText) -> ConsentRow:
    """Return a version of a consent text as pages show it."""
    return ConsentRow(
        one.id, one.purpose, one.kind, one.is_required, one.title, one.text, one.version
    )


def types_let_in(event_id: int, stage_id: int | None) -> set[int] | None:
    """Return the types that gates of a stage admit; None when they ask for none in particular."""
    rows = db.session.execute(
        select(Gate.id, GateAccess.ticket_type_id)
        .outerjoin(GateAccess, GateAccess.gate_id == Gate.id)
        .where(Gate.event_id == event_id, Gate.stage_id == stage_id)
    ).all()
    admitted = {ticket_type_id for _gate, ticket_type_id in rows}
    return None if not rows or None in admitted else admitted


def window_of_day(event: EventRow, day: date) -> int:
    """Return the number of the entry window of a day; 0 when there is none."""
    windows = db.session.scalars(
        select(EntryWindow).where(EntryWindow.event_id == event.id, EntryWindow.kind == _DAY)
    )
    found = (window for window in windows if event.operating_day(window.starts_at) == day)
    return next((window.number for window in found), 0)


def _windows(event_id: int) -> Sequence[EntryWindow]:
    return db.session.scalars(
        select(EntryWindow)
        .where(EntryWindow.event_id == event_id)
        .order_by(EntryWindow.starts_at, EntryWindow.number)
    ).all()


def _quotas(event_id: int) -> _Quotas:
    rows = db.session.execute(
        select(QuotaTicketType.ticket_type_id, Quota)
        .join(Quota, Quota.id == QuotaTicketType.quota_id)
        .where(Quota.event_id == event_id)
    )
    found: dict[int, list[Quota]] = defaultdict(list)
    for ticket_type_id, quota in rows:
        found[ticket_type_id].append(quota)
    return found


def _waiting(event_id: int) -> _Waiting:
    rows = db.session.execute(
        select(
            Registration.ticket_type_id, Registration.window_no, func.sum(Registration.group_size)
        )
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.WAITLISTED,
        )
        .group_by(Registration.ticket_type_id, Registration.window_no)
    )
    return {(ticket_type_id, window_no): int(people) for ticket_type_id, window_no, people in rows}


def _type_row(
    event: EventRow,
    kind: TicketType,
    windows: Sequence[EntryWindow],
    quotas: _Quotas,
    waiting: _Waiting,
    at: datetime,
) -> TicketTypeRow:
    own = quotas.get(kind.id, ())
    rows = tuple(
        _window_row(event, kind, window, _places(own, window.number), waiting, at)
        for window in windows
        if (window.kind == _DAY if kind.is_per_day else window.number == kind.window_no)
    )
    if kind.is_per_day:
        state = best([row.state for row in rows])
        left = _sum(row.left for row in rows if row.state in CHOOSABLE)
    else:
        whole = _places(own, kind.window_no)
        state = _state(event, terms_of(kind), whole, rows[0].terms if rows else None, at)
        left = whole.left
    return TicketTypeRow(
        id=kind.id,
        number=kind.number,
        slug=kind.slug,
        name=kind.name,
        description=kind.description,
        visibility=kind.visibility,
        is_per_day=kind.is_per_day,
        is_seated=kind.is_seated,
        max_group=kind.max_group,
        left=left,
        waiting=sum(people for (type_id, _no), people in waiting.items() if type_id == kind.id),
        state=state,
        sale_from=kind.sale_from,
        sale_until=kind.sale_until,
        windows=rows,
        terms=terms_of(kind),
    )


def _window_row(
    event: EventRow,
    kind: TicketType,
    window: EntryWindow,
    places: _Places,
    waiting: _Waiting,
    at: datetime,
) -> WindowRow:
    terms = WindowTerms(window.number, window.starts_at, window.ends_at)
    return WindowRow(
        number=window.number,
        kind=window.kind,
        performance_id=window.performance_id,
        day=event.operating_day(window.starts_at),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        left=places.left,
        waiting=waiting.get((kind.id, window.number), 0),
        state=_state(event, terms_of(kind), places, terms, at),
    )


def terms_of(kind: TicketType) -> TypeTerms:
    """Return the terms of a type that the rules decide by."""
    return TypeTerms(
        visibility=kind.visibility,
        approval=kind.approval,
        waitlist=kind.waitlist,
        sale_from=kind.sale_from,
        sale_until=kind.sale_until,
        max_group=kind.max_group,
        is_per_day=kind.is_per_day,
    )


def _state(
    event: EventRow,
    terms: TypeTerms,
    places: _Places,
    window: WindowTerms | None,
    at: datetime,
) -> Availability:
    return availability(
        terms,
        is_open=event.is_registration_open,
        at=at,
        left=places.left,
        size=places.size,
        window=window,
    )


def _places(quotas: Sequence[Quota], window_no: int) -> _Places:
    """Return the places of the tightest quota that counts a window."""
    counting = [quota for quota in quotas if quota.window_no in (0, window_no)]
    rows = [
        (0 if quota.closed_at else max(0, quota.size - quota.used - quota.held), quota.size)
        for quota in counting
        if quota.size is not None
    ]
    if not rows:
        return _Places(None, 0 if any(quota.closed_at for quota in counting) else None)
    left, size = min(rows)
    return _Places(size, left)


def _sum(figures: Iterable[int | None]) -> int | None:
    total = 0
    for figure in figures:
        if figure is None:
            return None
        total += figure
    return total
