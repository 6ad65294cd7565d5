"""Work of the leader: the summary of admissions is ready before anybody builds a report."""

from __future__ import annotations

from typing import Final

from eventhub.exposure.service import summarise_admissions
from eventhub.kernel import clock
from eventhub.programme.queries import public_events

EVERY_S: Final = 600


def summarise_due() -> int:
    """Summarise events that run or ran until yesterday; return how many had changed."""
    today = clock.now().date()
    return sum(
        summarise_admissions(event.id)
        for event in public_events()
        if event.starts_on
        and event.ends_on
        and event.starts_on <= today
        and (today - event.ends_on).days <= 1
    )
