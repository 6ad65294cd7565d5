"""What is wrong with a working copy, how severe that is for the event, what was accepted."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.programme.enums import ConflictRule, Severity
from eventhub.programme.models import ConflictSetting, Waiver
from eventhub.programme.queries.event import EventRow
from eventhub.programme.queries.planning import facts
from eventhub.programme.rules import conflicts
from eventhub.programme.rules.conflicts import DEFAULTS, Finding, Setting


def check(event: EventRow, rules: Collection[ConflictRule] | None = None) -> list[Finding]:
    """Return everything that is wrong with the working copy, worst first."""
    return conflicts.check(
        facts(event), settings=settings(event.id), waivers=waivers(event.id), rules=rules
    )


def settings(event_id: int) -> dict[ConflictRule, Setting]:
    """Return severity and numbers of all rules of an event."""
    statement = select(ConflictSetting).where(ConflictSetting.event_id == event_id)
    own = {
        ConflictRule(row.rule): Setting(Severity(row.severity), row.params)
        for row in db.session.scalars(statement)
    }
    return {**DEFAULTS, **own}


def waivers(event_id: int) -> dict[str, str]:
    """Return the facts digest of every accepted finding, by fingerprint."""
    statement = select(Waiver.fingerprint, Waiver.facts_digest)
    rows = db.session.execute(statement.where(Waiver.event_id == event_id))
    return {row.fingerprint: row.facts_digest for row in rows}
