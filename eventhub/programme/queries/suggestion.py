"""Where a performance of the working copy could stand."""

from __future__ import annotations

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import PerformanceKind
from eventhub.programme.errors import UnknownShow
from eventhub.programme.models import Performance, Show, ShowType, Slot
from eventhub.programme.queries.event import EventRow
from eventhub.programme.queries.findings import settings
from eventhub.programme.queries.grid import planned_minutes
from eventhub.programme.queries.planning import facts, working_copy_id
from eventhub.programme.rules.suggest import Suggestion
from eventhub.programme.rules.suggest import suggest as search


def suggest(event: EventRow, show_code: str, limit: int = 20) -> list[Suggestion]:
    """
    Return places for a show that add no finding, best first.

    The first performance without a place is looked at, else the first one.

    Raises:
        UnknownShow: The event has no such show, or it has no performance.
    """
    statement = (
        select(
            Performance.id,
            Slot.starts_at,
            Slot.ends_at,
            Show.default_duration_min,
            ShowType.min_duration_min,
        )
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(ShowType, ShowType.id == Show.type_id)
        .outerjoin(
            Slot,
            (Slot.performance_id == Performance.id)
            & (Slot.schedule_id == working_copy_id(event.id)),
        )
        .where(
            Show.event_id == event.id,
            ~Performance.is_dropped,
            Show.code == show_code,
            Performance.kind == PerformanceKind.SHOW,
        )
        .order_by(Slot.starts_at.is_not(None), Performance.public_no)
        .limit(1)
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise UnknownShow()
    found = facts(event)
    item = next(item for item in found.items if item.id == row.id)
    minutes = planned_minutes(row)
    return search(found, item, minutes=minutes, settings=settings(event.id), limit=limit)
