"""How a phone becomes a gate, and stays known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from eventhub.checkin.errors import PairingExpired, PairingUnknown, PairingUsed
from eventhub.checkin.models import Device, PairingCode
from eventhub.checkin.queries.device import DeviceRow
from eventhub.kernel import audit, clock, ids, signing
from eventhub.kernel.db import command, db
from eventhub.programme.models import Gate
from eventhub.settings import current_settings

PAIRING_FOR = timedelta(minutes=15)
_AGENT_CHARS = 200
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Pairing:
    """One chance to become a gate; the code is shown once and kept as a hash."""

    code: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """A new device; the token is handed out once."""

    device: DeviceRow
    token: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a device says of itself every half minute."""

    queue: int
    offset_ms: int
    version: str
    battery_share: float | None
    seq: int
    last_n: int


@command
def create_pairing(gate_id: int, created_by: int | None) -> Pairing:
    """
    Make a pairing code for a gate, good once and for a quarter of an hour.

    The address carries the code behind `#`, which browsers never send.

    Commits.
    """
    gate = db.session.get_one(Gate, gate_id)
    secret = ids.new_nonce()
    now = clock.now()
    row = PairingCode(
        event_id=gate.event_id,
        code_hash=_hash(secret),
        gate_id=gate.id,
        created_by=created_by,
        created_at=now,
        expires_at=now + PAIRING_FOR,
    )
    db.session.add(row)
    audit.record("device.invite", f"gate:{gate.slug}", event_id=gate.event_id)
    code = signing.pairing_code(secret)
    url = f"{current_settings().base_url.rstrip('/')}/gate/#{code}"
    return Pairing(code=code, url=url, expires_at=row.expires_at)


@command
def pair(text: str, *, agent: str, name: str = "") -> Paired:
    """
    Turn a pairing code into a device with a token of its own.

    Args:
        text: The code as scanned or typed.

        agent: Name of the browser, kept for the list of devices.

        name: What staff call the device; by default gate and number.

    Raises:
        PairingUnknown: Not a pairing code, or never made here.
        PairingUsed: Somebody was faster.
        PairingExpired: Too late.
    """
    row = _pairing(text)
    now = clock.now()
    _claim(row, now)
    token = ids.new_token()
    device = Device(
        event_id=row.event_id,
        public_id=f"dv_{ids.new_public_id()}",
        name=name[:_NAME_CHARS] or _device_name(row.gate_id),
        gate_id=row.gate_id,
        token_hash=ids.token_hash(token),
        agent=agent[:_AGENT_CHARS],
        paired_at=now,
        paired_by=row.created_by,
        last_seen_at=now,
    )
    db.session.add(device)
    db.session.flush()
    audit.record(
        "device.pair",
        f"device:{device.public_id}",
        event_id=row.event_id,
        after={"name": device.name, "invited_by": row.created_by},
    )
    return Paired(device=_row(device), token=token)


@command
def revoke_device(public_id: str) -> None:
    """Take a device out of service; it notices within seconds. Commits."""
    ended = db.session.execute(
        update(Device)
        .where(Device.public_id == public_id, Device.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(Device.event_id)
    ).first()
    if ended is not None:
        audit.record("device.revoke", f"device:{public_id}", event_id=ended.event_id)


@command
def note_heartbeat(device_id: int, beat: Heartbeat) -> None:
    """Keep what a device says of itself. Commits."""
    db.session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(
            last_seen_at=clock.now(),
            queue_count=beat.queue,
            offset_ms=beat.offset_ms,
            version=beat.version,
            battery_share=beat.battery_share,
            seq=beat.seq,
            last_n=beat.last_n,
        )
    )


def _pairing(text: str) -> PairingCode:
    try:
        code = signing.parse_code(text)
    except signing.UnreadableCode:
        raise PairingUnknown() from None
    if not isinstance(code, signing.PairingCode):
        raise PairingUnknown()
    row = db.session.scalar(select(PairingCode).where(PairingCode.code_hash == _hash(code.secret)))
    if row is None:
        raise PairingUnknown()
    return row


def _claim(row: PairingCode, now: datetime) -> None:
    claimed = cast(
        CursorResult[Any],
        db.session.execute(
            update(PairingCode)
            .where(
                PairingCode.id == row.id,
                PairingCode.used_at.is_(None),
                PairingCode.expires_at > now,
            )
            .values(used_at=now)
        ),
    )
    if claimed.rowcount != 1:
        db.session.refresh(row)
        raise PairingUsed() if row.used_at is not None else PairingExpired()


def _hash(secret: bytes) -> str:
    return ids.token_hash(signing.pairing_code(secret))


def _device_name(gate_id: int) -> str:
    gate = db.session.get_one(Gate, gate_id)
    count = len(db.session.scalars(select(Device.id).where(Device.gate_id == gate_id)).all())
    return f"{gate.slug} {count + 1}"[:_NAME_CHARS]


def _row(device: Device) -> DeviceRow:
    return DeviceRow(
        id=device.id,
        event_id=device.event_id,
        public_id=device.public_id,
        name=device.name,
        gate_id=device.gate_id,
        revoked_at=device.revoked_at,
    )
