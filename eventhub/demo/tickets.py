"""Ticket types, places, entry windows, gate access and consent texts of the festival."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from eventhub.checkin.models import EntryPolicy
from eventhub.demo.frame import Frame
from eventhub.demo.places import Places
from eventhub.demo.shows import Shows
from eventhub.kernel.db import db
from eventhub.registration.models import (
    ConsentText,
    EntryWindow,
    EntryWindowType,
    GateAccess,
    Quota,
    QuotaTicketType,
    TicketType,
    Tier,
)

_EVENING: Final = timedelta(hours=11)  # music nights open at 17:00, the day begins at 06:00
_DOORS_BEFORE: Final = timedelta(hours=1)
_SHOW_WINDOWS: Final = 100  # windows of shows are numbered above those of days


@dataclass(frozen=True, slots=True)
class Tickets:
    """Ticket types by slug; window numbers by day offset; consent texts by purpose."""

    types: dict[str, TicketType]
    windows: dict[int, int]
    consents: dict[str, ConsentText]


def load(frame: Frame, places: Places, shows: Shows) -> Tickets:
    """Add everything one can register for, inside the caller's command."""
    types = _types(frame)
    windows = _windows(frame, types, shows)
    _quotas(frame, types, windows)
    _access(frame, places, types)
    _policies(frame, places)
    return Tickets(types, windows, _consents(frame))


def scaled(frame: Frame, count: int) -> int:
    """Return a figure of the content at the size of this load."""
    return round(count * frame.share)


def _types(frame: Frame) -> dict[str, TicketType]:
    tiers = {
        row["slug"]: Tier(
            event_id=frame.event.id,
            slug=row["slug"],
            name=row["name"],
            priority=row["priority"],
            letter=row["letter"],
            color=row["color"],
        )
        for row in frame.content["tiers"]
    }
    db.session.add_all(tiers.values())
    db.session.flush()
    types = {
        row["slug"]: TicketType(
            event_id=frame.event.id,
            number=row["number"],
            slug=row["slug"],
            tier_id=tiers[row["tier"]].id,
            name=row["name"],
            description=row["description"],
            visibility=row["visibility"],
            approval=row["approval"],
            waitlist=row["waitlist"],
            is_per_day=row["quota"]["per"] == "day",
            max_group=row["max_group"],
            price_minor=row["price_minor"],
            currency=row["currency"],
            is_seated=row["seated"],
            counts_as_visitor=row["counts_as_visitor"],
            position=position,
        )
        for position, row in enumerate(frame.content["ticket_types"], 1)
    }
    db.session.add_all(types.values())
    db.session.flush()
    return types


def _windows(frame: Frame, types: dict[str, TicketType], shows: Shows) -> dict[int, int]:
    numbers = {}
    for number, row in enumerate(frame.content["event"]["days"], 1):
        starts_at, ends_at = frame.event.day_bounds(frame.day(row["day"]))
        window = EntryWindow(
            event_id=frame.event.id, number=number, kind="day", starts_at=starts_at, ends_at=ends_at
        )
        db.session.add(window)
        db.session.flush()
        later = -int(_EVENING.total_seconds())
        db.session.add(
            EntryWindowType(
                window_id=window.id,
                ticket_type_id=types["music-night"].id,
                opens_before_s=later,
            )
        )
        numbers[row["day"]] = number
    runway = [row for row in frame.content["shows"] if row["stage"] == "long-shuttle"]
    for number, row in enumerate(runway, _SHOW_WINDOWS + 1):
        starts_at = frame.at(row["day"], row["start"])
        db.session.add(
            EntryWindow(
                event_id=frame.event.id,
                number=number,
                kind="show",
                performance_id=shows.ids[row["code"], row["day"]],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=row["minutes"]),
                opens_before_s=int(_DOORS_BEFORE.total_seconds()),
            )
        )
    return numbers


def _quotas(frame: Frame, types: dict[str, TicketType], windows: dict[int, int]) -> None:
    for row in frame.content["ticket_types"]:
        if row["quota"]["per"] == "day":
            used = {windows[int(day)]: count for day, count in row["demo_confirmed_by_day"].items()}
        else:
            used = {0: row["demo_registrations"]["confirmed"]}
        for window_no in used:
            quota = Quota(
                event_id=frame.event.id,
                slug=row["slug"],
                window_no=window_no,
                size=max(row["quota"]["size"], scaled(frame, row["quota"]["size"])),
            )
            db.session.add(quota)
            db.session.flush()
            db.session.add(QuotaTicketType(quota_id=quota.id, ticket_type_id=types[row["slug"]].id))


def _access(frame: Frame, places: Places, types: dict[str, TicketType]) -> None:
    db.session.add_all(
        GateAccess(gate_id=places.gates[gate["slug"]], ticket_type_id=types[slug].id)
        for gate in frame.content["gates"]
        for slug in gate["ticket_types"]
    )


def _policies(frame: Frame, places: Places) -> None:
    """Areas let people out and in again; the runway hall checks once per show."""

    def policy(zone: str | None, once: str, reentry: str) -> EntryPolicy:
        zone_id = places.zones[zone] if zone else None
        return EntryPolicy(event_id=frame.event.id, zone_id=zone_id, once=once, reentry=reentry)

    db.session.add_all(
        [
            policy(None, "day", "after_exit"),
            policy("works", "day", "after_exit"),
            policy("runway-hall", "show", "no"),
            policy("deck", "day", "after_exit"),
            policy("arcade", "day", "after_exit"),
        ]
    )


def _consents(frame: Frame) -> dict[str, ConsentText]:
    """Return the texts that stand in every form; conditional ones come with their questions."""
    rows: list[dict[str, Any]] = frame.content["consents"]
    texts = {
        row["purpose"]: ConsentText(
            event_id=frame.event.id,
            purpose=row["purpose"],
            kind=row["kind"],
            is_required=row["required"],
            version=row["version"],
            title=row["title"],
            text=row["text"],
            sha256=hashlib.sha256(
                "\n".join((row["text"]["zh"], row["text"]["en"])).encode()
            ).hexdigest(),
            position=position,
        )
        for position, row in enumerate(rows, 1)
        if not row.get("shown_if_any_of") and not row["party"]
    }
    db.session.add_all(texts.values())
    db.session.flush()
    return texts
