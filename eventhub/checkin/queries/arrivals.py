"""Who is inside at a performance, for whoever frees the seats of those who are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select

from eventhub.checkin.models import Admission
from eventhub.kernel.db import db
from eventhub.programme.models import Gate
from eventhub.programme.queries import EventRow, PerformanceRow

_DOORS: Final = timedelta(hours=3)  # who entered the hall earlier came for another show


def arrived(event: EventRow, show: PerformanceRow) -> frozenset[int]:
    """
    Return the tickets that were let in for a performance and have not gone out.

    That is an admission in the scope of the show, or at a gate of its stage
    within three hours before the start. A stage without gates of its own
    counts whoever was let in anywhere on that operating day.
    """
    at_stage = list(
        db.session.scalars(
            select(Gate.id).where(Gate.event_id == event.id, Gate.stage_id == show.stage_id)
        )
    )
    since = show.starts_at - _DOORS if at_stage else event.day_bounds(show.day)[0]
    entered = Admission.entered_at_ms >= int(since.timestamp() * 1000)
    if at_stage:
        entered = entered & Admission.entered_gate_id.in_(at_stage)
    scope = Admission.scope.startswith(f"s:{show.uuid}", autoescape=True)
    rows = db.session.scalars(
        select(Admission.ticket_id).where(
            Admission.event_id == event.id, Admission.left_at_ms.is_(None), or_(scope, entered)
        )
    )
    return frozenset(rows)
