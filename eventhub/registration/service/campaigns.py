"""Campaigns: their lists, invitations and reminders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.kernel import audit, clock, locks
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.kernel.i18n import in_lang
from eventhub.kernel.ids import new_public_id
from eventhub.notify.service import enqueue
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration import guest_files
from eventhub.registration.errors import CampaignExists
from eventhub.registration.models import Campaign, Invitation, TicketType
from eventhub.registration.queries.invitations import (
    MAIL_KEY,
    CampaignRow,
    InvitationFace,
    InvitationRow,
    campaigns,
    invitation_face,
    invitations,
)
from eventhub.registration.rules.guests import Guest
from eventhub.registration.rules.invitations import (
    REMINDED,
    REMINDER_GAP,
    Standing,
    Step,
    is_reminder_due,
)
from eventhub.registration.service.invitations import step
from eventhub.registration.service.links import invitation_token, invitation_url
from eventhub.registration.service.mail_stops import stopped

_CHUNK = 250  # messages per transaction
_MOST_DAYS = 60

on_violation("uq_campaign_event_id_name", CampaignExists)


@dataclass(frozen=True, slots=True)
class CreateCampaign:
    """A campaign; `text` is what the invitation says, in both languages."""

    event_id: int
    name: str
    ticket_type: str
    text: I18n
    answer_by: datetime
    reminder_days: tuple[int, ...] = (7, 3, 1)
    plus_ones_max: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of the lines of a list; `refused` are the numbers of lines that were not read."""

    new: int
    known: int
    refused: tuple[int, ...]


@command
def create_campaign(cmd: CreateCampaign) -> str:
    """
    Make a campaign without anybody on its list; returns its public id. Commits.

    Raises:
        Invalid: No such ticket type, a deadline that is over, odd reminders,
            or more companions than the type admits.
        CampaignExists: The event has one of this name.
    """
    kind = db.session.scalar(
        select(TicketType).where(
            TicketType.event_id == cmd.event_id, TicketType.slug == cmd.ticket_type
        )
    )
    if kind is None:
        raise Invalid(fields={"ticket_type": [_l("There is no such ticket.")]})
    if cmd.answer_by <= clock.now():
        raise Invalid(fields={"answer_by": [_l("Choose a time that is still to come.")]})
    if not all(0 < day <= _MOST_DAYS for day in cmd.reminder_days):
        raise Invalid(fields={"reminder_days": [_l("Write days from 1 to 60, such as 7, 3, 1.")]})
    if cmd.plus_ones_max >= kind.max_group:
        text = _l("At most %(n)s companions with this ticket.", n=kind.max_group - 1)
        raise Invalid(fields={"plus_ones_max": [text]})
    campaign = Campaign(
        event_id=cmd.event_id,
        public_id=new_public_id(),
        name=cmd.name,
        ticket_type_id=kind.id,
        text=cmd.text,
        answer_by=cmd.answer_by,
        reminder_days=list(cmd.reminder_days),
        plus_ones_max=cmd.plus_ones_max,
        created_at=clock.now(),
    )
    db.session.add(campaign)
    db.session.flush()
    audit.record("campaign.create", f"campaign:{campaign.public_id}", event_id=cmd.event_id)
    return campaign.public_id


def list_file(campaign: CampaignRow, data: bytes) -> Listed:
    """
    Put the people of a guest file on the list of a campaign; sends nothing. Commits.

    Whoever is on it by e-mail or phone stays as they are.

    Raises:
        Invalid: A file that can not be read.
    """
    found = guest_files.read(data, types={}, default_type=campaign.type_slug, any_type=True)
    guests = [line.guest for line in found.lines if line.guest is not None]
    reachable = [guest for guest in guests if guest.email or guest.phone]
    new = add_invitees(campaign.id, reachable)
    refused = tuple(
        line.line_no
        for line in found.lines
        if line.guest is None or not (line.guest.email or line.guest.phone)
    )
    return Listed(new, len(reachable) - new, refused)


@command
def add_invitees(campaign_id: int, guests: Iterable[Guest]) -> int:
    """Put people on the list of a campaign; returns how many were not on it. Commits."""
    campaign = _locked(campaign_id)
    rows = db.session.execute(
        select(Invitation.email, Invitation.phone).where(Invitation.campaign_id == campaign_id)
    )
    taken = {contact for row in rows for contact in row if contact}
    new = 0
    for guest in guests:
        contacts = {contact for contact in (guest.email, guest.phone) if contact}
        if contacts & taken:
            continue
        taken |= contacts
        new += 1
        db.session.add(
            Invitation(
                event_id=campaign.event_id,
                public_id=new_public_id(),
                campaign_id=campaign_id,
                name=guest.name,
                email=guest.email,
                phone=guest.phone,
                locale=guest.lang,
                state=Step.DRAFT,
            )
        )
    audit.record(
        "campaign.list",
        f"campaign:{campaign.public_id}",
        event_id=campaign.event_id,
        after={"new": new},
    )
    return new


def send_invitations(campaign_id: int) -> int:
    """
    Write to everybody on the list who was not written to; nobody gets two. Commits in chunks.

    Returns:
        How many messages were written.
    """
    waiting = [row for row in invitations(campaign_id) if row.standing is Standing.DRAFT]
    return _in_chunks(_reachable(waiting), _send)


def remind(campaign_id: int) -> int:
    """
    Remind everybody who has not answered, but for those reminded within a day. Commits in chunks.

    Returns:
        How many messages were written.
    """
    at = clock.now()
    due = [
        row
        for row in invitations(campaign_id)
        if row.standing in REMINDED and at - _last_at(row) >= REMINDER_GAP
    ]
    return _in_chunks(_reachable(due), _remind)


def remind_as_planned(event_id: int) -> int:
    """
    Remind whom the plans of an event's campaigns ask for now. Commits in chunks.

    Returns:
        How many messages were written.
    """
    at = clock.now()
    count = 0
    for campaign in campaigns(event_id):
        due = [
            row
            for row in invitations(campaign.id)
            if row.standing in REMINDED
            and is_reminder_due(
                campaign.reminder_days, answer_by=row.answer_by, last_at=_last_at(row), at=at
            )
        ]
        count += _in_chunks(_reachable(due), _remind)
    return count


def remind_everywhere() -> int:
    """Remind as planned in all events whose campaigns still take answers; returns how many."""
    events = db.session.scalars(
        select(Campaign.event_id).where(Campaign.answer_by > clock.now()).distinct()
    ).all()
    return sum(remind_as_planned(event_id) for event_id in events)


def _reachable(rows: Sequence[InvitationRow]) -> list[int]:
    """Return the invitations whose address has not asked for silence and takes mail."""
    if not rows:
        return []
    event_id = db.session.scalars(
        select(Invitation.event_id).where(Invitation.id == rows[0].id)
    ).one()
    away = stopped(event_id, [row.email or row.phone or "" for row in rows])
    return [row.id for row in rows if (row.email or row.phone or "") not in away]


def _locked(campaign_id: int) -> Campaign:
    """Return a campaign; a second command that changes its list waits for this one."""
    found = db.session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update())
    if found is None:
        raise NotFound()
    return found


def _last_at(row: InvitationRow) -> datetime:
    return row.last_reminded_at or row.sent_at or clock.now()


def _in_chunks(ids: Sequence[int], write: Callable[[Sequence[int]], int]) -> int:
    return sum(write(ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK))


@command
def _send(ids: Sequence[int]) -> int:
    locks.check_lease()
    sent = 0
    for invitation_id in ids:
        if step(invitation_id, Step.QUEUED, sent_at=clock.now()):
            _write(invitation_face(invitation_id), number=0)
            sent += 1
    _record("invitations.send", ids, sent)
    return sent


def _record(action: str, ids: Sequence[int], count: int) -> None:
    campaign = db.session.scalar(
        select(Campaign)
        .join(Invitation, Invitation.campaign_id == Campaign.id)
        .where(Invitation.id == ids[0])
    )
    if campaign is not None and count:
        audit.record(
            action,
            f"campaign:{campaign.public_id}",
            event_id=campaign.event_id,
            after={"messages": count},
        )


@command
def _remind(ids: Sequence[int]) -> int:
    locks.check_lease()
    count = 0
    for invitation_id in ids:
        face = invitation_face(invitation_id)
        if face.row.standing not in REMINDED:
            continue
        number = face.row.reminded_count + 1
        db.session.execute(
            update(Invitation)
            .where(Invitation.id == invitation_id)
            .values(reminded_count=number, last_reminded_at=clock.now())
        )
        count += _write(face, number=number)
    _record("invitations.remind", ids, count)
    return count


def _write(face: InvitationFace, *, number: int) -> bool:
    """Write the invitation (`number` 0) or a reminder, in the invited person's language."""
    row, event = face.row, event_by_id(face.event.id)
    with in_lang(event.lang_for(row.locale)):
        context = _context(face, event, is_reminder=number > 0)
        message = enqueue(
            event_id=event.id,
            kind="invitation_reminder" if number else "invitation",
            dedupe_key=f"{MAIL_KEY}{row.public_id}:{number}",
            recipient=row.email or row.phone or "",
            recipient_name=row.name,
            locale=row.locale,
            subject=render_template("mail/invitation.subject.txt", **context).strip(),
            text=render_template("mail/invitation.txt", **context).strip() + "\n",
            html=render_template("mail/invitation.html", **context) if row.email else "",
            channel="email" if row.email else "sms",
            is_synthetic=event.is_synthetic,
            unsubscribe_url=f"{context['url']}/unsubscribe",
        )
    return message is not None


def _context(face: InvitationFace, event: EventRow, *, is_reminder: bool) -> dict[str, Any]:
    found = db.session.get_one(Invitation, face.row.id)
    return {
        "event": event,
        "row": face.row,
        "campaign": face.campaign,
        "is_reminder": is_reminder,
        "url": invitation_url(invitation_token(found.public_id, found.link_rev)),
    }
