"""
How sure a sum is: intervals of measured and estimated figures; claims never get one.

A part has a value x, a relative standard deviation u and, where it shares a
calibration or a prior with others, the name of that group. One estimate off
moves its whole group the same way, so inside a group errors add linearly and
between groups in quadrature:

    sd² = Σ over groups (Σ x·u)² + Σ over independent parts (x·u)²

Source:
    JCGM 100:2008 (GUM), 5.1.2 (uncorrelated) and 5.2.2 (correlated inputs);
    JCGM 101:2008 (GUM supplement 1), 7 for the draws.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

Z95: Final = 1.959963984540054  # two-sided 95 % of the normal distribution
Z90: Final = 1.6448536269514722  # two-sided 90 %
LINEAR_UP_TO: Final = 0.3  # a larger relative error is drawn, not linearised
DRAWS: Final = 10_000
SEED: Final = 98
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Part:
    """
    One addend: its value, relative standard deviation, and what it shares.

    `group` names a calibration factor or prior that other parts rest on too,
    '' is independent; `is_prior` draws log-normal with `value` as the median.
    """

    value: float
    rel_sd: float
    group: str = ""
    is_prior: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval of a sum, whole numbers; `method` is quadrature or monte-carlo."""

    low: int
    high: int
    method: str


@dataclass(frozen=True, slots=True)
class Driver:
    """
    One assumption and where it alone would take a sum, all else as stated.

    `group` names what several lines share, else it is ''; `lines` rest on it.
    """

    group: str
    lines: tuple[str, ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Prior:
    """A range that a factor lies in with 90 %, read as a log-normal distribution."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        """Refuse what is no range."""
        if not 0 < self.low <= self.high:
            raise ValueError("a prior runs from a value above 0 to one not below it")

    @property
    def median(self) -> Decimal:
        """Return √(low × high), the factor that a figure is made with."""
        return (self.low * self.high).sqrt()

    @property
    def rel_sd(self) -> float:
        """
        Return the relative standard deviation, √(exp σ² − 1).

        σ = ln(high ÷ low) ÷ (2 × 1.645).

        Source:
            Moments of the log-normal distribution; the range is its 5 and 95 %.
        """
        sigma = math.log(float(self.high / self.low)) / (2 * Z90)
        return math.sqrt(math.exp(sigma**2) - 1)


def product_rel_sd(factors: Iterable[float]) -> float:
    """
    Return the relative standard deviation of a product: u² = Σ u².

    Source:
        GUM 5.1.6, independent factors with exponent 1.
    """
    return math.sqrt(sum(factor**2 for factor in factors))


def turnover_visits(
    *, occupancy_hours: float, dwell_minutes: float, occupancy_sd: float, dwell_sd: float
) -> tuple[int, float]:
    """
    Return visits = ∫ occupancy dt ÷ mean dwell, and their relative standard deviation.

    Args:
        occupancy_hours: People × hours, such as area × density × open hours.

        dwell_minutes: Mean stay.

        occupancy_sd, dwell_sd: Their relative standard deviations.
    """
    visits = round(occupancy_hours * 60 / dwell_minutes)
    return visits, product_rel_sd((occupancy_sd, dwell_sd))


def sum_sd(parts: Sequence[Part]) -> float:
    """Return the standard deviation of a sum, linear inside a group, else in quadrature."""
    shared: dict[str, float] = defaultdict(float)
    squares = 0.0
    for part in parts:
        if part.group:
            shared[part.group] += part.value * part.rel_sd
        else:
            squares += (part.value * part.rel_sd) ** 2
    squares += sum(shared[group] ** 2 for group in sorted(shared))
    return math.sqrt(squares)


def interval(parts: Sequence[Part], *, exact: int = 0) -> Interval | None:
    """
    Return the 95 % interval of a sum, None where no part has an error.

    Parts are put in one order first, so the result does not depend on theirs.

    Args:
        parts: Addends with an error.

        exact: What is added without one.
    """
    uncertain = sorted(
        (part for part in parts if part.rel_sd and part.value),
        key=lambda part: (part.group, part.value, part.rel_sd, part.is_prior),
    )
    if not uncertain:
        return None
    certain = exact + sum(part.value for part in parts if not part.rel_sd)
    if max(part.rel_sd for part in uncertain) > LINEAR_UP_TO:
        low, high = _drawn(uncertain)
        return Interval(round(certain + low), round(certain + high), "monte-carlo")
    total = certain + sum(part.value for part in uncertain)
    half = Z95 * sum_sd(uncertain)
    return Interval(max(0, round(total - half)), round(total + half), "quadrature")


def drivers(lines: Mapping[str, Sequence[Part]], *, total: int) -> tuple[Driver, ...]:
    """
    Return the assumptions behind a sum, the one that moves it most first.

    Every group of parts is one assumption; a part without a group is one with
    its line. Each is varied over its own 95 % while the others stay.

    Args:
        lines: Parts with an error, by the key of their line.

        total: The sum, exact addends in it.
    """
    found: dict[tuple[str, str], list[tuple[str, Part]]] = defaultdict(list)
    for key, parts in lines.items():
        for part in parts:
            found[part.group, "" if part.group else key].append((key, part))
    made = []
    for (group, _key), members in found.items():
        own = [part for _line, part in members]
        sure = interval(own, exact=total - round(sum(part.value for part in own)))
        if sure is not None:
            keys = tuple(sorted({line for line, _part in members}))
            made.append(Driver(group, keys, max(0, sure.low), sure.high))
    return tuple(sorted(made, key=lambda one: (one.low - one.high, one.group, one.lines)))


def _drawn(parts: Sequence[Part]) -> tuple[float, float]:
    """
    Return the 2.5 and 97.5 % quantiles of 10,000 sums drawn with a fixed seed.

    Every factor is log-normal: a share of an audience is never below 0. A
    group is drawn once per sum, its members move together.
    """
    source = random.Random(SEED)  # noqa: S311 - a simulation that has to repeat
    spread = [_log_normal(part) for part in parts]
    groups = sorted({part.group for part in parts if part.group})
    sums = []
    for _draw in range(DRAWS):
        shared = {group: source.gauss(0.0, 1.0) for group in groups}
        sums.append(
            math.fsum(
                median
                * math.exp(sigma * (shared[part.group] if part.group else source.gauss(0.0, 1.0)))
                for part, (median, sigma) in zip(parts, spread, strict=True)
            )
        )
    sums.sort()
    return _quantile(sums, _LOW), _quantile(sums, _HIGH)


def _log_normal(part: Part) -> tuple[float, float]:
    """Return median and σ; a prior states its median, any other part its mean."""
    sigma = math.sqrt(math.log1p(part.rel_sd**2))
    median = part.value if part.is_prior else part.value / math.exp(sigma**2 / 2)
    return median, sigma


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile by linear interpolation (type 7 of Hyndman and Fan, 1996)."""
    place = share * (len(ordered) - 1)
    below = int(place)
    rest = place - below
    return ordered[below] + (ordered[min(below + 1, len(ordered) - 1)] - ordered[below]) * rest
