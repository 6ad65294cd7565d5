"""Letting somebody in against a refusal: a supervisor's card and a reason, never one alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from eventhub.checkin.queries.config import CardFacts, EventConfig
from eventhub.kernel.errors import Invalid
from eventhub.kernel.signing import StaffCard, UnreadableCode, parse_code

REASON_CHARS = 3  # what a reason has at least
REASON_MOST = 200


@dataclass(frozen=True, slots=True)
class Override:
    """What is shown at a gate to override: the text of a staff card, and why."""

    card: str
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """An override that holds: who, as the log names them, and why."""

    by: str
    reason: str


def card_hash(salt: bytes, secret: bytes) -> str:
    """Return how a staff card is known to the server and on gates."""
    return hashlib.sha256(salt + secret).hexdigest()


def granted(config: EventConfig, override: Override, at: datetime) -> Grant:
    """
    Return the grant of a card that was read at a gate.

    Raises:
        Invalid: No supervisor's card that is good now, or a reason too short.
    """
    return grant_of(_card(config, override.card), override.reason, at)


def granted_offline(
    config: EventConfig, hashed: str | None, reason: str | None, at: datetime
) -> Grant:
    """
    Return the grant that a device gave without a server.

    Raises:
        Invalid: As `granted`; the card must have been good at the time of the scan.
    """
    card = next((row for row in config.cards if row.secret_hash == hashed), None)
    return grant_of(card, reason or "", at)


def shown_card(config: EventConfig, text: str, at: datetime) -> CardFacts:
    """
    Return the staff card that a text is, a supervisor's or not.

    Raises:
        Invalid: No card of this event that is good at `at`.
    """
    card = _card(config, text)
    if card is None or not card.is_good(at):
        raise Invalid(fields={"card": [_l("This is not a staff card of this event.")]})
    return card


def grant_of(card: CardFacts | None, reason: str, at: datetime) -> Grant:
    """Return the grant of a card; see `granted`."""
    if card is None or not card.may_override or not card.is_good(at):
        raise Invalid(fields={"card": [_l("This is not the card of a supervisor of this event.")]})
    return Grant(f"card:{card.public_id}", checked_reason(reason))


def checked_reason(text: str) -> str:
    """
    Return a reason as it is kept.

    Raises:
        Invalid: Shorter than three characters.
    """
    reason = " ".join(text.split())[:REASON_MOST]
    if len(reason) < REASON_CHARS:
        raise Invalid(fields={"reason": [_l("Give a reason of at least 3 characters.")]})
    return reason


def _card(config: EventConfig, text: str) -> CardFacts | None:
    try:
        code = parse_code(text)
    except UnreadableCode:
        return None
    if not isinstance(code, StaffCard):
        return None
    hashed = card_hash(config.salt, code.secret)
    return next((row for row in config.cards if row.secret_hash == hashed), None)
