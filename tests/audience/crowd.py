"""Players of a large audience, as the watch page lets them send, against the truth."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from eventhub.audience.rules import beats as rules
from eventhub.audience.rules.beats import Policy

_LENGTH_S: Final = 7_200
_MEDIAN_S: Final = 720  # of watch times, which are log-normal
_SPREAD: Final = 1.0
_PAGE_READS_S: Final = 60  # a page reads k when it is loaded and then so often
_JOB_S: Final = 15  # the leader reads beats so often


@dataclass(frozen=True, slots=True)
class Watched:
    """
    Two hours: viewers of each minute as they were and as beats say.

    `most_a_second` is the largest number of beats in one second.
    """

    true: Any
    said: Any
    sent: int
    rejected: int
    most_a_second: int

    @property
    def average_error(self) -> float:
        """Return the relative error of the average minute audience."""
        return float(self.said.sum() / self.true.sum() - 1)

    @property
    def peak_error(self) -> float:
        """Return the relative error of the published peak."""
        return float((rules.peak(list(self.said)) or 0.0) / self.true.max() - 1)

    @property
    def minute_error(self) -> float:
        """Return the largest relative error of a minute above a fifth of the peak."""
        busy = self.true > 0.2 * self.true.max()
        return float(np.abs(self.said[busy] / self.true[busy] - 1).max())


def watched(viewers: int, *, rush: float = 0.0, seed: int = 1) -> Watched:
    """
    Let `viewers` come over two hours, the share `rush` of them in one minute.

    Every `_JOB_S` seconds k is set from what has come; pages follow when they
    read it, from a file that may be old already.
    """
    draw = np.random.default_rng(seed)
    begins = draw.uniform(0, _LENGTH_S, viewers)
    late = draw.random(viewers) < rush
    begins[late] = draw.uniform(1_800, 1_860, int(late.sum()))
    begins.sort()
    ends = begins + draw.lognormal(math.log(_MEDIAN_S), _SPREAD, viewers)
    ends = np.minimum(_LENGTH_S, ends)
    ticks = begins + draw.uniform(0, rules.PERIOD_S, viewers)
    policies = [Policy(0, 0)]
    in_force = np.zeros(_LENGTH_S, dtype=int)  # k of each second
    by_second = np.zeros(_LENGTH_S, dtype=int)
    counts: list[Counter[int]] = [Counter() for _minute in range(_LENGTH_S // rules.MINUTE_S)]
    here = np.empty(0, dtype=int)
    for step in range(0, _LENGTH_S, _JOB_S):
        _adapt(policies, counts, step)
        in_force[step : step + _JOB_S] = policies[-1].k
        first, after = np.searchsorted(begins, (step, step + _JOB_S))
        here = np.concatenate((here[ends[here] > step], np.arange(first, after)))
        at = ticks[here]
        is_now = (at < step + _JOB_S) & (at < ends[here])
        ticks[here[at < step + _JOB_S]] += rules.PERIOD_S
        at, since = at[is_now], begins[here[is_now]]
        read = since + (at - since) // _PAGE_READS_S * _PAGE_READS_S
        k = in_force[(read // rules.CACHED_S * rules.CACHED_S).astype(int)]
        is_sent = draw.random(len(at)) < 2.0**-k
        np.add.at(by_second, at[is_sent].astype(int), 1)
        counts[step // rules.MINUTE_S].update(k[is_sent].tolist())
    minutes = [
        rules.judge(count, rules.in_force(policies, number)) for number, count in enumerate(counts)
    ]
    edges = range(0, _LENGTH_S + 1, rules.MINUTE_S)
    played = [float(np.clip(np.minimum(ends, edge) - begins, 0, None).sum()) for edge in edges]
    return Watched(
        true=np.diff(played) / rules.MINUTE_S,
        said=np.array([rules.viewers(one.weight) for one in minutes]),
        sent=int(by_second.sum()),
        rejected=sum(one.rejected for one in minutes),
        most_a_second=int(by_second.max()),
    )


def _adapt(policies: list[Policy], counts: list[Counter[int]], now_s: int) -> None:
    """Set k as the job does, from the minute before and what has come of this one."""
    number, elapsed = divmod(now_s, rules.MINUTE_S)
    k = policies[-1].k
    weights = [sum(count << one for one, count in found.items()) for found in counts]
    last = weights[number - 1] if number else 0
    fresh = rules.next_k(k, rules.expected_rate(k, last, weights[number], elapsed))
    if fresh != k:
        policies.append(Policy(now_s, fresh))
