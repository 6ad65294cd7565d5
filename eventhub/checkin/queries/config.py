"""What a gate needs to know of its event, kept per process for two seconds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from eventhub.checkin.models import EntryPolicy, StaffCard
from eventhub.checkin.queries.options import (
    EntryQuestion,
    GateOptions,
    entry_questions,
    options_of_gates,
    override_reasons,
)
from eventhub.checkin.queries.shown_answers import shows_answers
from eventhub.checkin.rules import GateFacts, PolicyFacts, WindowFacts
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, cached_for, db
from eventhub.programme.models import Event, Performance, Slot
from eventhub.programme.queries import (
    EventRow,
    GateRow,
    ZoneRow,
    event_by_id,
    gates,
    programme,
    released,
    zones,
)
from eventhub.registration.models import (
    EntryWindow,
    EntryWindowType,
    EventKey,
    GateAccess,
    TicketType,
)
from eventhub.registration.queries import DayKey, day_keys

CONFIG_S = 2.0  # seconds that a change of gates, keys or rules may take to arrive
_KEYS_BACK = timedelta(days=2)  # scans without a server come late
_KEYS_AHEAD = timedelta(hours=24)  # how early gates get the key of a day
_OTHER_KEYS = 8  # keys of sister events that a failed signature is tried against
_DOORS_BEFORE = timedelta(hours=1)  # when a show without a window of its own lets people in


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One public key of an event; `event` names another event's."""

    kid: int
    public_key: bytes
    state: str
    event_uuid: bytes
    event_name: I18n


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A ticket type as a gate shows and judges it."""

    id: int
    number: int
    name: I18n
    kinds: frozenset[str]
    counts_as_visitor: bool


@dataclass(frozen=True, slots=True)
class WindowRow:
    """An entry window; of kind `show` with the times of its performance."""

    id: int
    number: int
    kind: str
    show: str | None
    starts_at: datetime
    ends_at: datetime
    opens_before_s: int
    closes_after_s: int
    is_cancelled: bool

    def facts(self, own: TypeWindow | None) -> WindowFacts:
        """Return the span in which a ticket type is admitted."""
        before = self.opens_before_s if own is None else own.opens_before_s
        after = self.closes_after_s if own is None else own.closes_after_s
        closes = self.starts_at + timedelta(seconds=after) if after else self.ends_at
        return WindowFacts(
            opens_ms=_ms(self.starts_at - timedelta(seconds=before)),
            closes_ms=_ms(closes),
            is_cancelled=self.is_cancelled,
            group=own.gate_group if own is not None else None,
        )


@dataclass(frozen=True, slots=True)
class TypeWindow:
    """Earlier or later doors of one ticket type."""

    opens_before_s: int
    closes_after_s: int
    gate_group: str | None


@dataclass(frozen=True, slots=True)
class StageShow:
    """A performance on a stage with the time its doors stand open, Unix milliseconds."""

    stage_id: int
    show: str
    opens_ms: int
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A staff card of the event; the secret itself is nowhere."""

    public_id: str
    name: str
    secret_hash: str
    may_override: bool
    expires_at: datetime
    revoked_at: datetime | None

    def is_good(self, at: datetime) -> bool:
        """Tell whether the card counts at `at`."""
        return at < self.expires_at and (self.revoked_at is None or at < self.revoked_at)


@dataclass(frozen=True, slots=True)
class EventConfig:
    """All that is fixed while people come in; see `event_config`."""

    event: EventRow
    salt: bytes
    keys: Mapping[int, KeyFacts]
    other_keys: tuple[KeyFacts, ...]
    gates: Mapping[int, GateRow]
    zones: Mapping[int, ZoneRow]
    types: Mapping[int, TypeFacts]
    windows: Mapping[int, WindowRow]
    type_windows: Mapping[tuple[int, int], TypeWindow]
    access: Mapping[int, frozenset[int]]
    policies: Mapping[tuple[int | None, int | None], PolicyFacts]
    shows: tuple[StageShow, ...]
    cards: tuple[CardFacts, ...] = ()
    options: Mapping[int, GateOptions] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    day_keys: Mapping[int, DayKey] = field(default_factory=dict)
    questions: Mapping[str, EntryQuestion] = field(default_factory=dict)
    shows_answers: bool = False

    def options_of(self, gate_id: int) -> GateOptions:
        """Return what a gate does beyond scanning."""
        return self.options.get(gate_id, GateOptions())

    def asked(self, gate: GateRow, type_id: int) -> EntryQuestion | None:
        """Return the question of a type at a gate: the rule's, else the first of its form."""
        if not self.questions or not self.options_of(gate.id).asks_question:
            return None
        policy, _is_zone_own = self.policy(type_id, gate.zone_id)
        if policy.ask is not None:
            return self.questions.get(policy.ask)
        rows = self.questions.values()
        return next((found for found in rows if type_id in found.row.type_ids), None)

    def gate_facts(self, gate: GateRow) -> GateFacts:
        """Return what a verdict needs of a gate."""
        allowed = self.access.get(gate.id)
        products = None
        if allowed is not None:
            products = frozenset(self.types[t].number for t in allowed if t in self.types)
        return GateFacts(gate.number, gate.gate_group, gate.direction, gate.state, products)

    def policy(self, type_id: int, zone_id: int) -> tuple[PolicyFacts, bool]:
        """Return the rules of a type at a zone, and whether they are the zone's own."""
        for key in ((type_id, zone_id), (type_id, None), (None, zone_id), (None, None)):
            if key in self.policies:
                found, zone = self.policies[key], key[1]
                break
        else:
            found, zone = PolicyFacts(kinds=frozenset()), None
        if not found.kinds:
            found = replace(found, kinds=self.types[type_id].kinds)
        return found, zone is not None

    def window(self, number: int, type_id: int) -> WindowFacts | None:
        """Return when a ticket with this window is admitted; None for always."""
        row = self.windows.get(number)
        return None if row is None else row.facts(self.type_windows.get((row.id, type_id)))

    def show_at(self, *, window: int, stage_id: int | None, at_ms: int) -> str | None:
        """Return the performance that a scan counts for: the window's, else the stage's."""
        row = self.windows.get(window)
        if row is not None and row.show is not None:
            return row.show
        open_now = [
            show
            for show in self.shows
            if show.stage_id == stage_id and show.opens_ms <= at_ms < show.ends_ms
        ]
        return max(open_now, key=lambda show: show.starts_ms).show if open_now else None

    def gate_shows(self, stage_id: int | None) -> list[StageShow]:
        """Return the performances that a scan at a gate of a stage may count for."""
        return [show for show in self.shows if show.stage_id == stage_id]

    def gates_for(self, type_id: int) -> list[GateRow]:
        """Return open entrances that admit a ticket type, by number."""
        return [
            gate
            for gate in self.gates.values()
            if gate.state == "open"
            and gate.direction != "out"
            and type_id in self.access.get(gate.id, {type_id})
        ]


@cached_for(CONFIG_S)
def event_config(event_id: int) -> EventConfig:
    """
    Return everything that gates of an event decide by, at most two seconds old.

    Raises:
        NotFound: There is no such event.
    """
    return load_config(event_id)


def load_config(event_id: int) -> EventConfig:
    """Return what `event_config` returns, read now."""
    event = event_by_id(event_id)
    keys = _keys(event)
    own = {row.kid: row for row in keys if row.event_uuid == event.uuid_bytes}
    access: dict[int, set[int]] = {}
    for gate_id, type_id in db.session.execute(
        select(GateAccess.gate_id, GateAccess.ticket_type_id)
        .join(TicketType, TicketType.id == GateAccess.ticket_type_id)
        .where(TicketType.event_id == event_id)
    ):
        access.setdefault(gate_id, set()).add(type_id)
    return EventConfig(
        event=event,
        salt=db.session.scalar(select(EventKey.salt).where(EventKey.event_id == event_id).limit(1))
        or b"",
        keys=own,
        other_keys=tuple(row for row in keys if row.event_uuid != event.uuid_bytes)[:_OTHER_KEYS],
        gates={gate.id: gate for gate in gates(event_id)},
        zones={zone.id: zone for zone in zones(event_id)},
        types=_types(event_id),
        windows=_windows(event_id),
        type_windows=_type_windows(event_id),
        access={gate: frozenset(types) for gate, types in access.items()},
        policies=_policies(event_id),
        shows=_shows(event),
        cards=tuple(_cards(event_id)),
        options=options_of_gates(event_id),
        reasons=override_reasons(event_id),
        day_keys=_day_keys(event_id),
        questions=entry_questions(event_id),
        shows_answers=shows_answers(event_id),
    )


def _day_keys(event_id: int) -> dict[int, DayKey]:
    now = clock.now()
    keys = day_keys(event_id, frm=now - _KEYS_BACK, until=now + _KEYS_AHEAD)
    return {key.kid: key for key in keys}


def _cards(event_id: int) -> list[CardFacts]:
    statement = select(
        StaffCard.public_id,
        StaffCard.name,
        StaffCard.secret_hash,
        StaffCard.may_override,
        StaffCard.expires_at,
        StaffCard.revoked_at,
    ).where(StaffCard.event_id == event_id)
    return [CardFacts(*row) for row in db.session.execute(statement.order_by(StaffCard.id))]


def _keys(event: EventRow) -> list[KeyFacts]:
    statement = (
        select(EventKey.kid, EventKey.public_key, EventKey.state, Event.uuid, Event.title)
        .join(Event, Event.id == EventKey.event_id)
        .where(Event.organisation_id == event.organisation_id)
        .order_by(EventKey.id.desc())
    )
    return [
        KeyFacts(kid, public, state, uuid.UUID(event_uuid).bytes, title)
        for kid, public, state, event_uuid, title in db.session.execute(statement)
    ]


def _types(event_id: int) -> dict[int, TypeFacts]:
    rows = db.session.scalars(select(TicketType).where(TicketType.event_id == event_id))
    return {
        row.id: TypeFacts(
            row.id, row.number, row.name, frozenset(row.code_kinds), row.counts_as_visitor
        )
        for row in rows
    }


def _windows(event_id: int) -> dict[int, WindowRow]:
    release = released(event_id)
    slots: dict[int | None, Slot] = {}
    if release is not None:
        slots = {
            slot.performance_id: slot
            for slot in db.session.scalars(select(Slot).where(Slot.schedule_id == release.id))
        }
    statement = (
        select(EntryWindow, Performance.uuid)
        .outerjoin(Performance, Performance.id == EntryWindow.performance_id)
        .where(EntryWindow.event_id == event_id)
    )
    found = {}
    for window, show in db.session.execute(statement):
        slot = slots.get(window.performance_id) if window.kind == "show" else None
        starts_at, ends_at = window.starts_at, window.ends_at
        if slot is not None and slot.starts_at is not None and slot.ends_at is not None:
            starts_at, ends_at = slot.starts_at, slot.ends_at
        found[window.number] = WindowRow(
            id=window.id,
            number=window.number,
            kind=window.kind,
            show=show,
            starts_at=starts_at,
            ends_at=ends_at,
            opens_before_s=window.opens_before_s,
            closes_after_s=window.closes_after_s,
            is_cancelled=slot is not None and slot.status == "cancelled",
        )
    return found


def _type_windows(event_id: int) -> dict[tuple[int, int], TypeWindow]:
    statement = (
        select(EntryWindowType)
        .join(EntryWindow, EntryWindow.id == EntryWindowType.window_id)
        .where(EntryWindow.event_id == event_id)
    )
    return {
        (row.window_id, row.ticket_type_id): TypeWindow(
            row.opens_before_s, row.closes_after_s, row.gate_group
        )
        for row in db.session.scalars(statement)
    }


def _policies(event_id: int) -> dict[tuple[int | None, int | None], PolicyFacts]:
    rows = db.session.scalars(select(EntryPolicy).where(EntryPolicy.event_id == event_id))
    return {
        (row.ticket_type_id, row.zone_id): PolicyFacts(
            once=row.once,
            reentry=row.reentry,
            reentry_max=row.reentry_max,
            reentry_gap_s=row.reentry_gap_s,
            unlisted=row.unlisted,
            unpaid=row.unpaid,
            kinds=frozenset(row.kinds or ()),
            party=row.party,
            ask=row.ask,
        )
        for row in rows
    }


def _shows(event: EventRow) -> tuple[StageShow, ...]:
    return tuple(
        StageShow(
            stage_id=row.stage_id,
            show=row.uuid,
            opens_ms=_ms(row.starts_at - _DOORS_BEFORE),
            starts_ms=_ms(row.starts_at),
            ends_ms=_ms(row.ends_at),
        )
        for row in programme(event)
        if row.stage_id is not None
    )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
