"""How old the answers of polled streams are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from eventhub.audience.models import Stream, StreamPoll
from eventhub.kernel.db import I18n, db

STALE_PERIODS = 3


@dataclass(frozen=True, slots=True)
class PollRow:
    """
    One polled stream.

    `host` is all that is shown of its address. `answered_at` is the latest
    answer, null before the first; `failures` counts polls since then.
    """

    slug: str
    name: I18n
    stream_format: str
    host: str
    period_s: int
    is_on: bool
    asked_at: datetime | None
    answered_at: datetime | None
    failures: int
    error: str
    warnings: tuple[str, ...]

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the latest answer is older than three periods, or there is none."""
        limit = timedelta(seconds=STALE_PERIODS * self.period_s)
        return self.answered_at is None or now - self.answered_at > limit


def polls(event_id: int) -> list[PollRow]:
    """Return the polled streams of an event in their order; one statement."""
    found = db.session.execute(
        select(StreamPoll, Stream)
        .join(Stream, Stream.id == StreamPoll.stream_id)
        .where(StreamPoll.event_id == event_id)
        .order_by(Stream.position, Stream.id)
    )
    return [
        PollRow(
            slug=stream.slug,
            name=stream.name,
            stream_format=poll.stream_format,
            host=urlsplit(poll.url).hostname or "",
            period_s=stream.sample_every_s,
            is_on=poll.is_on,
            asked_at=poll.asked_at,
            answered_at=poll.answered_at,
            failures=poll.failure_count,
            error=poll.last_error,
            warnings=tuple(filter(None, poll.warnings.split(","))),
        )
        for poll, stream in found
    ]
