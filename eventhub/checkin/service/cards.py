"""Staff cards, and what gates of an event may do beyond scanning."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from eventhub.checkin.models import CheckinSetting, GateSetting, StaffCard
from eventhub.checkin.service.overrides import REASON_CHARS, REASON_MOST, card_hash
from eventhub.kernel import audit, clock, ids, signing
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.programme.models import Gate
from eventhub.programme.queries import event_by_id
from eventhub.registration.models import TicketType
from eventhub.registration.service import ensure_event_key

MOST_CARDS = 60  # made at once
MOST_REASONS = 12
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class MakeCards:
    """Cards for members of the gate staff; good until `expires_at`."""

    event_id: int
    names: Sequence[str]
    may_override: bool
    expires_at: datetime
    made_by: int | None


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card as it is printed; its code is shown once and kept nowhere."""

    public_id: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class SetGate:
    """What a gate does beyond scanning; `walk_in_type_id` None registers nobody there."""

    event_id: int
    gate_id: int
    shows_welcome: bool
    walk_in_type_id: int | None
    asks_question: bool = True
    prints_badges: bool = False
    finds_names: bool = True


@command
def make_cards(cmd: MakeCards) -> list[NewCard]:
    """
    Make one card per name. Commits.

    Raises:
        Invalid: No names, too many, or a date that has passed.
    """
    names = [name for name in (" ".join(text.split()) for text in cmd.names) if name]
    if not 1 <= len(names) <= MOST_CARDS:
        raise Invalid(fields={"names": ["1 .. 60"]})
    now = clock.now()
    if cmd.expires_at <= now:
        raise Invalid(fields={"until": ["> now"]})
    salt = ensure_event_key(cmd.event_id).salt
    made = []
    for name in names:
        secret = secrets.token_bytes(16)
        row = StaffCard(
            event_id=cmd.event_id,
            public_id=f"ck_{ids.new_public_id()}",
            name=name[:_NAME_CHARS],
            secret_hash=card_hash(salt, secret),
            may_override=cmd.may_override,
            made_at=now,
            made_by=cmd.made_by,
            expires_at=cmd.expires_at,
        )
        db.session.add(row)
        made.append(NewCard(row.public_id, row.name, signing.staff_card_code(secret)))
    db.session.flush()
    after = {"cards": [card.public_id for card in made], "may_override": cmd.may_override}
    _note(cmd.event_id, "gate-card.make", after)
    return made


@command
def revoke_card(event_id: int, public_id: str) -> None:
    """
    Let a card count no more; gates hear of it with their next configuration. Commits.

    Raises:
        NotFound: The event has no such card.
    """
    row = db.session.scalar(
        select(StaffCard).where(StaffCard.event_id == event_id, StaffCard.public_id == public_id)
    )
    if row is None:
        raise NotFound()
    db.session.execute(
        update(StaffCard)
        .where(StaffCard.id == row.id, StaffCard.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    _note(event_id, "gate-card.revoke", {"card": public_id})


@command
def set_reasons(event_id: int, reasons: Sequence[str]) -> None:
    """
    Keep the reasons for overrides that gates offer; an empty list leaves free text alone.

    Commits.

    Raises:
        Invalid: More than twelve, or one shorter than three characters.
    """
    wanted = [text for text in (" ".join(text.split())[:REASON_MOST] for text in reasons) if text]
    if len(wanted) > MOST_REASONS or any(len(text) < REASON_CHARS for text in wanted):
        raise Invalid(fields={"reasons": ["<= 12, >= 3"]})
    row = db.session.get(CheckinSetting, event_id)
    if row is None:
        row = CheckinSetting(event_id=event_id, override_reasons=[])
        db.session.add(row)
    row.override_reasons = wanted
    _note(event_id, "gate-reasons.set", {"reasons": wanted})


@command
def set_gate(cmd: SetGate) -> None:
    """
    Keep what a gate does beyond scanning. Commits.

    Raises:
        NotFound: The event has no such gate or ticket type.
    """
    gate = db.session.get(Gate, cmd.gate_id)
    if gate is None or gate.event_id != cmd.event_id:
        raise NotFound()
    if cmd.walk_in_type_id is not None:
        kind = db.session.get(TicketType, cmd.walk_in_type_id)
        if kind is None or kind.event_id != cmd.event_id:
            raise NotFound()
    row = db.session.get(GateSetting, gate.id)
    if row is None:
        row = GateSetting(gate_id=gate.id)
        db.session.add(row)
    row.shows_welcome = cmd.shows_welcome
    row.walk_in_type_id = cmd.walk_in_type_id
    row.asks_question = cmd.asks_question
    row.prints_badges = cmd.prints_badges
    row.finds_names = cmd.finds_names
    after = {
        "welcome": cmd.shows_welcome,
        "walk_in_type": cmd.walk_in_type_id,
        "asks": cmd.asks_question,
        "badges": cmd.prints_badges,
        "search": cmd.finds_names,
    }
    _note(cmd.event_id, "gate.set", after, subject=f"gate:{gate.slug}")


def _note(event_id: int, action: str, after: dict[str, Any], *, subject: str = "") -> None:
    event = event_by_id(event_id)
    audit.record(
        action,
        subject or f"event:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event_id,
        after=after,
    )
