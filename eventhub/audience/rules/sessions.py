"""Sessions of players from their requests, and how many there were at a time."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MINUTE_S = 60
SILENT_MINUTES = 15  # longer without any request nobody can tell whether the server wrote


@dataclass(frozen=True, slots=True)
class Span:
    """One session, `[starts_at, ends_at)`, seconds since 1970."""

    sid: str
    starts_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Concurrency at whole seconds: largest and mean over the log, and viewer-seconds."""

    peak: int
    mean: float
    viewer_s: float


def usual_step(requests: Iterable[Sequence[float]]) -> float | None:
    """
    Return the median time between two playlist requests of one session, whole seconds.

    Players ask once per target duration. None without two requests of anyone.
    """
    steps = [
        later - earlier
        for times in requests
        for earlier, later in pairwise(sorted(times))
        if later > earlier
    ]
    return max(1.0, float(round(statistics.median(steps)))) if steps else None


def spans(hits: Mapping[str, Sequence[float]], *, gap_s: float, tail_s: float) -> list[Span]:
    """
    Return the sessions of each player, by player and time.

    Args:
        hits: Times of all requests by player, any order.

        gap_s: A longer silence ends a session.

        tail_s: How long the last request is watched: one target duration, since
            a player asks again after that.
    """
    found: list[Span] = []
    for sid, times in hits.items():
        ordered = sorted(times)
        start = ordered[0]
        for earlier, later in pairwise(ordered):
            if later - earlier > gap_s:
                found.append(Span(sid, start, earlier + tail_s))
                start = later
        found.append(Span(sid, start, ordered[-1] + tail_s))
    return found


def on_grid(sessions: Sequence[Span]) -> Grid:
    """Return concurrency at every whole second of the log, its first and last one included."""
    if not sessions:
        return Grid(0, 0.0, 0.0)
    steps: Counter[int] = Counter()
    for one in sessions:
        steps[math.ceil(one.starts_at)] += 1
        steps[math.ceil(one.ends_at)] -= 1
    first = math.floor(min(one.starts_at for one in sessions))
    last = max(steps)
    now = total = peak = 0
    for second, following in pairwise(sorted({first, *steps})):
        now += steps[second]
        total += now * (following - second)
        peak = max(peak, now)
    return Grid(
        peak=peak,
        mean=total / (last - first) if last > first else 0.0,
        viewer_s=sum(one.ends_at - one.starts_at for one in sessions),
    )


def minute_means(sessions: Sequence[Span]) -> tuple[tuple[int, float], ...]:
    """
    Return (minute since 1970, mean concurrency over it), in order.

    A minute without anybody is 0 while the log goes on; a silence of more than a
    quarter of an hour is left out: a server may have been down, which is no zero.
    """
    seconds: dict[int, float] = defaultdict(float)
    for one in sessions:
        at = one.starts_at
        while at < one.ends_at:
            minute = int(at // MINUTE_S)
            until = min(one.ends_at, (minute + 1) * MINUTE_S)
            seconds[minute] += until - at
            at = until
    return tuple((minute, seconds.get(minute, 0.0) / MINUTE_S) for minute in _spoken(seconds))


def polls_as_minutes(polls: Iterable[float], *, interval_s: float) -> tuple[tuple[int, float], ...]:
    """
    Estimate mean concurrency by minute from playlist requests without a session.

    Each viewer asks once per `interval_s`, so that requests times interval over
    the length of the bucket is how many there were. Silences as in `minute_means`.
    """
    counts = Counter(int(at // MINUTE_S) for at in polls)
    return tuple((minute, counts[minute] * interval_s / MINUTE_S) for minute in _spoken(counts))


def _spoken(minutes: Iterable[int]) -> Iterator[int]:
    """Yield `minutes` in order with the empty ones of short silences between."""
    ordered = sorted(minutes)
    yield from ordered[:1]
    for before, minute in pairwise(ordered):
        is_short = minute - before - 1 <= SILENT_MINUTES
        yield from range(before + 1, minute + 1) if is_short else (minute,)
