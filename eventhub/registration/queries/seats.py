"""Seats of a performance, who has them, and who has none yet; one or two statements each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, select

from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.programme.models import Party, Performance, Stage
from eventhub.programme.queries import EventRow, PerformanceRow, performances_of
from eventhub.registration.enums import TicketStatus
from eventhub.registration.models import (
    Attendee,
    AttendeeSearch,
    Registration,
    Seat,
    SeatAssignment,
    SeatBlock,
    SeatBlockSeat,
    SeatLog,
    SeatMap,
    SeatPlan,
    Ticket,
    TicketType,
    Tier,
)

LIVE: Final = SeatAssignment.state != "released"


@dataclass(frozen=True, slots=True)
class SeatRow:
    """
    One seat of a performance; `state` is free, held or assigned.

    `tier_*` are those of its block; empty for open seats. Names are those of
    the guest, `note` says whom a held seat is for.
    """

    id: int
    section: str
    row_label: str
    row_rank: int
    number: int
    position: int
    kind: str
    block_id: int | None
    block_name: I18n
    tier_letter: str
    tier_color: str
    state: str
    ticket_id: int | None
    name: str
    latin_name: str | None
    code: str
    type_name: I18n
    readings: str
    note: str
    is_protected: bool

    @property
    def label(self) -> str:
        """Return what stands on the seat."""
        return f"{self.row_label}-{self.number}"


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block with its seats as (row, number) in order."""

    id: int
    slug: str
    name: I18n
    tier_id: int | None
    tier_name: I18n
    tier_letter: str
    tier_color: str
    party_id: int | None
    party_name: I18n
    priority: int
    release_min: int | None
    released_at: datetime | None
    seats: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Which map a performance uses."""

    performance_id: int
    map_id: int
    map_name: str
    map_version: int
    map_plan: str
    release_min: int | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class MapRow:
    """One version of the seats of a stage."""

    id: int
    stage_id: int
    stage_name: I18n
    name: str
    version: int
    plan: str
    seats: int


@dataclass(frozen=True, slots=True)
class PlanCount:
    """How full the seats of a performance are."""

    performance_id: int
    map_id: int
    seats: int
    assigned: int
    held: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """One step of a seat."""

    at: datetime
    label: str
    action: str
    reason: str
    actor: str


def performance_no(event: EventRow, number: int) -> PerformanceRow:
    """Return the released performance with a public number; raises NotFound."""
    found = db.session.scalar(
        select(Performance.id).where(
            Performance.event_id == event.id, Performance.public_no == number
        )
    )
    rows = performances_of(event, [found]) if found is not None else []
    if not rows:
        raise NotFound()
    return rows[0]


def plan_of(performance_id: int) -> PlanRow | None:
    """Return which map a performance uses, None when it has no seats."""
    row = db.session.execute(
        select(SeatPlan, SeatMap)
        .join(SeatMap, SeatMap.id == SeatPlan.map_id)
        .where(SeatPlan.performance_id == performance_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    plan, seat_map = row
    return PlanRow(
        performance_id=plan.performance_id,
        map_id=plan.map_id,
        map_name=seat_map.name,
        map_version=seat_map.version,
        map_plan=seat_map.plan,
        release_min=plan.release_min,
        released_at=plan.released_at,
    )


def seat_maps(event_id: int) -> list[MapRow]:
    """Return all versions of all maps of an event, the newest of a stage first."""
    count = select(func.count()).where(Seat.map_id == SeatMap.id).scalar_subquery()
    rows = db.session.execute(
        select(SeatMap, Stage.name, count)
        .join(Stage, Stage.id == SeatMap.stage_id)
        .where(SeatMap.event_id == event_id)
        .order_by(Stage.position, SeatMap.version.desc())
    )
    return [
        MapRow(row.id, row.stage_id, stage, row.name, row.version, row.plan, seats)
        for row, stage, seats in rows
    ]


def plan_counts(event_id: int) -> dict[int, PlanCount]:
    """Return how full the seats of every performance with a plan are, by performance."""
    seats = select(func.count()).where(Seat.map_id == SeatPlan.map_id).scalar_subquery()

    def taken(state: str) -> Any:
        return (
            select(func.count())
            .where(
                SeatAssignment.performance_id == SeatPlan.performance_id,
                SeatAssignment.state == state,
            )
            .scalar_subquery()
        )

    rows = db.session.execute(
        select(
            SeatPlan.performance_id, SeatPlan.map_id, seats, taken("assigned"), taken("held")
        ).where(SeatPlan.event_id == event_id)
    )
    return {row[0]: PlanCount(*row) for row in rows}


def seat_rows(plan: PlanRow) -> list[SeatRow]:
    """Return every seat of a performance with its block and holder, row by row."""
    found = db.session.execute(_seats(plan)).all()
    return [_seat_row(row) for row in found]


def block_rows(performance_id: int) -> list[BlockRow]:
    """Return the blocks of a performance, those of higher priority first; two statements."""
    seats: dict[int, list[tuple[str, int]]] = {}
    for block_id, label, number in db.session.execute(
        select(SeatBlockSeat.block_id, Seat.row_label, Seat.number)
        .join(Seat, Seat.id == SeatBlockSeat.seat_id)
        .where(SeatBlockSeat.performance_id == performance_id)
        .order_by(Seat.section, Seat.row_rank, Seat.number)
    ):
        seats.setdefault(block_id, []).append((label, number))
    rows = db.session.execute(
        select(SeatBlock, Tier, Party.name)
        .outerjoin(Tier, Tier.id == SeatBlock.tier_id)
        .outerjoin(Party, Party.id == SeatBlock.party_id)
        .where(SeatBlock.performance_id == performance_id)
        .order_by(SeatBlock.priority.desc(), SeatBlock.id)
        .execution_options(populate_existing=True)
    )
    return [
        BlockRow(
            id=block.id,
            slug=block.slug,
            name=block.name,
            tier_id=block.tier_id,
            tier_name=tier.name if tier else {},
            tier_letter=tier.letter if tier else "",
            tier_color=tier.color if tier else "",
            party_id=block.party_id,
            party_name=party or {},
            priority=block.priority,
            release_min=block.release_min,
            released_at=block.released_at,
            seats=tuple(seats.get(block.id, ())),
        )
        for block, tier, party in rows
    ]


def seats_of(ticket_ids: Collection[int]) -> Mapping[int, Mapping[int, str]]:
    """Return the seats of tickets: label by performance by ticket; one statement."""
    found: dict[int, dict[int, str]] = {}
    for ticket_id, performance_id, label, number in db.session.execute(
        select(SeatAssignment.ticket_id, SeatAssignment.performance_id, Seat.row_label, Seat.number)
        .join(Seat, Seat.id == SeatAssignment.seat_id)
        .where(SeatAssignment.ticket_id.in_(list(ticket_ids)), SeatAssignment.state == "assigned")
        .order_by(SeatAssignment.performance_id)
    ):
        if ticket_id is not None:
            found.setdefault(ticket_id, {})[performance_id] = f"{label}-{number}"
    return found


def ticket_of(event_id: int, code: str, person: int) -> int:
    """Return the live ticket of a person of a registration, 0 the contact; raises NotFound."""
    found = db.session.scalar(
        select(Ticket.id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Registration.event_id == event_id,
            Registration.code == code.upper(),
            Attendee.position == person,
            Ticket.status != TicketStatus.CANCELLED,
        )
    )
    if found is None:
        raise NotFound()
    return found


def seat_log(performance_id: int, limit: int = 50) -> list[LogRow]:
    """Return the newest steps of the seats of a performance."""
    rows = db.session.scalars(
        select(SeatLog)
        .where(SeatLog.performance_id == performance_id)
        .order_by(SeatLog.id.desc())
        .limit(limit)
    )
    return [LogRow(row.at, row.label, row.action, row.reason, row.actor) for row in rows]


def _seats(plan: PlanRow) -> Select[*tuple[Any, ...]]:
    block = and_(
        SeatBlockSeat.seat_id == Seat.id, SeatBlockSeat.performance_id == plan.performance_id
    )
    holder = and_(
        SeatAssignment.seat_id == Seat.id,
        SeatAssignment.performance_id == plan.performance_id,
        LIVE,
    )
    return (
        select(
            Seat,
            SeatBlock,
            Tier,
            SeatAssignment,
            Attendee.display_name,
            Attendee.latin_name,
            Registration.code,
            TicketType.name.label("type_name"),
            AttendeeSearch.readings,
        )
        .outerjoin(SeatBlockSeat, block)
        .outerjoin(SeatBlock, SeatBlock.id == SeatBlockSeat.block_id)
        .outerjoin(Tier, Tier.id == SeatBlock.tier_id)
        .outerjoin(SeatAssignment, holder)
        .outerjoin(Ticket, Ticket.id == SeatAssignment.ticket_id)
        .outerjoin(Attendee, Attendee.id == Ticket.attendee_id)
        .outerjoin(Registration, Registration.id == Attendee.registration_id)
        .outerjoin(TicketType, TicketType.id == Ticket.ticket_type_id)
        .outerjoin(AttendeeSearch, AttendeeSearch.attendee_id == Attendee.id)
        .where(Seat.map_id == plan.map_id)
        .order_by(Seat.id)
        .execution_options(populate_existing=True)
    )


def _seat_row(row: Row[*tuple[Any, ...]]) -> SeatRow:
    seat, block, tier, holder = row.Seat, row.SeatBlock, row.Tier, row.SeatAssignment
    return SeatRow(
        id=seat.id,
        section=seat.section,
        row_label=seat.row_label,
        row_rank=seat.row_rank,
        number=seat.number,
        position=seat.position,
        kind=seat.kind,
        block_id=block.id if block else None,
        block_name=block.name if block else {},
        tier_letter=tier.letter if tier else "",
        tier_color=tier.color if tier else "",
        state=holder.state if holder else "free",
        ticket_id=holder.ticket_id if holder else None,
        name=row.display_name or "",
        latin_name=row.latin_name,
        code=row.code or "",
        type_name=row.type_name or {},
        readings=row.readings or "",
        note=holder.note if holder else "",
        is_protected=bool(holder and holder.is_protected),
    )
