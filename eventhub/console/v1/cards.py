"""Staff cards of the gates, and the reasons that gates offer for overrides."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import AwareDatetime, Field

from eventhub.accounts.enums import Scope
from eventhub.checkin import queries, service
from eventhub.checkin.service.cards import MOST_CARDS, MOST_REASONS
from eventhub.console.v1.frame import Line, authorised, call, stamp
from eventhub.kernel.api import Schema, body
from eventhub.kernel.http import json_answer, private

_READ, _WRITE = Scope.GATES_READ, Scope.GATES_WRITE


class CardsIn(Schema):
    """Cards for gate staff, one per name."""

    names: Annotated[list[Line], Field(min_length=1, max_length=MOST_CARDS)]
    expires_at: AwareDatetime
    may_override: bool = False


class MadeCardOut(Schema):
    """A new card; its code is told only now."""

    id: str
    name: str
    code: str


class MadeCardsOut(Schema):
    """The new cards in the order of their names."""

    cards: list[MadeCardOut]


class CardOut(Schema):
    """A staff card; `used` counts what it stands behind."""

    id: str
    name: str
    may_override: bool
    made_at: str
    expires_at: str
    revoked_at: str | None
    used: int


class CardsOut(Schema):
    """All staff cards, those in force first."""

    cards: list[CardOut]


class ReasonsIn(Schema):
    """Reasons that gates offer for overrides; none leaves free text alone."""

    reasons: Annotated[list[Line], Field(max_length=MOST_REASONS)]


@call(
    "GET",
    "/gate-cards",
    summary="List the staff cards, without their codes.",
    scope=_READ,
    tag="gates",
    answers={200: CardsOut},
)
def cards(slug: str) -> Response:
    """GET /api/v1/events/SLUG/gate-cards, keys with gates:read."""
    event = authorised(slug, _READ)
    found = [
        {
            "id": row.public_id,
            "name": row.name,
            "may_override": row.may_override,
            "made_at": stamp(row.made_at),
            "expires_at": stamp(row.expires_at),
            "revoked_at": stamp(row.revoked_at),
            "used": row.used,
        }
        for row in queries.cards(event.id)
    ]
    return private(json_answer({"cards": found}))


@call(
    "POST",
    "/gate-cards",
    summary="Make staff cards; the answer holds their codes, once.",
    scope=_WRITE,
    tag="gates",
    body=CardsIn,
    answers={201: MadeCardsOut},
)
def make_cards(slug: str) -> Response:
    """POST /api/v1/events/SLUG/gate-cards, keys with gates:write."""
    event = authorised(slug, _WRITE)
    given = body(CardsIn)
    made = service.make_cards(
        service.MakeCards(
            event_id=event.id,
            names=given.names,
            may_override=given.may_override,
            expires_at=given.expires_at,
            made_by=None,
        )
    )
    answer = [{"id": card.public_id, "name": card.name, "code": card.code} for card in made]
    return private(json_answer({"cards": answer}, 201))


@call(
    "DELETE",
    "/gate-cards/<card>",
    summary="Let a card count no more.",
    scope=_WRITE,
    tag="gates",
    answers={204: None},
)
def revoke_card(slug: str, card: str) -> Response:
    """DELETE /api/v1/events/SLUG/gate-cards/CARD, keys with gates:write."""
    event = authorised(slug, _WRITE)
    service.revoke_card(event.id, card)
    return private(Response(status=204))


@call(
    "PUT",
    "/gate-reasons",
    summary="Set the reasons that gates offer for overrides.",
    scope=_WRITE,
    tag="gates",
    body=ReasonsIn,
    answers={204: None},
)
def set_reasons(slug: str) -> Response:
    """PUT /api/v1/events/SLUG/gate-reasons, keys with gates:write."""
    event = authorised(slug, _WRITE)
    service.set_reasons(event.id, body(ReasonsIn).reasons)
    return private(Response(status=204))
