"""Paired devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.checkin.errors import DeviceRevoked, DeviceUnknown
from eventhub.checkin.models import Device
from eventhub.kernel.db import cached_for, db
from eventhub.kernel.ids import token_hash

TOKEN_S = 5.0  # seconds until a revocation is noticed by every process


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A paired device; `revoked_at` null means in service."""

    id: int
    event_id: int
    public_id: str
    name: str
    gate_id: int
    revoked_at: datetime | None


def device_by_token(token: str) -> DeviceRow:
    """
    Return the device in service that a bearer token belongs to.

    Raises:
        DeviceUnknown: The token is empty or nobody's.
        DeviceRevoked: The device was taken out of service.
    """
    found = device_of_any_state(token)
    if found.revoked_at is not None:
        raise DeviceRevoked(details={"accept_scans": True})
    return found


def device_of_any_state(token: str) -> DeviceRow:
    """
    Return the device that a bearer token belongs to, revoked ones too.

    Raises:
        DeviceUnknown: The token is empty or nobody's.
    """
    if not token:
        raise DeviceUnknown()
    return _by_hash(token_hash(token))


@cached_for(TOKEN_S)
def _by_hash(hashed: str) -> DeviceRow:
    row = db.session.execute(
        select(
            Device.id,
            Device.event_id,
            Device.public_id,
            Device.name,
            Device.gate_id,
            Device.revoked_at,
        ).where(Device.token_hash == hashed)
    ).one_or_none()
    if row is None:
        raise DeviceUnknown()
    return DeviceRow(*row)
