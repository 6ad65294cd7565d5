"""Counter readings: running totals, which value of one bin holds, coverage and gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

_GAP_PERIODS = 1.5  # a longer step between two totals is a gap


@dataclass(frozen=True, slots=True)
class Total:
    """What a cumulative device showed at an instant."""

    at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class Passages:
    """People over the line in `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime
    count: int
    is_reset: bool = False
    is_imputed: bool = False


def passages_of_totals(
    totals: Sequence[Total], *, period_s: int, resets_at: Collection[datetime] = ()
) -> list[Passages]:
    """
    Turn running totals into passages per period.

    The first total gives none. A smaller total is a reset: what it shows was
    counted after it. At a known reset (local midnight) that is not flagged. The
    first step after a gap is spread evenly over it and marked as imputed.

    Args:
        totals: In order of time, one device and direction.

        period_s: Expected seconds between two totals.

        resets_at: Instants at which the device is known to start again.
    """
    found: list[Passages] = []
    for before, now in pairwise(totals):
        is_known = any(before.at < at <= now.at for at in resets_at)
        is_reset = not is_known and now.total < before.total
        count = now.total if is_known or is_reset else now.total - before.total
        elapsed_s = (now.at - before.at).total_seconds()
        if elapsed_s <= _GAP_PERIODS * period_s:
            found.append(Passages(before.at, now.at, count, is_reset))
            continue
        found.extend(_spread(before.at, now.at, count, period_s, is_reset=is_reset))
    return found


def _spread(
    start: datetime, end: datetime, count: int, period_s: int, *, is_reset: bool
) -> list[Passages]:
    parts = max(1, round((end - start).total_seconds() / period_s))
    edges = [start + (end - start) * n / parts for n in range(parts + 1)]
    shares = [count * (n + 1) // parts - count * n // parts for n in range(parts)]
    return [
        Passages(edges[n], edges[n + 1], shares[n], is_reset, is_imputed=True) for n in range(parts)
    ]


class Merge(StrEnum):
    """What an arriving value does to the bin it is for."""

    NEW = "new"
    DUPLICATE = "duplicate"
    REVISION = "revision"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Held:
    """A value with the number that orders it among values of the same bin."""

    value: int | None
    seq: int


def merge(held: Held | None, arriving: Held) -> Merge:
    """
    Decide between the value of a bin and an arriving one.

    Equal values are duplicates. Otherwise the higher `seq` holds, and of two
    with the same `seq` the later to arrive.
    """
    if held is None:
        return Merge.NEW
    if held.value == arriving.value:
        return Merge.DUPLICATE
    return Merge.OUTDATED if arriving.seq < held.seq else Merge.REVISION


def instant(day: date, at: time, zone: tzinfo, *, is_second: bool = False) -> datetime | None:
    """
    Return the UTC instant of a local wall-clock time, None when clocks skip it.

    Args:
        day: Calendar date.

        at: Wall-clock time.

        zone: Time zone of the device.

        is_second: The second of two equal times when clocks go back.
    """
    local = datetime.combine(day, at, tzinfo=zone).replace(fold=int(is_second))
    found = local.astimezone(UTC)
    is_real = found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    return found if is_real else None


def is_repeated(day: date, at: time, zone: tzinfo) -> bool:
    """Tell whether clocks show this local time twice on that day."""
    local = datetime.combine(day, at, tzinfo=zone)
    other = local.replace(fold=1)
    return instant(day, at, zone) is not None and local.utcoffset() != other.utcoffset()


def file_day_bounds(day: date, starts: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the half-open UTC span of a device's day that begins at local `starts`."""
    edges = []
    for edge in (day, day + timedelta(days=1)):
        edges.append(datetime.combine(edge, starts, tzinfo=zone).astimezone(UTC))
    return edges[0], edges[1]


def expected_starts(spans: Iterable[tuple[datetime, datetime]], duration_s: int) -> list[datetime]:
    """
    Return the starts of all bins that exist in `spans`, in order.

    Spans are in UTC, so hours that a clock change removes are not among them
    and hours that it repeats are two.
    """
    step = timedelta(seconds=duration_s)
    found: set[datetime] = set()
    for start, end in spans:
        at = start
        while at < end:
            found.add(at)
            at += step
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what should have been received was; `missing` lists the bins that were not."""

    expected: int
    received: int
    missing: tuple[datetime, ...]

    @property
    def share(self) -> float:
        """Return received divided by expected, 0 when nothing is expected."""
        return self.received / self.expected if self.expected else 0.0


def coverage(expected: Sequence[datetime], received: Collection[datetime]) -> Coverage:
    """Compare the bins that exist with those received; a missing bin is a gap, never 0."""
    missing = tuple(at for at in expected if at not in received)
    return Coverage(len(expected), len(expected) - len(missing), missing)
