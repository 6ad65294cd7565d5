"""
Viewers from sampled beats: what one stands for, and how many players may send.

A player wakes every `PERIOD_S` seconds while it plays and sends with
probability `2 ** -k`; a beat carries its own k and stands for `2 ** k`. So the
number of beats stays the same however large the audience grows, and a stale k
biases nothing.
"""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PERIOD_S: Final = 15
MINUTE_S: Final = 60
MAX_K: Final = 20
RATE: Final = 200.0  # beats a second that one stream may send
CALM: Final = 0.4  # below this share of the rate, k goes down again
CACHED_S: Final = 30  # how old the k may be that a page reads
IN_FORCE_S: Final = 120  # how long a k may be used after it was replaced
JOIN_S: Final = 600  # a play that begins again within this time is the same
EXACT: Final = 10_000  # viewers of a day that are kept as a set
DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Policy:
    """From `from_s` (seconds since 1970) on, players send one of `2 ** k` beats."""

    from_s: int
    k: int


def in_force(policies: Sequence[Policy], minute: int) -> frozenset[int]:
    """
    Return the k that beats of one minute may carry.

    Args:
        policies: Of one stream, in order of time; before the first one k is 0.

        minute: Since 1970.
    """
    first = minute * MINUTE_S - IN_FORCE_S
    last = (minute + 1) * MINUTE_S
    before = [policy.k for policy in policies if policy.from_s <= first]
    during = {policy.k for policy in policies if first < policy.from_s < last}
    return frozenset({before[-1] if before else 0, *during})


def next_k(k: int, beats_per_s: float) -> int:
    """
    Return the k to use from now on.

    It goes up by as many halvings as bring too many beats under the rate, so that
    a rush is met at once, and down by one when few come.
    """
    if beats_per_s > RATE:
        return min(MAX_K, k + math.ceil(math.log2(beats_per_s / RATE)))
    if beats_per_s < CALM * RATE:
        return max(0, k - 1)
    return k


def expected_rate(k: int, last_minute: int, this_minute: int, elapsed_s: int) -> float:
    """
    Return how many beats a second players will send once all of them use `k`.

    Weights tell that whatever k the beats had, so that a rush is met while pages
    that have read an older one still send as it says. While an audience grows the
    rate is drawn on from the middle of the running minute to the time when all
    pages can have read it: what comes is not waited for. It is never less than
    that of the last whole minute.

    Args:
        k: To be used.

        last_minute: Weight of the last whole minute.

        this_minute: Weight of the one that runs.

        elapsed_s: How long that one has run; less than a period says nothing.
    """
    last = last_minute / MINUTE_S
    if elapsed_s < PERIOD_S:
        return last / (1 << k)
    mean = this_minute / elapsed_s
    a_second = (mean - last) / ((MINUTE_S + elapsed_s) / 2)
    return max(last, mean + a_second * (elapsed_s / 2 + CACHED_S)) / (1 << k)


def viewers(weight: int, seconds: int = MINUTE_S) -> float:
    """Return how many played on average in a time of `seconds`: period over time, times weight."""
    return PERIOD_S / seconds * weight


def rel_sd(beats: int) -> float:
    """Return the relative standard deviation of a minute that rests on so many beats."""
    return 1 / math.sqrt(beats) if beats else 0.0


def peak(minutes: Sequence[float]) -> float | None:
    """
    Return the largest median of three minutes in a row, None without any.

    The largest of noisy minutes lies above the true peak; a median does not.
    """
    if len(minutes) < 3:
        return max(minutes, default=None)
    triples = zip(minutes, minutes[1:], minutes[2:], strict=False)
    return max(statistics.median(three) for three in triples)


@dataclass(frozen=True, slots=True)
class Minute:
    """What came of one stream in one minute."""

    weight: int = 0
    beats: int = 0
    rejected: int = 0


def judge(counts: Mapping[int, int], allowed: Collection[int]) -> Minute:
    """
    Return what beats of one minute amount to; those with a forged k are set aside.

    Args:
        counts: Beats by k.

        allowed: The k that were in force.
    """
    good = {k: count for k, count in counts.items() if k in allowed}
    return Minute(
        weight=sum(count << k for k, count in good.items()),
        beats=sum(good.values()),
        rejected=sum(counts.values()) - sum(good.values()),
    )


def new_plays(
    plays: Iterable[tuple[str, int]], known: Mapping[str, int]
) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """
    Return the plays that were not counted within ten minutes, and all that are known then.

    Args:
        plays: Random name of the page load and time in seconds, in order of time.

        known: When each name was counted before.
    """
    seen = dict(known)
    found: list[tuple[str, int]] = []
    for sid, at_s in plays:
        if sid in seen and at_s - seen[sid] < JOIN_S:
            continue
        seen[sid] = at_s
        found.append((sid, at_s))
    return found, seen


def digest(salt: bytes, stream: str, address: str, agent: str) -> bytes:
    """
    Return who watches as 16 bytes that mean nothing once the salt of the day is gone.

    Source:
        BLAKE2b, RFC 7693, keyed.
    """
    text = b"\x00".join(part.encode("utf-8", "replace") for part in (stream, address, agent))
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES, key=salt).digest()
