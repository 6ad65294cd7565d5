"""Decide about readings that a rule has set apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update

from eventhub.audience.enums import Decision
from eventhub.audience.errors import AlreadyDecided, UnknownReading
from eventhub.audience.models import Quarantine, Source, Stream
from eventhub.audience.service.readings import RecordReadings, record_readings
from eventhub.audience.service.samples import RecordSamples, SampleReading, record_samples
from eventhub.audience.sources.reading import CounterReading
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Count reading `quarantine_id` of an event from now on, or leave it out for good."""

    event_id: int
    quarantine_id: int
    decision: Decision
    by: str


@command
def decide(cmd: Decide) -> None:
    """
    Decide once about a reading; an accepted one enters the totals. Commits.

    The row stays either way, with who decided and when.

    Raises:
        UnknownReading: The event has no such reading set apart.

        AlreadyDecided: Somebody was faster.
    """
    row = db.session.scalar(
        select(Quarantine).where(
            Quarantine.id == cmd.quarantine_id, Quarantine.event_id == cmd.event_id
        )
    )
    if row is None:
        raise UnknownReading()
    taken = db.session.execute(
        update(Quarantine)
        .where(Quarantine.id == row.id, Quarantine.decision == Decision.OPEN)
        .values(decision=cmd.decision, decided_by=cmd.by[:120], decided_at=clock.now())
        .returning(Quarantine.id)
    ).first()
    if taken is None:
        raise AlreadyDecided()
    audit.record(
        "reading.decide",
        f"reading:{cmd.quarantine_id}",
        event_id=cmd.event_id,
        after={"decision": cmd.decision.value},
    )
    if cmd.decision is Decision.ACCEPT:
        _count(row, db.session.get_one(Source, row.source_id))


def _count(row: Quarantine, source: Source) -> None:
    """Enter a reading as its device sent it, past the rule that set it apart."""
    head, _mark, _value = row.row_key.rpartition("=")
    stream = db.session.scalar(select(Stream).where(Stream.source_id == source.id))
    if stream is not None:
        sample = SampleReading(
            index=0,
            stream=stream.slug,
            at=_instant(head),
            viewers=row.raw["concurrent"],
            cumulative=row.raw.get("cumulative"),
        )
        record_samples(
            RecordSamples(
                event_id=row.event_id, samples=[sample], batch_id=row.batch_id, is_checked=True
            )
        )
        return
    stamp, duration_s, _direction = head.split("/")
    reading = CounterReading(
        line=0,
        counter=source.name,
        starts_at=_instant(stamp),
        duration_s=int(duration_s),
        entered=row.raw["in"],
        left=row.raw["out"],
        passed=row.raw["count"],
    )
    record_readings(
        RecordReadings(
            event_id=row.event_id, readings=[reading], batch_id=row.batch_id, is_checked=True
        )
    )


def _instant(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(UTC)
