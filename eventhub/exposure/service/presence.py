"""Keep the summary of an event's admissions, so that reports read it instead of every scan."""

from __future__ import annotations

from eventhub.exposure.models import AdmissionSummary
from eventhub.exposure.queries.presence import counted, fingerprint
from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id


@command
def summarise_admissions(event_id: int) -> bool:
    """
    Keep the summary of the admissions as they stand; one that holds stays. Commits.

    Returns:
        Whether anything had changed.
    """
    event = event_by_id(event_id)
    now = fingerprint(event)
    row = db.session.get(AdmissionSummary, event_id)
    if row is not None and row.fingerprint == now:
        return False
    found = counted(event).as_json()
    if row is None:
        row = AdmissionSummary(event_id=event_id)
        db.session.add(row)
    row.fingerprint, row.summary, row.made_at = now, found, clock.now()
    db.session.flush()
    return True
