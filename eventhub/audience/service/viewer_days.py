"""Figures of the house's own player, day by day, as the report reads them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select, tuple_

from eventhub.audience import queries
from eventhub.audience.enums import EvidenceClass
from eventhub.audience.models import BeatMinute, Stream, ViewerSketch
from eventhub.audience.rules import beats as rules
from eventhub.audience.rules import uniques
from eventhub.audience.service.claims import RecordObservation, record_observation
from eventhub.kernel import clock, locks
from eventhub.kernel.db import command, db
from eventhub.programme.queries import event_by_id

_SIGMAS = 4  # an interval of 95 % is so many standard deviations wide


@command
def record_viewer_days(event_id: int) -> int:
    """
    Keep plays, watch time and different viewers of days that are over; again the same. Commits.

    Returns:
        How many days of streams were looked at.
    """
    locks.check_lease()
    event = event_by_id(event_id)
    today = clock.now().astimezone(event.zone).date()
    rows = db.session.execute(
        select(ViewerSketch, Stream)
        .join(Stream, Stream.id == ViewerSketch.stream_id)
        .where(ViewerSketch.event_id == event_id, ViewerSketch.day < today)
        .order_by(ViewerSketch.day, ViewerSketch.stream_id)
    ).all()
    for sketch, stream in rows:
        begins = datetime.combine(sketch.day, time(), event.zone).astimezone(UTC)
        ends = datetime.combine(sketch.day + timedelta(days=1), time(), event.zone).astimezone(UTC)
        said = uniques.estimate(uniques.Kept(sketch.sketch, sketch.digests, sketch.exact_count))
        starts, weight = _sums(stream, begins, ends)
        rel_sd = (said.high - said.low) / _SIGMAS / said.count if said.count else 0.0
        for metric, value, cls, error in (
            ("live.starts", starts, EvidenceClass.MEASURED, None),
            ("live.watch_minutes", round(rules.viewers(weight)), EvidenceClass.MEASURED, None),
            ("live.viewers_day", said.count, EvidenceClass.ESTIMATED, rel_sd),
        ):
            record_observation(
                RecordObservation(
                    event_id=event_id,
                    source_id=stream.source_id,
                    stream_id=stream.id,
                    metric=metric,
                    value=value,
                    cls=cls,
                    starts_at=begins,
                    ends_at=ends,
                    label=stream.name,
                    rel_sd=error,
                    is_synthetic=stream.is_synthetic,
                )
            )
    return len(rows)


def _sums(stream: Stream, begins: datetime, ends: datetime) -> tuple[int, int]:
    first, last = (int(at.timestamp()) // rules.MINUTE_S for at in (begins, ends))
    row = db.session.execute(
        select(func.sum(BeatMinute.starts), func.sum(BeatMinute.weight)).where(
            BeatMinute.stream_id == stream.id,
            BeatMinute.minute >= first,
            BeatMinute.minute < last,
            tuple_(BeatMinute.stream_id, BeatMinute.minute).not_in(
                queries.minutes_apart(stream.event_id)
            ),
        )
    ).one()
    return int(row[0] or 0), int(row[1] or 0)
