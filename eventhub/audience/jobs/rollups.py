"""Keep the sums of every event current, and prove them once a night."""

from __future__ import annotations

import logging
from typing import Final

from eventhub.audience import queries, service
from eventhub.kernel import clock

ROLL_UP_EVERY_S: Final = 15.0

log = logging.getLogger(__name__)


def roll_up_due() -> int:
    """Take in new scans of all events, and rebuild those that had no rebuild tonight."""
    done = sum(service.roll_up(event_id) for event_id in queries.events_behind())
    for event_id in queries.events_to_rebuild(clock.now()):
        rows = {one.metric: one.rows for one in service.rebuild(event_id)}
        service.record_viewer_days(event_id)
        log.info("roll-ups rebuilt", extra={"event_id": event_id, **rows})
    return done
