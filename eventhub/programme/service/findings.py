"""Set how severe rules are, accept findings, and note what people count on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries
from eventhub.programme.enums import ConflictRule, DemandSource, Severity
from eventhub.programme.errors import UnknownFinding
from eventhub.programme.models import ConflictSetting, PerformanceDemand, Waiver

_REASON_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeverity:
    """How severe a rule is for an event; `params` are the numbers that differ from the usual."""

    event_id: int
    rule: ConflictRule
    severity: Severity
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive:
    """Accept a finding as it is now, with a reason."""

    event_id: int
    fingerprint: str
    reason: str
    actor: str


@command
def set_severity(cmd: SetSeverity) -> None:
    """Set severity and numbers of a rule."""
    statement = select(ConflictSetting).where(
        ConflictSetting.event_id == cmd.event_id, ConflictSetting.rule == cmd.rule
    )
    row = db.session.scalar(statement)
    if row is None:
        row = ConflictSetting(event_id=cmd.event_id, rule=cmd.rule)
        db.session.add(row)
    row.severity = cmd.severity
    row.params = dict(cmd.params)


@command
def waive(cmd: Waive) -> None:
    """
    Accept a finding; it comes back when its facts change.

    Raises:
        Invalid: No reason, or a very long one.

        UnknownFinding: The working copy has no such finding.
    """
    reason = cmd.reason.strip()
    if not reason or len(reason) > _REASON_MAX:
        raise Invalid(fields={"reason": [_l("Say why, in at most 500 characters.")]})
    event = queries.event_by_id(cmd.event_id)
    found = [row for row in queries.check(event) if row.fingerprint == cmd.fingerprint]
    if not found:
        raise UnknownFinding()
    statement = select(Waiver).where(
        Waiver.event_id == cmd.event_id, Waiver.fingerprint == cmd.fingerprint
    )
    row = db.session.scalar(statement)
    if row is None:
        row = Waiver(event_id=cmd.event_id, fingerprint=cmd.fingerprint)
        db.session.add(row)
    row.facts_digest = found[0].facts_digest
    row.reason = reason
    row.waived_by = cmd.actor
    row.waived_at = clock.now()
    audit.record(
        "finding.waive",
        f"finding:{cmd.fingerprint[:40]}",
        event_id=cmd.event_id,
        after={"rule": str(found[0].rule), "reason": reason},
    )


@command
def record_demand(performance_id: int, source: DemandSource, count: int) -> None:
    """Note how many people count on a performance; the newest count stands."""
    statement = select(PerformanceDemand).where(
        PerformanceDemand.performance_id == performance_id, PerformanceDemand.source == source
    )
    row = db.session.scalar(statement)
    if row is None:
        row = PerformanceDemand(performance_id=performance_id, source=source)
        db.session.add(row)
    row.count = count
    row.updated_at = clock.now()
