"""Devices and double admissions of an event, for people who look after the gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eventhub.checkin.models import Conflict, Device, Scan
from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Gate
from eventhub.registration.models import Attendee, Ticket, TicketType

SHOWN = 200


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device with its gate and what it last said of itself."""

    public_id: str
    name: str
    gate_slug: str
    gate_name: I18n
    paired_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    queue: int
    battery_share: float | None
    offset_ms: int
    version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the two entries: where, on which device, when, and how it was decided."""

    gate_slug: str
    gate_name: I18n
    device: str
    at: datetime
    is_offline: bool


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Two entries with one ticket; `winner` came first."""

    id: int
    name: str
    ticket_type: I18n
    scope: str
    winner: Entry
    loser: Entry
    state: str
    note: str | None


def devices_of(event_id: int) -> list[DeviceLine]:
    """Return all devices: those in service first, by gate and name."""
    statement = (
        select(
            Device.public_id,
            Device.name,
            Gate.slug,
            Gate.name,
            Device.paired_at,
            Device.last_seen_at,
            Device.revoked_at,
            Device.queue_count,
            Device.battery_share,
            Device.offset_ms,
            Device.version,
        )
        .join(Gate, Gate.id == Device.gate_id)
        .where(Device.event_id == event_id)
        .order_by(Device.revoked_at.is_not(None), Gate.number, Device.name)
    )
    return [DeviceLine(*row) for row in db.session.execute(statement)]


def conflicts(event_id: int, *, only_open: bool = False) -> list[ConflictRow]:
    """Return double admissions, the newest first, at most 200."""
    first, second = aliased(Scan), aliased(Scan)
    first_device, second_device = aliased(Device), aliased(Device)
    first_gate, second_gate = aliased(Gate), aliased(Gate)
    statement = (
        select(
            Conflict.id,
            Attendee.display_name,
            TicketType.name,
            Conflict.scope,
            Conflict.state,
            Conflict.note,
            *_columns(first_gate, first_device, first),
            *_columns(second_gate, second_device, second),
        )
        .join(Ticket, Ticket.id == Conflict.ticket_id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .join(first_device, first_device.id == Conflict.winner_device_id)
        .join(second_device, second_device.id == Conflict.loser_device_id)
        .join(
            first,
            (first.device_id == first_device.id) & (first.nonce == Conflict.winner_nonce),
        )
        .join(
            second,
            (second.device_id == second_device.id) & (second.nonce == Conflict.loser_nonce),
        )
        .join(first_gate, first_gate.id == first.gate_id)
        .join(second_gate, second_gate.id == second.gate_id)
        .where(Conflict.event_id == event_id)
        .order_by(Conflict.id.desc())
        .limit(SHOWN)
    )
    if only_open:
        statement = statement.where(Conflict.state == "open")
    return [
        ConflictRow(
            id=row[0],
            name=row[1],
            ticket_type=row[2],
            scope=row[3],
            winner=_entry(row[6:11]),
            loser=_entry(row[11:16]),
            state=row[4],
            note=row[5],
        )
        for row in db.session.execute(statement)
    ]


def _columns(gate: type[Gate], device: type[Device], scan: type[Scan]) -> tuple[object, ...]:
    return (gate.slug, gate.name, device.name, scan.at_ms, scan.is_offline)


def _entry(cells: Sequence[Any]) -> Entry:
    slug, name, device, at_ms, is_offline = cells
    return Entry(slug, name, device, datetime.fromtimestamp(at_ms / 1000, UTC), is_offline)
