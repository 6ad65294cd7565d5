"""Keep what a person counts at a post, as one figure per quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import QuarterClosed
from eventhub.audience.models import Source
from eventhub.audience.rules import tally as rules
from eventhub.audience.service.readings import Recorded, RecordReadings, record_readings
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.audience.sources.reading import CounterReading
from eventhub.kernel import clock
from eventhub.kernel.db import command

PREFIX = "tally:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPost:
    """A place where somebody counts by hand; its figures are passages."""

    event_id: int
    name: str
    is_synthetic: bool = False


@command
def add_post(cmd: AddPost) -> Source:
    """Return the post of this name, made when there is none. Commits."""
    return ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=f"{PREFIX}{cmd.name}",
            kind=SourceKind.MANUAL,
            title=dict.fromkeys(("zh", "en"), cmd.name),
            period_s=rules.QUARTER_S,
            is_synthetic=cmd.is_synthetic,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    All people counted at a post in the quarter from `starts_at`, so far.

    `seq` grows with each change on the phone, so that a late delivery of an
    earlier count changes nothing.
    """

    event_id: int
    post: str
    starts_at: datetime
    entered: int
    left: int
    seq: int


@command
def record_tally(cmd: Tally) -> Recorded:
    """
    Keep the count of a quarter; the same count again changes nothing. Commits.

    Raises:
        QuarterClosed: No such quarter, or it began more than a day ago.
    """
    if not rules.may_change(cmd.starts_at, clock.now()):
        raise QuarterClosed()
    reading = CounterReading(
        line=0,
        counter=f"{PREFIX}{cmd.post}",
        starts_at=cmd.starts_at,
        duration_s=rules.QUARTER_S,
        entered=cmd.entered,
        left=cmd.left,
        seq=cmd.seq,
    )
    return record_readings(RecordReadings(event_id=cmd.event_id, readings=[reading]))
