"""Who may have a seat at a performance, and the free seats as the rule sees them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Party
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration.enums import RegistrationState, TicketStatus
from eventhub.registration.models import (
    Answer,
    Attendee,
    EntryWindow,
    Question,
    Registration,
    SeatAssignment,
    Ticket,
    TicketType,
    Tier,
)
from eventhub.registration.queries.seats import LIVE, BlockRow, SeatRow
from eventhub.registration.rules.seat_plan import SeatKind
from eventhub.registration.rules.seats import Block, FreeSeat, Group

# Questions whose answers the rule reads, when an event asks them.
HOST_QUESTION: Final = "host_party"  # its values are slugs of parties
ACCESS_QUESTION: Final = "access_kind"
WHEELCHAIR: Final = "wheelchair"

_GONE: Final = (TicketStatus.CANCELLED, TicketStatus.BLOCKED)


@dataclass(frozen=True, slots=True)
class GuestRow:
    """Somebody who may have a seat at a performance and has none."""

    ticket_id: int
    registration_id: int
    name: str
    latin_name: str | None
    code: str
    type_name: I18n
    tier_id: int | None
    tier_name: I18n
    tier_letter: str
    priority: int
    party_id: int | None
    is_wheelchair: bool


def unseated(event: EventRow, show: PerformanceRow) -> list[GuestRow]:
    """Return who may have a seat at a performance and has none, higher tiers first."""
    parties = select(Party.slug, Party.id).where(Party.event_id == event.id)
    hosts = {row.slug: row.id for row in db.session.execute(parties)}
    answers = _answers(event.id)
    taken = select(SeatAssignment.ticket_id).where(
        SeatAssignment.performance_id == show.performance_id,
        LIVE,
        SeatAssignment.ticket_id.is_not(None),
    )
    rows = db.session.execute(
        select(Ticket.id, Attendee, Registration.code, TicketType.name, Tier)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .outerjoin(Tier, Tier.id == TicketType.tier_id)
        .where(
            Ticket.event_id == event.id,
            Ticket.status.not_in(_GONE),
            Ticket.id.not_in(taken),
            TicketType.is_seated,
            Registration.state == RegistrationState.CONFIRMED,
            or_(
                Registration.performance_id.is_(None),
                Registration.performance_id == show.performance_id,
            ),
            or_(Ticket.window_no == 0, Ticket.window_no.in_(windows_of_show(event.id, show))),
        )
        .order_by(func.coalesce(Tier.priority, 0).desc(), Registration.id, Attendee.position)
    )
    return [
        GuestRow(
            ticket_id=ticket_id,
            registration_id=person.registration_id,
            name=person.display_name,
            latin_name=person.latin_name,
            code=code,
            type_name=type_name,
            tier_id=tier.id if tier else None,
            tier_name=tier.name if tier else {},
            tier_letter=tier.letter if tier else "",
            priority=tier.priority if tier else 0,
            party_id=hosts.get(str(answers.get((person.id, HOST_QUESTION), ""))),
            is_wheelchair=_is_wheelchair(answers.get((person.id, ACCESS_QUESTION))),
        )
        for ticket_id, person, code, type_name, tier in rows
    ]


def may_have_seat(event: EventRow, show: PerformanceRow, ticket_id: int) -> bool:
    """Tell whether a ticket may have a seat at a performance and has none."""
    return any(guest.ticket_id == ticket_id for guest in unseated(event, show))


def groups_of(guests: Collection[GuestRow]) -> list[Group]:
    """Return the people of each registration as one group, for the rule."""
    found: dict[int, list[GuestRow]] = {}
    for guest in guests:
        found.setdefault(guest.registration_id, []).append(guest)
    groups = []
    for registration_id, members in found.items():
        members.sort(key=lambda guest: (not guest.is_wheelchair, guest.ticket_id))
        first = members[0]
        groups.append(
            Group(
                number=registration_id,
                tickets=tuple(guest.ticket_id for guest in members),
                priority=first.priority,
                tier_id=first.tier_id,
                party_id=next((g.party_id for g in members if g.party_id is not None), None),
                accessible=sum(guest.is_wheelchair for guest in members),
            )
        )
    return groups


def free_seats(rows: Collection[SeatRow], blocks: Collection[BlockRow]) -> list[FreeSeat]:
    """Return the free seats as the rule sees them; seats of a released block are open to all."""
    opened = {block.id for block in blocks if block.released_at is not None}
    places: dict[str, list[int]] = {}
    for row in rows:
        places.setdefault(row.row_label, []).append(row.position)
    centres = {label: sum(found) / len(found) for label, found in places.items()}
    return [
        FreeSeat(
            id=row.id,
            section=row.section,
            row_label=row.row_label,
            row_rank=row.row_rank,
            position=row.position,
            centre=centres[row.row_label],
            kind=_kind(row, is_open=row.block_id in opened),
            block_id=None if row.block_id in opened else row.block_id,
        )
        for row in rows
        if row.state == "free"
    ]


def rule_blocks(blocks: Collection[BlockRow]) -> list[Block]:
    """Return blocks as the rule sees them."""
    return [Block(row.id, row.priority, row.tier_id, row.party_id) for row in blocks]


def _kind(row: SeatRow, *, is_open: bool) -> SeatKind:
    kind = SeatKind(row.kind)
    is_kept = kind in (SeatKind.ACCESSIBLE, SeatKind.COMPANION)
    return SeatKind.STANDARD if is_open and is_kept else kind


def windows_of_show(event_id: int, show: PerformanceRow) -> Select[int]:
    """Select the numbers of entry windows in which a performance lies."""
    return select(EntryWindow.number).where(
        EntryWindow.event_id == event_id,
        or_(
            EntryWindow.performance_id == show.performance_id,
            and_(
                EntryWindow.performance_id.is_(None),
                EntryWindow.starts_at <= show.starts_at,
                EntryWindow.ends_at > show.starts_at,
            ),
        ),
    )


def _answers(event_id: int) -> dict[tuple[int, str], Any]:
    rows = db.session.execute(
        select(Answer.attendee_id, Question.slug, Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.event_id == event_id, Question.slug.in_((HOST_QUESTION, ACCESS_QUESTION)))
    )
    return {(attendee_id, slug): value for attendee_id, slug, value in rows}


def _is_wheelchair(answer: Any) -> bool:
    return isinstance(answer, list) and WHEELCHAIR in answer
