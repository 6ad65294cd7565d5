"""What one gate needs to decide by itself: keys, rules, windows, words, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eventhub.checkin.queries.changes import scope_numbers, seq_text
from eventhub.checkin.queries.config import EventConfig, TypeFacts, WindowRow
from eventhub.checkin.rules import PolicyFacts, WindowFacts
from eventhub.checkin.service.answers import question_data
from eventhub.kernel import clock
from eventhub.programme.queries import GateRow

_GATES_SHOWN = 3


def gate_of_device(config: EventConfig, gate: GateRow) -> dict[str, Any]:
    """Return a gate as its device shows and judges it."""
    zone = config.zones[gate.zone_id]
    facts = config.gate_facts(gate)
    return {
        "id": gate.public_id,
        "number": gate.number,
        "name": gate.name,
        "zone": gate.zone_public_id,
        "zone_name": zone.name,
        "capacity": zone.capacity,
        "hard_limit": zone.is_hard_limit,
        "direction": gate.direction,
        "group": gate.gate_group,
        "state": gate.state,
        "products": None if facts.products is None else sorted(facts.products),
        "welcome": config.options_of(gate.id).shows_welcome,
        "search": config.options_of(gate.id).finds_names,
        "badges": config.options_of(gate.id).prints_badges,
        "walk_in": config.options_of(gate.id).walk_in_type_id is not None,
    }


def event_of_device(config: EventConfig, gate: GateRow) -> dict[str, Any]:
    """Return an event as a gate of it decides by; no private key, no name of a guest."""
    event = config.event
    return {
        "id": event.uuid_bytes.hex(),
        "slug": event.slug,
        "title": event.title,
        "timezone": event.timezone,
        "day_start": event.day_start_local.strftime("%H:%M"),
        "is_synthetic": event.is_synthetic,
        "salt": config.salt.hex(),
        "epoch": seq_text(config.salt, 0)[:4],
        "keys": {
            str(key.kid): {"pub": key.public_key.hex(), "state": key.state}
            for key in config.keys.values()
        },
        "dynkeys": {
            str(key.kid): {
                "key": key.key.hex(),
                "from": _ms(key.opens_at),
                "until": _ms(key.closes_at),
            }
            for key in config.day_keys.values()
            if key.closes_at > clock.now()
        },
        "other_keys": [
            {
                "kid": key.kid,
                "pub": key.public_key.hex(),
                "id": key.event_uuid.hex(),
                "title": key.event_name,
            }
            for key in config.other_keys
        ],
        "products": [
            _product(config, kind, gate)
            for kind in sorted(config.types.values(), key=lambda row: row.number)
        ],
        "windows": [_window(config, row) for _, row in sorted(config.windows.items())],
        "questions": [question_data(found) for found in config.questions.values()],
        "shows": [
            {
                "show": show.show,
                "opens": show.opens_ms,
                "starts": show.starts_ms,
                "ends": show.ends_ms,
            }
            for show in config.gate_shows(gate.stage_id)
        ],
        "gates": {
            str(row.number): {"id": row.public_id, "name": row.name}
            for row in config.gates.values()
        },
        "cards": _cards(config),
        "reasons": list(config.reasons),
        "scopes": [[number, key] for key, number in sorted(scope_numbers(event.id).items())],
    }


def _cards(config: EventConfig) -> list[dict[str, Any]]:
    """Return the cards that a gate knows by their hash: good now or within a day."""
    now = clock.now()
    return [
        {
            "hash": card.secret_hash,
            "name": card.name,
            "override": card.may_override,
            "until_ms": _ms(card.expires_at),
        }
        for card in config.cards
        if card.is_good(now)
    ]


def _product(config: EventConfig, kind: TypeFacts, gate: GateRow) -> dict[str, Any]:
    policy, is_zone_own = config.policy(kind.id, gate.zone_id)
    asked = config.asked(gate, kind.id)
    return {
        "no": kind.number,
        "name": kind.name,
        "policy": {**_policy(policy), "ask": asked.row.slug if asked else None},
        "zone": gate.zone_public_id if is_zone_own else None,
        "gates": [row.name for row in config.gates_for(kind.id)[:_GATES_SHOWN]],
    }


def _policy(policy: PolicyFacts) -> Mapping[str, Any]:
    return {
        "once": policy.once,
        "reentry": policy.reentry,
        "reentry_max": policy.reentry_max,
        "reentry_gap_s": policy.reentry_gap_s,
        "unlisted": policy.unlisted,
        "unpaid": policy.unpaid,
        "kinds": sorted(policy.kinds),
        "party": policy.party,
    }


def _window(config: EventConfig, row: WindowRow) -> dict[str, Any]:
    own = {
        str(kind.number): _span(row.facts(config.type_windows[row.id, kind.id]))
        for kind in config.types.values()
        if (row.id, kind.id) in config.type_windows
    }
    return {"no": row.number, "show": row.show, **_span(row.facts(None)), "types": own}


def _span(facts: WindowFacts) -> dict[str, Any]:
    return {
        "opens_ms": facts.opens_ms,
        "closes_ms": facts.closes_ms,
        "is_cancelled": facts.is_cancelled,
        "group": facts.group,
    }


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
