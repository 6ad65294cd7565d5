"""Campaigns and where their invitations stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import aliased

from eventhub.kernel import clock
from eventhub.kernel.db import I18n, db
from eventhub.kernel.errors import NotFound
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.models import (
    Attendee,
    Campaign,
    EntryWindow,
    Invitation,
    QuotaTicketType,
    Registration,
    Ticket,
    TicketType,
)
from eventhub.registration.rules.invitations import Facts, Standing, Step, standing

_INVITED = "invitation"
MAIL_KEY = "invitation:"  # begins the key of a message; public id and number follow


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with the number of its invitations by standing."""

    id: int
    public_id: str
    name: str
    type_slug: str
    type_name: I18n
    text: I18n
    answer_by: datetime
    reminder_days: tuple[int, ...]
    plus_ones_max: int
    created_at: datetime
    counts: Mapping[Standing, int]

    @property
    def total(self) -> int:
        """Return how many people are on the list."""
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        """Return how many people said yes or no."""
        said = (
            Standing.ACCEPTED,
            Standing.WAITLISTED,
            Standing.ARRIVED,
            Standing.NO_SHOW,
            Standing.CANCELLED,
            Standing.DECLINED,
        )
        return sum(self.counts.get(one, 0) for one in said)

    @property
    def asked(self) -> int:
        """Return how many people got an invitation."""
        kept_back = (Standing.DRAFT, Standing.WITHDRAWN, Standing.BOUNCED)
        return self.total - sum(self.counts.get(one, 0) for one in kept_back)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invited person and where the invitation stands."""

    id: int
    public_id: str
    campaign_id: int
    name: str
    email: str | None
    phone: str | None
    locale: str
    step: Step
    standing: Standing
    people: int | None  # who come, None without a registration
    answer_by: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    reminded_count: int
    last_reminded_at: datetime | None
    decline_reason: str


@dataclass(frozen=True, slots=True)
class InvitationFace:
    """An invitation as the invited person sees it."""

    event: EventRow
    row: InvitationRow
    campaign: CampaignRow


def campaigns(event_id: int) -> list[CampaignRow]:
    """Return the campaigns of an event, newest first; three statements."""
    found = _campaigns(Campaign.event_id == event_id)
    counted: dict[int, Counter[Standing]] = {}
    for row in _invitations(Invitation.event_id == event_id):
        counted.setdefault(row.campaign_id, Counter())[row.standing] += 1
    return [_campaign(one, kind, counted.get(one.id, {})) for one, kind in found]


def campaign_by_public_id(event_id: int, public_id: str) -> CampaignRow:
    """Return one campaign of an event; raises NotFound."""
    return _one(and_(Campaign.event_id == event_id, Campaign.public_id == public_id))


def campaign_by_name(event_id: int, name: str) -> CampaignRow:
    """Return one campaign of an event by its name or public id; raises NotFound."""
    named = (Campaign.name == name) | (Campaign.public_id == name)
    return _one(and_(Campaign.event_id == event_id, named))


def invitations(campaign_id: int) -> list[InvitationRow]:
    """Return the invitations of a campaign by name; two statements."""
    return _invitations(Invitation.campaign_id == campaign_id)


def is_for_invited_only(event_id: int, type_slug: str) -> bool:
    """Tell whether nobody else can take the places of a type; a shared quota may let others."""
    mine, other = aliased(QuotaTicketType), aliased(QuotaTicketType)
    rival = aliased(TicketType)
    shared = (
        select(rival.id)
        .join(other, other.ticket_type_id == rival.id)
        .join(mine, mine.quota_id == other.quota_id)
        .where(mine.ticket_type_id == TicketType.id, rival.visibility != _INVITED)
    )
    found = db.session.scalar(
        select(TicketType.id).where(
            TicketType.event_id == event_id,
            TicketType.slug == type_slug,
            TicketType.visibility == _INVITED,
            ~shared.exists(),
        )
    )
    return found is not None


def invitation_face(invitation_id: int) -> InvitationFace:
    """Return one invitation with its campaign and event; raises NotFound."""
    row = next(iter(_invitations(Invitation.id == invitation_id)), None)
    if row is None:
        raise NotFound()
    found = db.session.get_one(Campaign, row.campaign_id)
    return InvitationFace(event_by_id(found.event_id), row, _one(Campaign.id == found.id))


def _one(condition: ColumnElement[bool]) -> CampaignRow:
    found = next(iter(_campaigns(condition)), None)
    if found is None:
        raise NotFound()
    campaign, kind = found
    counted = Counter(row.standing for row in invitations(campaign.id))
    return _campaign(campaign, kind, counted)


def _campaigns(condition: ColumnElement[bool]) -> list[tuple[Campaign, TicketType]]:
    rows = db.session.execute(
        select(Campaign, TicketType)
        .join(TicketType, TicketType.id == Campaign.ticket_type_id)
        .where(condition)
        .order_by(Campaign.id.desc())
        .execution_options(populate_existing=True)
    )
    return [(campaign, kind) for campaign, kind in rows]


def _campaign(found: Campaign, kind: TicketType, counts: Mapping[Standing, int]) -> CampaignRow:
    return CampaignRow(
        id=found.id,
        public_id=found.public_id,
        name=found.name,
        type_slug=kind.slug,
        type_name=kind.name,
        text=found.text,
        answer_by=found.answer_by,
        reminder_days=tuple(found.reminder_days),
        plus_ones_max=found.plus_ones_max,
        created_at=found.created_at,
        counts=counts,
    )


def _invitations(condition: ColumnElement[bool]) -> list[InvitationRow]:
    i, r = Invitation, Registration
    first_mail = literal(MAIL_KEY) + i.public_id + literal(":0")
    entered = (
        select(func.count())
        .select_from(Ticket)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .where(Attendee.registration_id == r.id, Ticket.first_entry_at.is_not(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(i, Campaign.answer_by, OutboxMessage.state, r, entered, EntryWindow.ends_at)
        .join(Campaign, Campaign.id == i.campaign_id)
        .outerjoin(OutboxMessage, OutboxMessage.dedupe_key == first_mail)
        .outerjoin(r, r.id == i.registration_id)
        .outerjoin(
            EntryWindow,
            and_(EntryWindow.event_id == r.event_id, EntryWindow.number == r.window_no),
        )
        .where(condition)
        .order_by(i.name, i.id)
        .execution_options(populate_existing=True)
    ).all()
    at = clock.now()
    return [
        _row(found, answer_by, mail_state, made, entered_count, doors_close_at, at)
        for found, answer_by, mail_state, made, entered_count, doors_close_at in rows
    ]


def _row(
    found: Invitation,
    answer_by: datetime,
    mail_state: str | None,
    made: Registration | None,
    entered: Any,
    doors_close_at: datetime | None,
    at: datetime,
) -> InvitationRow:
    facts = Facts(
        step=Step(found.state),
        answer_by=answer_by,
        mail_state=mail_state,
        registration_state=made.state if made else None,
        has_entered=bool(entered),
        doors_close_at=doors_close_at,
    )
    return InvitationRow(
        id=found.id,
        public_id=found.public_id,
        campaign_id=found.campaign_id,
        name=found.name,
        email=found.email,
        phone=found.phone,
        locale=found.locale,
        step=facts.step,
        standing=standing(facts, at),
        people=made.group_size if made else None,
        answer_by=answer_by,
        sent_at=found.sent_at,
        answered_at=found.answered_at,
        reminded_count=found.reminded_count,
        last_reminded_at=found.last_reminded_at,
        decline_reason=found.decline_reason,
    )
