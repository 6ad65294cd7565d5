"""Invitations: campaigns, their lists, sending, reminding, taking back."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import AwareDatetime, Field

from eventhub.accounts.enums import Scope
from eventhub.console.v1.frame import (
    FileBody,
    I18nText,
    Line,
    Word,
    authorised,
    call,
    stamp,
)
from eventhub.console.v1.guests import SentOut
from eventhub.kernel.api import Schema, body, query
from eventhub.kernel.errors import NotFound
from eventhub.kernel.http import json_answer, private
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.queries import invitations as rows
from eventhub.registration.rules.invitations import Standing

_READ, _WRITE = Scope.REGISTRATIONS_READ, Scope.REGISTRATIONS_WRITE
_ONE = "/campaigns/<campaign>"
_Day = Annotated[int, Field(ge=1, le=60)]


class CampaignIn(Schema):
    """A new campaign; `reminder_days` count back from `answer_by`."""

    name: Annotated[Line, Field(min_length=1)]
    ticket_type: Word
    text: I18nText
    answer_by: AwareDatetime
    reminder_days: Annotated[list[_Day], Field(max_length=10)] = Field(
        default_factory=lambda: [7, 3, 1]
    )
    companions: Annotated[int, Field(ge=0, le=20)] = 0


class CampaignOut(Schema):
    """A campaign; `counts` are its invitations by where they stand."""

    id: str
    name: str
    ticket_type: str
    text: dict[str, str]
    answer_by: str
    reminder_days: list[int]
    companions: int
    created_at: str
    counts: dict[str, int]


class CampaignsOut(Schema):
    """All campaigns, the newest first."""

    campaigns: list[CampaignOut]


class ListedOut(Schema):
    """What became of the lines of a list; `refused` are lines without name or contact."""

    new: int
    known: int
    refused: list[int]


class InvitedQuery(Schema):
    """Only invitations that stand so."""

    standing: Standing | None = None


class InvitationOut(Schema):
    """One invited person and where the invitation stands."""

    id: str
    name: str
    contact: str
    lang: str
    standing: Standing
    people: int | None
    sent_at: str | None
    answered_at: str | None
    reminders: int
    decline_reason: str


class InvitationsOut(Schema):
    """Everybody on the list of a campaign, by name."""

    invitations: list[InvitationOut]


@call(
    "GET",
    "/campaigns",
    summary="List the campaigns with the state of their invitations.",
    scope=_READ,
    tag="invitations",
    answers={200: CampaignsOut},
)
def list_campaigns(slug: str) -> Response:
    """GET /api/v1/events/SLUG/campaigns, keys with registrations:read."""
    event = authorised(slug, _READ)
    found = [_campaign(row) for row in rows.campaigns(event.id)]
    return private(json_answer({"campaigns": found}))


@call(
    "POST",
    "/campaigns",
    summary="Make a campaign without anybody on its list; a name is used once.",
    scope=_WRITE,
    tag="invitations",
    body=CampaignIn,
    answers={201: CampaignOut},
)
def make_campaign(slug: str) -> Response:
    """POST /api/v1/events/SLUG/campaigns, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    given = body(CampaignIn)
    made = service.create_campaign(
        service.CreateCampaign(
            event_id=event.id,
            name=given.name,
            ticket_type=given.ticket_type,
            text=given.text,
            answer_by=given.answer_by,
            reminder_days=tuple(sorted(set(given.reminder_days), reverse=True)),
            plus_ones_max=given.companions,
        )
    )
    location = f"/api/v1/events/{slug}/campaigns/{made}"
    return private(json_answer(_campaign(_found(event, made)), 201, {"Location": location}))


@call(
    "GET",
    _ONE,
    summary="Read one campaign.",
    scope=_READ,
    tag="invitations",
    answers={200: CampaignOut},
)
def read_campaign(slug: str, campaign: str) -> Response:
    """GET /api/v1/events/SLUG/campaigns/CAMPAIGN, keys with registrations:read."""
    event = authorised(slug, _READ)
    return private(json_answer(_campaign(_found(event, campaign))))


@call(
    "GET",
    f"{_ONE}/invitations",
    summary="List who is invited and what they answered.",
    scope=_READ,
    tag="invitations",
    query=InvitedQuery,
    answers={200: InvitationsOut},
)
def list_invitations(slug: str, campaign: str) -> Response:
    """GET .../campaigns/CAMPAIGN/invitations, keys with registrations:read."""
    event = authorised(slug, _READ)
    wanted = query(InvitedQuery).standing
    found = rows.invitations(_found(event, campaign).id)
    people = [_invitation(row) for row in found if wanted in (None, row.standing)]
    return private(json_answer({"invitations": people}))


@call(
    "POST",
    f"{_ONE}/list",
    summary="Put the people of a file on the list; sends nothing.",
    scope=_WRITE,
    tag="invitations",
    body=FileBody,
    answers={200: ListedOut},
)
def list_invitees(slug: str, campaign: str) -> Response:
    """POST .../campaigns/CAMPAIGN/list, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    found = _found(event, campaign)
    done = service.list_file(found, body(FileBody).data())
    return private(
        json_answer({"new": done.new, "known": done.known, "refused": list(done.refused)})
    )


@call(
    "POST",
    f"{_ONE}/send",
    summary="Write to everybody who was not written to; nobody gets two.",
    scope=_WRITE,
    tag="invitations",
    answers={200: SentOut},
)
def send_invitations(slug: str, campaign: str) -> Response:
    """POST .../campaigns/CAMPAIGN/send, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    return private(json_answer({"sent": service.send_invitations(_found(event, campaign).id)}))


@call(
    "POST",
    f"{_ONE}/remind",
    summary="Remind who has not answered, but for those reminded within a day.",
    scope=_WRITE,
    tag="invitations",
    answers={200: SentOut},
)
def remind(slug: str, campaign: str) -> Response:
    """POST .../campaigns/CAMPAIGN/remind, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    return private(json_answer({"sent": service.remind(_found(event, campaign).id)}))


@call(
    "DELETE",
    f"{_ONE}/invitations/<invitation>",
    summary="Take an unanswered invitation back; its link then says so.",
    scope=_WRITE,
    tag="invitations",
    answers={204: None},
)
def withdraw(slug: str, campaign: str, invitation: str) -> Response:
    """DELETE .../campaigns/CAMPAIGN/invitations/ID, keys with registrations:write."""
    event = authorised(slug, _WRITE)
    people = rows.invitations(_found(event, campaign).id)
    row = next((one for one in people if one.public_id == invitation), None)
    if row is None:
        raise NotFound()
    service.withdraw_invitation(row.id)
    return private(Response(status=204))


def _found(event: EventRow, campaign: str) -> rows.CampaignRow:
    return rows.campaign_by_public_id(event.id, campaign)


def _campaign(row: rows.CampaignRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "ticket_type": row.type_slug,
        "text": row.text,
        "answer_by": stamp(row.answer_by),
        "reminder_days": list(row.reminder_days),
        "companions": row.plus_ones_max,
        "created_at": stamp(row.created_at),
        "counts": {standing.value: count for standing, count in row.counts.items()},
    }


def _invitation(row: rows.InvitationRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "contact": row.email or row.phone or "",
        "lang": row.locale,
        "standing": row.standing.value,
        "people": row.people,
        "sent_at": stamp(row.sent_at),
        "answered_at": stamp(row.answered_at),
        "reminders": row.reminded_count,
        "decline_reason": row.decline_reason,
    }
