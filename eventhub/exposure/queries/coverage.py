"""Media reports of the running day, for the wall."""

from __future__ import annotations

from sqlalchemy import and_, case, distinct, func, select

from eventhub.audience.queries import Coverage
from eventhub.exposure.models import Mention
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow


def coverage_today(event: EventRow) -> Coverage | None:
    """Return reports published on the running day; None without any of any day; one statement."""
    start, end = event.day_bounds(event.operating_day(clock.now()))
    is_today = and_(Mention.published_at >= start, Mention.published_at < end)
    total, today, outlets = db.session.execute(
        select(
            func.count(),
            func.count(case((is_today, 1))),
            func.count(distinct(case((is_today, Mention.outlet_id)))),
        ).where(Mention.event_id == event.id)
    ).one()
    return Coverage(today, outlets) if total else None
