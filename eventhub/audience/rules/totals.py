"""Running totals of one device: which of them count, and where it begins again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo


def slot(at: datetime, period_s: int) -> datetime:
    """Return the begin of the period that `at` lies in, whole multiples since 1970 UTC."""
    return datetime.fromtimestamp(at.timestamp() // period_s * period_s, UTC)


def local_midnights(after: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Return the instants in `(after, until]` at which a day begins in `zone`, in order."""
    day = after.astimezone(zone).date()
    last = until.astimezone(zone).date()
    found: list[datetime] = []
    while day < last:
        day += timedelta(days=1)
        at = datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
        if after < at <= until:
            found.append(at)
    return found
