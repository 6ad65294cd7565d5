"""An event with gates, tickets and paired devices for tests."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert

from eventhub.accounts.models import Organisation
from eventhub.checkin import service
from eventhub.checkin.models import EntryPolicy
from eventhub.checkin.queries import DeviceRow
from eventhub.kernel import clock, ids, signing
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Unavailable
from eventhub.programme.models import Event, Gate, Zone
from eventhub.registration.models import (
    Attendee,
    FormQuestion,
    Question,
    Registration,
    Ticket,
    TicketType,
)
from eventhub.registration.service import code_of, ensure_event_key

NOON = datetime(2026, 9, 25, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai on the first day
_numbers = itertools.count(1)


@dataclass(slots=True)
class House:
    """One event: `gates` and `types` by slug, all ids."""

    event_id: int
    uuid: str
    slug: str
    zone_id: int
    gates: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)


@command
def make_house(slug: str = "demo", **changes: Any) -> House:
    """Make an event of two days with gates `north` (in), `south` (both) and type `public`."""
    number = next(_numbers)
    organisation = Organisation(slug=f"house-{number}", name="House")
    db.session.add(organisation)
    db.session.flush()
    values: dict[str, Any] = {
        "uuid": ids.new_uuid(),
        "organisation_id": organisation.id,
        "slug": slug,
        "acronym": f"{slug}-{number}",
        "title": {"zh": "织潮", "en": "Weaving the Tide"},
        "timezone": "Asia/Shanghai",
        "day_start_local": time(6, 0),
        "starts_on": date(2026, 9, 25),
        "ends_on": date(2026, 9, 26),
        "uid_domain": "example.org",
    }
    event = Event(**(values | changes))
    db.session.add(event)
    db.session.flush()
    zone = Zone(
        event_id=event.id,
        public_id=f"z_{number}",
        slug="hall",
        name={"zh": "大厅", "en": "Hall"},
        capacity=1200,
    )
    db.session.add(zone)
    db.session.flush()
    house = House(event.id, event.uuid, event.slug, zone.id)
    make_gate(house, "north", number=1, name={"zh": "北门", "en": "North gate"})
    make_gate(house, "south", number=2, name={"zh": "南门", "en": "South gate"}, direction="both")
    make_type(house, "public", name={"zh": "公众席", "en": "Public"})
    ensure_event_key(event.id)
    return house


@command
def make_gate(house: House, slug: str, *, number: int, **columns: Any) -> int:
    """Make a gate of the hall."""
    values: dict[str, Any] = {"name": {"zh": slug, "en": slug.title()}, "direction": "in"}
    row = Gate(
        event_id=house.event_id,
        public_id=f"g_{house.event_id}_{slug}",
        number=number,
        slug=slug,
        **({"zone_id": house.zone_id} | values | columns),
    )
    db.session.add(row)
    db.session.flush()
    house.gates[slug] = row.id
    return row.id


@command
def make_type(house: House, slug: str, **columns: Any) -> int:
    """Make a ticket type."""
    values: dict[str, Any] = {"name": {"zh": slug, "en": slug.title()}}
    row = TicketType(
        event_id=house.event_id,
        number=len(house.types) + 1,
        slug=slug,
        **(values | columns),
    )
    db.session.add(row)
    db.session.flush()
    house.types[slug] = row.id
    return row.id


@command
def make_policy(house: House, **columns: Any) -> None:
    """Make an entry policy; of the whole event unless type or zone are given."""
    db.session.add(EntryPolicy(event_id=house.event_id, **columns))


@command
def make_question(house: House, slug: str = "meal", **columns: Any) -> int:
    """Make a question that gates ask, in the form of type `public`; return its id."""
    values: dict[str, Any] = {
        "kind": "choice",
        "label": {"zh": "用餐选择？", "en": "Which meal?"},
        "is_required": True,
        "ask_at": "check_in",
        "options": [
            {"value": "meat", "label": {"zh": "荤食", "en": "With meat"}},
            {"value": "green", "label": {"zh": "素食", "en": "Vegetarian"}},
        ],
    }
    question = Question(event_id=house.event_id, slug=slug, **(values | columns))
    db.session.add(question)
    db.session.flush()
    form = FormQuestion(
        ticket_type_id=house.types["public"], question_id=question.id, position=next(_numbers)
    )
    db.session.add(form)
    return question.id


@command
def make_tickets(
    house: House, count: int, *, type_slug: str = "public", **columns: Any
) -> list[int]:
    """Make `count` tickets of one registration each; return their ids in order."""
    key = ensure_event_key(house.event_id)
    now = clock.now()
    type_id = house.types[type_slug]
    numbers = [next(_numbers) for _ in range(count)]
    common = {"event_id": house.event_id}
    registrations = _rows(
        Registration,
        [
            common
            | {
                "public_id": ids.new_public_id(),
                "code": f"{number:06d}",
                "ticket_type_id": type_id,
                "state": "confirmed",
                "locale": "zh",
                "source": "web",
                "contact_name": f"观众{number}",
                "email": f"guest{number}@example.com",
                "phone": f"+86139{number:08d}",
                "created_at": now,
            }
            for number in numbers
        ],
    )
    attendees = _rows(
        Attendee,
        [
            common
            | {
                "public_id": ids.new_public_id(),
                "registration_id": registration,
                "display_name": f"观众{number}",
                "latin_name": f"Guest {number}",
            }
            for registration, number in zip(registrations, numbers, strict=True)
        ],
    )
    tickets = []
    for attendee in attendees:
        number = ids.new_ticket_number()
        values = common | {
            "number": number,
            "idhash": signing.idhash(key.salt, number),
            "attendee_id": attendee,
            "ticket_type_id": type_id,
            "kid": key.kid,
            "issued_at": now,
        }
        tickets.append(values | columns)
    return _rows(Ticket, tickets)


def _rows(model: type[Any], rows: list[dict[str, Any]]) -> list[int]:
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def make_device(house: House, gate: str = "north") -> DeviceRow:
    """Pair a device with a gate."""
    return pair_device(house, gate).device


def pair_device(house: House, gate: str = "north") -> service.Paired:
    """Pair a device with a gate; the token comes with it."""
    code = service.create_pairing(house.gates[gate], None).code
    return service.pair(code, agent="test")


def gs_of(ticket_id: int) -> str:
    """Return the signed code of a ticket."""
    return code_of(ticket_id)


def gr_of(ticket_id: int) -> str:
    """Return the short code of a ticket."""
    return signing.gr_code(db.session.get_one(Ticket, ticket_id).number)


def scan(device: DeviceRow, code: str, **values: Any) -> dict[str, Any]:
    """Redeem a code with a nonce of its own; a busy machine is asked again, as devices do."""
    command = service.Redeem(nonce=ids.new_nonce(), code=code, **values)
    for _ in range(5):
        try:
            return service.redeem(device, command)
        except Unavailable as busy:
            last = busy
    raise last


def forget_config() -> None:
    """Let the next scan see changed gates, rules and keys at once."""
    from flask import current_app  # noqa: PLC0415 - slow import

    current_app.extensions.pop("eventhub_cache", None)
