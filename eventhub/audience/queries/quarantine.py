"""Readings that a rule has set apart, with what stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from eventhub.audience.enums import Decision, QuarantineRule
from eventhub.audience.models import Quarantine, Source
from eventhub.kernel.db import I18n, db


@dataclass(frozen=True, slots=True)
class ApartRow:
    """
    One reading set apart.

    `at` is the instant that it is for, `duration_s` 0 for viewers of a stream.
    `value` is the number that the rule stumbled over, `raw` the reading whole.
    """

    id: int
    source_title: I18n
    rule: QuarantineRule
    at: datetime
    duration_s: int
    value: int
    raw: dict[str, Any]
    width_m: float | None
    recorded_at: datetime
    decision: Decision
    decided_by: str
    decided_at: datetime | None


def apart(event_id: int, *, limit: int = 200) -> list[ApartRow]:
    """Return readings set apart, open ones first, then the latest; one statement."""
    found = db.session.execute(
        select(Quarantine, Source)
        .join(Source, Quarantine.source_id == Source.id)
        .where(Quarantine.event_id == event_id)
        .order_by(Quarantine.decision != Decision.OPEN, Quarantine.id.desc())
        .limit(limit)
    )
    return [_row(row, source) for row, source in found]


def _row(row: Quarantine, source: Source) -> ApartRow:
    head, _mark, value = row.row_key.rpartition("=")
    stamp, _slash, rest = head.partition("/")
    return ApartRow(
        id=row.id,
        source_title=source.title,
        rule=QuarantineRule(row.rule),
        at=datetime.fromisoformat(stamp).astimezone(UTC),
        duration_s=int(rest.partition("/")[0]) if rest else 0,
        value=int(value),
        raw=row.raw,
        width_m=source.width_m,
        recorded_at=row.recorded_at,
        decision=Decision(row.decision),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
