"""Quarters of an hour that raw rows are added up in, and when one is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

QUARTER_S: Final = 900
OPEN_FOR: Final = timedelta(hours=24)  # after its end a quarter takes corrections as they come


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What is added up together: see `models.Rollup`."""

    scope_id: int
    start_s: int
    direction: str = ""
    duration_s: int = 0
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A value with the number of rows that it is the sum of and the seconds they cover."""

    value: int = 0
    parts: int = 0
    covered_s: float = 0.0

    def plus(self, other: Sum, sign: int = 1) -> Sum:
        """Return the sum with another one added, or taken away with sign -1."""
        return Sum(
            self.value + sign * other.value,
            self.parts + sign * other.parts,
            self.covered_s + sign * other.covered_s,
        )

    def differs(self, other: Sum) -> bool:
        """Tell whether two sums are not the same; seconds are real numbers."""
        return (self.value, self.parts) != (other.value, other.parts) or (
            abs(self.covered_s - other.covered_s) > 1e-6 * max(1.0, abs(self.covered_s))
        )


def quarter_s(at: datetime) -> int:
    """Return the begin of the quarter that an instant lies in, seconds since 1970."""
    return int(at.timestamp()) // QUARTER_S * QUARTER_S


def starts_at(start_s: int) -> datetime:
    """Return the begin of a quarter as an instant."""
    return datetime.fromtimestamp(start_s, UTC)


def is_frozen(start_s: int, now: datetime) -> bool:
    """Tell whether a quarter ended more than a day ago: what comes now is an adjustment."""
    return now - starts_at(start_s + QUARTER_S) > OPEN_FOR


@dataclass(frozen=True, slots=True)
class Change:
    """A raw row that came, went or moved; None stands for no row."""

    before: tuple[Key, Sum] | None
    after: tuple[Key, Sum] | None


def deltas(changes: Iterable[Change]) -> dict[Key, Sum]:
    """Return what `changes` add to each sum, sums that stay the same left out."""
    found: dict[Key, Sum] = {}
    for change in changes:
        if change.before is not None:
            key, gone = change.before
            found[key] = found.get(key, Sum()).plus(gone, -1)
        if change.after is not None:
            key, come = change.after
            found[key] = found.get(key, Sum()).plus(come)
    return {key: one for key, one in found.items() if one != Sum()}


def differences(kept: Mapping[Key, Sum], true: Mapping[Key, Sum]) -> dict[Key, tuple[Sum, Sum]]:
    """Return by key what is kept and what the raw rows say, where the two differ."""
    nothing = Sum()
    return {
        key: (kept.get(key, nothing), true.get(key, nothing))
        for key in kept.keys() | true.keys()
        if kept.get(key, nothing).differs(true.get(key, nothing))
    }
