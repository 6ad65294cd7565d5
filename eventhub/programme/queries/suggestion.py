"""Where a performance of the working copy could stand."""

from __future__ import annotations

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import PerformanceKind
from eventhub.programme.errors import UnknownShow
from eventhub.programme.models import Performance, Show
from eventhub.programme.queries.event import EventRow
from eventhub.programme.queries.findings import settings
from eventhub.programme.queries.grid import working_grid
from eventhub.programme.queries.planning import facts
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
        select(Performance.id)
        .join(Show, Show.id == Performance.show_id)
        .where(
            Show.event_id == event.id,
            Show.code == show_code,
            Performance.kind == PerformanceKind.SHOW,
        )
    )
    wanted = set(db.session.scalars(statement))
    slots = [slot for slot in working_grid(event) if slot.performance_id in wanted]
    if not slots:
        raise UnknownShow()
    slot = min(slots, key=lambda row: (row.starts_at is not None, row.public_no))
    found = facts(event)
    item = next(item for item in found.items if item.id == slot.performance_id)
    return search(found, item, minutes=slot.minutes, settings=settings(event.id), limit=limit)
