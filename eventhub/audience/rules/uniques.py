"""
Distinct viewers of one day: an exact set while it is small, a sketch beyond.

Source: HyperLogLog with 2 ** 14 registers of 8 bits (Flajolet and others,
2007), as DataSketches implements it; its import waits for the first use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from eventhub.audience.rules.beats import EXACT

LG_K: Final = 14
KIND: Final = "HLL_8"
_SHORT: Final = 8  # bytes of a digest that tell viewers apart
_SIGMAS: Final = 2


@dataclass(frozen=True, slots=True)
class Uniques:
    """How many different viewers there were, with the interval of 95 %."""

    count: int
    low: int
    high: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of a day: the sketch, and the digests as long as they are few."""

    sketch: bytes
    digests: bytes | None
    exact_count: int | None


def library() -> str:
    """Return the name and version of the library that wrote a sketch."""
    from importlib.metadata import version  # noqa: PLC0415 - only for what is stored

    return f"datasketches {version('datasketches')}"


def _sketch(data: bytes = b"") -> Any:
    import datasketches  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, where used

    if data:
        return datasketches.hll_sketch.deserialize(data)
    return datasketches.hll_sketch(LG_K, datasketches.tgt_hll_type.HLL_8)


def added(kept: Kept | None, digests: Iterable[bytes]) -> Kept:
    """Return a day with more viewers; one who was there before changes nothing."""
    sketch = _sketch(kept.sketch if kept else b"")
    known: set[bytes] | None = set()
    if kept and kept.digests is not None:
        known = {kept.digests[n : n + _SHORT] for n in range(0, len(kept.digests), _SHORT)}
    elif kept:
        known = None
    for one in digests:
        sketch.update(int.from_bytes(one[:_SHORT], "big", signed=True))
        if known is not None:
            known.add(one[:_SHORT])
    if known is not None and len(known) > EXACT:
        known = None
    return Kept(
        sketch=sketch.serialize_compact(),
        digests=None if known is None else b"".join(sorted(known)),
        exact_count=None if known is None else len(known),
    )


def estimate(kept: Kept) -> Uniques:
    """Return how many viewers a day had."""
    if kept.exact_count is not None:
        return Uniques(kept.exact_count, kept.exact_count, kept.exact_count, is_exact=True)
    sketch = _sketch(kept.sketch)
    return Uniques(
        count=round(sketch.get_estimate()),
        low=round(sketch.get_lower_bound(_SIGMAS)),
        high=round(sketch.get_upper_bound(_SIGMAS)),
        is_exact=False,
    )


def united(sketches: Iterable[bytes]) -> Uniques:
    """Return the estimate of the union of sketches of one stream: hours of one day."""
    import datasketches  # noqa: PLC0415 - slow, where used

    union = datasketches.hll_union(LG_K)
    for data in sketches:
        union.update(_sketch(data))
    result = union.get_result(datasketches.tgt_hll_type.HLL_8)
    return Uniques(
        round(result.get_estimate()),
        round(result.get_lower_bound(_SIGMAS)),
        round(result.get_upper_bound(_SIGMAS)),
        is_exact=False,
    )
