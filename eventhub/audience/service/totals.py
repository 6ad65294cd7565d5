"""Record running totals: kept as shown, and their differences as bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventhub.audience.enums import BinFlag, SourceKind
from eventhub.audience.models import CounterTotal, Source
from eventhub.audience.rules import counters, integrity
from eventhub.audience.rules import totals as rules
from eventhub.audience.rules.counters import Passages, Total
from eventhub.audience.service.readings import Recorded, RecordReadings, Refusal, record_readings
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.audience.sources.reading import CounterReading, TotalReading
from eventhub.kernel import clock
from eventhub.kernel.db import command, db

LATE = "at: older-than-last"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTotals:
    """Totals of one event; the devices begin again at local midnight of `timezone`."""

    event_id: int
    totals: Sequence[TotalReading]
    timezone: str
    batch_id: int | None = None
    is_synthetic: bool = False


@command
def record_totals(cmd: RecordTotals) -> Recorded:
    """
    Keep one total per period of its counter and the passages since the one before. Commits.

    The first total of a period counts, another one of it is a duplicate. A
    total older than the last one of its counter adds nothing and is refused
    with that reason. `accepted` counts totals.

    Raises:
        TooManySources: The totals name more counters than an event may have.

        SourceNameTaken: A name belongs to something that does not count people.
    """
    done = Recorded()
    for name in dict.fromkeys(total.counter for total in cmd.totals):
        mine = sorted(
            (one for one in cmd.totals if one.counter == name), key=lambda one: (one.at, one.line)
        )
        done = _added(done, _record(cmd, name, mine))
    return done


def _added(one: Recorded, other: Recorded) -> Recorded:
    return replace(
        one,
        accepted=one.accepted + other.accepted,
        duplicates=one.duplicates + other.duplicates,
        quarantined=one.quarantined + other.quarantined,
        rejected=(*one.rejected, *other.rejected),
    )


def _record(cmd: RecordTotals, name: str, totals: Sequence[TotalReading]) -> Recorded:
    source = _source(cmd, name)
    zone = ZoneInfo(source.timezone or cmd.timezone)
    known = _known(source, totals)
    before = max(known.values(), key=lambda row: row.at, default=None)
    refused: list[Refusal] = []
    readings: list[CounterReading] = []
    accepted = duplicates = 0
    for total in totals:
        at = rules.slot(total.at, source.period_s)
        if reason := _fault(total):
            refused.append(Refusal(total.line, reason))
        elif at in known:
            duplicates += 1
        elif before is not None and at < before.at:
            refused.append(Refusal(total.line, LATE))
        else:
            row = _row(cmd, source, total, at)
            readings += bins_between(source, before, row, zone, line=total.line)
            known[at] = before = row
            accepted += 1
    db.session.flush()
    done = record_readings(
        RecordReadings(event_id=cmd.event_id, readings=readings, batch_id=cmd.batch_id)
    )
    return Recorded(
        accepted=accepted,
        duplicates=duplicates,
        quarantined=done.quarantined,
        rejected=(*refused, *done.rejected),
    )


def _source(cmd: RecordTotals, name: str) -> Source:
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=name,
            kind=SourceKind.COUNTER,
            timezone=cmd.timezone,
            is_synthetic=cmd.is_synthetic,
        )
    )
    db.session.refresh(source, with_for_update=True)  # two deliveries of one counter wait
    return source


def _known(source: Source, totals: Sequence[TotalReading]) -> dict[datetime, CounterTotal]:
    """Return the kept totals of the periods in question, and the last one of all."""
    first = rules.slot(min(total.at for total in totals), source.period_s)
    mine = select(CounterTotal).where(CounterTotal.source_id == source.id)
    rows = list(db.session.scalars(mine.where(CounterTotal.at >= first)))
    if not rows:
        rows = list(db.session.scalars(mine.order_by(CounterTotal.at.desc()).limit(1)))
    return {row.at: row for row in rows}


def _fault(total: TotalReading) -> str | None:
    if fault := integrity.time_fault(total.at, clock.now()):
        return f"at: {fault}"
    for name, value in (("in", total.entered), ("out", total.left)):
        if value is not None and (fault := integrity.count_fault(value)):
            return f"{name}: {fault}"
    return None


def _row(cmd: RecordTotals, source: Source, total: TotalReading, at: datetime) -> CounterTotal:
    row = CounterTotal(
        source_id=source.id,
        at=at,
        event_id=cmd.event_id,
        entered_total=total.entered,
        left_total=total.left,
        batch_id=cmd.batch_id,
    )
    db.session.add(row)
    return row


def bins_between(
    source: Source, before: CounterTotal | None, now: CounterTotal, zone: tzinfo, *, line: int = 0
) -> list[CounterReading]:
    """Return the passages from one kept total to the next, none without one before."""
    if before is None:
        return []
    resets = rules.local_midnights(before.at, now.at, zone)

    def passages(earlier: int | None, later: int | None) -> list[Passages] | None:
        if earlier is None or later is None:
            return None
        pair = [Total(before.at, earlier), Total(now.at, later)]
        return counters.passages_of_totals(pair, period_s=source.period_s, resets_at=resets)

    ways = [
        passages(before.entered_total, now.entered_total),
        passages(before.left_total, now.left_total),
    ]
    either = next((way for way in ways if way is not None), [])
    return [
        CounterReading(
            line=line,
            counter=source.name,
            starts_at=part.starts_at,
            duration_s=round((part.ends_at - part.starts_at).total_seconds()),
            entered=ways[0][index].count if ways[0] else None,
            left=ways[1][index].count if ways[1] else None,
            coverage=0.0 if part.is_imputed else 1.0,
            flags=_flags([way[index] for way in ways if way]),
        )
        for index, part in enumerate(either)
    ]


def _flags(parts: Sequence[Passages]) -> str:
    found = {BinFlag.RESET for part in parts if part.is_reset}
    found |= {BinFlag.IMPUTED for part in parts if part.is_imputed}
    return ",".join(sorted(found))
