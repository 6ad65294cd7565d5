"""What an event decides for its registrations, with the defaults where it decided nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.settled import settled
from eventhub.registration.enums import FieldClass
from eventhub.registration.models import RegistrationSetting, RetentionRun
from eventhub.registration.rules.retention import days_of

GUARDIAN_AGE: Final = 14  # the age up to which personal data of children need a guardian here


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """See `models.RegistrationSetting`; `keep_days` holds every class."""

    keep_days: Mapping[FieldClass, int]
    guardian_age: int
    work_bits: int
    waiting_opens_at: datetime | None
    waiting_per_min: int | None
    waiting_seed: str | None
    waiting_joined: int
    waiting_early: int | None


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One run of the retention job; `report` as in `service.retention`."""

    at: datetime
    report: tuple[Mapping[str, object], ...]


@settled("registration_setting")
def settings_of(event_id: int) -> SettingsRow:
    """Return the settings of an event."""
    row = db.session.get(RegistrationSetting, event_id, populate_existing=True)
    return SettingsRow(
        keep_days=days_of(row.keep_days if row else {}),
        guardian_age=row.guardian_age if row else GUARDIAN_AGE,
        work_bits=row.work_bits if row else 0,
        waiting_opens_at=row.waiting_opens_at if row else None,
        waiting_per_min=row.waiting_per_min if row else None,
        waiting_seed=row.waiting_seed if row else None,
        waiting_joined=row.waiting_joined if row else 0,
        waiting_early=row.waiting_early if row else None,
    )


def retention_runs(event_id: int, limit: int = 5) -> list[RetentionRow]:
    """Return the newest runs of the retention job, newest first."""
    rows = db.session.scalars(
        select(RetentionRun)
        .where(RetentionRun.event_id == event_id)
        .order_by(RetentionRun.id.desc())
        .limit(limit)
    )
    return [RetentionRow(row.at, tuple(row.report)) for row in rows]
