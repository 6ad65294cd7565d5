"""The small numbers beside the navigation."""

from __future__ import annotations

from sqlalchemy import func, select

from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.models import Report
from eventhub.kernel.db import db
from eventhub.notify.enums import MessageState
from eventhub.notify.models import OutboxMessage
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Registration


def navigation_counts(event_id: int) -> dict[str, int]:
    """Return what waits on each page of the console, by the page's key; one statement."""
    r, m, v = Registration, OutboxMessage, Report
    waiting = {
        "approval": select(func.count()).where(
            r.event_id == event_id, r.state == RegistrationState.PENDING_APPROVAL
        ),
        "waitlist": select(func.count()).where(
            r.event_id == event_id, r.state == RegistrationState.WAITLISTED
        ),
        "outbox": select(func.count()).where(m.event_ref == event_id, m.state == MessageState.DEAD),
        "report": select(func.count()).where(
            v.event_id == event_id, v.status == ReportStatus.SUBMITTED
        ),
    }
    row = db.session.execute(
        select(*(statement.scalar_subquery() for statement in waiting.values()))
    ).one()
    return dict(zip(waiting, row, strict=True))
