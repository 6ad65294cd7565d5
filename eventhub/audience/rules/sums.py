"""What may be added to what, and how sure the sum is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventhub.audience.enums import EvidenceClass

UNCALIBRATED_REL_SE = 0.20  # outdoors without manual counts; docs/metrics.md
MIN_COVERAGE = 0.9
_WEAKEST_FIRST = (EvidenceClass.CLAIMED, EvidenceClass.ESTIMATED, EvidenceClass.MEASURED)


def weakest(classes: Iterable[EvidenceClass]) -> EvidenceClass:
    """Return the class of a sum: the weakest of its parts; raises ValueError without parts."""
    found = set(classes)
    for cls in _WEAKEST_FIRST:
        if cls in found:
            return cls
    raise ValueError("a sum needs parts")


@dataclass(frozen=True, slots=True)
class CordonCount:
    """
    Entries counted by one counter.

    `zone_path` holds the ids of its zone and all zones around it, nearest
    first; empty without a zone.
    """

    source: str
    entries: int
    is_cordon: bool
    zone_path: tuple[int, ...]
    k: float | None = None  # calibration factor; None when never calibrated
    k_se: float = 0.0


def double_counted(parts: Sequence[CordonCount]) -> str | None:
    """
    Return why `parts` may not be added into visits, or None when they may (rule DC-1).

    Only counters of a cordon may, and only of cordons of which none lies inside
    another.
    """
    for part in parts:
        if not part.is_cordon or not part.zone_path:
            return f"{part.source}: passages"
    for part in parts:
        around = part.zone_path[1:]
        if any(other.zone_path[0] in around for other in parts):
            return f"{part.source}: inside another cordon"
    return None


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits through a cordon set; `rel_sd` is the relative standard deviation."""

    count: int
    raw: int
    cls: EvidenceClass
    rel_sd: float


def visits(parts: Sequence[CordonCount], *, coverage: float = 1.0) -> Visits:
    """
    Add corrected entries of disjoint cordons.

    Each counter is rounded after its own factor. Counters without calibration
    share the standard error of the prior, so theirs add linearly; the others
    add in quadrature. The sum is measured only when every counter is
    calibrated and at least 90 % was received.

    Raises:
        ValueError: `double_counted(parts)` gives a reason.
    """
    if reason := double_counted(parts):
        raise ValueError(reason)
    corrected = [round(part.entries * (part.k or 1.0)) for part in parts]
    total = sum(corrected)
    shared = sum(
        count * UNCALIBRATED_REL_SE
        for part, count in zip(parts, corrected, strict=True)
        if part.k is None
    )
    own = sum(
        (count * part.k_se / part.k) ** 2
        for part, count in zip(parts, corrected, strict=True)
        if part.k is not None
    )
    is_measured = coverage >= MIN_COVERAGE and all(part.k is not None for part in parts)
    return Visits(
        count=total,
        raw=sum(part.entries for part in parts),
        cls=EvidenceClass.MEASURED if is_measured else EvidenceClass.ESTIMATED,
        rel_sd=math.sqrt(shared**2 + own) / total if total else 0.0,
    )
