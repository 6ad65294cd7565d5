"""What people have counted by hand, by quarter of an hour."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventhub.audience.enums import Direction
from eventhub.audience.models import CounterBin
from eventhub.audience.rules.tally import QUARTER_S
from eventhub.kernel.db import db


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """People counted by hand in the quarter of an hour from `starts_at`."""

    starts_at: datetime
    entered: int
    left: int


def quarters(source_id: int, *, since: datetime) -> list[QuarterRow]:
    """Return the quarters of one post from `since`, latest first; one statement."""
    counts: dict[datetime, dict[str, int]] = defaultdict(dict)
    for starts_at, direction, passages in db.session.execute(
        select(CounterBin.starts_at, CounterBin.direction, CounterBin.passages).where(
            CounterBin.source_id == source_id,
            CounterBin.duration_s == QUARTER_S,
            CounterBin.starts_at >= since,
        )
    ):
        counts[starts_at][direction] = passages
    return [
        QuarterRow(at, counts[at].get(Direction.IN, 0), counts[at].get(Direction.OUT, 0))
        for at in sorted(counts, reverse=True)
    ]
