"""Staff cards, and scans that wait for a supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Device, Scan, StaffCard
from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Gate


@dataclass(frozen=True, slots=True)
class CardLine:
    """A staff card; `used` counts the overrides and undos that it stands behind."""

    public_id: str
    name: str
    may_override: bool
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used: int


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    """Scans that a device made after it was taken out of service and that do not count yet."""

    device: str
    device_name: str
    gate_name: I18n
    scans: int
    first_at: datetime
    last_at: datetime


def cards(event_id: int) -> list[CardLine]:
    """Return the staff cards of an event, those in force first, by name."""
    used = (
        select(func.count())
        .where(Scan.event_id == event_id, Scan.override_by == "card:" + StaffCard.public_id)
        .scalar_subquery()
    )
    statement = (
        select(
            StaffCard.public_id,
            StaffCard.name,
            StaffCard.may_override,
            StaffCard.made_at,
            StaffCard.expires_at,
            StaffCard.revoked_at,
            used,
        )
        .where(StaffCard.event_id == event_id)
        .order_by(StaffCard.revoked_at.is_not(None), StaffCard.name, StaffCard.id)
    )
    return [CardLine(*row) for row in db.session.execute(statement)]


def card_names(event_id: int) -> dict[str, str]:
    """Return the name on each card by what the log calls it."""
    statement = select(StaffCard.public_id, StaffCard.name).where(StaffCard.event_id == event_id)
    return {f"card:{public_id}": name for public_id, name in db.session.execute(statement)}


def quarantined(event_id: int) -> list[QuarantineLine]:
    """Return devices with scans in quarantine that nobody has released, by name."""
    release = aliased(Scan)
    held = (
        select(
            Scan.device_id,
            func.count().label("scans"),
            func.min(Scan.at_ms).label("first"),
            func.max(Scan.at_ms).label("last"),
        )
        .where(
            Scan.event_id == event_id,
            Scan.result == ScanResult.DEVICE_REVOKED,
            Scan.ticket_id.is_not(None),
            Scan.local_result.like("ok%"),
            ~exists().where(
                release.device_id == Scan.device_id,
                release.undoes_nonce == Scan.nonce,
                release.dir == "release",
            ),
        )
        .group_by(Scan.device_id)
        .subquery()
    )
    statement = (
        select(Device.public_id, Device.name, Gate.name, held.c.scans, held.c.first, held.c.last)
        .join(held, held.c.device_id == Device.id)
        .join(Gate, Gate.id == Device.gate_id)
        .order_by(Device.name)
    )
    return [
        QuarantineLine(device, name, gate, scans, _at(first), _at(last))
        for device, name, gate, scans, first, last in db.session.execute(statement)
    ]


def _at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
