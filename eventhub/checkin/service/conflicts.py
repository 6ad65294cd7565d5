"""Double admissions: what people found out about them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eventhub.checkin.enums import ConflictState
from eventhub.checkin.models import Conflict
from eventhub.kernel import audit
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ResolveConflict:
    """Somebody has looked at two entries with one ticket."""

    event_id: int
    conflict_id: int
    state: ConflictState
    note: str
    resolved_by: int | None


@command
def resolve_conflict(cmd: ResolveConflict) -> None:
    """
    Keep what was found out; both scans stay in the log. Commits.

    Raises:
        NotFound: The event has no such conflict.
    """
    row = db.session.scalar(
        select(Conflict).where(Conflict.id == cmd.conflict_id, Conflict.event_id == cmd.event_id)
    )
    if row is None:
        raise NotFound()
    row.state = cmd.state.value
    row.note = cmd.note or None
    row.resolved_by = cmd.resolved_by
    audit.record(
        "conflict.resolve",
        f"conflict:{cmd.conflict_id}",
        event_id=cmd.event_id,
        after={"state": cmd.state.value},
    )
