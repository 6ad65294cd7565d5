"""What an event decides for its registrations."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.registration.models import RegistrationSetting


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """
    All settings of an event; see `models.RegistrationSetting`.

    `waiting_opens_at` None closes the waiting room.
    """

    event_id: int
    keep_days: Mapping[str, int]
    guardian_age: int
    work_bits: int
    waiting_opens_at: datetime | None = None
    waiting_per_min: int | None = None


@command
def save_settings(cmd: SaveSettings) -> None:
    """
    Keep the settings of an event.

    Commits. A waiting room that opens at another time draws anew.
    """
    row = db.session.get(RegistrationSetting, cmd.event_id, populate_existing=True)
    if row is None:
        row = RegistrationSetting(event_id=cmd.event_id, waiting_joined=0)
        db.session.add(row)
    row.keep_days = dict(cmd.keep_days)
    row.guardian_age, row.work_bits = cmd.guardian_age, cmd.work_bits
    if cmd.waiting_opens_at is None:
        row.waiting_seed = None
    elif cmd.waiting_opens_at != row.waiting_opens_at or row.waiting_seed is None:
        row.waiting_seed, row.waiting_joined = secrets.token_hex(32), 0
        row.waiting_early = None
    row.waiting_opens_at, row.waiting_per_min = cmd.waiting_opens_at, cmd.waiting_per_min
    db.session.flush()
    after = {
        "keep_days": row.keep_days,
        "guardian_age": cmd.guardian_age,
        "work_bits": cmd.work_bits,
        "waiting_opens_at": str(cmd.waiting_opens_at or ""),
        "waiting_per_min": cmd.waiting_per_min,
        "waiting_seed_sha256": seed_promise(row.waiting_seed),
    }
    audit.record(
        "registration.settings", f"event:{cmd.event_id}", event_id=cmd.event_id, after=after
    )


def seed_promise(seed: str | None) -> str:
    """Return the SHA-256 that binds us to a seed before it is told; empty without one."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest() if seed else ""
