"""Viewers of a stream: minute means, peak, average minute audience, coverage, gaps."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Viewers:
    """One sample; `viewers` is None when the poll failed."""

    at: datetime
    viewers: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without samples, `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """Mean of the samples in one bucket; None is a gap."""

    at: datetime
    mean: Fraction | None


@dataclass(frozen=True, slots=True)
class Concurrency:
    """
    What a series of samples says.

    `peak` and `mean` are null without any sample. `coverage` is received over
    expected slots, 0 to 1; `grain_s` is the width of the buckets that the peak
    is the largest mean of.
    """

    peak: Fraction | None
    peak_at: datetime | None
    mean: Fraction | None
    expected: int
    received: int
    gaps: tuple[Gap, ...]
    grain_s: int

    @property
    def coverage(self) -> float:
        """Return received divided by expected slots."""
        return self.received / self.expected if self.expected else 0.0


def concurrency(
    samples: Sequence[Viewers],
    *,
    period_s: int,
    grain_s: int = MINUTE_S,
    window: tuple[datetime, datetime] | None = None,
) -> Concurrency:
    """
    Return peak and mean concurrency with coverage and gaps.

    Args:
        samples: One stream, in order of time.

        period_s: Expected seconds between samples.

        grain_s: Width of the buckets whose largest mean is the peak, seconds.

        window: Half-open span to look at; by default first to last sample.
    """
    inside = [s for s in samples if window is None or window[0] <= s.at < window[1]]
    if not inside:
        return _nothing(window, period_s, grain_s)
    start = window[0] if window else inside[0].at
    span = _slots(window, period_s) if window else _slot(inside[-1].at, start, period_s) + 1
    good = [s for s in inside if s.viewers is not None]
    taken = {min(_slot(s.at, start, period_s), span - 1) for s in good}
    highest = top(series(good, grain_s=grain_s))
    return Concurrency(
        peak=highest.mean if highest else None,
        peak_at=highest.at if highest else None,
        mean=_mean([s.viewers for s in good if s.viewers is not None]),
        expected=span,
        received=len(taken),
        gaps=_gaps(taken, span, start, period_s),
        grain_s=grain_s,
    )


def _nothing(window: tuple[datetime, datetime] | None, period_s: int, grain_s: int) -> Concurrency:
    expected = _slots(window, period_s) if window else 0
    gaps = (Gap(*window),) if window else ()
    return Concurrency(None, None, None, expected, 0, gaps, grain_s)


def top(points: Sequence[Point]) -> Point | None:
    """Return the first of the largest points."""
    known = [(point.mean, point) for point in points if point.mean is not None]
    if not known:
        return None
    largest = max(mean for mean, _point in known)
    return next(point for mean, point in known if mean == largest)


def _slots(window: tuple[datetime, datetime], period_s: int) -> int:
    return math.ceil((window[1] - window[0]).total_seconds() / period_s)


def _slot(at: datetime, start: datetime, period_s: int) -> int:
    return max(0, round((at - start).total_seconds() / period_s))


def _gaps(taken: set[int], span: int, start: datetime, period_s: int) -> tuple[Gap, ...]:
    found: list[Gap] = []
    first: int | None = None
    for slot in range(span + 1):
        is_empty = slot < span and slot not in taken
        if is_empty and first is None:
            first = slot
        if not is_empty and first is not None:
            step = timedelta(seconds=period_s)
            found.append(Gap(start + first * step, start + slot * step))
            first = None
    return tuple(found)


def series(samples: Sequence[Viewers], *, grain_s: int = MINUTE_S) -> list[Point]:
    """
    Return the mean of each bucket from the first to the last sample, in order.

    Buckets begin at whole multiples of `grain_s` since 1970 UTC; a bucket
    without a good sample has `mean` None.
    """
    sums: dict[int, list[int]] = defaultdict(list)
    for sample in samples:
        values = sums[math.floor(sample.at.timestamp() / grain_s)]
        if sample.viewers is not None:
            values.append(sample.viewers)
    if not sums:
        return []
    return [
        Point(datetime.fromtimestamp(bucket * grain_s, UTC), _mean(sums.get(bucket, [])))
        for bucket in range(min(sums), max(sums) + 1)
    ]


def _mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


@dataclass(frozen=True, slots=True)
class Audience:
    """
    Average minute audience of a programme.

    `ama` is viewer-minutes over covered minutes, None without a covered one;
    `minutes` are those of the programme, `covered` those with a sample.
    """

    ama: Fraction | None
    viewer_minutes: Fraction
    minutes: int
    covered: int

    @property
    def coverage(self) -> float:
        """Return covered divided by programme minutes."""
        return self.covered / self.minutes if self.minutes else 0.0


def average_minute_audience(
    samples: Sequence[Viewers], *, window: tuple[datetime, datetime], grain_s: int = MINUTE_S
) -> Audience:
    """
    Return the average minute audience of `[window)`.

    Minutes without a sample are left out of numerator and denominator: a gap
    is not an empty house.
    """
    inside = [s for s in samples if window[0] <= s.at < window[1]]
    means = [p.mean for p in series(inside, grain_s=grain_s) if p.mean is not None]
    buckets = _slots(window, grain_s)
    minutes = Fraction(grain_s, MINUTE_S)
    total = sum(means, Fraction(0)) * minutes
    return Audience(
        ama=total / (len(means) * minutes) if means else None,
        viewer_minutes=total,
        minutes=int(buckets * minutes),
        covered=int(len(means) * minutes),
    )
